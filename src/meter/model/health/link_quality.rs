//! The share of good groups over the last five minutes.
//!
//! Input: the groups of every frame, accepted or rejected, also of frames that hold nothing good. Groups that are lost
//! without a trace (a frame that was cut short) are not in it.

use core::time::Duration;

use super::counts::GroupCounts;
use super::line_fault::LineFault;
use crate::tic::{Frame, Mode, Rejected};

/// The window is forgotten in steps of this size.
const STEP: Duration = Duration::from_secs(30);
/// Steps of the window: five minutes.
const STEPS: usize = 10;
/// From the first frame until the share is known.
const WARM_UP: Duration = Duration::from_secs(60);

/// Below this share, in percent, the line is bad; it is good again from the other one on.
const BAD_BELOW: u8 = 90;
const GOOD_FROM: u8 = 95;

/// Another cause replaces the one that is named after this time: then no group is left of before.
const CAUSE_LASTS: Duration = Duration::from_secs(300);

/// Counts of one step, and its number since the origin of the clock.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    number: u64,
    counts: GroupCounts,
}

/// The groups of the last five minutes.
#[derive(Clone, Debug, Default)]
pub struct LinkQuality {
    steps: [Step; STEPS],
    /// The first frame after five minutes without any.
    since: Option<Duration>,
    /// Of the last frame with a good group: its mode, and whether its parity was checked.
    last: Option<(Mode, bool)>,
    /// While the line is bad. Each change of it is published and logged, so that another cause must last to replace it.
    fault: Option<LineFault>,
    /// Since when the groups point to another one.
    contradicted: Option<Duration>,
}

impl LinkQuality {
    /// Takes a frame that ended at `now`.
    pub fn push(&mut self, frame: &Frame, now: Duration) {
        let good = u32::try_from(frame.groups().len()).unwrap_or(u32::MAX);
        self.count(good, frame.rejected(), now);
        if good > 0 {
            self.last = Some((frame.mode(), frame.is_parity_checked()));
        }
        self.judge(now);
    }

    fn judge(&mut self, now: Duration) {
        let limit = if self.fault.is_some() {
            GOOD_FROM
        } else {
            BAD_BELOW
        };
        let is_bad = self.quality(now).is_some_and(|quality| quality < limit);
        let found = self
            .last
            .filter(|_| is_bad)
            .and_then(|(mode, checked)| LineFault::of_groups(&self.counts(now), mode, checked));
        let is_another = self.fault.is_some() && found.is_some() && self.fault != found;
        self.contradicted = is_another.then(|| self.contradicted.unwrap_or(now));
        let lasts = |since: Duration| now.saturating_sub(since) >= CAUSE_LASTS;
        if self.contradicted.is_none_or(lasts) {
            self.fault = found;
            self.contradicted = None;
        }
    }

    /// What the errors point to, while the line is bad. As of the last frame.
    pub fn fault(&self) -> Option<LineFault> {
        self.fault
    }

    fn count(&mut self, good: u32, rejected: Rejected, now: Duration) {
        if self.counts(now) == GroupCounts::default() {
            self.since = Some(now);
        }
        let number = step_number(now);
        let place = usize::try_from(number % STEPS as u64).unwrap_or_default();
        if let Some(step) = self.steps.get_mut(place) {
            if step.number != number {
                *step = Step {
                    number,
                    counts: GroupCounts::default(),
                };
            }
            step.counts.add(good, rejected);
        }
    }

    /// The groups of the last five minutes.
    pub fn counts(&self, now: Duration) -> GroupCounts {
        let newest = step_number(now);
        let mut sum = GroupCounts::default();
        for step in &self.steps {
            if newest.saturating_sub(step.number) < STEPS as u64 {
                sum.add(step.counts.good, step.counts.rejected);
            }
        }
        sum
    }

    /// The share of good groups, in percent; `None` in the first minute, and without a group for five.
    pub fn quality(&self, now: Duration) -> Option<u8> {
        let observed = now.saturating_sub(self.since?);
        (observed >= WARM_UP)
            .then(|| self.counts(now).quality())
            .flatten()
    }
}

fn step_number(now: Duration) -> u64 {
    now.as_secs() / STEP.as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn parity(parity: u32) -> Rejected {
        Rejected {
            parity,
            ..Rejected::default()
        }
    }

    #[test]
    fn the_share_is_known_after_a_minute_and_forgets_after_five() {
        let mut line = LinkQuality::default();
        for second in 100..160 {
            line.count(38, Rejected::default(), at(second));
            assert_eq!(line.quality(at(second)), None);
        }
        line.count(38, Rejected::default(), at(160));
        assert_eq!(line.quality(at(160)), Some(100));
        // One group in 38 is bad from now on.
        for second in 161..1000 {
            line.count(37, parity(1), at(second));
        }
        assert_eq!(line.quality(at(1000)), Some(97));
        for second in 1001..1400 {
            line.count(38, Rejected::default(), at(second));
        }
        assert_eq!(line.quality(at(1400)), Some(100));
    }

    #[test]
    fn a_single_error_is_seen() {
        let counts = GroupCounts {
            good: 9999,
            rejected: parity(1),
        };
        assert_eq!(counts.quality(), Some(99));
        assert_eq!(GroupCounts::default().quality(), None);
    }

    #[test]
    fn after_an_outage_the_first_minute_begins_anew() {
        let mut line = LinkQuality::default();
        for second in 0..100 {
            line.count(38, Rejected::default(), at(second));
        }
        assert_eq!(line.quality(at(99)), Some(100));
        line.count(38, Rejected::default(), at(1000));
        assert_eq!(line.quality(at(1000)), None);
        line.count(0, parity(38), at(1060));
        assert_eq!(line.quality(at(1060)), Some(50));
    }

    #[test]
    fn the_cause_that_is_named_does_not_flicker() {
        let mut line = LinkQuality {
            last: Some((Mode::Standard, true)),
            ..LinkQuality::default()
        };
        let mut causes = vec![None];
        let mut second = |rejected| {
            let now = at(causes.len() as u64);
            line.count(30, rejected, now);
            line.judge(now);
            causes.push(line.fault());
        };
        // About where single bits and runs of characters are distinguished.
        for number in 0..1200 {
            let wobbles = number / 100 % 2;
            second(Rejected {
                format: wobbles,
                ..parity(16 - wobbles)
            });
        }
        for _ in 0..700 {
            second(Rejected {
                format: 2,
                ..parity(6)
            });
        }
        for _ in 0..300 {
            second(Rejected::default());
        }
        causes.dedup();
        assert_eq!(
            causes,
            [None, Some(LineFault::Levels), Some(LineFault::Noise), None]
        );
    }
}
