//! The power of one direction, withdrawn or injected: the estimate, the steps of the house, and the debt to the index.
//!
//! A frame goes through these rules:
//! 1. A silence, or an index that falls or leaps, loses the phase. The power factor, the levels and the debt stay.
//! 2. A step of the VA is a load that starts or stops. The level that is left is kept, the power factor becomes as uncertain
//!    as the load is large, and the level that is entered may be known.
//! 3. The estimate predicts, and the index, if the frame has it, corrects.
//! 4. W = factor × VA, plus what is repaid of the energy that the index counted and no power showed.

use super::estimate::{Elapsed, Estimate};
use super::levels::{Level, Levels, SavedLevel};

/// Seconds without a frame after which the phase is lost.
const SILENCE: f64 = 10.0;
/// An index leaps if it exceeds twice the energy that the VA can have carried by this many Wh.
const LEAP: f64 = 5.0;
/// Up to this many seconds between two frames no second is missed.
const NEXT_SECOND: f64 = 1.05;

/// A step exceeds this many VA …
const STEP: f64 = 10.0;
/// … and this share of the higher level. Half or double of both: 4 %.
const STEP_SHARE: f64 = 0.03;
/// Steps of at least this share of the higher level use the memory of levels. Half 4 % better here, double 2 % worse.
const LEVEL_SHARE: f64 = 0.10;
/// The power factor of a level is kept if its standard deviation is less. 0 %.
const LEARNED: f64 = 0.15;
/// Variance that the memory of a level always has.
const LEVEL_FLOOR: f64 = 1e-4;
/// Standard deviation of the power factor of a load that starts or stops. Half 1 %, double 4 %.
const LOAD: f64 = 0.20;
/// The power factor of a large load …
const LARGE_LOAD: f64 = 0.97;
/// … which begins at this many VA …
const LARGE_FROM: f64 = 300.0;
/// … and is certain after this many more.
const LARGE_RANGE: f64 = 1_200.0;

/// An index that does not move repeats, in each frame, what the frame before it showed: it counts for a share of a
/// measurement. In full it would drive a small power to 0, at nothing it fails where a diverter holds the house near 0.
const REPEATED: f64 = 0.2;

/// The debt to the index is repaid within this many seconds. Half 3 %, double 2 % better here but slower to agree.
const REPAYMENT: f64 = 600.0;
/// Of the power at most this share is repayment. 1 %.
const REPAYMENT_SHARE: f64 = 0.10;

/// What a frame shows of one direction.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// Seconds.
    pub time: f64,
    /// Wh; `None` if it is not known.
    pub index: Option<u64>,
    /// VA, and the most that the power may be in W.
    pub apparent: f64,
    /// W that the other direction carries at the same time, and that the index does not show.
    pub opposite: f64,
}

impl Observation {
    /// Of a direction that is alone.
    pub fn new(time: f64, index: Option<u64>, apparent: f64) -> Self {
        Self {
            time,
            index,
            apparent,
            opposite: 0.0,
        }
    }
}

#[derive(Clone, Debug)]
struct FilterState {
    estimate: Estimate,
    time: f64,
    apparent: f64,
    /// The VA that the steps are measured from.
    anchor: f64,
    index: Option<u64>,
    /// Energy expected since an index was last read, Wh.
    since_index: f64,
    /// Increments since the phase was lost.
    increments: u32,
    /// Energy that the index counted and that no power showed, Wh.
    debt: f64,
    power: f64,
}

/// One direction; see the module.
#[derive(Clone, Debug, Default)]
pub struct Direction {
    state: Option<FilterState>,
    levels: Levels,
    is_known: bool,
}

impl Direction {
    /// What to keep on disk.
    pub fn save(&self) -> Vec<SavedLevel> {
        self.levels.save()
    }

    /// Before the first frame: takes back what [`save`](Self::save) gave.
    pub fn restore(&mut self, saved: &[SavedLevel]) {
        self.levels.restore(saved);
    }

    /// Whether the power factor comes from this house: from two increments, or from an earlier start at the same VA.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// The power factor of the moment.
    pub fn factor(&self) -> f64 {
        self.state
            .as_ref()
            .map_or(LARGE_LOAD, |state| state.estimate.factor)
    }

    /// Takes a frame in, whose VA are rounded to `resolution`. Answers with the power in W.
    pub fn push(&mut self, now: &Observation, resolution: f64) -> f64 {
        let Some(state) = &mut self.state else {
            let level = self.levels.get(now.apparent);
            self.is_known = level.is_some();
            let state = FilterState::new(now, level);
            let power = state.power;
            self.state = Some(state);
            return power;
        };
        let elapsed = now.time - state.time;
        if elapsed > 0.0 {
            state.advance(now, elapsed, resolution, &mut self.levels);
            self.is_known |= state.increments > 1;
        } else {
            state.power = state.power.min(now.apparent);
        }
        state.power
    }
}

impl FilterState {
    fn new(now: &Observation, level: Option<Level>) -> Self {
        let mut estimate = Estimate::new(now.apparent);
        if let Some(level) = level {
            estimate.recall(level.factor, level.variance + LEVEL_FLOOR);
        }
        Self {
            power: estimate.factor * now.apparent,
            estimate,
            time: now.time,
            apparent: now.apparent,
            anchor: now.apparent,
            index: now.index,
            since_index: 0.0,
            increments: 0,
            debt: 0.0,
        }
    }

    fn advance(&mut self, now: &Observation, seconds: f64, resolution: f64, levels: &mut Levels) {
        let apparent = self.apparent_energy(now.apparent, seconds);
        let increment = now
            .index
            .zip(self.index)
            .map(|(now, then)| now as f64 - then as f64);
        let leap = LEAP + 2.0 * (apparent + self.since_index);
        let is_broken = increment.is_some_and(|increment| increment < 0.0 || increment > leap);
        if seconds > SILENCE || is_broken {
            self.estimate.lose_phase();
            self.since_index = 0.0;
            self.increments = 0;
            self.anchor = now.apparent;
        } else {
            self.step(now.apparent, resolution, levels);
            self.since_index += self.estimate.predict(&Elapsed {
                seconds,
                apparent,
                opposite: now.opposite * seconds / 3600.0,
                missed: (now.apparent - self.apparent).abs() * (seconds - 1.0).max(0.0) / 3600.0,
            });
            if let Some(increment) = increment {
                self.measure(increment, now.apparent, apparent);
                self.since_index = 0.0;
            }
            self.estimate.bound();
        }
        self.repay(now, seconds);
        self.time = now.time;
        self.apparent = now.apparent;
        self.index = now.index.or(self.index);
    }

    /// VA times the time since the last frame, Wh: the last second is known, those before it lie between the two frames.
    fn apparent_energy(&self, apparent: f64, seconds: f64) -> f64 {
        if seconds <= NEXT_SECOND {
            apparent * seconds / 3600.0
        } else {
            (apparent * (seconds + 1.0) + self.apparent * (seconds - 1.0)) / 7200.0
        }
    }

    /// The VA moved: a load started or stopped.
    fn step(&mut self, apparent: f64, resolution: f64, levels: &mut Levels) {
        let change = (apparent - self.anchor).abs();
        let higher = apparent.max(self.anchor);
        if change <= STEP.max(2.0 * resolution) + STEP_SHARE * higher {
            return;
        }
        let share = change / higher;
        let rest = 1.0 - share;
        let uses_levels = share > LEVEL_SHARE;
        let estimate = &mut self.estimate;
        if uses_levels && estimate.variance() < LEARNED * LEARNED {
            levels.keep(self.anchor, estimate.factor, estimate.variance());
        }
        let load = (LOAD * share).powi(2);
        if apparent > self.anchor {
            let large = ((change - LARGE_FROM) / LARGE_RANGE).clamp(0.0, 1.0);
            estimate.factor += share * large * (LARGE_LOAD - estimate.factor);
            estimate.widen(rest * rest, load, rest);
        } else {
            // What is left was a part of the whole: the less it is, the less the whole determines it.
            estimate.widen(1.0, load / (rest * rest).max(0.02), rest);
        }
        if uses_levels && let Some(level) = levels.get(apparent) {
            estimate.recall(level.factor, level.variance + LEVEL_FLOOR);
        }
        self.anchor = apparent;
    }

    /// The index, which moved by `increment` Wh since it was last read.
    fn measure(&mut self, increment: f64, power: f64, apparent: f64) {
        let variance = Estimate::index_variance(power * self.estimate.factor);
        if increment > 0.0 {
            // It moved somewhere since then: the energy is between 0 and what was expected meanwhile.
            let width = (self.since_index + 1e-3).min(1.0);
            self.estimate.energy -= increment;
            self.increments = self.increments.saturating_add(1);
            let variance = variance + width * width / 12.0;
            self.correct(width / 2.0, variance, apparent, 1.0);
        } else if self.estimate.energy > 1.0 {
            // It should have moved, and did not.
            self.correct(1.0, variance, apparent, REPEATED);
        }
    }

    fn correct(&mut self, energy: f64, variance: f64, apparent: f64, share: f64) {
        let has_phase = self.increments > 1;
        if has_phase {
            self.estimate.expect_surprise(energy, variance, apparent);
        }
        let correction = self.estimate.correct(energy, variance, share);
        if has_phase {
            self.debt += correction;
        }
    }

    /// The power to publish, and what it leaves of the debt.
    fn repay(&mut self, now: &Observation, seconds: f64) {
        let base = (self.estimate.factor * now.apparent - now.opposite).max(0.0);
        let most = REPAYMENT_SHARE * base;
        let repaid = (self.debt * 3600.0 / REPAYMENT).clamp(-most, most);
        self.power = (base + repaid).min(now.apparent);
        // During a silence there was no power to repay with.
        self.debt -= (self.power - base) * seconds.min(SILENCE) / 3600.0;
    }
}
