//! Several meters in one daemon: one that consumes, one that produces on three phases, one in historique mode, and one
//! that fails. Each is published as if it were alone.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use linky_sensor::simulator::{Phases, Scenario, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Label, Mode};
use serde_json::Value;
use tempfile::TempDir;

use super::flow::{flows, is_complete, states};
use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::Busctl;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::{self, Playing};
use super::support::record::Record;
use super::{interface, object};

/// The meters that do not fail.
const GOOD: [&str; 3] = ["house", "roof", "cottage"];

/// So many frames are looked at: more than a test lasts for.
const FRAMES: usize = 2_000;

fn scenario(id: &str) -> Scenario {
    match id {
        "house" => Scenario {
            seed: 1,
            ..Scenario::default()
        },
        "roof" => Scenario {
            seed: 2,
            producer: true,
            phases: Phases::Three,
            power_kva: 12,
            start: Scenario::default().start + 180 * 86_400,
            ..Scenario::default()
        },
        "cottage" => Scenario {
            seed: 3,
            mode: Mode::Historique,
            contract: TariffPlan::OffPeak,
            ..Scenario::default()
        },
        _ => panic!("{id} is not one of them"),
    }
}

/// All values of a label that a meter ever sends.
fn values(id: &str, label: Label) -> BTreeSet<u64> {
    SimulatedMeter::new(scenario(id))
        .unwrap()
        .take(FRAMES)
        .filter_map(|sent| sent.get(label)?.data.parse().ok())
        .collect()
}

/// A broker, a bus, three meters that play, and a home for a daemon that reads them, and one more.
struct Stage {
    bus: PrivateBus,
    home: Home,
    record: Record,
    _broker: Broker,
    playing: Vec<Playing>,
    directory: TempDir,
}

impl Stage {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let device = |id: &str| directory.path().join(id);
        let (bus, broker) = (PrivateBus::system(), Broker::start());
        let playing = GOOD.map(|id| Playing::on(&device(id), scenario(id)));
        let sections = ["house", "garage", "roof", "cottage"].map(|id| meter(id, &device(id)));
        let home = Home::new(&config(&sections, broker.port)).on_bus(bus.address());
        Self {
            record: Record::at(&broker),
            bus,
            home,
            _broker: broker,
            playing: playing.into(),
            directory,
        }
    }
}

/// Waits until each of the three is received and available, and one state more of each, so that the events of the beginning
/// have passed: a place to look from.
fn until_received(record: &mut Record, from: usize) -> usize {
    for id in GOOD {
        let is_whole = |state: &Value| state["link"] == "receiving" && state["energy"].is_number();
        let first = record.until_state(from, id, "a whole state", is_whole);
        record.until_state(from, id, "and one more", |state| {
            is_whole(state) && state["seq"].as_u64() > first["seq"].as_u64()
        });
        record.until_payload(0, &topic(id, "availability"), "online");
    }
    record.now()
}

fn topic(id: &str, name: &str) -> String {
    format!("linky/{id}/{name}")
}

/// A port that is open and gives nothing that can be decoded: at first the one, after ten seconds the other. Of a link that
/// changed often the first may never be published.
const UNDECODED: [&str; 2] = ["syncing", "no_signal"];

/// Waits for one of these links of the failing meter, from this place on.
fn until_garage_is(record: &mut Record, from: usize, links: &[&str]) -> Value {
    let is_it = |state: &Value| links.iter().any(|link| state["link"] == *link);
    record.until_state(from, "garage", &links.join(" or "), is_it)
}

/// From this place on nothing happened to this meter: no state is missing, it is received in each, and nothing else is
/// published. Returns its last state.
fn is_undisturbed(record: &mut Record, from: usize, id: &str) -> Value {
    flows(record, from, id, 10);
    is_complete(record, from, id);
    let states = states(record, from, id);
    assert!(
        states
            .iter()
            .all(|state| state.json()["link"] == "receiving"),
        "{id} is received all the time"
    );
    let beside = [topic(id, "event"), topic(id, "availability")];
    let received = record.received()[from..].iter();
    let beside: Vec<_> = received
        .filter(|received| beside.contains(&received.topic))
        .collect();
    assert!(beside.is_empty(), "{id}: {beside:?}");
    states.last().unwrap().json()
}

#[test]
fn a_meter_that_fails_is_felt_by_no_other() {
    let mut stage = Stage::new();
    let mut daemon = stage.home.start_ready();
    let record = &mut stage.record;
    let from = until_received(record, 0);
    // It comes and goes, and is another one each time; in the end it is there and sends nothing that can be decoded.
    for (id, mode) in [("cottage", "historique"), ("roof", "standard")] {
        let now = record.now();
        let playing = Playing::on(&stage.directory.path().join("garage"), scenario(id));
        let state = until_garage_is(record, now, &["receiving"]);
        assert_eq!(state["mode"], mode);
        let now = record.now();
        drop(playing);
        until_garage_is(record, now, &["no_device"]);
    }
    let now = record.now();
    let garage = stage.directory.path().join("garage");
    let mut line = line::open(&garage);
    until_garage_is(record, now, &UNDECODED);
    line.write_all(&[b'?'; 2_000]).unwrap();

    let states = GOOD.map(|id| is_undisturbed(record, from, id));
    let [house, roof, cottage] = &states;
    let modes = states.each_ref().map(|state| state["mode"].as_str());
    let [standard, historique] = ["standard", "historique"].map(Some);
    assert_eq!(modes, [standard, standard, historique]);
    for (state, id, key, label) in [
        (house, "house", "energy", Label::EAST),
        (roof, "roof", "energy", Label::EAST),
        (roof, "roof", "energy_injected", Label::EAIT),
        (cottage, "cottage", "energy_tariff_1", Label::HCHC),
        (cottage, "cottage", "energy_tariff_2", Label::HCHP),
    ] {
        let value = state[key].as_u64().unwrap();
        assert!(
            values(id, label).contains(&value),
            "{id} never status {key} {value}"
        );
    }
    assert!(values("house", Label::EAST).is_disjoint(&values("roof", Label::EAST)));
    let has = |state: &Value, key: &str| state.as_object().unwrap().contains_key(key);
    assert_eq!(
        [house, roof, cottage].map(|state| has(state, "energy_injected")),
        [false, true, false]
    );
    assert_eq!(
        [house, roof, cottage].map(|state| has(state, "current_l3")),
        [false, true, false]
    );

    within(
        WAIT_TIMEOUT,
        "all of them in one line of the status",
        || {
            let has_all = |status: &&String| {
                status.starts_with("STATUS=")
                    && UNDECODED
                        .iter()
                        .any(|link| status.contains(&format!("garage: {link} (")))
                    && GOOD
                        .iter()
                        .all(|id| status.contains(&format!("{id}: receiving, ")))
            };
            daemon.notices().iter().find(has_all).map(|_| ())
        },
    );
    are_devices_of_their_own(record);
    are_objects_of_their_own(&stage.bus);
}

/// Each is announced to Home Assistant as a device, whose entities are those of no other.
fn are_devices_of_their_own(record: &mut Record) {
    let mut all = BTreeSet::new();
    for id in GOOD {
        let topic = format!("homeassistant/device/linky_{id}/config");
        let device = record.until_from(0, WAIT_TIMEOUT, &topic, |received| received.topic == topic);
        let device = device.json();
        for entity in device["cmps"].as_object().unwrap().values() {
            let unique = entity["unique_id"].as_str().unwrap();
            assert!(unique.starts_with(&format!("linky_{id}_")), "{unique}");
            assert!(all.insert(unique.to_owned()), "{unique} is there once");
        }
    }
}

/// On the bus each has its object, with the interfaces that it has.
fn are_objects_of_their_own(bus: &PrivateBus) {
    let busctl = Busctl::at(&bus.address());
    let root = "/io/github/linky_sensor/Linky1";
    let manager = "org.freedesktop.DBus.ObjectManager";
    let objects = busctl
        .call(root, manager, "GetManagedObjects", &[])
        .unwrap();
    let has = |id: &str, name: &str| objects[object(id)].get(interface(name)).is_some();
    for (id, produces) in [("house", false), ("roof", true), ("cottage", false)] {
        assert!(has(id, "Consumption") && has(id, "Meter"), "{id}");
        assert_eq!(has(id, "Production"), produces, "{id}");
    }
    let link = |id: &str| objects[object(id)][interface("Meter")]["Link"]["data"].clone();
    assert_eq!(link("house"), "receiving");
    assert_ne!(link("garage"), "receiving");
}

#[test]
fn what_one_meter_remembers_is_lost_without_the_others() {
    let mut stage = Stage::new();
    let keys = |state: &Value| -> BTreeSet<String> {
        state.as_object().unwrap().keys().cloned().collect()
    };
    let before = {
        let mut daemon = stage.home.start_ready();
        let from = until_received(&mut stage.record, 0);
        let states = GOOD.map(|id| stage.record.until_state(from, id, "a state", |_| true));
        daemon.stop();
        states
    };
    // No meter is there at the next start: all that is known of it is what is remembered.
    stage.playing.clear();
    fs::write(stage.home.state().join("roof.json"), "{\"mode\":").unwrap();
    let from = stage.record.now();
    let _daemon = stage.home.start_ready();
    for (id, before) in GOOD.iter().zip(&before) {
        let state = stage
            .record
            .until_state(from, id, "the first state", |state| {
                state["link"] == "no_device"
            });
        assert_eq!(keys(&state) == keys(before), *id != "roof", "{id}");
    }
    assert!(
        stage.home.log().contains("roof.json is damaged"),
        "it is logged"
    );
}
