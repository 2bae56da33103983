//! Which mode the line is in, and when to look for another.
//!
//! A supplier may have the meter switched from historique to standard overnight, so the mode is detected at the start and
//! again when it changes. The evidence is correct groups (framing, checksum and grammar): noise and a line read at
//! the wrong speed give none, and a healthy line gives one at least every half second in either mode, in the middle of a
//! frame too.
//!
//! | state | observation | next |
//! |---|---|---|
//! | probing | a correct group | found |
//! | probing | none for [`PROBE_TIMEOUT`] from the first byte, or no byte for [`PROBE_TIMEOUT_SILENT`] | probing at the other speed |
//! | found | only noise for [`MODE_LOST_AFTER`] | probing at the other speed; found again if the mode is configured |
//! | found | errors between correct groups, silence | found |
//!
//! - A network may bring frames in bursts with pauses of a second, so noise adds up over pauses; a burst of
//!   [`NOISE_BURST_MAX`] bytes is forgotten in the first pause.
//! - A configured mode is never left. It is decoded anew, because the decoder may have drawn a wrong conclusion about
//!   parity from the noise.
//! - The speed of the port and the mode of the decoder are two things: a pty, a network and some dongles have no speed, and
//!   there the groups alone decide.
//!
//! Pure: time is an argument, counted from any origin.

use super::line_monitor::{LOST_AFTER, LineObservation};
use crate::tic::Mode;
use std::time::Duration;

/// Bytes without a correct group for this long: the other speed is tried. Four times the time that a healthy line needs.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// No byte for this long: the other speed is tried. Nothing is lost by it, so there is no hurry.
const PROBE_TIMEOUT_SILENT: Duration = Duration::from_secs(4);
/// Bytes without a correct group for this long: the mode found is left. Longer than a short disturbance,
/// shorter than the ten seconds after which there is no signal.
const MODE_LOST_AFTER: Duration = Duration::from_secs(5);

/// The most bytes between two pauses that count as a disturbance: a frame of either mode is longer.
const NOISE_BURST_MAX: usize = 64;

/// What follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeStep {
    /// Nothing.
    Stay,
    /// Decode both modes from now on, at the new [`speed`](ModeDetector::speed).
    Probe,
    /// Decode this mode from now on with a new decoder; the speed stays.
    Found(Mode),
}

/// Bytes without a correct group.
#[derive(Clone, Copy, Debug)]
struct NoiseRun {
    since: Duration,
    last: Duration,
    count: usize,
}

/// The mode of an open port.
#[derive(Debug)]
pub struct ModeDetector {
    /// The mode is given by the configuration.
    is_configured: bool,
    speed: Mode,
    state: Detection,
}

#[derive(Debug)]
enum Detection {
    Probing {
        since: Duration,
        first_byte: Option<Duration>,
    },
    Found {
        mode: Mode,
        noise: Option<NoiseRun>,
    },
}

impl ModeDetector {
    /// `configured`: the mode, if the configuration gives it; `first`: the speed to try first otherwise.
    #[must_use]
    pub fn new(configured: Option<Mode>, first: Mode, now: Duration) -> Self {
        match configured {
            Some(mode) => Self {
                is_configured: true,
                speed: mode,
                state: Detection::found(mode),
            },
            None => Self {
                is_configured: false,
                speed: first,
                state: Detection::probing(now),
            },
        }
    }

    /// The speed of the port, named by its mode.
    #[must_use]
    pub fn speed(&self) -> Mode {
        self.speed
    }

    /// Takes an observation in; the step is applied before the next.
    pub fn push(&mut self, observation: LineObservation, now: Duration) -> ModeStep {
        match (&mut self.state, observation) {
            (Detection::Probing { .. }, LineObservation::Correct(mode)) => self.find(mode),
            (Detection::Probing { since, first_byte }, _) => {
                if let LineObservation::Noise(_) = observation {
                    first_byte.get_or_insert(now);
                }
                let due =
                    first_byte.map_or(*since + PROBE_TIMEOUT_SILENT, |first| first + PROBE_TIMEOUT);
                if now >= due {
                    self.try_other(now)
                } else {
                    ModeStep::Stay
                }
            }
            (Detection::Found { .. }, LineObservation::NoData) => ModeStep::Stay,
            (Detection::Found { noise, .. }, LineObservation::Silence) => {
                *noise = noise
                    .filter(|noise| noise.count > NOISE_BURST_MAX && now < noise.last + LOST_AFTER);
                ModeStep::Stay
            }
            (Detection::Found { noise, .. }, LineObservation::Correct(_)) => {
                *noise = None;
                ModeStep::Stay
            }
            (Detection::Found { mode, noise }, LineObservation::Noise(count)) => {
                let before = noise.unwrap_or(NoiseRun {
                    since: now,
                    last: now,
                    count: 0,
                });
                let since = before.since;
                *noise = Some(NoiseRun {
                    since,
                    last: now,
                    count: before.count.saturating_add(count),
                });
                let mode = *mode;
                if now < since + MODE_LOST_AFTER {
                    ModeStep::Stay
                } else if self.is_configured {
                    self.find(mode)
                } else {
                    self.try_other(now)
                }
            }
        }
    }

    fn find(&mut self, mode: Mode) -> ModeStep {
        self.state = Detection::found(mode);
        ModeStep::Found(mode)
    }

    fn try_other(&mut self, now: Duration) -> ModeStep {
        self.speed = match self.speed {
            Mode::Standard => Mode::Historique,
            Mode::Historique => Mode::Standard,
        };
        self.state = Detection::probing(now);
        ModeStep::Probe
    }
}

impl Detection {
    fn found(mode: Mode) -> Self {
        Self::Found { mode, noise: None }
    }

    fn probing(now: Duration) -> Self {
        Self::Probing {
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

    /// Pushes `observation` every 100 ms from `from` until the answer is not `Stay`.
    fn until_step(
        detector: &mut ModeDetector,
        observation: LineObservation,
        from: u64,
    ) -> (ModeStep, u64) {
        (from..from + 60_000)
            .step_by(100)
            .map(|now| (detector.push(observation, ms(now)), now))
            .find(|(step, _)| *step != ModeStep::Stay)
            .unwrap_or((ModeStep::Stay, from + 60_000))
    }

    #[test]
    fn the_speeds_take_turns_while_only_noise_comes() {
        let mut detector = ModeDetector::new(None, Standard, ms(0));
        assert_eq!(
            until_step(&mut detector, LineObservation::Noise(96), 0),
            (ModeStep::Probe, 2000)
        );
        assert_eq!(
            until_step(&mut detector, LineObservation::Noise(96), 2100),
            (ModeStep::Probe, 4100)
        );
        assert_eq!(detector.speed(), Standard);
    }

    #[test]
    fn a_silent_line_is_tried_more_slowly() {
        let mut detector = ModeDetector::new(None, Historique, ms(0));
        assert_eq!(
            until_step(&mut detector, LineObservation::NoData, 0),
            (ModeStep::Probe, 4000)
        );
        // A line that wakes up gets its whole time from its first byte.
        assert_eq!(
            detector.push(LineObservation::Silence, ms(7900)),
            ModeStep::Stay
        );
        assert_eq!(
            until_step(&mut detector, LineObservation::Noise(96), 7950),
            (ModeStep::Probe, 9950)
        );
    }

    #[test]
    fn a_correct_group_decides_whatever_the_speed() {
        let mut detector = ModeDetector::new(None, Standard, ms(0));
        assert_eq!(
            detector.push(LineObservation::Correct(Historique), ms(300)),
            ModeStep::Found(Historique)
        );
        assert_eq!(detector.speed(), Standard);
    }

    #[test]
    fn a_mode_found_is_left_after_several_seconds_of_noise_only() {
        let mut detector = ModeDetector::new(None, Standard, ms(0));
        detector.push(LineObservation::Correct(Standard), ms(100));
        for now in (200..60_000).step_by(100) {
            let observation = if now % 4000 == 0 {
                LineObservation::Correct(Standard)
            } else {
                LineObservation::Noise(96)
            };
            assert_eq!(detector.push(observation, ms(now)), ModeStep::Stay);
        }
        detector.push(LineObservation::Correct(Standard), ms(60_000));
        assert_eq!(
            until_step(&mut detector, LineObservation::Noise(96), 60_100),
            (ModeStep::Probe, 65_100)
        );
        assert_eq!(
            detector.push(LineObservation::Correct(Historique), ms(65_300)),
            ModeStep::Found(Historique)
        );
    }

    #[test]
    fn silence_never_makes_a_mode_doubtful() {
        let mut detector = ModeDetector::new(None, Standard, ms(0));
        detector.push(LineObservation::Correct(Standard), ms(100));
        assert_eq!(
            until_step(&mut detector, LineObservation::Silence, 200).0,
            ModeStep::Stay
        );
        // Nor does a short burst of noise now and then.
        for now in (70_000..200_000).step_by(3000) {
            assert_eq!(
                detector.push(LineObservation::Noise(3), ms(now)),
                ModeStep::Stay
            );
            assert_eq!(
                detector.push(LineObservation::Silence, ms(now + 1000)),
                ModeStep::Stay
            );
        }
    }

    #[test]
    fn frames_of_the_other_mode_in_bursts_are_found_out() {
        let mut detector = ModeDetector::new(None, Standard, ms(0));
        detector.push(LineObservation::Correct(Standard), ms(100));
        for now in [2000, 4000, 6000] {
            assert_eq!(
                detector.push(LineObservation::Noise(150), ms(now)),
                ModeStep::Stay
            );
            assert_eq!(
                detector.push(LineObservation::Silence, ms(now + 1500)),
                ModeStep::Stay
            );
        }
        let step = detector.push(LineObservation::Noise(150), ms(8000));
        assert_eq!((step, detector.speed()), (ModeStep::Probe, Historique));
    }

    #[test]
    fn a_configured_mode_is_kept_and_decoded_anew() {
        let mut detector = ModeDetector::new(Some(Historique), Standard, ms(0));
        let anew = ModeStep::Found(Historique);
        assert_eq!(
            until_step(&mut detector, LineObservation::Noise(96), 0),
            (anew, 5000)
        );
        assert_eq!(
            until_step(&mut detector, LineObservation::Noise(96), 5100),
            (anew, 10_100)
        );
        assert_eq!(detector.speed(), Historique);
    }
}
