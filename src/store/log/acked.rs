//! The numbers that need no delivery any more: delivered, dropped, or never written. Pure.
//!
//! All numbers below the head are acked; those beyond it are kept as ranges. There are few, because acknowledgements
//! arrive nearly in order. Ranges beyond [`RANGES_MAX`] are forgotten, and their records are delivered once more.

use std::ops::Range;

/// Ranges kept beyond the head, at most.
const RANGES_MAX: usize = 1024;

/// A set of acked numbers.
#[derive(Debug)]
pub struct AckedRanges {
    head: u64,
    /// In order, apart from each other and from the head, none empty.
    beyond: Vec<Range<u64>>,
}

impl AckedRanges {
    /// All numbers below `head`.
    pub fn below(head: u64) -> Self {
        Self {
            head,
            beyond: Vec::new(),
        }
    }

    /// The lowest number that is not acked.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// Settles these numbers.
    pub fn add(&mut self, numbers: &Range<u64>) {
        let mut added = numbers.start.max(self.head)..numbers.end;
        if added.is_empty() {
            return;
        }
        self.beyond.retain(|range| {
            let is_apart = range.end < added.start || added.end < range.start;
            if !is_apart {
                added = added.start.min(range.start)..added.end.max(range.end);
            }
            is_apart
        });
        if added.start == self.head {
            self.head = added.end;
        } else if self.beyond.len() < RANGES_MAX {
            let place = self
                .beyond
                .partition_point(|range| range.start < added.start);
            self.beyond.insert(place, added);
        }
    }

    /// Whether this number is acked.
    pub fn contains(&self, number: u64) -> bool {
        number < self.head || self.beyond.iter().any(|range| range.contains(&number))
    }

    /// The count of these numbers that are not acked.
    pub fn unacked_in(&self, numbers: &Range<u64>) -> u64 {
        let within =
            |from: u64, to: u64| to.min(numbers.end).saturating_sub(from.max(numbers.start));
        let beyond: u64 = self
            .beyond
            .iter()
            .map(|range| within(range.start, range.end))
            .sum();
        within(self.head, u64::MAX).saturating_sub(beyond)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_head_follows_when_the_gap_closes() {
        let mut acked = AckedRanges::below(10);
        acked.add(&(12..13));
        acked.add(&(14..16));
        assert_eq!((acked.head(), acked.unacked_in(&(10..20))), (10, 7));
        acked.add(&(10..12));
        assert_eq!(acked.head(), 13);
        acked.add(&(13..14));
        assert_eq!((acked.head(), acked.unacked_in(&(0..20))), (16, 4));
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut acked = AckedRanges::below(0);
        for number in 1..10 * RANGES_MAX as u64 {
            acked.add(&(2 * number..2 * number + 1));
        }
        assert_eq!(acked.beyond.len(), RANGES_MAX);
        acked.add(&(0..100_000));
        assert_eq!((acked.head(), acked.beyond.len()), (100_000, 0));
    }

    proptest! {
        #[test]
        fn it_is_a_set(ranges in prop::collection::vec((0_u64..60, 0_u64..6), 0..40), probe in 0_u64..70) {
            let mut acked = AckedRanges::below(5);
            let mut set: BTreeSet<u64> = (0..5).collect();
            for (start, count) in ranges {
                acked.add(&(start..start + count));
                set.extend(start..start + count);
            }
            let head = (0..).find(|number| !set.contains(number)).unwrap();
            prop_assert_eq!(acked.head(), head);
            prop_assert_eq!(acked.contains(probe), set.contains(&probe));
            let open = (probe..80).filter(|number| !set.contains(number)).count();
            prop_assert_eq!(acked.unacked_in(&(probe..80)), open as u64);
        }
    }
}
