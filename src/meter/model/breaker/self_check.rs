//! Whether the model holds on this meter: its own maximum of the day beside the one that the meter shows, once a day.
//!
//! SMAXSN is the maximum of √y since midnight, made with the filter of the breaker (54E 6.2.3.11). The model is corrected by it
//! all day, so it proves nothing there. Here a filter for each phase runs without it, from what the frames show alone.
//!
//! Input: samples, and the day of their DATE. Output: at midnight the phase that fits worst, if the day can be judged: the
//! maximum was set while the filter was exact, and is not so low that the meter's whole numbers decide. A meter that agrees
//! within one percent and a step proves the model. What is seen of a pulsing load is by chance (a frame every second or two):
//! that explains up to 2.4 % (measured), and more than 3 % contradicts the model. Between them nothing is decided.

use super::filter::TripFilter;
use super::{BreakerSample, MARGIN, PhaseLoad};

/// The filter counts as exact when it is known within this share of the limit.
const EXACT: f64 = 0.002;
/// A maximum below this share of the limit is not judged.
const SHOWN_MIN: f64 = 0.1;
/// The model holds within this share of the maximum, and a step of it.
const HOLDS: f64 = 0.01;
/// It does not hold beyond this one.
const DIFFERS: f64 = 0.03;

/// A day by its date.
pub type Day = (u16, u8, u8);

/// What a day showed of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerCheck {
    /// Whether the model holds on this meter.
    pub holds: bool,
    /// The maximum of the day that the meter shows, VA.
    pub shown: u32,
    /// That of the model, VA.
    pub modelled: u32,
}

/// The check of one meter.
#[derive(Clone, Debug, Default)]
pub struct SelfCheck {
    day: Option<Day>,
    phases: [Option<WatchedPhase>; 3],
}

#[derive(Clone, Debug)]
struct WatchedPhase {
    filter: TripFilter,
    /// VA.
    limit: f64,
    /// Since when the filter is exact, in seconds.
    since: Option<f64>,
    /// The highest √y since then, and since midnight.
    highest: f64,
    /// The maximum that the meter shows, and when it was set, in seconds.
    shown: Option<(u32, f64)>,
    /// Every maximum so far was in tens of VA.
    in_tens: bool,
}

impl SelfCheck {
    /// Takes the figures of a frame in. A frame without DATE is of the day of the one before.
    pub fn push(&mut self, sample: &BreakerSample, day: Option<Day>) -> Option<BreakerCheck> {
        let limit = MARGIN * f64::from(sample.cutoff.filter(|cutoff| *cutoff > 0)?);
        let mut check = None;
        if let Some(day) = day
            && self.day.replace(day).is_some_and(|last| last != day)
        {
            let phases = self.phases.iter_mut().flatten();
            let checks = phases.filter_map(WatchedPhase::end_day);
            check = checks.reduce(|worst, other| if worst.holds { other } else { worst });
        }
        let time = sample.time.as_secs_f64();
        for (phase, load) in self.phases.iter_mut().zip(&sample.phases) {
            if let Some(load) = load {
                phase
                    .get_or_insert_with(|| WatchedPhase::new(time, load, limit))
                    .push(time, load, limit);
            }
        }
        check
    }
}

impl WatchedPhase {
    fn new(time: f64, load: &PhaseLoad, limit: f64) -> Self {
        Self {
            filter: TripFilter::new(time, f64::from(load.apparent), limit, None),
            limit,
            since: None,
            highest: 0.0,
            shown: None,
            in_tens: true,
        }
    }

    fn push(&mut self, time: f64, load: &PhaseLoad, limit: f64) {
        self.limit = limit;
        self.filter
            .push(time, f64::from(load.apparent), limit, None);
        if self.filter.doubt() > EXACT * limit {
            self.since = None;
            self.highest = 0.0;
        } else {
            self.since.get_or_insert(time);
            self.highest = self.highest.max(self.filter.root());
        }
        if let Some(maximum) = load.maximum {
            #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
            let set_at = time - maximum.age as f64;
            self.shown = Some((maximum.apparent, set_at));
            self.in_tens &= maximum.apparent.is_multiple_of(10);
        }
    }

    /// The day has ended: what it showed. The next one begins with the y of now.
    fn end_day(&mut self) -> Option<BreakerCheck> {
        let highest = std::mem::replace(&mut self.highest, self.filter.root());
        let (shown, set_at) = self.shown.take()?;
        let value = f64::from(shown);
        let is_seen = self.since.is_some_and(|since| since <= set_at);
        if !is_seen || value < SHOWN_MIN * self.limit {
            return None;
        }
        let step = if self.in_tens { 10.0 } else { 1.0 };
        let beyond = (highest - value).abs() - step;
        let is_decided = beyond <= HOLDS * value || beyond > DIFFERS * value;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "VA of a house"
        )]
        is_decided.then(|| BreakerCheck {
            holds: beyond <= HOLDS * value,
            shown,
            modelled: highest.round() as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::super::Maximum;
    use super::*;

    const CUTOFF: u32 = 6_000;
    const DAYS: [Day; 2] = [(2026, 1, 15), (2026, 1, 16)];

    /// Two hours and a half before midnight to just after it, with a peak an hour before it. The meter shows its maximum times
    /// `factor`, in steps; frames are lost as `is_lost` has it.
    fn check(factor: f64, step: u32, is_lost: impl Fn(u32) -> bool) -> Option<BreakerCheck> {
        let mut truth = TripFilter::new(
            0.0,
            0.0,
            7_800.0,
            Some(Maximum {
                apparent: 0,
                age: 0,
            }),
        );
        let (mut highest, mut set_at) = (0.0, 0);
        let mut checker = SelfCheck::default();
        (1..9_010).find_map(|second: u32| {
            let apparent = if (5_000..5_090).contains(&second) {
                6_500
            } else {
                400
            };
            truth.push(f64::from(second), f64::from(apparent), 7_800.0, None);
            if truth.root() > highest {
                (highest, set_at) = (truth.root(), second);
            }
            let day = DAYS[usize::from(second > 9_000)];
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "VA"
            )]
            let shown = (highest * factor) as u32 / step * step;
            let load = PhaseLoad {
                apparent,
                maximum: (second <= 9_000).then(|| Maximum {
                    apparent: shown,
                    age: (second - set_at).into(),
                }),
            };
            let sample = BreakerSample {
                time: Duration::from_secs(second.into()),
                cutoff: Some(CUTOFF),
                phases: [Some(load), None, None],
            };
            (!is_lost(second)).then(|| checker.push(&sample, Some(day)))?
        })
    }

    #[test]
    fn the_model_holds_on_a_meter_that_makes_its_maximum_so() {
        for step in [1, 10] {
            let check = check(1.0, step, |_| false).unwrap();
            assert!(
                check.holds && check.shown.abs_diff(check.modelled) <= step,
                "{check:?}"
            );
            assert!(check.shown > 3_000, "{check:?}");
        }
    }

    #[test]
    fn a_frame_every_two_seconds_is_enough() {
        assert!(check(1.0, 1, |second| second % 2 == 0).unwrap().holds);
    }

    #[test]
    fn another_way_to_make_the_maximum_contradicts_the_model() {
        for factor in [0.9, 1.1] {
            assert!(!check(factor, 1, |_| false).unwrap().holds, "{factor}");
        }
    }

    #[test]
    fn a_difference_that_chance_may_make_decides_nothing() {
        for factor in [0.98, 1.02] {
            assert_eq!(check(factor, 1, |_| false), None, "{factor}");
        }
    }

    #[test]
    fn a_maximum_that_was_set_while_nothing_was_received_is_not_judged() {
        assert_eq!(
            check(1.0, 1, |second| (4_990..5_100).contains(&second)),
            None
        );
        assert_eq!(
            check(1.0, 1, |second| second < 5_200),
            None,
            "before the start"
        );
        assert!(check(1.0, 1, |second| (1_000..1_100).contains(&second)).is_some());
    }
}
