//! Health as a meter publishes it.

use core::time::Duration;
use std::sync::Arc;

use crate::meter::{
    EventKind, Identity, Input, Key, LinkDetail, Memory, Meter, Moment, Timestamp, Update, Value,
    lost_phases_shown,
};
use crate::tic::{Decoder, Mode, Parity, push_group};

/// A meter that is sent frames of a few groups, a second apart.
struct Sent {
    meter: Meter,
    mode: Mode,
    second: u64,
    updates: Vec<Arc<Update>>,
}

impl Sent {
    fn new(mode: Mode) -> Self {
        let identity = Identity {
            number: 0,
            id: "main".into(),
            boot: "b007".into(),
            shows_identifiers: false,
        };
        Self {
            meter: Meter::new(identity, &Memory::default()),
            mode,
            second: 0,
            updates: Vec::new(),
        }
    }

    fn moment(&self) -> Moment {
        // 2026-11-24T12:00:01.4Z, as long after DATE as a frame takes.
        let wall = 1_795_521_601_400_000 + i64::try_from(self.second).unwrap() * 1_000_000;
        Moment {
            wall: Some(Timestamp(wall)),
            mono: Duration::from_secs(self.second),
        }
    }

    fn frames(&mut self, count: u64, groups: &[(&str, Option<&str>, &str)]) {
        for _ in 0..count {
            self.second += 1;
            let time = self.second;
            let date = format!(
                "H261124{:02}{:02}{:02}",
                13 + time / 3600,
                time / 60 % 60,
                time % 60
            );
            let mut bytes = vec![0x02];
            let mut push = |label, date, data| push_group(self.mode, label, date, data, &mut bytes);
            match self.mode {
                Mode::Standard => {
                    push("ADSC", None, "041776000123");
                    push("DATE", Some(&date), "");
                }
                Mode::Historique => {
                    push("ADCO", None, "041776000123");
                    push("OPTARIF", None, "BASE");
                }
            }
            for (label, date, data) in groups {
                push(label, *date, data);
            }
            bytes.push(0x03);
            let frame = Decoder::new(self.mode, Parity::Ignore)
                .push(&bytes)
                .remove(0);
            assert!(!frame.is_damaged(), "{frame:?}");
            self.updates
                .extend(self.meter.push(Input::Frame(frame), self.moment()));
        }
    }

    fn events(&mut self) -> Vec<(EventKind, String, String)> {
        let updates = std::mem::take(&mut self.updates);
        let events = updates.iter().flat_map(|update| update.events.clone());
        let health = [
            EventKind::VoltageOutOfRange,
            EventKind::VoltageRestored,
            EventKind::PhaseLost,
            EventKind::PhaseRestored,
            EventKind::CoverOpened,
        ];
        events
            .filter(|event| health.contains(&event.kind))
            .map(|event| (event.kind, event.from, event.to))
            .collect()
    }

    fn value(&self, key: Key) -> Option<Value> {
        self.meter.last().reading.get(key).cloned()
    }
}

fn event(kind: EventKind, from: &str, to: &str) -> (EventKind, String, String) {
    (kind, from.to_owned(), to.to_owned())
}

#[test]
fn a_mean_out_of_range_is_an_event_with_the_phase_and_the_volts() {
    let mut sent = Sent::new(Mode::Standard);
    let key = Key::VOLTAGE_OUT_OF_RANGE;
    let three = |second: &'static str| {
        [
            ("URMS1", None, "231"),
            ("URMS2", None, "231"),
            ("URMS3", None, "231"),
            ("UMOY1", Some("H261124130000"), "231"),
            ("UMOY2", Some("H261124130000"), second),
            ("UMOY3", Some("H261124130000"), "231"),
        ]
    };
    sent.frames(5, &three("240"));
    assert_eq!(sent.value(key), Some(Value::Bool(false)));
    sent.frames(5, &three("255"));
    assert_eq!(sent.value(key), Some(Value::Bool(true)));
    sent.frames(5, &three("249"));
    assert_eq!(sent.value(key), Some(Value::Bool(false)));
    assert_eq!(
        sent.events(),
        [
            event(
                EventKind::VoltageOutOfRange,
                "phase 2 240 V",
                "phase 2 255 V"
            ),
            event(EventKind::VoltageRestored, "phase 2 255 V", "phase 2 249 V"),
        ]
    );
}

#[test]
fn without_the_meters_mean_ten_minutes_are_averaged() {
    let mut sent = Sent::new(Mode::Standard);
    let key = Key::VOLTAGE_OUT_OF_RANGE;
    sent.frames(600, &[("URMS1", None, "256")]);
    assert_eq!(sent.value(key), None);
    sent.frames(1, &[("URMS1", None, "256")]);
    assert_eq!(sent.value(key), Some(Value::Bool(true)));
    // The label stays away: so does the verdict.
    sent.frames(3, &[]);
    assert_eq!(sent.value(key), None);
}

#[test]
fn a_phase_without_voltage_is_lost_and_comes_back() {
    let mut sent = Sent::new(Mode::Standard);
    let three = |second: &'static str| {
        [
            ("URMS1", None, "231"),
            ("URMS2", None, second),
            ("URMS3", None, "231"),
        ]
    };
    sent.frames(5, &three("229"));
    sent.frames(2, &three("000"));
    sent.frames(5, &three("150"));
    assert_eq!(sent.events(), [], "two frames, then a low voltage");
    assert!(lost_phases_shown(&sent.meter.last().reading).is_empty());
    sent.frames(3, &three("034"));
    assert_eq!(lost_phases_shown(&sent.meter.last().reading), [2]);
    sent.frames(3, &three("228"));
    assert_eq!(
        sent.events(),
        [
            event(EventKind::PhaseLost, "phase 2 present", "phase 2 lost"),
            event(EventKind::PhaseRestored, "phase 2 lost", "phase 2 present"),
        ]
    );
}

#[test]
fn the_lost_phases_of_the_historique_mode_are_events() {
    let mut sent = Sent::new(Mode::Historique);
    let three = |lost: &'static str| {
        [
            ("IINST1", None, "001"),
            ("IINST2", None, "001"),
            ("IINST3", None, "001"),
            ("PPOT", None, lost),
        ]
    };
    sent.frames(6, &three("00"));
    sent.frames(6, &three("08"));
    assert_eq!(sent.value(Key::PHASE_LOST_L3), Some(Value::Bool(true)));
    assert_eq!(lost_phases_shown(&sent.meter.last().reading), [3]);
    let lost = event(EventKind::PhaseLost, "phase 3 present", "phase 3 lost");
    assert_eq!(sent.events(), [lost]);
}

#[test]
fn an_opened_cover_is_an_event_and_a_closed_one_is_none() {
    let mut sent = Sent::new(Mode::Standard);
    sent.frames(4, &[("STGE", None, "003A0001")]);
    sent.frames(4, &[("STGE", None, "003A0011")]);
    sent.frames(4, &[("STGE", None, "003A0001")]);
    let opened = event(EventKind::CoverOpened, "false", "true");
    assert_eq!(sent.events(), [opened]);
}

#[test]
fn the_drift_and_the_quality_are_published_and_gone_with_the_link() {
    let mut sent = Sent::new(Mode::Standard);
    sent.frames(4, &[]);
    assert_eq!(sent.value(Key::CLOCK_DRIFT), None);
    sent.frames(57, &[]);
    // DATE is in local time: 13:00 is 12:00 UTC. The frame is short, and 1.4 s are 0.8 s more than it accounts for.
    assert_eq!(sent.value(Key::CLOCK_DRIFT), Some(Value::Signed(-1)));
    assert_eq!(sent.value(Key::LINK_QUALITY), Some(Value::Int(100)));
    for _ in 0..40 {
        sent.second += 1;
        let tick = Input::Tick {
            detail: LinkDetail::default(),
        };
        sent.meter.push(tick, sent.moment());
    }
    assert_eq!(sent.value(Key::CLOCK_DRIFT), None);
    assert_eq!(sent.value(Key::LINK_QUALITY), None);
}
