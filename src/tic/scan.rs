//! The pass over the characters of a group: where it ends, what they add up to, where its HTs are.
//!
//! It goes once, a word of eight characters at a time, until CR or a character that no group may
//! hold. Words are read up to the last character of the window, so something must follow it:
//! [`PADDING`]. All places are counted from the first character after LF.

use super::{CR, HT, SP};

/// The most characters between LF and CR. The longest group that is specified has 110.
pub(super) const GROUP_MAX: usize = 160;

/// What a window given to [`scan`] has after its characters: one word of them, so that words can be
/// read up to the last character.
pub(super) const PADDING: [u8; 8] = [SP; 8];

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = ONES << 7;

/// What [`scan`] found.
pub(super) enum Scan {
    /// The group goes on after the window.
    Unfinished,
    /// CR: the group is the characters before it.
    Ended(Shape),
    /// At this place, a character that cannot be in a group or is one too many.
    Broken(usize),
}

/// A group that reached its CR.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Characters before CR.
    pub(super) len: usize,
    /// Sum of their codes.
    pub(super) sum: u32,
    /// Places of the last HTs, a byte each, the last one lowest.
    pub(super) tabs: u64,
    /// How many HTs there are.
    pub(super) tab_count: u32,
}

/// Looks for the end of the group that begins `window`, whose last eight characters are
/// [`PADDING`].
#[inline(always)]
pub(super) fn scan<const STANDARD: bool>(window: &[u8]) -> Scan {
    let (words, _) = window.as_chunks::<8>();
    let (mut sums, mut tabs, mut tab_count, mut start) = (0, 0, 0, 0);
    for word in words.iter().take(GROUP_MAX / 8 + 1) {
        let word = u64::from_le_bytes(*word);
        let mut stops = stops(word);
        while stops != 0 {
            let bit = stops.trailing_zeros() & !7;
            let at = start + bit as usize / 8;
            let character = (word >> bit & 0xFF) as u8;
            if STANDARD && character == HT {
                tabs = tabs << 8 | at as u64;
                tab_count += 1;
            } else if character == CR && at <= GROUP_MAX {
                let before = word & !(u64::MAX << bit);
                return Scan::Ended(Shape {
                    len: at,
                    sum: total(sums + pairs(before)),
                    tabs,
                    tab_count,
                });
            } else {
                return Scan::Broken(at.min(GROUP_MAX));
            }
            stops &= stops - 1;
        }
        sums += pairs(word);
        start += 8;
    }
    if window.len() > GROUP_MAX + PADDING.len() {
        Scan::Broken(GROUP_MAX)
    } else {
        Scan::Unfinished
    }
}

/// The top bit of each character that is below 0x20 or above 0x7E. Characters are at most 0x80:
/// nothing carries over.
#[inline]
const fn stops(word: u64) -> u64 {
    let low = !(word | TOPS).wrapping_sub(ONES * 0x20);
    let high = word.wrapping_add(ONES);
    (low | high) & TOPS
}

/// Adds the characters in pairs, into four lanes of sixteen bits.
#[inline]
const fn pairs(word: u64) -> u64 {
    (word & 0x00FF_00FF_00FF_00FF) + (word >> 8 & 0x00FF_00FF_00FF_00FF)
}

/// Adds the four lanes. A group of the greatest length is below sixteen bits.
#[inline]
const fn total(sums: u64) -> u32 {
    (sums.wrapping_mul(0x0001_0001_0001_0001) >> 48) as u32
}

/// Place of the first separator of a group in historique mode.
#[inline]
pub(super) fn first_space(fields: &[u8]) -> Option<usize> {
    if let Some(word) = fields.first_chunk::<8>() {
        let differences = u64::from_le_bytes(*word) ^ u64::from_le_bytes(PADDING);
        let equal = !(differences | TOPS).wrapping_sub(ONES) & TOPS;
        if equal != 0 {
            return Some(equal.trailing_zeros() as usize / 8);
        }
    }
    fields.iter().position(|&character| character == SP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::line::DAMAGED;

    fn window(characters: &[u8]) -> Vec<u8> {
        [characters, &PADDING].concat()
    }

    #[test]
    fn the_first_space_is_found_wherever_it_is() {
        for at in 0..20 {
            let mut fields = [b'!'; 20];
            fields[at..].fill(SP);
            assert_eq!(first_space(&fields), Some(at));
            assert_eq!(first_space(&fields[..=at]), Some(at));
            assert_eq!(first_space(&fields[..at]), None);
        }
    }

    #[test]
    fn every_character_that_no_group_may_hold_breaks_it_where_it_is() {
        for at in 0..20 {
            for wrong in (0..0x20).chain([0x7F, DAMAGED]).filter(|&c| c != CR) {
                let mut characters = vec![b'0'; 20];
                characters[at] = wrong;
                if wrong != HT {
                    assert!(
                        matches!(scan::<true>(&window(&characters)), Scan::Broken(place) if place == at)
                    );
                }
                assert!(
                    matches!(scan::<false>(&window(&characters)), Scan::Broken(place) if place == at)
                );
            }
        }
    }

    #[test]
    fn a_group_is_at_most_160_characters() {
        let ended = |len| scan::<true>(&window(&[vec![b'~'; len], vec![CR]].concat()));
        assert!(
            matches!(ended(160), Scan::Ended(shape) if shape.len == 160 && shape.sum == 160 * 0x7E)
        );
        assert!(matches!(ended(161), Scan::Broken(160)));
        assert!(matches!(
            scan::<true>(&window(&[b'~'; 160])),
            Scan::Unfinished
        ));
        assert!(matches!(
            scan::<true>(&window(&[b'~'; 161])),
            Scan::Broken(160)
        ));
        assert!(matches!(scan::<true>(&window(&[])), Scan::Unfinished));
    }
}
