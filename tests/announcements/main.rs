//! What is announced at a real mosquitto, and what is left there after each accident: another mode, another contract, an id
//! renamed, discovery switched off, another form, an earlier version, a broker that forgets, one that is away.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod repeated_removals;
mod teleinfo2mqtt;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use linky_sensor::config::{Discovery, MqttSettings};
use linky_sensor::sink::BrokerState;
use linky_sensor::tic::Mode;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use support::broker::{Broker, Received, Subscriber};
use support::daemon::{WAIT_TIMEOUT, within};
use support::sink::{Sink, settings};

const DEVICE: &str = "homeassistant/device/linky_main/config";
const STATE: &str = "linky/main/state";

/// More frames than it takes until what is gone is gone for good.
const SETTLING_FRAMES: usize = 20;

const BASE: &str = "      BASE      ";
const OFF_PEAK: &str = "H PLEINE/CREUSE ";
const TEMPO: &str = "     TEMPO      ";

/// Frames in standard mode with this contract.
fn standard(sink: &mut Sink, contract: &str) {
    let mut groups = vec![
        ("NGTF", contract),
        ("LTARF", contract),
        ("EAST", "000012345"),
    ];
    let indexes: Vec<String> = (1..=10).map(|index| format!("EASF{index:02}")).collect();
    groups.extend(indexes.iter().map(|label| (label.as_str(), "000000000")));
    groups.extend([
        ("IRMS1", "002"),
        ("URMS1", "231"),
        ("SINSTS", "00450"),
        ("STGE", "003A0001"),
        ("NTARF", "01"),
    ]);
    for _ in 0..SETTLING_FRAMES {
        sink.groups(Mode::Standard, &groups);
    }
}

/// Frames in historique mode with off-peak hours.
fn historique(sink: &mut Sink) {
    for _ in 0..SETTLING_FRAMES {
        let groups = [
            ("OPTARIF", "HC.."),
            ("ISOUSC", "30"),
            ("HCHC", "000001000"),
            ("HCHP", "000011345"),
            ("PTEC", "HP.."),
            ("IINST", "002"),
            ("PAPP", "00450"),
            ("MOTDETAT", "000000"),
        ];
        sink.groups(Mode::Historique, &groups);
    }
}

/// What the broker has retained, by topic.
fn retained(broker: &Broker) -> BTreeMap<String, String> {
    let subscriber = Subscriber::at(broker);
    let end = "test/end";
    subscriber.publish(end, "", false);
    let mut retained = BTreeMap::new();
    loop {
        let Received {
            topic,
            payload,
            retained: is_retained,
            ..
        } = subscriber.next();
        if topic == end {
            return retained;
        }
        if is_retained {
            retained.insert(topic, payload);
        }
    }
}

/// Waits until what the broker has retained is so.
fn until_retained(broker: &Broker, what: &str, is_so: impl Fn(&BTreeMap<String, String>) -> bool) {
    within(WAIT_TIMEOUT, what, || {
        is_so(&retained(broker)).then_some(())
    });
}

/// The topics of announcements among these.
fn announcements(retained: &BTreeMap<String, String>) -> BTreeSet<String> {
    let topics = retained.keys().filter(|topic| topic.ends_with("/config"));
    topics.cloned().collect()
}

/// The names of the components in the device's announcement, which holds no removal.
fn components(document: &Value) -> BTreeSet<String> {
    let components = document["cmps"].as_object().unwrap();
    components.keys().cloned().collect()
}

/// The components that the message takes away: their platform is all that it says of them.
fn removed(document: &Value) -> BTreeSet<String> {
    let components = document["cmps"].as_object().unwrap();
    let removed = components
        .iter()
        .filter(|(_, config)| config.as_object().unwrap().len() == 1);
    removed.map(|(name, _)| name.clone()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The next announcement of the device that takes something away, and the one after it.
fn next_removal(subscriber: &Subscriber) -> (BTreeSet<String>, BTreeSet<String>) {
    let is_removal = |received: &Received| {
        received.topic == DEVICE
            && !received.payload.is_empty()
            && !removed(&received.json()).is_empty()
    };
    let removal = removed(&subscriber.until(is_removal).json());
    let after = subscriber.next_on(DEVICE).json();
    assert_eq!(removed(&after), names(&[]), "it is named once");
    (removal, components(&after))
}

fn with_discovery(port: u16, discovery: Discovery) -> MqttSettings {
    let mut settings = settings(port);
    settings.home_assistant.discovery = discovery;
    settings
}

#[test]
fn a_mode_takes_the_entities_of_the_other_away_and_gives_them_back() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&settings(broker.port));
    historique(&mut sink);
    let first = subscriber.until(|received| {
        received.topic == DEVICE && components(&received.json()).contains("status_word")
    });
    let unique_id = first.json()["cmps"]["status_word"]["unique_id"].clone();
    standard(&mut sink, OFF_PEAK);
    let (gone, left) = next_removal(&subscriber);
    assert!(
        gone.is_superset(&names(&["status_word", "subscribed_current"])),
        "{gone:?}"
    );
    assert!(
        left.is_superset(&names(&["voltage_l1", "energy", "off_peak", "event"])),
        "{left:?}"
    );
    assert!(!left.contains("status_word"));
    historique(&mut sink);
    let (gone, left) = next_removal(&subscriber);
    assert!(
        gone.is_superset(&names(&["voltage_l1", "breaker", "producer"])),
        "{gone:?}"
    );
    assert!(
        left.contains("status_word") && !left.contains("voltage_l1"),
        "{left:?}"
    );
    let back: Value = serde_json::from_str(&retained(&broker)[DEVICE]).unwrap();
    assert_eq!(
        back["cmps"]["status_word"]["unique_id"], unique_id,
        "the same entity"
    );
}

#[test]
fn a_contract_takes_its_entities_with_it_and_the_next_come_enabled() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&settings(broker.port));
    standard(&mut sink, OFF_PEAK);
    standard(&mut sink, TEMPO);
    let six = (1..=6).map(|index| format!("energy_tariff_{index}"));
    let new: BTreeSet<String> = six
        .chain(names(&["color_today", "color_tomorrow"]))
        .collect();
    let tempo = subscriber.until(|received| {
        received.topic == DEVICE && components(&received.json()).is_superset(&new)
    });
    for name in &new {
        let component = &tempo.json()["cmps"][name];
        assert_eq!(component.get("enabled_by_default"), None, "{name}");
    }
    standard(&mut sink, BASE);
    let (gone, left) = next_removal(&subscriber);
    assert!(gone.is_superset(&new), "{gone:?}");
    assert!(
        left.contains("energy") && left.is_disjoint(&new),
        "{left:?}"
    );
}

#[test]
fn the_state_with_the_keys_is_there_before_their_announcement() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    // Without a history, what finds no room in the window waits for it.
    let mut sink = Sink::start(&MqttSettings {
        history: None,
        ..settings(broker.port)
    });
    standard(&mut sink, TEMPO);
    historique(&mut sink);
    standard(&mut sink, BASE);
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let (mut state, mut last) = (json!({}), 0);
    while last < 3 * SETTLING_FRAMES as u64 {
        let received = subscriber.next();
        if received.topic == STATE {
            state = received.json();
            last = state["seq"].as_u64().unwrap();
        } else if received.topic == DEVICE {
            let document = received.json();
            for (name, component) in document["cmps"].as_object().unwrap() {
                let Some(template) = component.get("value_template") else {
                    continue;
                };
                let template = template.as_str().unwrap();
                let keys = state.as_object().unwrap().keys();
                let mut used = keys.filter(|key| template.contains(key.as_str()));
                assert!(used.next().is_some(), "{name}: {template}");
            }
        }
    }
}

#[test]
fn a_renamed_meter_leaves_nothing_behind() {
    for broker in [Broker::start(), Broker::that_remembers()] {
        let directory = tempfile::tempdir().unwrap();
        let old = settings(broker.port);
        let mut sink = Sink::of_meter("garage", &old, directory.path(), "b1");
        standard(&mut sink, BASE);
        until_retained(&broker, "garage", |retained| {
            announcements(retained).len() == 1
        });
        sink.stop();
        let mut sink = Sink::of_meter("main", &old, directory.path(), "b2");
        standard(&mut sink, BASE);
        until_retained(&broker, "main alone", |retained| {
            announcements(retained) == names(&[DEVICE])
                && retained.keys().all(|topic| !topic.contains("garage"))
        });
        until_recorded(directory.path(), |record| {
            record["garage"]["announced"] == json!([])
        });
    }
}

/// The record on disk.
fn record(directory: &Path) -> Value {
    let text = fs::read_to_string(directory.join("home-assistant.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn until_recorded(directory: &Path, is_so: impl Fn(&Value) -> bool) {
    within(WAIT_TIMEOUT, "the record", || {
        is_so(&record(directory)).then_some(())
    });
}

#[test]
fn another_base_topic_leaves_nothing_below_the_old_one() {
    let broker = Broker::start();
    let directory = tempfile::tempdir().unwrap();
    let mut sink = Sink::with_history(&settings(broker.port), directory.path(), "b1");
    standard(&mut sink, BASE);
    until_retained(&broker, "linky", |retained| retained.contains_key(DEVICE));
    sink.stop();
    let moved = MqttSettings {
        base_topic: "house/meter".to_owned(),
        ..settings(broker.port)
    };
    let mut sink = Sink::with_history(&moved, directory.path(), "b2");
    standard(&mut sink, BASE);
    until_retained(&broker, "the new base topic alone", |retained| {
        let is_old = |topic: &String| topic.starts_with("linky/main/");
        retained.contains_key("house/meter/main/state") && !retained.keys().any(is_old)
    });
}

#[test]
fn discovery_switched_off_takes_all_away_and_on_gives_it_back() {
    let broker = Broker::that_remembers();
    let directory = tempfile::tempdir().unwrap();
    let on = settings(broker.port);
    let mut off = on.clone();
    off.home_assistant.enabled = false;
    let mut elsewhere = on.clone();
    elsewhere.home_assistant.prefix = "ha".to_owned();
    for (settings, expected) in [
        (&on, names(&[DEVICE])),
        (&off, names(&[])),
        (&on, names(&[DEVICE])),
        (&elsewhere, names(&["ha/device/linky_main/config"])),
        (&off, names(&[])),
    ] {
        let mut sink = Sink::with_history(settings, directory.path(), "b");
        standard(&mut sink, BASE);
        until_retained(&broker, "the announcements", |retained| {
            announcements(retained) == expected && retained.contains_key(STATE)
        });
        sink.stop();
    }
}

#[test]
fn another_form_takes_the_first_away_under_the_same_ids() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let directory = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for form in [Discovery::Device, Discovery::Entities, Discovery::Device] {
        let settings = with_discovery(broker.port, form);
        let mut sink = Sink::with_history(&settings, directory.path(), "b");
        standard(&mut sink, TEMPO);
        until_retained(&broker, "this form alone", |retained| {
            let topics = announcements(retained);
            match form {
                Discovery::Device => topics == names(&[DEVICE]),
                Discovery::Entities => topics.len() > 40 && !topics.contains(DEVICE),
            }
        });
        until_recorded(directory.path(), |record| {
            let announced = record["main"]["announced"].as_array();
            announced
                .is_some_and(|layouts| layouts.len() == 1 && layouts[0]["form"] == form.as_str())
        });
        ids.push(unique_ids(&retained(&broker)));
        sink.stop();
        if form == Discovery::Entities {
            // The first form goes before the second comes.
            let entity = "homeassistant/sensor/linky_main/energy/config";
            subscriber.until(|it| it.topic == DEVICE && it.payload.is_empty());
            subscriber.until(|it| it.topic == entity && !it.payload.is_empty());
        }
    }
    assert!(ids[0] == ids[1] && ids[1] == ids[2]);
}

/// The unique ids of all that is announced, and that each document of an entity stands alone.
fn unique_ids(retained: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for topic in announcements(retained) {
        let document: Value = serde_json::from_str(&retained[&topic]).unwrap();
        if let Some(components) = document["cmps"].as_object() {
            ids.extend(components.values().map(|it| it["unique_id"].to_string()));
            continue;
        }
        ids.insert(document["unique_id"].to_string());
        assert_eq!(
            document["device"]["identifiers"],
            json!(["linky_main"]),
            "{topic}"
        );
        assert!(document["state_topic"].is_string() && document["availability"].is_array());
        assert_eq!(document.get("platform"), None);
    }
    ids
}

#[test]
fn a_gone_entity_of_the_other_form_is_cleared() {
    let broker = Broker::start();
    let mut sink = Sink::start(&with_discovery(broker.port, Discovery::Entities));
    let topic = |name: &str| format!("homeassistant/sensor/linky_main/{name}/config");
    historique(&mut sink);
    until_retained(&broker, "historique", |retained| {
        retained.contains_key(&topic("status_word"))
    });
    standard(&mut sink, BASE);
    until_retained(&broker, "standard", |retained| {
        retained.contains_key(&topic("voltage_l1")) && !retained.contains_key(&topic("status_word"))
    });
}

/// States are delivered at once, and none to the disk, while a hundred entities are announced.
#[test]
fn many_announcements_hold_up_no_state() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&with_discovery(broker.port, Discovery::Entities));
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    standard(&mut sink, TEMPO);
    let last = sink.frame();
    subscriber.until(|received| received.topic == STATE && received.json()["seq"] == last);
    until_retained(&broker, "all entities", |retained| {
        announcements(retained).len() > 40
    });
    assert_eq!((sink.pending(), sink.dropped()), (0, 0));
}

/// What 0.1.0 left: everything was announced, in both modes, and nothing recorded.
#[test]
fn what_a_version_without_a_record_announced_is_replaced() {
    for (form, is_enabled) in [
        (Discovery::Device, true),
        (Discovery::Entities, true),
        (Discovery::Device, false),
    ] {
        let broker = Broker::that_remembers();
        let subscriber = Subscriber::at(&broker);
        let left = json!({"o": {"name": "linky-sensor"}, "dev": {"identifiers": ["linky_main"]}, "cmps": {
            "energy": {"platform": "sensor", "unique_id": "linky_main_energy"},
            "status_word": {"platform": "sensor", "unique_id": "linky_main_status_word"},
            "energy_tariff_7": {"platform": "sensor", "unique_id": "linky_main_energy_tariff_7"},
        }});
        subscriber.publish(DEVICE, &left.to_string(), true);
        subscriber.next_on(DEVICE);
        let directory = tempfile::tempdir().unwrap();
        let mut settings = with_discovery(broker.port, form);
        settings.home_assistant.enabled = is_enabled;
        let mut sink = Sink::with_history(&settings, directory.path(), "b");
        standard(&mut sink, BASE);
        if form == Discovery::Entities || !is_enabled {
            until_retained(&broker, "the old one is gone", |retained| {
                retained.contains_key(STATE) && !retained.contains_key(DEVICE)
            });
            continue;
        }
        let (gone, left) = next_removal(&subscriber);
        assert_eq!(gone, names(&["energy_tariff_7", "status_word"]));
        assert!(left.contains("energy") && left.contains("voltage_l1"));
        sink.stop();
        let mut sink = Sink::with_history(&settings, directory.path(), "b2");
        standard(&mut sink, BASE);
        let again = subscriber.next_on(DEVICE).json();
        assert_eq!(removed(&again), names(&[]));
    }
}

/// The broker does not answer while the meter changes its mode, and the process ends: the next one finishes it.
#[test]
fn what_is_not_acknowledged_is_taken_away_by_the_next_start() {
    let broker = Broker::that_remembers();
    let directory = tempfile::tempdir().unwrap();
    let mut sink = Sink::with_history(&settings(broker.port), directory.path(), "b1");
    historique(&mut sink);
    until_retained(&broker, "historique", |retained| {
        retained
            .get(DEVICE)
            .is_some_and(|it| it.contains("status_word"))
    });
    within(WAIT_TIMEOUT, "nothing is stored", || {
        (sink.pending() == 0).then_some(())
    });
    broker.signal(Signal::SIGSTOP);
    standard(&mut sink, BASE);
    within(WAIT_TIMEOUT, "what is not acknowledged is stored", || {
        (sink.pending() > 0).then_some(())
    });
    sink.stop();
    let kept = record(directory.path());
    assert!(kept.to_string().contains("status_word"), "{kept}");
    broker.signal(Signal::SIGCONT);
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::with_history(&settings(broker.port), directory.path(), "b2");
    standard(&mut sink, BASE);
    let (gone, left) = next_removal(&subscriber);
    assert!(gone.contains("status_word") && !left.contains("status_word"));
    until_recorded(directory.path(), |record| {
        let announced = &record["main"]["announced"];
        announced.is_array() && !announced.to_string().contains("status_word")
    });
}

/// The broker is away when the mode changes, and comes back with what it had retained, or without.
#[test]
fn what_went_while_the_broker_was_away_is_taken_away_all_the_same() {
    for mut broker in [Broker::that_remembers(), Broker::start()] {
        let mut sink = Sink::start(&settings(broker.port));
        historique(&mut sink);
        until_retained(&broker, "historique", |retained| {
            retained
                .get(DEVICE)
                .is_some_and(|it| it.contains("status_word"))
        });
        broker.stop();
        sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
        standard(&mut sink, BASE);
        broker.start_again();
        until_retained(&broker, "standard alone", |retained| {
            let document = retained
                .get(DEVICE)
                .map(|it| serde_json::from_str::<Value>(it).unwrap());
            document.is_some_and(|document| {
                let left = components(&document);
                left.contains("voltage_l1") && !left.contains("status_word")
            })
        });
    }
}

/// The second publishes nothing of the meter until the first has gone. A restart waits for nothing.
#[test]
fn of_two_daemons_on_one_topic_the_second_publishes_nothing_until_the_first_has_gone() {
    let broker = Broker::start();
    let earlier = tempfile::tempdir().unwrap();
    let mut sink = Sink::with_history(&settings(broker.port), earlier.path(), "earlier");
    standard(&mut sink, BASE);
    until_retained(&broker, "a state from before", |retained| {
        retained.contains_key(DEVICE)
    });
    sink.stop();
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let two = |client: &str| MqttSettings {
        client_id: Some(client.to_owned()),
        ..settings(broker.port)
    };
    let subscriber = Subscriber::at(&broker);
    let mut one = Sink::with_history(&two("one"), directories[0].path(), "b00t-2");
    one.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let last = one.frame();
    subscriber.until(|received| {
        received.topic == STATE && !received.retained && received.json()["seq"] == last
    });
    assert_eq!(
        (one.pending(), one.health.topic_conflicts()),
        (0, vec![]),
        "after an earlier start, a state is published at once"
    );
    // The lower boot is no reason to come first.
    let mut other = Sink::with_history(&two("other"), directories[1].path(), "b00t-1");
    other.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    within(WAIT_TIMEOUT, "the second finds it", || {
        one.frame();
        other.frame();
        (other.health.topic_conflicts() == ["main"]).then_some(())
    });
    standard(&mut other, TEMPO);
    standard(&mut one, OFF_PEAK);
    let last = one.frame();
    let of_meter =
        |received: &Received| received.topic.starts_with("linky/main/") || received.topic == DEVICE;
    let mut received = Vec::new();
    let is_last = |it: &Received| it.topic == STATE && it.json()["seq"] == last;
    while !received.last().is_some_and(is_last) {
        received.push(subscriber.next());
    }
    for it in received.iter().filter(|it| of_meter(it)) {
        assert!(!it.payload.contains("b00t-1"), "{it:?}");
        assert!(!it.payload.contains("bridge/other"), "{it:?}");
        assert_ne!(it.payload, "offline", "{it:?}");
    }
    assert_eq!(one.health.topic_conflicts(), Vec::<String>::new());
    within(WAIT_TIMEOUT, "what it does not publish is kept", || {
        (other.pending() > 0).then_some(())
    });
    one.stop();
    let is_of_other = |it: &Received| it.topic == STATE && it.json()["boot"] == "b00t-1";
    let first = subscriber.until(is_of_other).json()["seq"].as_u64();
    subscriber.until(|it| it.topic == DEVICE && it.payload.contains("bridge/other"));
    let newest = other.frame();
    assert!(
        first >= Some(newest - 1),
        "nothing from before comes as if new"
    );
    subscriber.until(|it| is_of_other(it) && it.json()["seq"] == newest);
    within(WAIT_TIMEOUT, "it is alone", || {
        other.health.topic_conflicts().is_empty().then_some(())
    });
    let is_late = |it: &Received| it.topic == "linky/main/history" && it.payload.contains("b00t-1");
    subscriber.until(is_late);
    other.stop();
}
