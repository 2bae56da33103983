//! The line to the meter: unplugged and put back, switched to the other mode. What holds is published at once.

use std::time::Instant;

use linky_sensor::simulator::{Pty, Scenario, SimulatedMeter, TariffPlan};
use linky_sensor::tic::Mode;
use serde_json::Value;
use tempfile::TempDir;

use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::Busctl;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::{self, Playing, Wired};
use super::support::record::Record;
use super::{METER, interface};

const AVAILABILITY: &str = "linky/main/availability";

/// A change of link, as an event has it.
fn link(event: &Value) -> (String, String) {
    let text = |key: &str| event[key].as_str().unwrap().to_owned();
    (text("from"), text("to"))
}

/// The changes of link since a place in the record, once the newest is to `last`: an event comes behind its state.
pub fn links_until(record: &mut Record, from: usize, last: &str) -> Vec<(String, String)> {
    within(WAIT_TIMEOUT, "the event of the link", || {
        let changes = links(record, from);
        let is_newest = changes.last().is_some_and(|(_, to)| to == last);
        is_newest.then_some(changes)
    })
}

/// The changes of link since a place in the record, so far.
pub fn links(record: &mut Record, from: usize) -> Vec<(String, String)> {
    let received = record.received()[from..]
        .iter()
        .filter(|received| received.topic == "linky/main/event");
    let events = received
        .map(super::support::broker::Received::json)
        .filter(|event| event["event_type"] == "link_changed");
    events.map(|event| link(&event)).collect()
}

pub fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted
        .iter()
        .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
        .collect()
}

/// A meter's end of a line, and all that is around the daemon that reads the other one.
pub struct Surroundings {
    pub bus: PrivateBus,
    _broker: Broker,
    _directory: TempDir,
    pub record: Record,
    pub line: Pty,
    pub home: Home,
}

impl Surroundings {
    pub fn new() -> Self {
        let (bus, broker) = (PrivateBus::system(), Broker::start());
        let directory = tempfile::tempdir().unwrap();
        let device = directory.path().join("linky");
        let settings = config(&[meter("main", &device)], broker.port);
        Self {
            record: Record::at(&broker),
            line: line::open(&device),
            home: Home::new(&settings).on_bus(bus.address()),
            bus,
            _broker: broker,
            _directory: directory,
        }
    }
}

/// Waits until the daemon reads the line.
pub fn until_open(record: &mut Record) {
    record.until_state(0, "main", "the port is open", |state| {
        state["link"] == "syncing"
    });
}

#[test]
fn an_adapter_that_is_unplugged_and_put_back_is_found_again() {
    let (broker, directory) = (Broker::start(), tempfile::tempdir().unwrap());
    let device = directory.path().join("linky");
    let mut record = Record::at(&broker);
    let home = Home::new(&config(&[meter("main", &device)], broker.port));
    let _daemon = home.start_ready();
    let playing = Playing::on(&device, Scenario::default());
    record.until_state(0, "main", "a whole state", |state| {
        state["energy"].is_number()
    });

    let from = record.now();
    drop(playing);
    let state = record.until_state(from, "main", "the loss", |state| {
        state["link"] == "no_device"
    });
    assert_ne!(state["link_detail"], "", "the cause");
    assert!(
        state["energy"].is_number(),
        "a short interruption takes no value away"
    );

    let _playing = Playing::on(&device, Scenario::default());
    let back = record.now();
    record.until_state(back, "main", "the port is open again", |state| {
        state["link"] != "no_device"
    });
    record.until_state(back, "main", "frames again", |state| {
        state["link"] == "receiving"
    });
    let changes = [
        ("receiving", "no_device"),
        ("no_device", "syncing"),
        ("syncing", "receiving"),
    ];
    assert_eq!(links_until(&mut record, from, "receiving"), pairs(&changes));
    let offline = record
        .received()
        .iter()
        .filter(|received| received.topic == AVAILABILITY && received.payload == "offline");
    assert!(offline.count() <= 1, "only before the first frame");
}

#[test]
fn a_mode_switched_by_the_supplier_is_found_again() {
    let Surroundings {
        bus,
        record,
        line,
        home,
        ..
    } = &mut Surroundings::new();
    let _daemon = home.start_ready();
    until_open(record);
    let wired = |mode| {
        let scenario = Scenario {
            mode,
            contract: TariffPlan::OffPeak,
            ..Scenario::default()
        };
        Wired::new(SimulatedMeter::new(scenario).unwrap(), 5.0, false)
    };
    let mut historique = wired(Mode::Historique);
    historique.send_four(line);
    let before = record.until_state(0, "main", "four frames", |state| {
        state["frames_received"] == 4
    });
    assert!(
        before
            .as_object()
            .unwrap()
            .contains_key("subscribed_current")
    );

    // Several bad seconds go by before the mode is doubted.
    let from = record.now();
    let mut standard = wired(Mode::Standard);
    let is_found = |received: &super::support::broker::Received| {
        received.topic == "linky/main/state" && received.json()["voltage_l1"].is_number()
    };
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while !record.received()[from..].iter().any(is_found) {
        assert!(Instant::now() < deadline, "the mode is not found again");
        standard.send(line);
    }
    let event = record.until_event(from, "mode_changed");
    assert_eq!(
        link(&event),
        ("historique".to_owned(), "standard".to_owned())
    );
    let after = record.until_state(from, "main", "a whole state", |state| {
        state["voltage_l1"].is_number()
    });
    assert_eq!(after["mode"], "standard");
    assert!(
        !after
            .as_object()
            .unwrap()
            .contains_key("subscribed_current"),
        "the keys start anew"
    );
    assert_eq!(after["contract"], "H PLEINE/CREUSE");
    let kept = std::fs::read_to_string(home.state().join("main.json")).unwrap();
    assert!(
        kept.contains("voltage_l1") && !kept.contains("subscribed_current"),
        "{kept}"
    );
    let busctl = Busctl::at(&bus.address());
    within(WAIT_TIMEOUT, "the new properties", || {
        let consumption = busctl.properties(METER, &interface("Consumption"));
        (consumption.contains_key("CutoffPower") && !consumption.contains_key("SubscribedCurrent"))
            .then_some(())
    });
}
