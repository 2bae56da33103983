//! Day figures: what the counters of energy go on by since midnight, and on the day before.
//!
//! A figure is the difference of two values of a counter, one of them at a midnight. Midnight is the meter's (DATE) in
//! standard mode, and that of legal time in France by the host's clock in historique mode. The value at midnight is the
//! first one of the new day, and it is known only if it was *seen*: if the last reading of the day before is at most
//! [`MIDNIGHT_GAP_MAX`] earlier. Otherwise nothing separates the energy before midnight from that after it, and the
//! figures that need this midnight are null.
//!
//! | what happens | what becomes of the figures |
//! |---|---|
//! | no reading for longer, over midnight | today is null until the next midnight, yesterday a day longer |
//! | a clock that is set by more than that | all are null: the midnights before it were those of a wrong clock |
//! | a clock that is set back over midnight by less | the day before goes on, and its midnight is seen again |
//! | a correction that takes back what was counted before midnight | today is null |
//! | another meter, mode or contract | nothing: the counters go on |
//!
//! Days are numbered from 1970-01-01. The day of an hour change has 23 or 25 hours.

use core::time::Duration;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::meter::group_value::GroupValue;
use crate::meter::part::{Context, Save};
use crate::tic::{Label, Mode, civil};

/// The longest time between the readings before and after a midnight that counts as seen, in seconds. It is also the
/// largest step of a clock after which its earlier midnights stay valid.
const MIDNIGHT_GAP_MAX: i64 = 120;

/// Days before today whose midnight is kept: a clock that is set back over midnight needs two.
const DAYS_KEPT: i64 = 2;

/// When a counter was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTime {
    /// The civil day.
    pub day: i64,
    /// The clock that the day is of, in seconds since the epoch.
    pub time: i64,
    /// A clock that never jumps.
    pub mono: Duration,
}

impl DayTime {
    /// The moment of this frame; `None` if it has no DATE, or a recording no time.
    pub fn of(context: &Context<'_>) -> Option<Self> {
        let (day, time) = match context.mode {
            Mode::Standard => {
                let date = context.values.fresh(Label::DATE)?;
                let date = GroupValue::horodate(date)?;
                let day = civil::days_from_civil(date.year.into(), date.month, date.day);
                (day, date.unix())
            }
            Mode::Historique => {
                let time = context.now.wall?.0.div_euclid(1_000_000);
                let local = time + i64::from(civil::paris_offset(time));
                (local.div_euclid(civil::DAY), time)
            }
        };
        let mono = context.now.mono;
        Some(Self { day, time, mono })
    }
}

/// The midnights of one counter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCounter {
    /// The day of the last reading, and its time.
    day: i64,
    time: i64,
    /// The time of the last reading by the clock that never jumps, since the start.
    #[serde(skip)]
    mono: Option<Duration>,
    /// The value at the midnights that were seen, by the day that they begin.
    midnights: BTreeMap<i64, u64>,
}

impl DayCounter {
    /// At the first reading of a counter: no midnight is known.
    pub fn new(now: DayTime) -> Self {
        Self {
            day: now.day,
            time: now.time,
            mono: Some(now.mono),
            midnights: BTreeMap::new(),
        }
    }

    /// Takes a reading.
    pub fn push(&mut self, now: DayTime, value: u64) -> Save {
        let elapsed = now.time - self.time;
        let is_known = !self.midnights.is_empty();
        let turns = now.day != self.day;
        if self.is_step(now) {
            self.midnights.clear();
        }
        if turns {
            let kept = now.day - DAYS_KEPT..=now.day;
            let is_seen = now.day == self.day + 1 && (0..=MIDNIGHT_GAP_MAX).contains(&elapsed);
            self.midnights.retain(|day, _| kept.contains(day));
            if is_seen {
                self.midnights.insert(now.day, value);
            }
        }
        let fell = self.midnights.get(&now.day).is_some_and(|at| *at > value);
        if fell {
            self.midnights.remove(&now.day);
        }
        (self.day, self.time, self.mono) = (now.day, now.time, Some(now.mono));
        Save::now_if(turns || fell || is_known && self.midnights.is_empty())
    }

    /// Whether the clock was set. What it was set by while the daemon was off is known only if it went back.
    fn is_step(&self, now: DayTime) -> bool {
        let by_clock = now.time - self.time;
        let passed = match self.mono {
            Some(mono) => now.mono.saturating_sub(mono).as_secs(),
            None => by_clock.max(0).unsigned_abs(),
        };
        by_clock.abs_diff(i64::try_from(passed).unwrap_or(i64::MAX))
            > MIDNIGHT_GAP_MAX.unsigned_abs()
    }

    /// What the counter went on by since midnight, at this value.
    pub fn today(&self, value: u64) -> Option<u64> {
        value.checked_sub(*self.midnights.get(&self.day)?)
    }

    /// What it went on by on the day before.
    pub fn yesterday(&self) -> Option<u64> {
        let end = self.midnights.get(&self.day)?;
        end.checked_sub(*self.midnights.get(&(self.day - 1))?)
    }
}

#[cfg(test)]
mod tests;
