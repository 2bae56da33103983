use std::time::Duration;

use super::super::message::Worth;
use super::super::samples::{Sample, historique, single_phase, single_phase_at};
use super::*;
use crate::config::PythonCompatible;
use crate::tic::Mode;

const NOTHING: [u64; 0] = [];

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A meter and what is said about it.
struct Scene {
    sample: Sample,
    publisher: Publisher,
}

impl Scene {
    fn new(settings: &MqttSettings) -> Self {
        Self::of(Sample::new(), settings)
    }

    /// A meter whose keys are known.
    fn settled(settings: &MqttSettings) -> Self {
        let mut sample = Sample::new();
        for _ in 0..3 {
            sample.hear(Mode::Standard, &single_phase());
        }
        Self::of(sample, settings)
    }

    fn of(sample: Sample, settings: &MqttSettings) -> Self {
        let bridge = "linky/bridge/host/availability".into();
        let publisher = Publisher::new(settings, "main", "Linky", sample.last(), &bridge);
        Self { sample, publisher }
    }

    fn push(&mut self, update: &Update, now: Duration) -> Vec<Message> {
        let mut out = Vec::new();
        self.publisher.push(update, now, &mut out);
        out
    }

    /// A frame at this power ends.
    fn frame(&mut self, power: u32, now: Duration) -> Vec<Message> {
        let update = self.sample.hear(Mode::Standard, &single_phase_at(power));
        self.push(&update, now)
    }

    fn pass(&mut self, now: Duration) -> Vec<Message> {
        let mut out = Vec::new();
        self.publisher.pass(now, &mut out);
        out
    }
}

fn on<'a>(said: &'a [Message], topic: &str) -> Vec<&'a Message> {
    said.iter()
        .filter(|message| &*message.topic == topic)
        .collect()
}

fn powers(said: &[Message]) -> Vec<u64> {
    on(said, "linky/main/state")
        .iter()
        .map(|state| {
            let json: serde_json::Value = serde_json::from_slice(&state.payload).unwrap();
            json["apparent_power"].as_u64().unwrap_or_default()
        })
        .collect()
}

#[test]
fn the_newest_state_is_said_at_each_tick() {
    let mut scene = Scene::settled(&MqttSettings::default());
    assert_eq!(scene.publisher.deadline(), None);
    assert_eq!(powers(&scene.frame(1, at(0))), [1], "the first tick");
    for second in 1..10 {
        let power = u32::try_from(second).unwrap();
        assert_eq!(powers(&scene.frame(power, at(second))), NOTHING);
        assert_eq!(powers(&scene.pass(at(second))), NOTHING);
    }
    assert_eq!(scene.publisher.deadline(), Some(at(10)));
    assert_eq!(powers(&scene.pass(at(10))), [9]);
    assert_eq!(powers(&scene.pass(at(11))), NOTHING);
    assert_eq!(powers(&scene.pass(at(20))), NOTHING, "nothing new");
    scene.frame(500, at(25));
    assert_eq!(powers(&scene.pass(at(30))), [500]);
}

#[test]
fn an_event_is_said_at_once_behind_its_state_and_the_tick_goes_on() {
    let mut scene = Scene::settled(&MqttSettings::default());
    scene.frame(1, at(0));
    scene.frame(2, at(3));
    let changed = single_phase_at(3).replace("LTARF|      BASE      ", "LTARF|  HEURE CREUSE  ");
    // A text is believed when it comes twice.
    let update = scene.sample.hear(Mode::Standard, &changed);
    assert_eq!(powers(&scene.push(&update, at(4))), NOTHING);
    let update = scene.sample.hear(Mode::Standard, &changed);
    let said = scene.push(&update, at(4));
    assert_eq!(powers(&said), [3]);
    let last = said.last().unwrap();
    assert_eq!((&*last.topic, last.retain), ("linky/main/event", false));
    assert_eq!(last.worth, Worth::Record("main".into()));
    let event: serde_json::Value = serde_json::from_slice(&last.payload).unwrap();
    assert_eq!(event["event_type"], "tariff_changed");
    assert_eq!(event["to"], "HEURE CREUSE");
    assert_eq!(event["seq"], update.snapshot.seq);
    let update = scene
        .sample
        .hear(Mode::Standard, &changed.replace("00003", "00004"));
    assert_eq!(powers(&scene.push(&update, at(5))), NOTHING);
    assert_eq!(powers(&scene.pass(at(10))), [4]);
}

#[test]
fn the_interval_frame_says_every_update() {
    let mut scene = Scene::settled(&MqttSettings {
        interval: Interval::Frame,
        ..MqttSettings::default()
    });
    for power in 1..5 {
        assert_eq!(powers(&scene.frame(power, at(1))), [u64::from(power)]);
    }
    assert_eq!(scene.publisher.deadline(), None);
    assert_eq!(scene.pass(at(100)), []);
}

#[test]
fn ticks_missed_while_the_machine_slept_are_not_made_up() {
    let mut scene = Scene::settled(&MqttSettings::default());
    scene.frame(1, at(0));
    scene.frame(2, at(1));
    assert_eq!(powers(&scene.pass(at(3600))), [2]);
    assert_eq!(scene.publisher.deadline(), Some(at(3610)));
}

#[test]
fn the_last_state_is_repeated_as_it_was() {
    let mut scene = Scene::new(&MqttSettings::default());
    assert_eq!(scene.publisher.last_state(), None);
    let said = scene.frame(1, at(0));
    scene.frame(2, at(1));
    let again = scene.publisher.last_state().unwrap();
    let first = on(&said, "linky/main/state")[0];
    assert_eq!(again.payload, first.payload);
    assert!(again.retain && again.worth == Worth::Standing);
}

#[test]
fn availability_and_discovery_are_said_when_they_change() {
    let mut scene = Scene::new(&MqttSettings::default());
    let discovery = "homeassistant/device/linky_main/config";
    let mut said = Vec::new();
    scene.publisher.introduce(&mut said);
    assert_eq!(on(&said, "linky/main/availability")[0].payload, b"offline");
    assert_eq!(on(&said, discovery).len(), 1);
    let said: Vec<Vec<Message>> = (0..6).map(|second| scene.frame(1, at(second))).collect();
    assert_eq!(
        on(&said[0], "linky/main/availability")[0].payload,
        b"online"
    );
    assert_eq!(
        on(&said[1], "linky/main/availability"),
        Vec::<&Message>::new()
    );
    let announced: Vec<usize> = said.iter().map(|said| on(said, discovery).len()).collect();
    assert_eq!(announced, [0, 0, 1, 0, 0, 0], "when its keys are all there");
    let lost = scene.sample.lose();
    assert_eq!(
        on(&scene.push(&lost, at(10)), "linky/main/availability"),
        Vec::<&Message>::new()
    );
    let late = scene.pass(at(40));
    let offline = on(&late, "linky/main/availability");
    assert_eq!(
        (&*offline[0].payload, offline[0].retain),
        (&b"offline"[..], true)
    );
}

#[test]
fn the_calendar_is_said_when_it_changes_and_kept_while_the_meter_is_silent() {
    let mut scene = Scene::new(&MqttSettings::default());
    let said = scene.frame(1, at(0));
    let calendar = on(&said, "linky/main/calendar");
    let json: serde_json::Value = serde_json::from_slice(&calendar[0].payload).unwrap();
    assert_eq!(json["tomorrow"][0]["start"], "00:00");
    assert_eq!(json["today"], serde_json::Value::Null);
    assert_eq!(on(&scene.frame(1, at(1)), "linky/main/calendar").len(), 0);
    let lost = scene.sample.lose();
    scene.push(&lost, at(2));
    let mut again = Vec::new();
    scene.publisher.introduce(&mut again);
    assert_eq!(on(&again, "linky/main/calendar"), calendar);
}

#[test]
fn a_meter_without_a_calendar_has_no_such_topic() {
    let mut scene = Scene::new(&MqttSettings::default());
    let update = scene.sample.hear(Mode::Historique, &historique());
    let mut said = scene.push(&update, at(0));
    scene.publisher.introduce(&mut said);
    assert_eq!(on(&said, "linky/main/calendar").len(), 0);
}

#[test]
fn what_is_not_asked_for_is_not_said() {
    let mut settings = MqttSettings {
        retain: false,
        ..MqttSettings::default()
    };
    settings.home_assistant.enabled = false;
    let mut scene = Scene::new(&settings);
    let mut said = scene.frame(1, at(0));
    scene.publisher.introduce(&mut said);
    assert_eq!(on(&said, "homeassistant/device/linky_main/config").len(), 0);
    assert_eq!(on(&said, "linky/main/tic").len(), 0);
    assert!(!on(&said, "linky/main/state")[0].retain);
}

#[test]
fn the_groups_come_with_each_state_that_a_frame_made() {
    let settings = MqttSettings {
        raw: true,
        python_compatible: Some(PythonCompatible::default()),
        ..MqttSettings::default()
    };
    let mut scene = Scene::of(Sample::with_identifiers(true), &settings);
    let lost = scene.sample.lose();
    let said = scene.push(&lost, at(0));
    assert_eq!(powers(&said).len(), 1);
    assert_eq!(on(&said, "linky/main/tic").len(), 0, "no frame, no groups");
    assert_eq!(on(&said, "house/sensors/energy").len(), 0);
    let said = scene.frame(7, at(1));
    let json = |topic: &str| -> serde_json::Value {
        let message = on(&said, topic)[0];
        assert!(!message.retain && message.worth == Worth::Passing);
        serde_json::from_slice(&message.payload).unwrap()
    };
    assert_eq!(json("linky/main/tic")["SINSTS"]["value"], "00007");
    let python = json("house/sensors/energy");
    assert_eq!(python["SINSTS"], serde_json::json!({"Value": "00007"}));
    assert_eq!(python["ADSC"]["Value"], "041875000000");
    assert_eq!(python["DATE"]["Timestamp"], "2026-01-15T12:00:00");
    let status = on(&said, "house/probes/linky-sensor/status")[0];
    assert_eq!((&*status.payload, status.retain), (&b"online"[..], true));
}

#[test]
fn identifiers_are_in_nothing_that_is_said() {
    let settings = MqttSettings {
        raw: true,
        ..MqttSettings::default()
    };
    let mut scene = Scene::new(&settings);
    let mut said = Vec::new();
    for second in 0..4 {
        said.extend(scene.frame(1, at(second)));
    }
    scene.publisher.introduce(&mut said);
    for message in said {
        let text = String::from_utf8(message.payload).unwrap();
        for secret in ["041875000000", "99000000000001"] {
            assert!(!text.contains(secret), "{}", message.topic);
        }
    }
}

#[test]
fn at_the_stop_the_meter_is_not_available() {
    let mut scene = Scene::new(&MqttSettings::default());
    scene.frame(1, at(0));
    let mut said = Vec::new();
    scene.publisher.part(&mut said);
    assert_eq!(on(&said, "linky/main/availability")[0].payload, b"offline");
}
