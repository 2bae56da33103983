//! Timelines of points: what is published of each, and with which period.

use std::sync::Arc;

use super::*;
use crate::meter::{Identity, Input, Memory, Meter, Moment, Timestamp, Update};
use crate::tic::{Decoder, Parity, push_group, with_parity};

/// A meter that sends the given points.
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

/// Two points that follow each other, of a meter that withdraws.
fn two<'a>(before: &'a str, last: &'a str) -> [(&'a str, &'a str, &'a str); 2] {
    [("CCASN", last, "00450"), ("CCASN-1", before, "00440")]
}

/// The periods of the points that these two at a time give, each after the time of the later one.
fn periods(sender: &mut Sender, pairs: &[[&str; 2]]) -> Vec<String> {
    let mut periods = Vec::new();
    for [before, last] in pairs {
        for point in sender.points(last, &two(before, last)) {
            periods.push(point.rsplit(' ').next().unwrap().to_owned());
        }
    }
    periods
}

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

#[test]
fn a_cut_of_whole_periods_leaves_the_period_as_it_is() {
    let mut sender = Sender::with(&Memory::default());
    let known = periods(&mut sender, &[["H260115113000", "H260115120000"]]);
    assert_eq!(known, ["1800", "1800"]);
    // No current from 12:05 to 12:50, and again from 13:10 to 13:55.
    let cuts = [
        ["H260115120000", "H260115130000"],
        ["H260115130000", "H260115140000"],
    ];
    assert_eq!(periods(&mut sender, &cuts), ["1800", "1800"]);
    sender.restart();
    let later = [
        ["H260115140000", "H260115150000"],
        ["H260115150000", "H260115153000"],
    ];
    assert_eq!(periods(&mut sender, &later), ["1800", "1800"]);
}

#[test]
fn a_period_that_was_found_right_after_a_cut_is_corrected() {
    let mut sender = Sender::with(&Memory::default());
    let pairs = [
        ["H260115110000", "H260115120000"],
        ["H260115120000", "H260115123000"],
        ["H260115123000", "H260115133000"],
    ];
    assert_eq!(
        periods(&mut sender, &pairs),
        ["3600", "3600", "1800", "1800"]
    );
}

#[test]
fn a_period_that_is_set_anew_is_found() {
    let mut sender = Sender::with(&Memory::default());
    let pairs = [
        ["H260115113000", "H260115120000"],
        ["H260115120000", "H260115121500"],
        ["H260115122000", "H260115124000"],
    ];
    let found = ["1800", "1800", "900", "1200", "1200"];
    assert_eq!(periods(&mut sender, &pairs), found);
}

#[test]
fn another_meter_may_have_a_longer_period() {
    let mut sender = Sender::with(&Memory::default());
    let of_the_first = periods(&mut sender, &[["H260115115000", "H260115120000"]]);
    assert_eq!(of_the_first, ["600", "600"]);
    sender.address = "041875000001";
    let of_the_other = periods(&mut sender, &[["H260115123000", "H260115130000"]]);
    assert_eq!(of_the_other, ["1800", "1800"]);
}

#[test]
fn the_hour_that_does_not_come_in_spring_is_no_cut() {
    let mut sender = Sender::with(&Memory::default());
    let pairs = [
        ["H260329013000", "E260329030000"],
        ["E260329030000", "E260329033000"],
    ];
    assert_eq!(periods(&mut sender, &pairs), ["1800", "1800", "1800"]);
}

#[test]
fn a_period_on_disk_that_no_meter_has_is_ignored() {
    for period in [0, 7, 86_400] {
        let curve = serde_json::json!({"withdrawn": {"times": [], "period": period}});
        let mut memory = Memory::default();
        memory.insert("mode", "standard".into());
        memory.insert("curve", curve);
        let mut sender = Sender::with(&memory);
        let found = periods(&mut sender, &[["H260115113000", "H260115120000"]]);
        assert_eq!(found, ["1800", "1800"], "{period}");
    }
}
