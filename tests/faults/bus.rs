//! Whatever happens to the bus, the meter is read and its states are published without a pause, and the memory of the daemon
//! stays small and comes back.

use std::fs;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use linky_sensor::simulator::Scenario;
use nix::sys::signal::{Signal, kill};
use serde_json::json;
use tempfile::TempDir;

use super::crowd::{Crowd, Deaf};
use super::flow::{flows, is_complete, longest_pause};
use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::{Busctl, Monitor};
use super::support::daemon::{Daemon, Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::Playing;
use super::support::record::Record;
use super::{interface, object};

/// The longest wait for the name after a flood or a restart of the bus. An attempt that fails delays the next one by up to
/// 30 s, and a flood leaves its calls in the queues of the bus.
const RECONNECT_TIMEOUT: Duration = Duration::from_secs(240);

/// The states that are awaited while a fault lasts: five seconds of them on an idle machine.
const ENOUGH: usize = 30;

/// The programs that flood the bus.
const MANY: usize = 16;

/// The calls that make a flood.
const FLOOD: u64 = 2_000;

/// How much more memory it may ever take than before a fault, in kB. What the binary itself takes depends on how it was built.
const MOST_MORE: u64 = 4 * 1024;

/// How much more it may take after a fault than before, in kB.
const MORE: u64 = 2 * 1024;

/// What is around the daemon.
struct Stage {
    bus: PrivateBus,
    home: Home,
    _broker: Broker,
    _playing: Playing,
    _directory: TempDir,
}

impl Stage {
    fn new() -> (Self, Record) {
        let directory = tempfile::tempdir().unwrap();
        let (bus, broker) = (PrivateBus::system(), Broker::start());
        let device = directory.path().join("linky");
        let playing = Playing::on(&device, Scenario::default());
        let home = Home::new(&config(&[meter("main", &device)], broker.port)).on_bus(bus.address());
        remember_a_day(&home);
        let record = Record::at(&broker);
        let stage = Self {
            bus,
            home,
            _broker: broker,
            _playing: playing,
            _directory: directory,
        };
        (stage, record)
    }

    fn is_served(&self) -> Option<()> {
        let busctl = Busctl::at(&self.bus.address());
        let consumption = busctl.properties(&object("main"), &interface("Consumption"));
        consumption.contains_key("Energy").then_some(())
    }
}

/// Waits until states flow, and the meter is on the bus.
fn settle(stage: &Stage, record: &mut Record) -> usize {
    record.until_state(0, "main", "a whole state", |state| {
        state["link"] == "receiving" && state["energy"].is_number()
    });
    within(WAIT_TIMEOUT, "the meter is on the bus", || {
        stage.is_served()
    });
    record.now()
}

/// The daemon will remember the power of a day: the answers about it are long from the start.
fn remember_a_day(home: &Home) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let from = now.as_secs() / 300 * 300 - 287 * 300;
    let steps = vec!["400,900,1"; 288].join(";");
    let memory = json!({
        "mode": "standard",
        "trend": {"now": now.as_secs(), "from": from, "steps": steps},
    });
    fs::create_dir_all(home.state()).unwrap();
    fs::write(home.state().join("main.json"), memory.to_string()).unwrap();
}

/// The daemon has never taken much memory, and takes again what it took before.
fn is_small(daemon: &Daemon<'_>, before: u64) {
    let most = daemon.memory("VmHWM");
    assert!(most < before + MOST_MORE, "{before} kB, then {most} kB");
    let after = within(WAIT_TIMEOUT, "the memory is given back", || {
        let now = daemon.memory("VmRSS");
        (now < before + MORE).then_some(now)
    });
    println!("memory: {before} kB before, {most} kB at most, {after} kB after");
}

#[test]
fn a_bus_that_restarts_finds_everything_back_while_states_are_published() {
    finds_everything_back(0);
}

#[test]
fn a_bus_that_was_away_finds_everything_back_after_states_were_published() {
    // The attempts are then farther apart.
    finds_everything_back(ENOUGH);
}

/// The bus is away until `count` states have come. How soon it is found depends on the machine: printed, not asserted.
fn finds_everything_back(count: usize) {
    let (mut stage, mut record) = Stage::new();
    let _daemon = stage.home.start_ready();
    let from = settle(&stage, &mut record);
    stage.bus.stop();
    flows(&mut record, from, "main", count);
    stage.bus.start_again();
    let began = Instant::now();
    let monitor = Monitor::at(&stage.bus.address());
    within(
        RECONNECT_TIMEOUT,
        "the name and the objects are back",
        || stage.is_served(),
    );
    let objects = began.elapsed();
    within(WAIT_TIMEOUT, "signals are back", || {
        let is_signal = |line: &String| {
            line.contains("PropertiesChanged") && line.contains(&interface("Consumption"))
        };
        monitor.rest().iter().any(is_signal).then_some(())
    });
    let signals = began.elapsed();
    println!("objects after {objects:?}, signals after {signals:?}");
    goes_on(&mut record, from);
}

/// States have come without a loss since this place, and go on coming.
fn goes_on(record: &mut Record, from: usize) {
    let now = record.now();
    flows(record, now, "main", 3);
    is_complete(record, from, "main");
    println!(
        "{:?} between two states at most",
        longest_pause(record, from, "main")
    );
}

/// A crowd that has begun to flood the bus.
fn flood(stage: &Stage) -> Crowd {
    let crowd = Crowd::on(&stage.bus, MANY);
    within(WAIT_TIMEOUT, "a flood", || {
        (crowd.calls() > FLOOD).then_some(())
    });
    crowd
}

#[test]
fn a_crowd_that_floods_the_bus_slows_nobody() {
    let (stage, mut record) = Stage::new();
    let daemon = stage.home.start_ready();
    let from = settle(&stage, &mut record);
    let before = daemon.memory("VmRSS");
    let crowd = flood(&stage);
    let now = record.now();
    flows(&mut record, now, "main", ENOUGH);
    println!("{} calls", crowd.calls());
    drop(crowd);
    goes_on(&mut record, from);
    within(RECONNECT_TIMEOUT, "the meter is on the bus", || {
        stage.is_served()
    });
    is_small(&daemon, before);
}

#[test]
fn a_bus_that_hangs_in_the_middle_of_a_flood_slows_nobody() {
    let (stage, mut record) = Stage::new();
    let daemon = stage.home.start_ready();
    let from = settle(&stage, &mut record);
    let before = daemon.memory("VmRSS");
    let crowd = flood(&stage);
    kill(stage.bus.pid(), Signal::SIGSTOP).unwrap();
    within(WAIT_TIMEOUT, "it is noticed", || {
        stage.home.log().contains("warn: D-Bus: ").then_some(())
    });
    let now = record.now();
    flows(&mut record, now, "main", ENOUGH);
    kill(stage.bus.pid(), Signal::SIGCONT).unwrap();
    drop(crowd);
    within(RECONNECT_TIMEOUT, "the meter is on the bus again", || {
        stage.is_served()
    });
    goes_on(&mut record, from);
    is_small(&daemon, before);
}

#[test]
fn programs_that_never_read_their_signals_slow_nobody() {
    let (stage, mut record) = Stage::new();
    let daemon = stage.home.start_ready();
    let _deaf: Vec<Deaf> = (0..MANY).map(|_| Deaf::on(&stage.bus)).collect();
    let from = settle(&stage, &mut record);
    let before = daemon.memory("VmRSS");
    flows(&mut record, from, "main", ENOUGH);
    goes_on(&mut record, from);
    within(RECONNECT_TIMEOUT, "the meter is on the bus", || {
        stage.is_served()
    });
    is_small(&daemon, before);
}
