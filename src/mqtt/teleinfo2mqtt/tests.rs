//! Beside what teleinfo2mqtt 9.1.1 itself published: its classes were run on captures of `tests/captures`, and on each mode's
//! labels for its announcements. See tests/golden/teleinfo2mqtt.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::*;
use crate::config::Teleinfo2mqttCompatible;
use crate::meter::Input;
use crate::mqtt::samples::{self, Sample};
use crate::tic::{Decoder, Frame, Parity};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn golden(name: &str) -> String {
    fs::read_to_string(tests().join("golden/teleinfo2mqtt").join(name)).unwrap()
}

fn topics() -> Teleinfo2mqttTopics {
    let settings = MqttSettings {
        teleinfo2mqtt_compatible: Some(Teleinfo2mqttCompatible::default()),
        ..MqttSettings::default()
    };
    Teleinfo2mqttTopics::new(&settings).unwrap()
}

/// The messages by topic.
fn by_topic(messages: &[Message]) -> BTreeMap<&str, Value> {
    let json = |message: &Message| serde_json::from_slice(&message.payload).unwrap_or_default();
    messages
        .iter()
        .map(|message| (&*message.topic, json(message)))
        .collect()
}

fn frames(capture: &str, mode: Mode) -> Vec<Frame> {
    let bytes = fs::read(tests().join("captures").join(capture).with_extension("tic")).unwrap();
    let mut decoder = Decoder::new(mode, Parity::Auto);
    decoder.push(&bytes)
}

#[test]
fn a_frame_is_published_as_teleinfo2mqtt_did() {
    for (capture, mode) in [
        ("standard-mono-base", Mode::Standard),
        ("historique-mono-tempo", Mode::Historique),
        ("historique-tri-base", Mode::Historique),
    ] {
        let mut published = Vec::new();
        let mut sample = Sample::with_identifiers(true);
        for frame in frames(capture, mode) {
            let snapshot = sample.push(Input::Frame(frame)).unwrap().snapshot.clone();
            let mut value = serde_json::to_value(json::Teleinfo2mqtt(&snapshot)).unwrap();
            // Its frame ends before the status word.
            value
                .as_object_mut()
                .unwrap()
                .retain(|label, _| !["MOTDETAT", "PPOT"].contains(&&**label));
            published.push(value);
        }
        for line in golden(&format!("{capture}.jsonl")).lines() {
            let expected: Value = serde_json::from_str(line).unwrap();
            assert!(
                published.contains(&expected),
                "{capture}: {expected:#}\n{:#}",
                published[0]
            );
        }
    }
}

#[test]
fn every_label_is_announced_as_teleinfo2mqtt_did() {
    for (mode, lines) in [
        (Mode::Standard, samples::single_phase()),
        (Mode::Historique, samples::historique()),
    ] {
        let snapshot = Sample::with_identifiers(true).settled(mode, &lines);
        let address = meter_of(&snapshot).unwrap().1;
        let expected =
            golden(&format!("discovery-{}.json", mode.as_str())).replace("021700000001", &address);
        let expected: Map<String, Value> = serde_json::from_str(&expected).unwrap();
        let mut topics = topics();
        topics.publish(&snapshot, &mut Vec::new());
        let labels = topics.announcements().unwrap();
        let published = by_topic(&labels.messages);
        for (topic, message) in &expected {
            let mut message = message.clone();
            // It forgot their unit, which Home Assistant demands with the class.
            if message["name"].as_str().unwrap().starts_with("ADIR") {
                message["unit_of_measurement"] = "A".into();
            }
            let mut ours = published
                .get(&**topic)
                .cloned()
                .unwrap_or_else(|| panic!("{topic}"));
            let fields = ours.as_object_mut().unwrap();
            let template = fields.remove("value_template").unwrap();
            assert_eq!(fields.remove("origin").unwrap()["name"], "linky-sensor");
            assert!(
                template
                    .as_str()
                    .unwrap()
                    .contains(message["unique_id"].as_str().unwrap())
            );
            assert_eq!(ours, message, "{topic}");
        }
        let announced = published.keys().filter(|topic| topic.ends_with("/config"));
        assert_eq!(announced.count(), expected.len());
    }
}

#[test]
fn a_meter_is_announced_once_and_at_each_session() {
    let snapshot = Sample::with_identifiers(true).settled(Mode::Standard, &samples::single_phase());
    let mut topics = topics();
    let labels = Label::all(Mode::Standard).count();
    assert!(topics.announcements().is_none(), "no meter so far");
    let mut published = Vec::new();
    topics.publish(&snapshot, &mut published);
    assert_eq!(published.len(), 2, "readings and status");
    assert!(topics.take_changed());
    topics.publish(&snapshot, &mut published);
    assert!(!topics.take_changed(), "the same meter");
    let announced = topics.announcements().unwrap().messages;
    assert_eq!(announced.len(), labels);
    assert!(announced.iter().all(|message| message.retain));
}

#[test]
fn nothing_is_published_without_the_address() {
    let snapshot = Sample::new().settled(Mode::Standard, &samples::single_phase());
    let mut messages = Vec::new();
    topics().publish(&snapshot, &mut messages);
    assert_eq!(messages, []);
    assert_eq!(
        serde_json::to_value(json::Teleinfo2mqtt(&snapshot)).unwrap()["PREF"],
        json!({"raw": "06000", "value": 6000})
    );
}
