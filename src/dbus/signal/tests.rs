//! Signals of a meter that is fed with frames: what a client makes of them is what the daemon answers.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use zbus::OwnedVariant;

use super::*;
use crate::dbus::property::Property;
use crate::meter::{
    EventKind, Identity, Input, Key, LinkCause, LinkDetail, Memory, Meter, Moment, Time, Timestamp,
};
use crate::tic::{Decoder, Flow, Horodate, Mode, Parity, push_group, with_parity};

const PATH: &str = "/io/github/linky_sensor/Linky1/meter_main";

/// What a signal PropertiesChanged carries.
type Changes = (String, HashMap<String, OwnedVariant>, Vec<String>);

/// A meter that takes an input a second.
struct Fed {
    meter: Meter,
    seconds: u64,
}

impl Fed {
    fn new(shows_identifiers: bool) -> Self {
        let identity = Identity {
            shows_identifiers,
            ..Identity::new("main", "b007")
        };
        Self {
            meter: Meter::new(identity, &Memory::default()),
            seconds: 0,
        }
    }

    fn last(&self) -> Arc<Snapshot> {
        self.meter.last().clone()
    }

    fn push(&mut self, input: Input) -> Arc<Snapshot> {
        self.seconds += 1;
        let mono = Duration::from_secs(self.seconds);
        let wall = Timestamp(i64::try_from(mono.as_micros()).unwrap());
        let wall = Some(wall);
        self.meter.push(input, Moment { wall, mono });
        self.last()
    }

    fn frame(&mut self, mode: Mode, groups: &[(&str, &str)]) -> Arc<Snapshot> {
        let mut bytes = vec![0x02];
        for (label, data) in groups {
            push_group(mode, label, None, data, &mut bytes);
        }
        bytes.push(0x03);
        let bytes: Vec<u8> = bytes.into_iter().map(with_parity).collect();
        let frame = Decoder::new(mode, Parity::Check).push(&bytes).remove(0);
        assert!(!frame.is_damaged(), "{groups:?}");
        self.push(Input::Frame(frame))
    }

    /// Four frames: every quantity of theirs is present.
    fn settle(&mut self, groups: &[(&str, &str)]) -> Arc<Snapshot> {
        for _ in 0..4 {
            self.frame(Mode::Standard, groups);
        }
        self.last()
    }
}

const USUAL: [(&str, &str); 5] = [
    ("ADSC", "991876000001"),
    ("EAST", "012345678"),
    ("SINSTS", "00450"),
    ("STGE", "003A0001"),
    ("PRM", "00000000000001"),
];

/// The usual frame with another content of these labels.
fn changed<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut groups: Vec<(&str, &str)> = USUAL.to_vec();
    for change in changes {
        match groups.iter_mut().find(|(label, _)| *label == change.0) {
            Some(group) => *group = *change,
            None => groups.push(*change),
        }
    }
    groups
}

/// The signal of an interface between two states, parsed.
fn changes(name: &str, before: &Snapshot, after: &Snapshot) -> Option<Changes> {
    let spec = InterfaceSpec::named(name).unwrap();
    let message = properties_changed(PATH, spec, before, after).unwrap()?;
    let header = message.header();
    assert_eq!(header.path().unwrap().as_str(), PATH);
    assert_eq!(header.interface().unwrap().as_str(), PROPERTIES);
    assert_eq!(header.member().unwrap().as_str(), PROPERTIES_CHANGED);
    let changes: Changes = message.body().deserialize().unwrap();
    assert_eq!(changes.0, spec.name);
    Some(changes)
}

#[test]
fn a_signal_has_only_what_changed_and_its_new_value() {
    let mut fed = Fed::new(false);
    let before = fed.settle(&USUAL);
    let after = fed.frame(Mode::Standard, &changed(&[("SINSTS", "00777")]));
    let (_, values, invalidated) = changes(interface::CONSUMPTION, &before, &after).unwrap();
    assert_eq!(values.len(), 1, "{values:?}");
    assert_eq!(*values["ApparentPower"], zbus::Variant::from(777_u32));
    assert_eq!(invalidated, [""; 0]);
    assert_eq!(changes(interface::TARIFF, &before, &after), None);
}

#[test]
fn a_state_that_is_only_newer_is_no_signal() {
    let mut fed = Fed::new(true);
    let before = fed.settle(&USUAL);
    let after = fed.frame(Mode::Standard, &USUAL);
    assert_ne!(before.seq, after.seq);
    assert_ne!(
        before.reading.get(Key::FRAMES_RECEIVED),
        after.reading.get(Key::FRAMES_RECEIVED)
    );
    for spec in InterfaceSpec::all() {
        assert_eq!(changes(spec.name, &before, &after), None, "{}", spec.name);
    }
}

#[test]
fn a_value_that_is_lost_is_invalidated() {
    let mut fed = Fed::new(false);
    let before = fed.settle(&USUAL);
    fed.seconds += 60;
    let after = fed.push(Input::Tick {
        detail: LinkDetail::new(LinkCause::NoByte, "no byte"),
    });
    let (_, values, invalidated) = changes(interface::CONSUMPTION, &before, &after).unwrap();
    assert!(values.is_empty(), "{values:?}");
    for name in ["Energy", "ApparentPower"] {
        assert!(invalidated.iter().any(|it| it == name), "{invalidated:?}");
    }
}

#[test]
fn an_identifier_is_in_no_signal() {
    let mut fed = Fed::new(true);
    let empty = fed.last();
    let known = fed.settle(&USUAL);
    let mut names = Vec::new();
    for spec in InterfaceSpec::all() {
        let Some((_, values, invalidated)) = changes(spec.name, &empty, &known) else {
            continue;
        };
        let shown = format!("{values:?}");
        for secret in ["991876000001", "876000001", "00000000000001"] {
            assert!(!shown.contains(secret), "{}: {shown}", spec.name);
        }
        names.extend(invalidated);
    }
    let private = InterfaceSpec::all()
        .flat_map(|spec| &spec.properties)
        .filter(|property| property.change == ChangeSignal::Invalidated);
    let known: Vec<&str> = private
        .filter(|property| property.value(&known).is_some())
        .map(|property| property.name.as_str())
        .collect();
    assert!(known.len() >= 2, "{known:?}");
    for name in known {
        assert!(names.iter().any(|it| it == name), "{name}: {names:?}");
    }
}

#[test]
fn an_event_has_the_time_of_its_state() {
    let mut fed = Fed::new(false);
    let snapshot = fed.settle(&USUAL);
    for (kind, member) in [
        (EventKind::LinkChanged, "LinkChanged"),
        (EventKind::VoltageOutOfRange, "VoltageOutOfRange"),
    ] {
        let happened = Event::new(kind, "before", "after");
        let message = event(PATH, &snapshot, &happened).unwrap();
        let header = message.header();
        assert_eq!(header.interface().unwrap().as_str(), interface::EVENTS);
        assert_eq!(header.member().unwrap().as_str(), member);
        let body: (u64, String, String) = message.body().deserialize().unwrap();
        assert_eq!(body, (4_000_000, "before".to_owned(), "after".to_owned()));
    }
    // A host whose clock is before 1970, or that has none.
    for time in [Some(Timestamp(-5)), None] {
        let early = Snapshot {
            time,
            ..(*snapshot).clone()
        };
        let message = event(PATH, &early, &Event::new(EventKind::CoverOpened, "", "")).unwrap();
        let (time, ..): (u64, String, String) = message.body().deserialize().unwrap();
        assert_eq!(time, 0);
    }
}

#[test]
fn a_point_of_the_curve_is_dated_by_its_end_and_an_unknown_period_is_zero() {
    let end = Horodate::parse(b"H260115120000").unwrap();
    for (period, direction, wanted) in [
        (Some(1_800), Flow::Withdrawn, (1_800, "withdrawn")),
        (None, Flow::Injected, (0, "injected")),
    ] {
        let point = CurvePoint {
            time: Time::from(end),
            period,
            power: 442,
            direction,
        };
        let message = curve_point(PATH, &point).unwrap();
        let header = message.header();
        assert_eq!(header.member().unwrap().as_str(), LOAD_CURVE_POINT);
        let body: (u64, u32, u32, String) = message.body().deserialize().unwrap();
        // 11:00 UTC.
        let time = 1_768_474_800_000_000;
        assert_eq!(body, (time, wanted.0, 442, wanted.1.to_owned()));
    }
}

#[test]
fn what_is_no_part_of_a_snapshot_has_a_signal_of_its_own() {
    let words = [("BrokerState", "refused"), ("BrokerCause", "tls")];
    let message = words_changed(PATH, interface::MANAGER, words).unwrap();
    let (name, values, invalidated): Changes = message.body().deserialize().unwrap();
    assert_eq!(name, interface::MANAGER);
    assert_eq!(*values["BrokerState"], zbus::Variant::from("refused"));
    assert_eq!(*values["BrokerCause"], zbus::Variant::from("tls"));
    assert_eq!((values.len(), invalidated.len()), (2, 0));
    assert!(words_changed("no path", interface::MANAGER, words).is_err());
}

/// Something that changes the state: a frame of one of several kinds, a silence, a port that is gone.
fn step(fed: &mut Fed, kind: u8, number: u32) -> Arc<Snapshot> {
    let (power, energy) = (
        format!("{number:05}"),
        format!("{:09}", 12_345_678 + number),
    );
    let standard = changed(&[("SINSTS", &power), ("EAST", &energy)]);
    let detail = LinkDetail::new(LinkCause::NoByte, format!("cause {number}"));
    match kind {
        0 => fed.frame(Mode::Standard, &standard),
        1 => fed.frame(Mode::Standard, &standard[..2]),
        2 => {
            let producer = [&standard[..], &[("EAIT", "000001000"), ("SINSTI", "00100")]];
            fed.frame(Mode::Standard, &producer.concat())
        }
        3 => {
            let profile = format!("0000C00{}{}", 1 + number % 9, " NONUTILE".repeat(10));
            let planned = [&standard[..], &[("PPOINTE", profile.as_str())]];
            fed.frame(Mode::Standard, &planned.concat())
        }
        4 => fed.frame(
            Mode::Historique,
            &[
                ("ADCO", "991876000001"),
                ("OPTARIF", "BASE"),
                ("BASE", &energy),
                ("PAPP", &power),
            ],
        ),
        5 => {
            fed.seconds += 40;
            fed.push(Input::Tick { detail })
        }
        6 => fed.push(Input::Unavailable { detail }),
        _ => fed.push(Input::Opened { detail }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The value that a client has of a property is that of the last signal; of one that was in none, the first answer.
    #[test]
    fn a_client_that_follows_the_signals_has_what_the_daemon_answers(
        steps in prop::collection::vec((0_u8..8, 0_u32..20_000), 1..40),
    ) {
        let mut fed = Fed::new(false);
        let first = fed.settle(&USUAL);
        let mut before = first.clone();
        let mut client: HashMap<(&str, String), Option<OwnedVariant>> = HashMap::new();
        for (kind, number) in steps {
            let after = step(&mut fed, kind, number);
            for spec in InterfaceSpec::all() {
                let Some((_, values, invalidated)) = changes(spec.name, &before, &after) else {
                    continue;
                };
                for name in invalidated {
                    prop_assert!(!values.contains_key(&name), "{} is in both lists", name);
                    client.insert((spec.name, name), None);
                }
                for (name, value) in values {
                    client.insert((spec.name, name), Some(value));
                }
            }
            before = after;
        }
        let signalled = |property: &&Property| property.change == ChangeSignal::Value;
        for spec in InterfaceSpec::all() {
            for property in spec.properties.iter().filter(signalled) {
                let answer = property.value(&before);
                let key = (spec.name, property.name.clone());
                let is_same = match client.get(&key) {
                    Some(value) => value.as_deref() == answer.as_ref(),
                    None => property.value(&first) == answer,
                };
                prop_assert!(is_same, "{:?}: {:?}", key, answer);
            }
        }
    }
}
