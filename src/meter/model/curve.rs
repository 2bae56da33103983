//! The load curve: each point that the meter completes, once.
//!
//! In standard mode the meter sends the last two points of each direction in every frame: CCASN and CCASN-1, of a
//! producer CCAIN and CCAIN-1. A point is the mean power of a period, dated by its end. The time of those that were
//! published is kept on disk, so that a restart repeats none, and one that came while the daemon was off for less than two
//! periods is not lost.
//!
//! | what happens | what becomes of the points |
//! |---|---|
//! | first start | both that the meter has are published |
//! | another meter | its points go on after those that were published; the period is found anew |
//! | an hour change | nothing: the time of a point is compared in UTC |
//! | a date further ahead of the meter's clock than an hour | no point; if it was published, it is forgotten |
//! | a date before those of all points that are remembered, two or more | no point: it may have been published |
//!
//! The period is a setting of the meter: the difference of two dates in one frame that is a part of an hour. It is null
//! until there was one. After a power cut two points are several periods apart, so a multiple of the known period is no
//! news; a shorter one is. Only the first period that is found may be such a multiple, until the meter has completed
//! another point.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::meter::group_value::GroupValue;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::value::Time;
use crate::tic::{Flow, Frame, Label, Mode};

/// Published times that are remembered for each direction. A meter sends two, another one after it may send two others.
const TIMES_KEPT: usize = 4;

/// How far a point may be dated ahead of the meter's clock, in seconds.
const AHEAD_MAX: i64 = 3_600;

/// In seconds. The period of a meter divides it.
const HOUR: u32 = 3_600;

/// The shortest period, in seconds.
const PERIOD_MIN: u32 = 60;

/// A point of the load curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurvePoint {
    /// The end of the period, by the meter.
    pub time: Time,
    /// Its length in seconds, once known.
    pub period: Option<u32>,
    /// The mean power over it, in W.
    pub power: u32,
    /// Which way.
    pub direction: Flow,
}

/// The points of both directions.
#[derive(Debug, Default)]
pub struct LoadCurve {
    withdrawn: DirectionPoints,
    injected: DirectionPoints,
    /// Not published yet.
    points: Vec<CurvePoint>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct DirectionPoints {
    /// When the last published points end, in seconds since the epoch.
    times: BTreeSet<i64>,
    /// In seconds.
    period: Option<u32>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct SavedCurve {
    withdrawn: DirectionPoints,
    injected: DirectionPoints,
}

impl LoadCurve {
    /// The points since the last call. Of one frame, those withdrawn are first; of one direction, the older is first.
    pub fn take_points(&mut self) -> Vec<CurvePoint> {
        core::mem::take(&mut self.points)
    }
}

impl DirectionPoints {
    /// Takes the two points of a frame, older first. Adds those that are new.
    fn push(
        &mut self,
        sent: [Option<&GroupValue>; 2],
        direction: Flow,
        clock: i64,
        points: &mut Vec<CurvePoint>,
    ) -> Save {
        let dates = sent.map(|point| Some(point?.horodate()?.unix()));
        if let [Some(before), Some(last)] = dates {
            self.find_period(before, last);
        }
        let limit = clock.saturating_add(AHEAD_MAX);
        let count = self.times.len();
        self.times.retain(|time| *time <= limit);
        let mut save = Save::now_if(self.times.len() != count);
        for point in sent.into_iter().flatten() {
            let Some(date) = point.horodate() else {
                continue;
            };
            if date.unix() > limit || !self.is_new(date.unix()) {
                continue;
            }
            self.times.insert(date.unix());
            if self.times.len() > TIMES_KEPT {
                self.times.pop_first();
            }
            points.push(CurvePoint {
                time: date.into(),
                period: self.period,
                power: point.number(),
                direction,
            });
            save = Save::Now;
        }
        save
    }

    /// Whether a point of this time is to be published: it was not, and is not older than all that are remembered. One
    /// remembered time is not enough for that: after a first point without its neighbour, the neighbour may follow.
    fn is_new(&self, time: i64) -> bool {
        let is_old = self.times.len() > 1 && self.times.first().is_some_and(|first| time < *first);
        !is_old && !self.times.contains(&time)
    }

    fn find_period(&mut self, before: i64, last: i64) {
        let Ok(period) = u32::try_from(last - before) else {
            return;
        };
        let is_multiple = |known: u32| period.is_multiple_of(known);
        if is_period(period)
            && last % i64::from(period) == 0
            && !self.period.is_some_and(is_multiple)
        {
            self.period = Some(period);
        }
    }
}

/// Whether a meter may have this period, in seconds.
fn is_period(seconds: u32) -> bool {
    seconds >= PERIOD_MIN && HOUR.is_multiple_of(seconds)
}

impl Part for LoadCurve {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        if context.mode != Mode::Standard {
            return Save::Later;
        }
        let fresh = |label| context.values.fresh(label);
        let Some(clock) = fresh(Label::DATE).and_then(GroupValue::horodate) else {
            return Save::Later;
        };
        let clock = clock.unix();
        let withdrawn = [Label::CCASN_1, Label::CCASN].map(fresh);
        let injected = [Label::CCAIN_1, Label::CCAIN].map(fresh);
        let points = &mut self.points;
        let save = self
            .withdrawn
            .push(withdrawn, Flow::Withdrawn, clock, points);
        save.max(self.injected.push(injected, Flow::Injected, clock, points))
    }

    fn reset(&mut self, reset: Reset) {
        self.points.clear();
        if reset == Reset::Meter {
            self.withdrawn.period = None;
            self.injected.period = None;
        }
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        serde_json::to_value(SavedCurve {
            withdrawn: self.withdrawn.clone(),
            injected: self.injected.clone(),
        })
        .ok()
    }

    fn restore(&mut self, saved: serde_json::Value, _: Mode) {
        let saved: SavedCurve = serde_json::from_value(saved).unwrap_or_default();
        for (direction, saved) in [
            (&mut self.withdrawn, saved.withdrawn),
            (&mut self.injected, saved.injected),
        ] {
            *direction = saved;
            direction.period = direction.period.filter(|period| is_period(*period));
            while direction.times.len() > TIMES_KEPT {
                direction.times.pop_first();
            }
        }
    }
}

#[cfg(test)]
mod tests;
