//! What is announced in the format of teleinfo2mqtt, for those who come from it.

use std::collections::{BTreeMap, BTreeSet};

use linky_sensor::config::{MqttSettings, Teleinfo2mqttCompatible};
use linky_sensor::sink::BrokerState;
use linky_sensor::tic::Mode;
use nix::sys::signal::Signal;
use serde_json::json;

use super::support::broker::{Broker, Received, Subscriber};
use super::support::daemon::WAIT_TIMEOUT;
use super::support::sink::{Sink, settings};
use super::{STATE, announcements, record, until_recorded, until_retained};

/// Frames of a meter with this address.
fn of_address(sink: &mut Sink, address: &str) {
    for _ in 0..4 {
        sink.groups(
            Mode::Standard,
            &[("ADSC", address), ("EAST", "000012345"), ("NTARF", "01")],
        );
    }
}

/// The topics of announcements in the format of teleinfo2mqtt.
fn labels(retained: &BTreeMap<String, String>) -> BTreeSet<String> {
    let topics = announcements(retained).into_iter();
    topics
        .filter(|topic| topic.starts_with("homeassistant/sensor/teleinfo/"))
        .collect()
}

fn with_teleinfo2mqtt(port: u16) -> MqttSettings {
    MqttSettings {
        teleinfo2mqtt_compatible: Some(Teleinfo2mqttCompatible::default()),
        ..settings(port)
    }
}

#[test]
fn the_announcements_of_teleinfo2mqtt_go_with_their_table() {
    const ADDRESS: &str = "041776199277";
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    // Of teleinfo2mqtt itself for this meter, and of another daemon for its own.
    let theirs = [
        (
            format!("homeassistant/sensor/teleinfo/{ADDRESS}_own/config"),
            json!({"name": "own"}),
        ),
        (
            "homeassistant/sensor/teleinfo/041776199999_east/config".to_owned(),
            json!({"name": "EAST", "origin": {"name": "linky-sensor"}}),
        ),
    ];
    for (topic, document) in &theirs {
        subscriber.publish(topic, &document.to_string(), true);
    }
    let theirs: BTreeSet<String> = theirs.into_iter().map(|(topic, _)| topic).collect();
    let directory = tempfile::tempdir().unwrap();
    let compatible = with_teleinfo2mqtt(broker.port);
    let mut sink = Sink::with_history(&compatible, directory.path(), "b1");
    of_address(&mut sink, ADDRESS);
    until_retained(&broker, "the labels", |retained| {
        labels(retained).len() > 60
    });
    sink.stop();
    assert!(!record(directory.path()).to_string().contains("199277"));
    // The first session takes them away, the second finds none and forgets them.
    for (boot, is_forgotten) in [("b2", false), ("b3", true)] {
        let mut sink = Sink::with_history(&settings(broker.port), directory.path(), boot);
        of_address(&mut sink, ADDRESS);
        until_retained(&broker, "only what is not ours", |retained| {
            labels(retained) == theirs && retained.contains_key(STATE)
        });
        if is_forgotten {
            until_recorded(directory.path(), |record| {
                !record.to_string().contains("teleinfo")
            });
        }
        sink.stop();
    }
}

/// Seventy announcements at once to a broker that is slow to answer, and an event: it has room before them, and does not
/// come late.
#[test]
fn the_announcements_of_teleinfo2mqtt_hold_up_no_event() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&with_teleinfo2mqtt(broker.port));
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let first = sink.frame();
    subscriber.until(|received| received.topic == STATE && received.json()["seq"] == first);
    broker.signal(Signal::SIGSTOP);
    of_address(&mut sink, "041776199277");
    sink.change_tariff();
    broker.signal(Signal::SIGCONT);
    let is_event = |it: &Received| {
        let topics = ["linky/main/event", "linky/main/history"];
        topics.contains(&&*it.topic) && it.payload.contains("tariff_changed")
    };
    assert_eq!(subscriber.until(is_event).topic, "linky/main/event");
    until_retained(&broker, "the labels", |retained| {
        labels(retained).len() > 60
    });
}
