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
//!
//! Where no group is good, a UART was simulated on the bits of both modes:
//!
//! | line | odd, % | steady, % | bits set of eight | in a frame, % |
//! |---|---|---|---|---|
//! | good | 0 | 0 | 3.0 | 100 |
//! | 1200 baud read at 9600 | 37 | 100 | 1.3 | 23 |
//! | 9600 baud read at 1200 | 58 | 11 | 2.7 | 59 |
//! | single marks lost, or single spaces | 29 to 32, 48 to 50 | 47 to 54, 23 to 29 | 1.8 to 1.9, 4.1 to 4.2 | 40, 78 |
//! | marks lost, a fifth to a half | 38 to 51 | 6 to 26 | 2.5 to 1.5 | 83 to 50 |
//! | spaces lost, a fifth to a half | 45 to 51 | 3 to 13 | 4.0 to 5.5 | 95 to 90 |
//! | inverted | 35 to 49 | 2 | 5.1 to 5.2 | 60 to 86 |
//! | random | 50 | 7 | 4.0 | 78 |

use super::counts::{CharacterCounts, GroupCounts};
use crate::meter::link_cause::LinkCause;
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

/// From this share of steady characters on, in percent, all pulses are much longer than a bit.
const LONG_PULSES: u32 = 80;
/// From this one on the short ones are missing.
const SHORT_PULSES_LOST: u32 = 20;
/// Bits set of eight, in hundredths: a good line has 300. Below the first, or from the second on, one level is lost.
const MARKS_LOST: u64 = 260;
const SPACES_LOST: u64 = 340;
/// Of single marks that are lost fewer characters become odd, in percent, than of any marks.
const MARKS_ODD: u32 = 42;
/// From this one on most bits are the other ones.
const INVERTED: u64 = 490;
/// A line of which spaces are lost still has so many characters that may be in a frame, in percent.
const TEXT_LEFT: u32 = 88;

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
    /// Short pulses are lost.
    ShortPulses,
    /// The line is at 1200 baud and is read at 9600.
    SlowLine,
    /// Bits of one level are lost.
    OneLevel,
    /// Both levels are exchanged.
    Inverted,
}

impl LineFault {
    /// Every cause.
    pub const ALL: [Self; 9] = [
        Self::Levels,
        Self::ParityStripped,
        Self::Noise,
        Self::LostCharacters,
        Self::TooSlow,
        Self::ShortPulses,
        Self::SlowLine,
        Self::OneLevel,
        Self::Inverted,
    ];

    /// What is seen, what it points to and what to do, in one line for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Levels => {
                "single bits are wrong, likely weak levels: check the contacts, the length of the wires and the adapter"
            }
            Self::ParityStripped => {
                "the parity bit is stripped, so that errors cannot be distinguished: set the adapter to 8N1 or 7E1, and \
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
            Self::ShortPulses => {
                "short pulses are lost, likely an adapter that is too slow for 9600 baud: one made for 1200 baud cannot \
                 follow the standard mode"
            }
            Self::SlowLine => {
                "all pulses are too long, likely a meter in historique mode (1200 baud) that is read at 9600 baud: leave \
                 `mode` at auto, and set a server to 1200 baud, 7E1"
            }
            Self::OneLevel => {
                "bits of one level are lost, likely weak levels: check the contacts, the length of the wires and the \
                 resistors of the adapter"
            }
            Self::Inverted => {
                "most bits are the wrong ones, likely an adapter whose output is inverted"
            }
        }
    }

    /// The word for it.
    pub fn cause(self) -> LinkCause {
        match self {
            Self::TooSlow | Self::ShortPulses | Self::SlowLine => LinkCause::WrongSpeed,
            Self::Levels
            | Self::ParityStripped
            | Self::Noise
            | Self::LostCharacters
            | Self::OneLevel => LinkCause::Noise,
            // All characters are wrong, and none for the line.
            Self::Inverted => LinkCause::NoGroup,
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

    /// From the characters of a line that gives no good group, read at 9600 baud (`fast`) and at 1200 (`slow`) in turns. A
    /// line that has no speed, as behind a server, has both counts alike. `None` if they point to nothing: too few of them,
    /// or good ones that are no TIC.
    pub fn of_characters(fast: &CharacterCounts, slow: &CharacterCounts) -> Option<Self> {
        match (Self::at_one_speed(fast), Self::at_one_speed(slow)) {
            // The line is a slow one: its faults are seen at its own speed.
            (Some(Self::SlowLine), at_its_speed) => at_its_speed.or(Some(Self::SlowLine)),
            (at_its_speed, other) => at_its_speed.or(other),
        }
    }

    fn at_one_speed(counts: &CharacterCounts) -> Option<Self> {
        if counts.total < CHARACTERS_MIN {
            return None;
        }
        let share = |part| percent(part, counts.total);
        let ones = counts.ones.saturating_mul(100) / u64::from(counts.total);
        if share(counts.steady) >= LONG_PULSES {
            return Some(Self::SlowLine);
        }
        match share(counts.odd) {
            0..NOISY => None,
            NOISY..GARBLED if share(counts.steady) < SHORT_PULSES_LOST => Some(Self::Noise),
            _ if counts.high == 0 => Some(Self::ParityStripped),
            _ if ones >= INVERTED && share(counts.text) < TEXT_LEFT => Some(Self::Inverted),
            _ if ones >= SPACES_LOST && share(counts.text) >= TEXT_LEFT => Some(Self::OneLevel),
            odd if share(counts.steady) >= SHORT_PULSES_LOST
                && (ones >= SPACES_LOST || odd < MARKS_ODD) =>
            {
                Some(Self::ShortPulses)
            }
            _ if ones < MARKS_LOST => Some(Self::OneLevel),
            _ => Some(Self::TooSlow),
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
        // The shares of the table above, in characters of a thousand; bits set in hundredths.
        let counts = |odd, high, steady, text, ones: u64| CharacterCounts {
            total: 1000,
            odd,
            high,
            steady,
            text,
            ones: ones * 10,
        };
        for (counts, fault) in [
            (counts(0, 400, 0, 1000, 300), None),
            (counts(0, 0, 0, 1000, 266), None),
            (
                counts(380, 0, 0, 1000, 266),
                Some(LineFault::ParityStripped),
            ),
            (counts(370, 430, 1000, 230, 133), Some(LineFault::SlowLine)),
            (counts(580, 340, 110, 590, 271), Some(LineFault::TooSlow)),
            (
                counts(320, 320, 470, 400, 192),
                Some(LineFault::ShortPulses),
            ),
            (
                counts(500, 490, 290, 760, 405),
                Some(LineFault::ShortPulses),
            ),
            (counts(380, 310, 60, 790, 245), Some(LineFault::OneLevel)),
            (counts(510, 190, 260, 500, 152), Some(LineFault::OneLevel)),
            (counts(450, 510, 30, 950, 405), Some(LineFault::OneLevel)),
            (counts(490, 690, 110, 910, 549), Some(LineFault::OneLevel)),
            (counts(490, 570, 20, 860, 521), Some(LineFault::Inverted)),
            (counts(500, 490, 70, 780, 399), Some(LineFault::TooSlow)),
            (counts(120, 400, 10, 960, 310), Some(LineFault::Noise)),
            // A part of a frame in which few characters become odd.
            (
                counts(240, 320, 470, 400, 192),
                Some(LineFault::ShortPulses),
            ),
            (CharacterCounts::default(), None),
        ] {
            let other = CharacterCounts::default();
            assert_eq!(
                LineFault::of_characters(&counts, &other),
                fault,
                "{counts:?}"
            );
        }
    }

    #[test]
    fn a_slow_line_is_judged_at_its_own_speed() {
        let long_pulses = CharacterCounts {
            total: 1000,
            odd: 370,
            high: 430,
            steady: 990,
            text: 230,
            ones: 1330,
        };
        let weak = CharacterCounts {
            total: 1000,
            odd: 430,
            high: 330,
            steady: 120,
            text: 720,
            ones: 2100,
        };
        let fault = LineFault::of_characters(&long_pulses, &weak);
        assert_eq!(fault, Some(LineFault::OneLevel));
        let fault = LineFault::of_characters(&long_pulses, &long_pulses);
        assert_eq!(fault, Some(LineFault::SlowLine), "behind a server");
    }

    #[test]
    fn bytes_are_counted_by_their_parity() {
        let mut counts = CharacterCounts::default();
        counts.push(&[0x82, 0x02, 0x00]);
        let expected = CharacterCounts {
            total: 3,
            odd: 1,
            high: 1,
            steady: 1,
            text: 2,
            ones: 3,
        };
        assert_eq!(counts, expected);
    }
}
