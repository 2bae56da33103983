//! What the errors on a bad line point to.
//!
//! From the groups by the reason of their rejection, while some are good; from the characters, when none is. What was
//! measured with simulated damage, parity checked:
//!
//! | damage | parity, of the rejected groups | odd characters |
//! |---|---|---|
//! | single bits, or one that sticks | 98 to 100 % | 1 % with one group in seven bad, 20 % with all but one in fifty |
//! | bursts of four characters | 87 to 93 % | 0.2 to 4 % |
//! | characters lost or doubled | none | none |
//!
//! Where the parity bit is stripped, all of it looks alike.

use super::counts::{CharacterCounts, GroupCounts};
use crate::tic::Mode;

/// Of fewer groups rejected, or characters, nothing is concluded.
const GROUPS_MIN: u32 = 10;
const CHARACTERS_MIN: u32 = 256;

/// From this share of rejected groups on with bad parity, in percent, errors are of single bits.
const SINGLE_BITS: u32 = 96;
/// From this share on they are of whole characters; below, characters are lost.
const CHARACTERS: u32 = 50;
/// Of the groups of standard mode good at most, in percent, when an adapter cannot follow. Noise alone is seldom so strong.
const TOO_SLOW: u8 = 50;

/// From this share of characters of odd parity on, in percent, noise is heavy.
const NOISY: u32 = 5;
/// From this one on it is no noise: groups would get through it.
const GARBLED: u32 = 25;

/// The likely cause of the errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineFault {
    /// Single bits are wrong.
    Levels,
    /// The parity bit does not get through, so that the kinds of errors look alike.
    ParityStripped,
    /// Several characters in a row are wrong.
    Noise,
    /// Characters are lost, or come twice.
    LostCharacters,
    /// Most characters are wrong.
    TooSlow,
}

impl LineFault {
    /// Every cause.
    pub const ALL: [Self; 5] = [
        Self::Levels,
        Self::ParityStripped,
        Self::Noise,
        Self::LostCharacters,
        Self::TooSlow,
    ];

    /// What is seen, what it points to and what to do, in one line for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Levels => {
                "single bits are wrong, likely weak levels: check the contacts, the length of the wires and the adapter"
            }
            Self::ParityStripped => {
                "the parity bit is stripped, so that errors cannot be told apart: set the adapter to 8N1 or 7E1, and \
                 parity = \"auto\""
            }
            Self::Noise => {
                "runs of characters are wrong, likely noise: keep the wires away from mains cables and power electronics"
            }
            Self::LostCharacters => {
                "characters are lost, likely by an adapter, a server or a computer that is too busy"
            }
            Self::TooSlow => {
                "most characters are garbled, likely the wrong speed, or an adapter made for 1200 baud on a meter in \
                 standard mode (9600 baud)"
            }
        }
    }

    /// From the groups of a line that gives some good ones, in its mode. `parity_checked`: whether characters had a parity
    /// bit. `None` for too few errors.
    pub fn of_groups(counts: &GroupCounts, mode: Mode, parity_checked: bool) -> Option<Self> {
        let rejected = counts.rejected.total();
        if rejected < GROUPS_MIN {
            return None;
        }
        let by_parity = percent(counts.rejected.parity, rejected);
        Some(if !parity_checked {
            Self::ParityStripped
        } else if by_parity < CHARACTERS {
            Self::LostCharacters
        } else if mode == Mode::Standard && counts.quality().is_some_and(|good| good < TOO_SLOW) {
            Self::TooSlow
        } else if by_parity < SINGLE_BITS {
            Self::Noise
        } else {
            Self::Levels
        })
    }

    /// From the characters of a line that gives no good group. `None` if they point to nothing: too few of them, or good
    /// ones that are no TIC.
    pub fn of_characters(counts: &CharacterCounts) -> Option<Self> {
        if counts.total < CHARACTERS_MIN {
            return None;
        }
        let odd = percent(counts.odd, counts.total);
        match odd {
            GARBLED.. if counts.high == 0 => Some(Self::ParityStripped),
            GARBLED.. => Some(Self::TooSlow),
            NOISY..GARBLED => Some(Self::Noise),
            0..NOISY => None,
        }
    }
}

fn percent(part: u32, whole: u32) -> u32 {
    let share = u64::from(part) * 100 / u64::from(whole.max(1));
    u32::try_from(share).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::Rejected;

    #[test]
    fn a_clean_line_and_a_few_errors_point_to_nothing() {
        let mut counts = GroupCounts {
            good: 1000,
            rejected: Rejected::default(),
        };
        assert_eq!(LineFault::of_groups(&counts, Mode::Standard, true), None);
        counts.rejected.parity = 9;
        assert_eq!(LineFault::of_groups(&counts, Mode::Standard, true), None);
        counts.rejected.parity = 10;
        let fault = LineFault::of_groups(&counts, Mode::Standard, true);
        assert_eq!(fault, Some(LineFault::Levels));
    }

    #[test]
    fn characters_that_form_no_group_point_to_their_cause() {
        let counts = |odd, high| CharacterCounts {
            total: 1000,
            odd,
            high,
        };
        for (counts, fault) in [
            (counts(0, 400), None),
            (counts(0, 0), None),
            (counts(380, 0), Some(LineFault::ParityStripped)),
            (counts(400, 500), Some(LineFault::TooSlow)),
            (counts(120, 400), Some(LineFault::Noise)),
            (CharacterCounts::default(), None),
        ] {
            assert_eq!(LineFault::of_characters(&counts), fault, "{counts:?}");
        }
    }

    #[test]
    fn bytes_are_counted_by_their_parity() {
        let mut counts = CharacterCounts::default();
        counts.push(&[0x82, 0x02, 0x00]);
        let expected = CharacterCounts {
            total: 3,
            odd: 1,
            high: 1,
        };
        assert_eq!(counts, expected);
    }
}
