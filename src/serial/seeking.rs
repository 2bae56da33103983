//! Which mode the meter speaks, and when to doubt it.
//!
//! A supplier may have the meter switched from historique to standard overnight, so the mode is found at the start and
//! found again when it changes. The evidence is correct groups (framing, checksum and grammar): noise and a line read at
//! the wrong speed give none, and a healthy line gives one at least every half second in either mode, in the middle of a
//! frame too.
//!
//! - While seeking, each speed is listened to for [`TRY`] from its first byte, or [`DEAF`] if no byte comes, in turn.
//! - A mode once found is left only after [`BAD`] of bytes without one correct group: never for an error, and never for a
//!   silence, which says nothing about the mode. A network may bring frames in bursts, with pauses of a second: those count,
//!   while a [`CRACKLE`] is forgotten in the first pause.
//! - A mode that the configuration says is never left; after [`BAD`] it is only decoded anew, since what the decoder made of the
//!   noise (that characters have a parity bit) may be wrong.
//! - The speed of the port and the mode of the decoder are two things: a pty, a network and some dongles have no speed, and
//!   there the groups alone decide.
//!
//! Pure: time is an argument, counted from any origin.

use super::hearing::LOST;
use crate::tic::Mode;
use std::time::Duration;

/// Bytes without a correct group: the other speed is tried.
pub const TRY: Duration = Duration::from_secs(2);
/// No byte: the other speed is tried.
pub const DEAF: Duration = Duration::from_secs(4);
/// Bytes without a correct group: the mode found is doubted.
pub const BAD: Duration = Duration::from_secs(5);

/// So few bytes between two pauses are no frame of another mode.
const CRACKLE: usize = 64;

/// What came from the port since the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// No byte.
    Nothing,
    /// No byte for so long that the line counts as silent.
    Silence,
    /// So many bytes, and no correct group among them.
    Noise(usize),
    /// A correct group of this mode; once a mode is found, only that one is heard.
    Correct(Mode),
}

/// What the reader is to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Go on.
    Stay,
    /// Listen at the speed of this mode from now on, for groups of either mode.
    Try(Mode),
    /// The mode is found: decode it from now on with a new decoder; the speed stays.
    Found(Mode),
}

/// Bytes without a correct group.
#[derive(Clone, Copy, Debug)]
struct Bad {
    since: Duration,
    last: Duration,
    count: usize,
}

/// The search for the mode, over the life of an open port.
#[derive(Debug)]
pub struct Seeking {
    /// The configuration says the mode: there is nothing to find.
    told: bool,
    speed: Mode,
    state: State,
}

#[derive(Debug)]
enum State {
    Trying {
        since: Duration,
        first_byte: Option<Duration>,
    },
    Found {
        mode: Mode,
        bad: Option<Bad>,
    },
}

impl Seeking {
    /// `told`: the mode that the configuration says, if any; `first`: the speed to try first otherwise.
    #[must_use]
    pub fn new(told: Option<Mode>, first: Mode, now: Duration) -> Self {
        match told {
            Some(mode) => Self {
                told: true,
                speed: mode,
                state: State::found(mode),
            },
            None => Self {
                told: false,
                speed: first,
                state: State::trying(now),
            },
        }
    }

    /// The speed of the port, named by its mode.
    #[must_use]
    pub fn speed(&self) -> Mode {
        self.speed
    }

    /// Takes what was heard; the answer is obeyed before the next call.
    pub fn push(&mut self, heard: Heard, now: Duration) -> Step {
        match (&mut self.state, heard) {
            (State::Trying { .. }, Heard::Correct(mode)) => self.take(mode),
            (State::Trying { since, first_byte }, _) => {
                if let Heard::Noise(_) = heard {
                    first_byte.get_or_insert(now);
                }
                let due = first_byte.map_or(*since + DEAF, |first| first + TRY);
                if now >= due {
                    self.try_other(now)
                } else {
                    Step::Stay
                }
            }
            (State::Found { .. }, Heard::Nothing) => Step::Stay,
            (State::Found { bad, .. }, Heard::Silence) => {
                *bad = bad.filter(|bad| bad.count > CRACKLE && now < bad.last + LOST);
                Step::Stay
            }
            (State::Found { bad, .. }, Heard::Correct(_)) => {
                *bad = None;
                Step::Stay
            }
            (State::Found { mode, bad }, Heard::Noise(count)) => {
                let before = bad.unwrap_or(Bad {
                    since: now,
                    last: now,
                    count: 0,
                });
                let since = before.since;
                *bad = Some(Bad {
                    since,
                    last: now,
                    count: before.count.saturating_add(count),
                });
                let mode = *mode;
                if now < since + BAD {
                    Step::Stay
                } else if self.told {
                    self.take(mode)
                } else {
                    self.try_other(now)
                }
            }
        }
    }

    fn take(&mut self, mode: Mode) -> Step {
        self.state = State::found(mode);
        Step::Found(mode)
    }

    fn try_other(&mut self, now: Duration) -> Step {
        self.speed = match self.speed {
            Mode::Standard => Mode::Historique,
            Mode::Historique => Mode::Standard,
        };
        self.state = State::trying(now);
        Step::Try(self.speed)
    }
}

impl State {
    fn found(mode: Mode) -> Self {
        Self::Found { mode, bad: None }
    }

    fn trying(now: Duration) -> Self {
        Self::Trying {
            since: now,
            first_byte: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mode::{Historique, Standard};

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// Pushes `heard` every 100 ms from `from` until the answer is not `Stay`.
    fn until_step(seeking: &mut Seeking, heard: Heard, from: u64) -> (Step, u64) {
        (from..from + 60_000)
            .step_by(100)
            .map(|now| (seeking.push(heard, ms(now)), now))
            .find(|(step, _)| *step != Step::Stay)
            .unwrap_or((Step::Stay, from + 60_000))
    }

    #[test]
    fn the_speeds_take_turns_while_only_noise_comes() {
        let mut seeking = Seeking::new(None, Standard, ms(0));
        assert_eq!(
            until_step(&mut seeking, Heard::Noise(96), 0),
            (Step::Try(Historique), 2000)
        );
        assert_eq!(
            until_step(&mut seeking, Heard::Noise(96), 2100),
            (Step::Try(Standard), 4100)
        );
        assert_eq!(seeking.speed(), Standard);
    }

    #[test]
    fn a_silent_line_is_tried_more_slowly() {
        let mut seeking = Seeking::new(None, Historique, ms(0));
        assert_eq!(
            until_step(&mut seeking, Heard::Nothing, 0),
            (Step::Try(Standard), 4000)
        );
        // A line that wakes up gets its whole time from its first byte.
        assert_eq!(seeking.push(Heard::Silence, ms(7900)), Step::Stay);
        assert_eq!(
            until_step(&mut seeking, Heard::Noise(96), 7950),
            (Step::Try(Historique), 9950)
        );
    }

    #[test]
    fn a_correct_group_decides_whatever_the_speed() {
        let mut seeking = Seeking::new(None, Standard, ms(0));
        assert_eq!(
            seeking.push(Heard::Correct(Historique), ms(300)),
            Step::Found(Historique)
        );
        assert_eq!(seeking.speed(), Standard);
    }

    #[test]
    fn a_mode_found_is_left_after_several_bad_seconds_only() {
        let mut seeking = Seeking::new(None, Standard, ms(0));
        seeking.push(Heard::Correct(Standard), ms(100));
        for now in (200..60_000).step_by(100) {
            let heard = if now % 4000 == 0 {
                Heard::Correct(Standard)
            } else {
                Heard::Noise(96)
            };
            assert_eq!(seeking.push(heard, ms(now)), Step::Stay);
        }
        seeking.push(Heard::Correct(Standard), ms(60_000));
        assert_eq!(
            until_step(&mut seeking, Heard::Noise(96), 60_100),
            (Step::Try(Historique), 65_100)
        );
        assert_eq!(
            seeking.push(Heard::Correct(Historique), ms(65_300)),
            Step::Found(Historique)
        );
    }

    #[test]
    fn silence_never_makes_a_mode_doubtful() {
        let mut seeking = Seeking::new(None, Standard, ms(0));
        seeking.push(Heard::Correct(Standard), ms(100));
        assert_eq!(until_step(&mut seeking, Heard::Silence, 200).0, Step::Stay);
        // Nor does a crackle now and then.
        for now in (70_000..200_000).step_by(3000) {
            assert_eq!(seeking.push(Heard::Noise(3), ms(now)), Step::Stay);
            assert_eq!(seeking.push(Heard::Silence, ms(now + 1000)), Step::Stay);
        }
    }

    #[test]
    fn frames_of_the_other_mode_in_bursts_are_found_out() {
        let mut seeking = Seeking::new(None, Standard, ms(0));
        seeking.push(Heard::Correct(Standard), ms(100));
        for now in [2000, 4000, 6000] {
            assert_eq!(seeking.push(Heard::Noise(150), ms(now)), Step::Stay);
            assert_eq!(seeking.push(Heard::Silence, ms(now + 1500)), Step::Stay);
        }
        let step = seeking.push(Heard::Noise(150), ms(8000));
        assert_eq!(step, Step::Try(Historique));
    }

    #[test]
    fn a_mode_that_was_told_is_kept_and_decoded_anew() {
        let mut seeking = Seeking::new(Some(Historique), Standard, ms(0));
        let anew = Step::Found(Historique);
        assert_eq!(until_step(&mut seeking, Heard::Noise(96), 0), (anew, 5000));
        assert_eq!(
            until_step(&mut seeking, Heard::Noise(96), 5100),
            (anew, 10_100)
        );
        assert_eq!(seeking.speed(), Historique);
    }
}
