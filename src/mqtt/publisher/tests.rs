use std::time::Duration;

use proptest::prelude::*;

use super::super::message::Delivery;
use super::super::samples::{Sample, historique, single_phase, single_phase_at};
use super::*;
use crate::config::{Interval, PythonCompatible};
use crate::meter::{Input, Key, LinkCause, LinkDetail};
use crate::tic::Mode;

const NOTHING: [u64; 0] = [];
const NO_TEXT: [&str; 0] = [];

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A meter and its publisher.
struct TestPublisher {
    sample: Sample,
    publisher: Publisher,
}

impl TestPublisher {
    fn new(settings: &MqttSettings) -> Self {
        Self::of(Sample::new(), settings)
    }

    /// A meter whose keys are known.
    fn settled(settings: &MqttSettings) -> Self {
        let mut sample = Sample::new();
        for _ in 0..3 {
            sample.frame(Mode::Standard, &single_phase());
        }
        Self::of(sample, settings)
    }

    fn of(sample: Sample, settings: &MqttSettings) -> Self {
        let bridge = "linky/bridge/host/availability".into();
        let publisher = Publisher::new(settings, "Linky", sample.last(), &bridge);
        Self { sample, publisher }
    }

    fn push(&mut self, update: &Update, now: Duration) -> Vec<Message> {
        let mut out = Vec::new();
        self.publisher.push(update, now, &mut out);
        out
    }

    fn birth(&self) -> Vec<Message> {
        let mut out = Vec::new();
        self.publisher.birth_messages(&mut out);
        out
    }

    /// A frame at this power.
    fn frame(&mut self, power: u32, now: Duration) -> Vec<Message> {
        let update = self.sample.frame(Mode::Standard, &single_phase_at(power));
        self.push(&update, now)
    }

    fn on_timer(&mut self, now: Duration) -> Vec<Message> {
        let mut out = Vec::new();
        self.publisher.on_timer(now, &mut out);
        out
    }
}

fn on<'a>(messages: &'a [Message], topic: &str) -> Vec<&'a Message> {
    messages
        .iter()
        .filter(|message| &*message.topic == topic)
        .collect()
}

fn powers(messages: &[Message]) -> Vec<u64> {
    on(messages, "linky/main/state")
        .iter()
        .map(|state| {
            let json: serde_json::Value = serde_json::from_slice(&state.payload).unwrap();
            json["apparent_power"].as_u64().unwrap_or_default()
        })
        .collect()
}

#[test]
fn the_newest_state_is_published_at_each_tick() {
    let mut scene = TestPublisher::settled(&MqttSettings::default());
    assert_eq!(scene.publisher.deadline(), None);
    assert_eq!(powers(&scene.frame(1, at(0))), [1], "the first tick");
    for second in 1..10 {
        let power = u32::try_from(second).unwrap();
        assert_eq!(powers(&scene.frame(power, at(second))), NOTHING);
        assert_eq!(powers(&scene.on_timer(at(second))), NOTHING);
    }
    assert_eq!(scene.publisher.deadline(), Some(at(10)));
    assert_eq!(powers(&scene.on_timer(at(10))), [9]);
    assert_eq!(powers(&scene.on_timer(at(11))), NOTHING);
    assert_eq!(powers(&scene.on_timer(at(20))), NOTHING, "nothing new");
    scene.frame(500, at(25));
    assert_eq!(powers(&scene.on_timer(at(30))), [500]);
}

#[test]
fn an_event_is_published_at_once_after_its_state_and_the_tick_goes_on() {
    let mut scene = TestPublisher::settled(&MqttSettings::default());
    scene.frame(1, at(0));
    scene.frame(2, at(3));
    let changed = single_phase_at(3).replace("LTARF|      BASE      ", "LTARF|  HEURE CREUSE  ");
    // A text is accepted when it was received twice.
    let update = scene.sample.frame(Mode::Standard, &changed);
    assert_eq!(powers(&scene.push(&update, at(4))), NOTHING);
    let update = scene.sample.frame(Mode::Standard, &changed);
    let messages = scene.push(&update, at(4));
    assert_eq!(powers(&messages), [3]);
    let last = messages.last().unwrap();
    assert_eq!((&*last.topic, last.retain), ("linky/main/event", false));
    assert_eq!(last.delivery, Delivery::Record("main".into()));
    let event: serde_json::Value = serde_json::from_slice(&last.payload).unwrap();
    assert_eq!(event["event_type"], "tariff_changed");
    assert_eq!(event["to"], "HEURE CREUSE");
    assert_eq!(event["seq"], update.snapshot.seq);
    let update = scene
        .sample
        .frame(Mode::Standard, &changed.replace("00003", "00004"));
    assert_eq!(powers(&scene.push(&update, at(5))), NOTHING);
    assert_eq!(powers(&scene.on_timer(at(10))), [4]);
}

#[test]
fn with_the_interval_frame_every_update_is_published() {
    let mut scene = TestPublisher::settled(&MqttSettings {
        interval: Interval::Frame,
        ..MqttSettings::default()
    });
    for power in 1..5 {
        assert_eq!(powers(&scene.frame(power, at(1))), [u64::from(power)]);
    }
    assert_eq!(scene.publisher.deadline(), None);
    assert_eq!(scene.on_timer(at(100)), []);
}

/// A state a minute, and at once when the power moves by this much.
fn on_change(dead_band: u64) -> MqttSettings {
    MqttSettings {
        interval: Interval::Every(at(60)),
        on_change: [(Key::APPARENT_POWER, dead_band)].into(),
        ..MqttSettings::default()
    }
}

/// The lines of a frame without the power, or with it.
fn lines_at(power: Option<u32>) -> String {
    let gone = || single_phase().replace("SINSTS|00450\n", "");
    power.map_or_else(gone, single_phase_at)
}

#[test]
fn a_move_by_the_dead_band_is_published_at_once_and_the_tick_goes_on() {
    let mut scene = TestPublisher::settled(&on_change(50));
    assert_eq!(powers(&scene.frame(100, at(0))), [100], "the first");
    for (second, power, published) in [
        (1, 149, false),
        (2, 150, true),
        (3, 199, false),
        (4, 101, false),
        (5, 100, true),
        // Small steps are measured from what was published.
        (6, 120, false),
        (7, 140, false),
        (8, 160, true),
        (9, 170, false),
    ] {
        let expected: &[u64] = if published { &[u64::from(power)] } else { &[] };
        assert_eq!(
            powers(&scene.frame(power, at(second))),
            expected,
            "{second}"
        );
        assert_eq!(powers(&scene.on_timer(at(second))), NOTHING);
    }
    assert_eq!(scene.publisher.deadline(), Some(at(60)));
    assert_eq!(powers(&scene.on_timer(at(60))), [170]);
    assert_eq!(powers(&scene.frame(219, at(61))), NOTHING);
    assert_eq!(powers(&scene.frame(220, at(62))), [220]);
}

#[test]
fn a_quantity_that_becomes_unknown_or_known_again_is_published_at_once() {
    let mut scene = TestPublisher::settled(&on_change(50));
    scene.frame(100, at(0));
    let mut frame = |power, second| {
        let update = scene.sample.frame(Mode::Standard, &lines_at(power));
        powers(&scene.push(&update, at(second)))
    };
    let gone: Vec<u64> = (1..10).flat_map(|second| frame(None, second)).collect();
    assert_eq!(gone, [0], "null, once");
    assert_eq!(frame(Some(100), 11), [100]);
    assert_eq!(frame(Some(100), 12), NOTHING);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What the broker has is never off by the dead-band, and never older than the interval.
    #[test]
    fn what_is_published_stays_within_the_dead_band(
        dead_band in 1..400_u64,
        frames in prop::collection::vec((1..20_u64, prop::option::weighted(0.8, 0..1000_u32)), 1..40),
    ) {
        let mut scene = TestPublisher::settled(&on_change(dead_band));
        let (mut now, mut published_at) = (0, 0);
        for (seconds, power) in frames {
            for second in now + 1..=now + seconds {
                if !scene.on_timer(at(second)).is_empty() {
                    published_at = second;
                }
            }
            now += seconds;
            let update = scene.sample.frame(Mode::Standard, &lines_at(power));
            let states = powers(&scene.push(&update, at(now))).len();
            prop_assert!(states <= 1);
            if states == 1 {
                published_at = now;
            }
            prop_assert!(now - published_at <= 60 + 20);
            let power = |state: &Snapshot| state.reading.int(Key::APPARENT_POWER);
            let broker = power(scene.publisher.policy.published().unwrap());
            match (broker, power(&update.snapshot)) {
                (Some(broker), Some(power)) => prop_assert!(broker.abs_diff(power) < dead_band),
                (broker, power) => prop_assert_eq!(broker, power),
            }
        }
    }
}

#[test]
fn ticks_missed_during_a_suspend_are_not_caught_up() {
    let mut scene = TestPublisher::settled(&MqttSettings::default());
    scene.frame(1, at(0));
    scene.frame(2, at(1));
    assert_eq!(powers(&scene.on_timer(at(3600))), [2]);
    assert_eq!(scene.publisher.deadline(), Some(at(3610)));
}

#[test]
fn the_last_state_is_repeated_as_it_was() {
    let mut scene = TestPublisher::new(&MqttSettings::default());
    assert_eq!(powers(&scene.birth()), NOTHING);
    let messages = scene.frame(1, at(0));
    scene.frame(2, at(1));
    let birth = scene.birth();
    let again = on(&birth, "linky/main/state")[0];
    let first = on(&messages, "linky/main/state")[0];
    assert_eq!(again.payload, first.payload);
    assert!(again.retain && again.delivery == Delivery::Retained);
}

#[test]
fn availability_is_published_when_it_changes() {
    let mut scene = TestPublisher::new(&MqttSettings::default());
    let messages = scene.birth();
    assert_eq!(
        on(&messages, "linky/main/availability")[0].payload,
        "offline"
    );
    let messages: Vec<Vec<Message>> = (0..3).map(|second| scene.frame(1, at(second))).collect();
    assert_eq!(
        on(&messages[0], "linky/main/availability")[0].payload,
        "online"
    );
    assert_eq!(
        on(&messages[1], "linky/main/availability"),
        Vec::<&Message>::new()
    );
}

#[test]
fn the_state_with_the_keys_is_published_before_they_are_announced() {
    let mut scene = TestPublisher::new(&MqttSettings::default());
    assert!(
        scene.publisher.announcement().is_none(),
        "there is no state"
    );
    let mut changed = Vec::new();
    for second in 0..6 {
        let update = scene.sample.frame(Mode::Standard, &single_phase());
        let mut messages = Vec::new();
        let learning = scene.publisher.push(&update, at(second), &mut messages);
        if learning == Learning::Changed {
            changed.push(second);
            assert_eq!(powers(&messages).len(), 1);
        }
        let announced = scene.publisher.announcement();
        assert_eq!(
            announced.is_some(),
            second >= 2,
            "when its keys are all there"
        );
        for entity in announced.iter().flat_map(Announcement::entities) {
            let state = scene.publisher.policy.published().unwrap();
            let row = |key: Key| key.row().entity_id() == entity.name;
            let is_there = state.keys.iter().any(row) || entity.platform == "event";
            assert!(is_there, "{entity:?}");
        }
    }
    assert_eq!(changed, [0, 2]);
}

/// The port is gone for these seconds.
fn interruption(seconds: u64) -> Vec<Message> {
    let mut scene = TestPublisher::new(&MqttSettings {
        interval: Interval::Every(at(3600)),
        ..MqttSettings::default()
    });
    (0..4).for_each(|second| drop(scene.frame(1, at(second))));
    let mut messages = Vec::new();
    for second in 0..seconds {
        let detail = LinkDetail::new(LinkCause::NoPort, "unplugged");
        if let Some(update) = scene.sample.push(Input::Unavailable { detail }) {
            messages.extend(scene.push(&update, at(4 + second)));
        }
    }
    messages
}

#[test]
fn a_meter_goes_offline_together_with_its_values() {
    let messages = interruption(31);
    let offline = on(&messages, "linky/main/availability");
    assert_eq!(
        (&*offline[0].payload, offline[0].retain, offline.len()),
        (&b"offline"[..], true, 1)
    );
    let states = on(&messages, "linky/main/state");
    let state = str::from_utf8(&states.last().unwrap().payload).unwrap();
    assert!(state.contains(r#""apparent_power":null"#), "{state}");
}

#[test]
fn a_short_interruption_changes_neither_availability_nor_values() {
    let messages = interruption(18);
    assert_eq!(on(&messages, "linky/main/availability").len(), 0);
    let states = on(&messages, "linky/main/state");
    let state = str::from_utf8(&states.last().unwrap().payload).unwrap();
    assert!(state.contains(r#""apparent_power":1,"#), "{state}");
    assert!(state.contains(r#""link":"no_device""#), "{state}");
}

/// The payloads on the topic of the calendar.
fn calendars(messages: &[Message]) -> Vec<String> {
    let calendars = on(messages, "linky/main/calendar").into_iter();
    calendars
        .map(|message| {
            assert!(message.retain);
            String::from_utf8(message.payload.to_vec()).unwrap()
        })
        .collect()
}

const UNKNOWN: &str = r#"{"today":null,"tomorrow":null,"peak":null,"assumed":false}"#;

#[test]
fn the_calendar_is_published_when_it_changes() {
    let mut scene = TestPublisher::new(&MqttSettings::default());
    let messages = scene.frame(1, at(0));
    let calendar = calendars(&messages);
    let json: serde_json::Value = serde_json::from_str(&calendar[0]).unwrap();
    assert_eq!(json["tomorrow"][0]["start"], "00:00");
    assert_eq!(json["today"], serde_json::Value::Null);
    assert_eq!(calendars(&scene.frame(1, at(1))), NO_TEXT);
    assert_eq!(calendars(&scene.birth()), calendar);
}

#[test]
fn a_calendar_that_becomes_unknown_is_published_as_null_with_the_state() {
    let mut scene = TestPublisher::new(&MqttSettings {
        interval: Interval::Frame,
        ..MqttSettings::default()
    });
    scene.frame(1, at(0));
    let lost = scene.sample.unplug();
    scene.push(&lost, at(2));
    let mut messages = Vec::new();
    for second in 3..60 {
        if let Some(update) = scene.sample.push(Input::Unavailable {
            detail: LinkDetail::new(LinkCause::NoPort, "unplugged"),
        }) {
            messages.extend(scene.push(&update, at(second)));
        }
    }
    assert_eq!(calendars(&messages), [UNKNOWN]);
    let states = on(&messages, "linky/main/state");
    let state = str::from_utf8(&states.last().unwrap().payload).unwrap();
    assert!(state.contains(r#""device_type":null"#), "{state}");
    assert_eq!(calendars(&scene.birth()), [UNKNOWN]);
    assert_ne!(calendars(&scene.frame(1, at(60))), [UNKNOWN], "known again");
}

#[test]
fn in_historique_mode_the_calendar_of_the_mode_before_is_removed() {
    let mut scene = TestPublisher::new(&MqttSettings::default());
    scene.frame(1, at(0));
    let update = scene.sample.frame(Mode::Historique, &historique());
    assert_eq!(calendars(&scene.push(&update, at(1))), [""]);
    let update = scene.sample.frame(Mode::Historique, &historique());
    assert_eq!(calendars(&scene.push(&update, at(2))), NO_TEXT);
    assert_eq!(calendars(&scene.birth()), [""], "from before a start, too");
}

#[test]
fn a_new_meter_without_a_calendar_has_no_such_topic() {
    let mut scene = TestPublisher::new(&MqttSettings::default());
    let update = scene.sample.frame(Mode::Historique, &historique());
    assert_eq!(calendars(&scene.birth()), NO_TEXT);
    assert_eq!(calendars(&scene.push(&update, at(0))), NO_TEXT);
}

#[test]
fn optional_messages_are_published_only_on_request() {
    let settings = MqttSettings {
        retain: false,
        ..MqttSettings::default()
    };
    let mut scene = TestPublisher::new(&settings);
    let mut messages = scene.frame(1, at(0));
    scene.publisher.birth_messages(&mut messages);
    assert_eq!(on(&messages, "linky/main/tic").len(), 0);
    assert!(!on(&messages, "linky/main/state")[0].retain);
}

#[test]
fn the_groups_come_with_each_state_that_a_frame_made() {
    let settings = MqttSettings {
        raw: true,
        python_compatible: Some(PythonCompatible::default()),
        ..MqttSettings::default()
    };
    let mut scene = TestPublisher::of(Sample::with_identifiers(true), &settings);
    let lost = scene.sample.unplug();
    let messages = scene.push(&lost, at(0));
    assert_eq!(powers(&messages).len(), 1);
    assert_eq!(
        on(&messages, "linky/main/tic").len(),
        0,
        "no frame, no groups"
    );
    assert_eq!(on(&messages, "house/sensors/energy").len(), 0);
    let messages = scene.frame(7, at(1));
    let json = |topic: &str| -> serde_json::Value {
        let message = on(&messages, topic)[0];
        assert!(!message.retain && message.delivery == Delivery::BestEffort);
        serde_json::from_slice(&message.payload).unwrap()
    };
    assert_eq!(json("linky/main/tic")["SINSTS"]["value"], "00007");
    let python = json("house/sensors/energy");
    assert_eq!(python["SINSTS"], serde_json::json!({"Value": "00007"}));
    assert_eq!(python["ADSC"]["Value"], "041875000000");
    assert_eq!(python["DATE"]["Timestamp"], "2026-01-15T12:00:00");
    let status = on(&messages, "house/probes/linky-sensor/status")[0];
    assert_eq!((&*status.payload, status.retain), (&b"online"[..], true));
}

#[test]
fn no_message_contains_an_identifier() {
    let settings = MqttSettings {
        raw: true,
        ..MqttSettings::default()
    };
    let mut scene = TestPublisher::new(&settings);
    let mut messages = Vec::new();
    for second in 0..4 {
        messages.extend(scene.frame(1, at(second)));
    }
    scene.publisher.birth_messages(&mut messages);
    for message in messages {
        let text = String::from_utf8(message.payload.to_vec()).unwrap();
        for secret in ["041875000000", "99000000000001"] {
            assert!(!text.contains(secret), "{}", message.topic);
        }
    }
}

#[test]
fn at_the_stop_the_meter_is_offline() {
    let mut scene = TestPublisher::new(&MqttSettings::default());
    scene.frame(1, at(0));
    let mut messages = Vec::new();
    scene.publisher.stop(&mut messages);
    assert_eq!(
        on(&messages, "linky/main/availability")[0].payload,
        "offline"
    );
}
