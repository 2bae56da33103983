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
//! | an hour change | nothing: points are told apart by the time in UTC |
//! | a date further ahead of the meter's clock than an hour | no point; if it was published, it is forgotten |
//!
//! The period is a setting of the meter: the last difference of two dates in one frame that was a part of an hour. It is
//! null until there was one. After a power cut it may be several periods, until the meter has completed another point.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::meter::group_value::GroupValue;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::value::Time;
use crate::tic::{Flow, Frame, Label, Mode};

/// Published times that are kept for each direction: more than a meter sends.
const TIMES_KEPT: usize = 4;

/// How far a point may be dated ahead of the meter's clock, in seconds.
const AHEAD_MAX: i64 = 3_600;

/// In seconds; the periods of a meter are parts of it.
const HOUR: i64 = 3_600;

/// In seconds.
const PERIOD_MIN: i64 = 60;

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
    /// The points since the last call, in order.
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

    /// Not published, and not older than all that were.
    fn is_new(&self, time: i64) -> bool {
        let is_old = self.times.len() > 1 && self.times.first().is_some_and(|first| time < *first);
        !is_old && !self.times.contains(&time)
    }

    fn find_period(&mut self, before: i64, last: i64) {
        let period = last - before;
        if period >= PERIOD_MIN && HOUR % period == 0 && last % period == 0 {
            self.period = u32::try_from(period).ok();
        }
    }
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
            while direction.times.len() > TIMES_KEPT {
                direction.times.pop_first();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::meter::{Identity, Input, Memory, Meter, Moment, Timestamp, Update};
    use crate::tic::{Decoder, Parity, push_group, with_parity};

    /// A meter that sends the points that it is told to.
    struct Sender {
        meter: Meter,
        seconds: u64,
        address: &'static str,
    }

    impl Sender {
        fn with(memory: &Memory) -> Self {
            let identity = Identity {
                number: 0,
                id: "main".into(),
                boot: "b007".into(),
                shows_identifiers: false,
            };
            Self {
                meter: Meter::new(identity, memory),
                seconds: 0,
                address: "041875000000",
            }
        }

        fn restart(&mut self) {
            let kept = serde_json::to_string(&self.meter.memory()).unwrap();
            let address = self.address;
            *self = Self::with(&serde_json::from_str(&kept).unwrap());
            self.address = address;
        }

        fn frame(&mut self, date: &str, groups: &[(&str, &str, &str)]) -> Arc<Update> {
            self.seconds += 1;
            let mut bytes = vec![0x02];
            let mode = Mode::Standard;
            push_group(mode, "ADSC", None, self.address, &mut bytes);
            push_group(mode, "DATE", Some(date), "", &mut bytes);
            for (label, date, power) in groups {
                push_group(mode, label, Some(date), power, &mut bytes);
            }
            bytes.push(0x03);
            let bytes: Vec<u8> = bytes.into_iter().map(with_parity).collect();
            let mut frames = Decoder::new(mode, Parity::Check).push(&bytes);
            let now = Moment {
                wall: Some(Timestamp(i64::try_from(self.seconds).unwrap())),
                mono: core::time::Duration::from_secs(self.seconds),
            };
            self.meter
                .push(Input::Frame(frames.remove(0)), now)
                .unwrap()
        }

        /// Sends frames with these points, a second apart from this date on. Returns what is published, as
        /// `time power direction period`.
        fn points(&mut self, date: &str, groups: &[(&str, &str, &str)]) -> Vec<String> {
            let mut points = Vec::new();
            for second in 0..6 {
                let date = format!("{}{second:02}", &date[..11]);
                points.extend(self.frame(&date, groups).curve.clone());
            }
            points
                .iter()
                .map(|point| {
                    let period = point.period.map_or("null".to_owned(), |p| p.to_string());
                    format!(
                        "{} {} {:?} {period}",
                        point.time, point.power, point.direction
                    )
                })
                .collect()
        }
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn each_point_is_published_once_and_over_a_restart() {
        let mut sender = Sender::with(&Memory::default());
        let at_noon = [
            ("CCASN", "H260115120000", "00442"),
            ("CCASN-1", "H260115113000", "00410"),
        ];
        assert_eq!(
            sender.points("H260115120100", &at_noon),
            [
                "2026-01-15T11:30:00+01:00 410 Withdrawn 1800",
                "2026-01-15T12:00:00+01:00 442 Withdrawn 1800"
            ]
        );
        assert_eq!(sender.points("H260115120200", &at_noon), NONE);
        sender.restart();
        assert_eq!(sender.points("H260115120300", &at_noon), NONE);
        let later = [
            ("CCASN", "H260115123000", "00450"),
            ("CCASN-1", "H260115120000", "00442"),
        ];
        assert_eq!(
            sender.points("H260115123000", &later),
            ["2026-01-15T12:30:00+01:00 450 Withdrawn 1800"]
        );
    }

    #[test]
    fn both_points_of_an_hour_that_the_daemon_was_off_are_published() {
        let mut sender = Sender::with(&Memory::default());
        sender.points("H260115120000", &[("CCAIN", "H260115120000", "00442")]);
        sender.restart();
        let later = [
            ("CCAIN", "H260115130000", "00450"),
            ("CCAIN-1", "H260115123000", "00440"),
        ];
        assert_eq!(
            sender.points("H260115130500", &later),
            [
                "2026-01-15T12:30:00+01:00 440 Injected 1800",
                "2026-01-15T13:00:00+01:00 450 Injected 1800"
            ]
        );
    }

    #[test]
    fn the_period_is_unknown_until_two_points_give_it() {
        let mut sender = Sender::with(&Memory::default());
        assert_eq!(
            sender.points("H260115120000", &[("CCASN", "H260115120000", "00442")]),
            ["2026-01-15T12:00:00+01:00 442 Withdrawn null"]
        );
        let after_a_cut = [
            ("CCASN", "H260115194000", "00450"),
            ("CCASN-1", "H260115120000", "00442"),
        ];
        assert_eq!(
            sender.points("H260115194000", &after_a_cut),
            ["2026-01-15T19:40:00+01:00 450 Withdrawn null"]
        );
        let ten_minutes = [
            ("CCASN", "H260115195000", "00460"),
            ("CCASN-1", "H260115194000", "00450"),
        ];
        assert_eq!(
            sender.points("H260115195000", &ten_minutes),
            ["2026-01-15T19:50:00+01:00 460 Withdrawn 600"]
        );
    }

    #[test]
    fn the_hour_that_comes_twice_has_its_own_points() {
        let mut sender = Sender::with(&Memory::default());
        let mut published = Vec::new();
        let times = [
            "E261025023000",
            "H261025020000",
            "H261025023000",
            "H261025030000",
        ];
        for (before, last) in times.iter().zip(&times[1..]) {
            let points = [("CCASN", *last, "00450"), ("CCASN-1", *before, "00440")];
            published.extend(sender.points(last, &points));
        }
        assert_eq!(
            published,
            [
                "2026-10-25T02:30:00+02:00 440 Withdrawn 1800",
                "2026-10-25T02:00:00+01:00 450 Withdrawn 1800",
                "2026-10-25T02:30:00+01:00 450 Withdrawn 1800",
                "2026-10-25T03:00:00+01:00 450 Withdrawn 1800"
            ]
        );
    }

    #[test]
    fn a_replaced_meter_repeats_no_period() {
        let mut sender = Sender::with(&Memory::default());
        let at_noon = [
            ("CCASN", "H260115120000", "00442"),
            ("CCASN-1", "H260115113000", "00410"),
        ];
        assert_eq!(sender.points("H260115120100", &at_noon).len(), 2);
        sender.address = "041875000001";
        let of_the_other = [
            ("CCASN", "H260115120000", "00007"),
            ("CCASN-1", "H251115120000", "00009"),
        ];
        assert_eq!(sender.points("H260115120500", &of_the_other), NONE);
        let later = [
            ("CCASN", "H260115123000", "00450"),
            ("CCASN-1", "H260115120000", "00007"),
        ];
        assert_eq!(
            sender.points("H260115123000", &later),
            ["2026-01-15T12:30:00+01:00 450 Withdrawn 1800"]
        );
    }

    #[test]
    fn points_of_a_clock_that_was_ahead_do_not_stop_the_curve() {
        let mut sender = Sender::with(&Memory::default());
        let ahead = [("CCASN", "H270115120000", "00442")];
        assert_eq!(sender.points("H270115120000", &ahead).len(), 1);
        let mut published = Vec::new();
        for _ in 0..20 {
            published.extend(sender.points("H260115120500", &ahead));
        }
        assert_eq!(published, NONE);
        let right = [("CCASN", "H260115123000", "00450")];
        assert_eq!(sender.points("H260115123000", &right).len(), 1);
    }
}
