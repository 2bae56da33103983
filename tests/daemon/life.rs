//! The daemon's life: how it starts, what it reports to systemd, how it ends, and what it does without a broker or a bus.

use std::path::Path;

use linky_sensor::simulator::Scenario;
use nix::sys::signal::Signal;

use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::Busctl;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::Playing;
use super::support::program;
use super::support::record::Record;
use super::{METER, ROOT, interface};

const AVAILABILITY: &str = "linky/main/availability";
const BRIDGE: &str = "linky/bridge/test/availability";
const DISCOVERY: &str = "homeassistant/device/linky_main/config";

/// A meter that plays, and a place for its device.
struct House {
    directory: tempfile::TempDir,
    _meter: Playing,
}

impl House {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let meter = Playing::on(&directory.path().join("linky"), Scenario::default());
        Self {
            directory,
            _meter: meter,
        }
    }

    fn meter(&self) -> String {
        meter("main", &self.directory.path().join("linky"))
    }

    /// A home for a daemon that reads this meter.
    fn home(&self, port: u16) -> Home {
        Home::new(&config(&[self.meter()], port))
    }
}

/// Waits until frames come out.
fn until_receiving(record: &mut Record) {
    let from = record.now();
    record.until_state(from, "main", "frames", |state| state["link"] == "receiving");
}

#[test]
fn systemd_gets_the_status_and_the_watchdog_its_pings() {
    let (broker, house) = (Broker::start(), House::new());
    let home = house.home(broker.port).with("WATCHDOG_USEC", "2000000");
    let mut daemon = home.start_ready();
    daemon.until_notice("STATUS=main: receiving");
    let status = within(WAIT_TIMEOUT, "the broker in the status", || {
        daemon
            .notices()
            .iter()
            .rfind(|line| line.ends_with("broker connected"))
            .cloned()
    });
    assert!(status.contains(" VA, BASE; "), "{status}");
    let count = |lines: &[String]| lines.iter().filter(|line| *line == "WATCHDOG=1").count();
    let fed = count(daemon.notices());
    // One a second: half of the limit.
    within(WAIT_TIMEOUT, "five more pings", || {
        (count(daemon.notices()) >= fed + 5).then_some(())
    });
    daemon.stop();
    daemon.until_notice("STOPPING=1");
}

#[test]
fn a_hangup_is_ignored_and_a_termination_is_announced() {
    let (bus, broker, house) = (PrivateBus::system(), Broker::start(), House::new());
    let mut record = Record::at(&broker);
    let home = house.home(broker.port).on_bus(bus.address());
    let mut daemon = home.start_ready();
    until_receiving(&mut record);
    daemon.signal(Signal::SIGHUP);
    within(WAIT_TIMEOUT, "a word about the hangup", || {
        home.log().contains("SIGHUP").then_some(())
    });
    until_receiving(&mut record);

    record.until_payload(0, AVAILABILITY, "online");
    record.until_payload(0, BRIDGE, "online");
    let from = record.now();
    daemon.stop();
    record.until_payload(from, AVAILABILITY, "offline");
    record.until_payload(from, BRIDGE, "offline");
    let late = Record::at(&broker).until_payload(0, AVAILABILITY, "offline");
    assert!(late.retained);
    let busctl = Busctl::at(&bus.address());
    assert_eq!(
        busctl.call(METER, &interface("Raw"), "GetGroups", &[]),
        None,
        "the name is released"
    );
}

#[test]
fn a_bus_and_a_broker_that_hang_do_not_keep_it_from_ending() {
    let (bus, broker, house) = (PrivateBus::system(), Broker::start(), House::new());
    let mut record = Record::at(&broker);
    let home = house.home(broker.port).on_bus(bus.address());
    let mut daemon = home.start_ready();
    until_receiving(&mut record);
    broker.signal(Signal::SIGSTOP);
    nix::sys::signal::kill(bus.pid(), Signal::SIGSTOP).unwrap();
    daemon.stop();
    // So that subscribers receive the end of their connection.
    broker.signal(Signal::SIGCONT);
}

#[test]
fn a_killed_daemon_leaves_its_last_will() {
    let (broker, house) = (Broker::start(), House::new());
    let mut record = Record::at(&broker);
    let home = house.home(broker.port);
    let mut daemon = home.start_ready();
    until_receiving(&mut record);
    record.until_payload(0, BRIDGE, "online");
    let from = record.now();
    daemon.signal(Signal::SIGKILL);
    daemon.end(WAIT_TIMEOUT);
    record.until_payload(from, BRIDGE, "offline");
    assert!(
        Record::at(&broker)
            .until_payload(0, BRIDGE, "offline")
            .retained
    );
}

#[test]
fn a_meter_that_is_missing_does_not_keep_the_other_from_being_served() {
    let (bus, broker, house) = (PrivateBus::system(), Broker::start(), House::new());
    let mut record = Record::at(&broker);
    let absent = house.directory.path().join("absent");
    let settings = config(&[house.meter(), meter("garage", &absent)], broker.port);
    let home = Home::new(&settings).on_bus(bus.address());
    let mut daemon = home.start_ready();
    until_receiving(&mut record);
    let state = record.until_state(0, "garage", "its state", |state| {
        state["link"] == "no_device"
    });
    let detail = state["link_detail"].as_str().unwrap();
    assert!(
        detail.contains("absent"),
        "the detail names the device: {detail}"
    );
    assert_eq!(state["link_cause"], "no_port");
    record.until_payload(0, "linky/garage/availability", "offline");
    record.until_payload(0, AVAILABILITY, "online");
    daemon.until_notice("STATUS=main: receiving");
    let objects = Busctl::at(&bus.address()).call(
        ROOT,
        "org.freedesktop.DBus.ObjectManager",
        "GetManagedObjects",
        &[],
    );
    let garage = &objects.unwrap()["/io/github/linky_sensor/Linky1/meter_garage"];
    assert_eq!(garage[interface("Meter")]["Link"]["data"], "no_device");
}

#[test]
fn without_a_bus_mqtt_goes_on() {
    let (broker, house) = (Broker::start(), House::new());
    for bus in ["none", "unix:path=/nonexistent/bus"] {
        let mut record = Record::at(&broker);
        let home = house.home(broker.port).on_bus(bus);
        let mut daemon = home.start_ready();
        until_receiving(&mut record);
        daemon.stop();
    }
}

#[test]
fn a_bus_that_comes_back_is_served_again() {
    let (mut bus, broker, house) = (PrivateBus::system(), Broker::start(), House::new());
    let mut record = Record::at(&broker);
    let home = house.home(broker.port).on_bus(bus.address());
    let _daemon = home.start_ready();
    let busctl = Busctl::at(&bus.address());
    let is_served = || {
        busctl
            .properties(METER, &interface("Consumption"))
            .contains_key("Energy")
            .then_some(())
    };
    within(WAIT_TIMEOUT, "the meter on the bus", is_served);
    bus.stop();
    until_receiving(&mut record);
    bus.start_again();
    within(WAIT_TIMEOUT, "the meter on the bus again", is_served);
}

#[test]
fn a_broker_that_starts_later_receives_all() {
    let (mut broker, house) = (Broker::start(), House::new());
    broker.stop();
    let home = house.home(broker.port);
    let mut daemon = home.start_ready();
    daemon.until_notice("STATUS=main: receiving");
    broker.start_again();
    receives_all(&broker);
}

#[test]
fn a_broker_that_forgot_all_receives_all_again() {
    let (mut broker, house) = (Broker::start(), House::new());
    let mut record = Record::at(&broker);
    let home = house.home(broker.port);
    let _daemon = home.start_ready();
    until_receiving(&mut record);
    broker.stop();
    broker.start_again();
    receives_all(&broker);
}

/// A subscriber that comes later finds everything that holds, retained.
fn receives_all(broker: &Broker) {
    let topics = ["linky/main/state", "linky/main/calendar", DISCOVERY];
    let mut first = Record::at(broker);
    for topic in topics {
        first.until_from(0, WAIT_TIMEOUT, topic, |received| received.topic == topic);
    }
    let mut late = Record::at(broker);
    for topic in topics {
        let received = late.until_from(0, WAIT_TIMEOUT, topic, |received| received.topic == topic);
        assert!(received.retained, "{topic}");
    }
    assert!(late.until_payload(0, AVAILABILITY, "online").retained);
    assert!(late.until_payload(0, BRIDGE, "online").retained);
    late.until_state(0, "main", "a whole state", |state| {
        state["link"] == "receiving" && state["energy"].is_number()
    });
}

/// The exit code of `status`, and what it prints.
fn status(bus: &PrivateBus) -> (i32, serde_json::Value) {
    let output = program::command()
        .args(["status", "--json", "--bus", &bus.address()])
        .output()
        .unwrap();
    let printed = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap(), printed)
}

#[test]
fn the_exit_code_of_status_is_0_only_while_every_meter_is_received() {
    let (bus, broker, house) = (PrivateBus::system(), Broker::start(), House::new());
    assert_eq!(status(&bus).0, 1, "no daemon");
    let mut record = Record::at(&broker);
    {
        let home = house.home(broker.port).on_bus(bus.address());
        let mut daemon = home.start_ready();
        record.until_state(0, "main", "a whole state", |state| {
            state["energy"].is_number()
        });
        let printed = within(WAIT_TIMEOUT, "all is well", || {
            let (code, printed) = status(&bus);
            (code == 0).then_some(printed)
        });
        assert_eq!(printed["main"]["link"], "receiving", "{printed}");
        assert!(printed["main"]["energy"].is_number(), "{printed}");
        daemon.stop();
    }
    let absent = meter("garage", &house.directory.path().join("absent"));
    let home = Home::new(&config(&[house.meter(), absent], broker.port)).on_bus(bus.address());
    let _daemon = home.start_ready();
    until_receiving(&mut record);
    let (code, printed) = status(&bus);
    assert_eq!(
        (code, &printed["garage"]["link"]),
        (1, &"no_device".into()),
        "{printed}"
    );
}

#[test]
fn the_keys_of_a_meter_outlive_a_restart() {
    let (broker, directory) = (Broker::start(), tempfile::tempdir().unwrap());
    let device = directory.path().join("linky");
    let home = Home::new(&config(&[meter("main", &device)], broker.port));
    let keys = |state: &serde_json::Value| {
        state
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut record = Record::at(&broker);
    let before = {
        let _meter = Playing::on(&device, Scenario::default());
        let mut daemon = home.start_ready();
        let state = record.until_state(0, "main", "a whole state", |state| {
            state["energy"].is_number()
        });
        daemon.stop();
        keys(&state)
    };
    let from = record.now();
    let _daemon = home.start_ready();
    let state = record.until_state(from, "main", "the first state", |state| {
        state["link"] == "no_device"
    });
    assert_eq!(keys(&state), before);
    assert!(state["energy"].is_null() && state["apparent_power"].is_null());
}

/// The exit code of a command that must end by itself.
fn exit_code(arguments: &[&str]) -> (i32, String) {
    let output = program::command().args(arguments).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_wrong_configuration_and_a_wrong_command_line_end_it_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let misspelt = write(
        "misspelt.toml",
        "[[meter]]\nid = \"main\"\ndevise = \"/dev/linky\"\n",
    );
    let (code, printed) = exit_code(&["run", "--bus", "none", "--config", &misspelt]);
    assert_eq!(code, 78);
    assert!(
        printed.contains("devise") && printed.contains("device"),
        "the message has the nearest key: {printed}"
    );

    let absent = directory.path().join("absent.toml");
    assert!(!Path::new(&absent).exists());
    let (code, printed) =
        exit_code(&["run", "--bus", "none", "--config", absent.to_str().unwrap()]);
    assert_eq!(code, 78, "{printed}");

    for wrong in [&["run", "--buss", "none"][..], &["runn"], &[]] {
        let (code, printed) = exit_code(wrong);
        assert_eq!(code, 64, "{wrong:?}: {printed}");
    }
}
