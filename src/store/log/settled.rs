//! Which records need no delivery any more: delivered, given up, or never written. Pure.
//!
//! All numbers below the head are settled; what is settled beyond it is kept as ranges. Those are few: acknowledgements
//! come nearly in order. Past [`MOST`] of them one is forgotten, and its records are delivered once more.

use std::ops::Range;

/// So many ranges beyond the head are remembered.
const MOST: usize = 1024;

/// The settled numbers.
#[derive(Debug)]
pub struct Settled {
    head: u64,
    /// In order, apart from each other and from the head, none empty.
    beyond: Vec<Range<u64>>,
}

impl Settled {
    /// All numbers below `head`.
    pub fn below(head: u64) -> Self {
        Self {
            head,
            beyond: Vec::new(),
        }
    }

    /// The lowest number that is not settled.
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
        } else if self.beyond.len() < MOST {
            let place = self
                .beyond
                .partition_point(|range| range.start < added.start);
            self.beyond.insert(place, added);
        }
    }

    /// Whether this number is settled.
    pub fn contains(&self, number: u64) -> bool {
        number < self.head || self.beyond.iter().any(|range| range.contains(&number))
    }

    /// How many of these numbers are not settled.
    pub fn open_in(&self, numbers: &Range<u64>) -> u64 {
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
        let mut settled = Settled::below(10);
        settled.add(&(12..13));
        settled.add(&(14..16));
        assert_eq!((settled.head(), settled.open_in(&(10..20))), (10, 7));
        settled.add(&(10..12));
        assert_eq!(settled.head(), 13);
        settled.add(&(13..14));
        assert_eq!((settled.head(), settled.open_in(&(0..20))), (16, 4));
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut settled = Settled::below(0);
        for number in 1..10 * MOST as u64 {
            settled.add(&(2 * number..2 * number + 1));
        }
        assert_eq!(settled.beyond.len(), MOST);
        settled.add(&(0..100_000));
        assert_eq!((settled.head(), settled.beyond.len()), (100_000, 0));
    }

    proptest! {
        #[test]
        fn it_is_a_set(ranges in prop::collection::vec((0_u64..60, 0_u64..6), 0..40), probe in 0_u64..70) {
            let mut settled = Settled::below(5);
            let mut set: BTreeSet<u64> = (0..5).collect();
            for (start, count) in ranges {
                settled.add(&(start..start + count));
                set.extend(start..start + count);
            }
            let head = (0..).find(|number| !set.contains(number)).unwrap();
            prop_assert_eq!(settled.head(), head);
            prop_assert_eq!(settled.contains(probe), set.contains(&probe));
            let open = (probe..80).filter(|number| !set.contains(number)).count();
            prop_assert_eq!(settled.open_in(&(probe..80)), open as u64);
        }
    }
}
