//! What befalls a port: pulled out, shared with a thief, taken by a login prompt, full of rubbish, served by a server that hangs.
//!
//! Each is reported on D-Bus, on MQTT and to systemd, and frames are read again once its cause is gone: within two seconds on
//! an idle machine, which the unit tests of the waits between two attempts keep.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::simulator::Scenario;
use nix::libc::{O_NOCTTY, O_NONBLOCK};

use super::line::{links, links_until, pairs};
use super::support::broker::{Broker, Received};
use super::support::bus::PrivateBus;
use super::support::busctl::{Busctl, Monitor};
use super::support::daemon::{Daemon, Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::{self, Playing, Wired};
use super::support::record::Record;
use super::{METER, interface};

/// What the daemon reads and where it publishes.
struct House {
    record: Record,
    bus: PrivateBus,
    device: PathBuf,
    _broker: Broker,
    _directory: tempfile::TempDir,
}

impl House {
    /// With the home of a daemon that reads its device.
    fn new() -> (Self, Home) {
        let directory = tempfile::tempdir().unwrap();
        let device = directory.path().join("linky");
        Self::reading(device, directory)
    }

    /// The same, of another device.
    fn reading(device: PathBuf, directory: tempfile::TempDir) -> (Self, Home) {
        let (broker, bus) = (Broker::start(), PrivateBus::permissive());
        let home = Home::new(&config(&[meter("main", &device)], broker.port));
        let home = home.on_bus(bus.address());
        let house = Self {
            record: Record::at(&broker),
            bus,
            device,
            _broker: broker,
            _directory: directory,
        };
        (house, home)
    }

    /// The link is reported as this on all three outputs, from this place of the record on.
    fn until_link_is(&mut self, from: usize, daemon: &mut Daemon<'_>, link: &str) -> String {
        let state = self
            .record
            .until_state(from, "main", link, |state| state["link"] == link);
        let busctl = Busctl::at(&self.bus.address());
        within(WAIT_TIMEOUT, "the link on the bus", || {
            let meter = busctl.properties(METER, &interface("Meter"));
            (meter.get("Link")?.1 == link).then_some(())
        });
        let status = format!("STATUS=main: {link}");
        within(WAIT_TIMEOUT, "the link for systemd", || {
            let newest = daemon
                .notices()
                .iter()
                .rfind(|line| line.starts_with("STATUS="));
            newest?.starts_with(&status).then_some(())
        });
        state["link_detail"].as_str().unwrap().to_owned()
    }

    /// Frames are read again: a state that is younger than this place.
    fn until_receiving(&mut self) -> Duration {
        let (from, began) = (self.record.now(), Instant::now());
        self.record
            .until_state(from, "main", "frames", |state| state["link"] == "receiving");
        began.elapsed()
    }
}

#[test]
fn an_adapter_pulled_out_is_reported_on_every_output_and_each_change_is_an_event() {
    let (mut house, home) = House::new();
    let playing = Playing::on(&house.device, Scenario::default());
    let monitor = Monitor::at(&house.bus.address());
    let mut daemon = home.start_ready();
    house.until_link_is(0, &mut daemon, "receiving");
    let from = house.record.now();
    drop(playing);
    let detail = house.until_link_is(from, &mut daemon, "no_device");
    assert!(detail.contains("linky"), "{detail}");
    let from_back = house.record.now();
    let _playing = Playing::on(&house.device, Scenario::default());
    assert!(house.until_receiving() < WAIT_TIMEOUT);
    house.until_link_is(from_back, &mut daemon, "receiving");
    let changes = [
        ("receiving", "no_device"),
        ("no_device", "syncing"),
        ("syncing", "receiving"),
    ];
    assert_eq!(
        links_until(&mut house.record, from, "receiving"),
        pairs(&changes)
    );
    let mut signals = 0;
    within(WAIT_TIMEOUT, "a signal for each change", || {
        let lines = monitor.rest();
        signals += lines
            .iter()
            .filter(|line| line.contains("\"LinkChanged\""))
            .count();
        // Those of the start are changes too.
        (signals >= changes.len() + 2).then_some(())
    });
}

#[test]
fn a_thief_of_bytes_makes_no_value_wrong_and_is_survived() {
    let (mut house, home) = House::new();
    let device = house.device.clone();
    let mut line = line::open(&device);
    // Opened before the daemon makes the port its own; nothing keeps such a reader out.
    let mut thief = OpenOptions::new()
        .read(true)
        .custom_flags(O_NOCTTY | O_NONBLOCK)
        .open(&device)
        .unwrap();
    let _daemon = home.start_ready();
    let mut wired = Wired::usual();
    let mut energies = Vec::new();
    let mut send = |count: usize, steals: bool| {
        let steal = Arc::new(AtomicBool::new(steals));
        thread::scope(|scope| {
            let steal_now = steal.clone();
            let thief = &mut thief;
            scope.spawn(move || {
                let mut loot = [0; 64];
                while steal_now.load(Ordering::Relaxed) {
                    if thief.read(&mut loot).is_err() {
                        thread::sleep(Duration::from_millis(1));
                    }
                }
            });
            for _ in 0..count {
                let sent = wired.send(&mut line);
                let energy = sent.get(linky_sensor::tic::Label::EAST).unwrap();
                energies.push(energy.data.parse::<u64>().unwrap());
            }
            steal.store(false, Ordering::Relaxed);
        });
    };
    send(6, false);
    house.until_receiving();
    // How many bytes the thief gets is up to the scheduler: until enough frames are damaged.
    let deadline = Instant::now() + WAIT_TIMEOUT;
    let is_stolen = |record: &mut Record| {
        let states = record.json_on("linky/main/state");
        let damaged = states
            .last()
            .and_then(|state| state["frames_damaged"].as_u64());
        damaged > Some(5)
    };
    while !is_stolen(&mut house.record) {
        assert!(Instant::now() < deadline, "no byte was stolen");
        send(10, true);
    }
    let from = house.record.now();
    send(6, false);
    let states = within(WAIT_TIMEOUT, "three whole frames behind the thief", || {
        let states = house.record.json_on("linky/main/state");
        let last: Vec<&serde_json::Value> = states.iter().rev().take(3).collect();
        let damaged = |state: &serde_json::Value| state["frames_damaged"].as_u64();
        let is_whole = damaged(last[0]) == damaged(last[2])
            && last.iter().all(|state| state["link"] == "receiving");
        (is_whole && house.record.now() > from).then_some(states)
    });
    for state in states.iter().filter(|state| state["energy"].is_number()) {
        let energy = state["energy"].as_u64().unwrap();
        assert!(energies.contains(&energy), "{energy} was never sent");
    }
}

#[test]
fn a_login_prompt_that_takes_the_port_is_reported_and_outlived() {
    if !nix::unistd::Uid::effective().is_root() {
        println!("only root can hang up a terminal as getty does: not tried");
        return;
    }
    let (mut house, home) = House::new();
    let device = house.device.clone();
    let playing = Playing::on(&device, Scenario::default());
    let mut daemon = home.start_ready();
    house.until_link_is(0, &mut daemon, "receiving");
    house
        .record
        .until_state(0, "main", "a whole state", |state| {
            state["energy"].is_number()
        });

    let port = File::options()
        .read(true)
        .write(true)
        .custom_flags(O_NOCTTY)
        .open(&device)
        .unwrap();
    let from = house.record.now();
    // As agetty does: whoever has the terminal open is hung up (TIOCVHANGUP), and reads 0 bytes from then on.
    let hung_up = Command::new("perl")
        .args(["-e", "ioctl(STDIN, 0x5437, 0) or die $!"])
        .stdin(port)
        .status()
        .expect("perl is not there: install the package perl-base");
    assert!(hung_up.success());
    let began = Instant::now();
    let state = house.record.until_state(from, "main", "the loss", |state| {
        state["link"] == "no_device"
    });
    let detail = state["link_detail"].as_str().unwrap();
    assert!(detail.contains("login prompt"), "{detail}");
    assert_eq!(state["link_cause"], "no_port");
    // Nobody keeps the port: it is taken back.
    house.record.until_event(from, "link_changed");
    let back = house.record.until_state(from, "main", "frames", |back| {
        back["link"] == "receiving" && back["seq"].as_u64() > state["seq"].as_u64()
    });
    assert!(back["energy"].is_number());
    assert!(began.elapsed() < WAIT_TIMEOUT, "{:?}", began.elapsed());
    house.until_link_is(from, &mut daemon, "receiving");
    drop(playing);
}

#[test]
fn rubbish_is_reported_as_such_and_the_first_frames_behind_it_are_read() {
    let (mut house, home) = House::new();
    let mut line = line::open(&house.device);
    let mut daemon = home.start_ready();
    let mut wired = Wired::usual();
    wired.send_four(&mut line);
    house.until_link_is(0, &mut daemon, "receiving");
    let from = house.record.now();
    let began = Instant::now();
    let mut noise = 1_u32;
    let is_lost = |received: &Received| received.payload.contains("\"link\":\"no_signal\"");
    while !house.record.received()[from..].iter().any(is_lost) {
        assert!(began.elapsed() < WAIT_TIMEOUT, "noise is no signal");
        let bytes: Vec<u8> = (0..96)
            .map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                noise.to_be_bytes()[0]
            })
            .collect();
        line.write_all(&bytes).unwrap();
        // The pace of the line, 9600 baud: what is tested is noise that a wire can carry.
        thread::sleep(Duration::from_millis(100));
    }
    let detail = house.until_link_is(from, &mut daemon, "no_signal");
    assert!(detail.contains("no correct group"), "{detail}");
    let behind = house.record.now();
    let began = Instant::now();
    let mut sent = Vec::new();
    while !house.record.received()[behind..]
        .iter()
        .any(|received| received.payload.contains("\"link\":\"receiving\""))
    {
        sent.push(wired.send(&mut line));
        assert!(began.elapsed() < WAIT_TIMEOUT, "{} frames", sent.len());
    }
    house.until_link_is(behind, &mut daemon, "receiving");
}

/// The most lines, events and states about the link in half a minute.
const CALM_MAX: usize = 12;

#[test]
fn a_port_that_hangs_up_every_second_makes_few_lines_events_and_states() {
    let (mut house, home) = House::new();
    let stop = Arc::new(AtomicBool::new(false));
    let (device, asked) = (house.device.clone(), stop.clone());
    let flapping = thread::spawn(move || {
        let mut flaps = 0;
        while !asked.load(Ordering::Relaxed) {
            let playing = Playing::on(&device, Scenario::default());
            // What is tested: a port that is there for a second.
            thread::sleep(Duration::from_secs(1));
            drop(playing);
            flaps += 1;
        }
        flaps
    });
    let mut daemon = home.start_ready();
    let (began, from) = (Instant::now(), house.record.now());
    // What is tested: how much there is in half a minute. It is taken as it comes.
    while began.elapsed() < Duration::from_secs(30) {
        house.record.received();
        thread::sleep(Duration::from_millis(100));
    }
    let log = home.log();
    // The simulated meter begins anew each time, and its index with it.
    let is_of_link = |line: &&str| {
        line.contains("meter main: ") && !line.contains("debug:") && !line.contains("index jumped")
    };
    let lines = log.lines().filter(is_of_link).count();
    let events = links(&mut house.record, from).len();
    let mut shown: Vec<_> = house
        .record
        .json_on("linky/main/state")
        .into_iter()
        .map(|state| (state["link"].clone(), state["link_detail"].clone()))
        .collect();
    shown.dedup();
    stop.store(true, Ordering::Relaxed);
    let flaps = flapping.join().unwrap();
    // Each is two changes: in all more than may be shown.
    assert!(2 * flaps > CALM_MAX, "{flaps}");
    assert!(
        lines <= CALM_MAX && events <= CALM_MAX && shown.len() <= CALM_MAX,
        "{lines} lines, {events} events, {} states:\n{log}",
        shown.len()
    );

    // Calm again, it is received, and what was left out is counted.
    let _playing = Playing::on(&house.device, Scenario::default());
    house.until_link_is(from, &mut daemon, "receiving");
    within(
        WAIT_TIMEOUT,
        "the number of changes that were left out",
        || {
            home.log()
                .contains("changes of the link left out before: ")
                .then_some(())
        },
    );
}

#[test]
fn what_a_server_writes_before_it_closes_is_quoted() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", server.local_addr().unwrap());
    let (mut house, home) = House::reading(address.into(), tempfile::tempdir().unwrap());
    let closing = thread::spawn(move || {
        for _ in 0..2 {
            let (mut client, _) = server.accept().unwrap();
            client
                .write_all(b"Port already in use by 192.168.1.20\r\n")
                .unwrap();
        }
    });
    let mut daemon = home.start_ready();
    let state = house.record.until_state(0, "main", "the words", |state| {
        state["link_detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("it wrote"))
    });
    let detail = state["link_detail"].as_str().unwrap();
    assert!(
        detail.contains("closed the connection")
            && detail.contains("\"Port already in use by 192.168.1.20\""),
        "{detail}"
    );
    assert_eq!(state["link_cause"], "server_gone");
    closing.join().unwrap();
    house.until_link_is(0, &mut daemon, "no_device");
}

#[test]
fn a_server_that_hangs_is_called_again_and_a_silent_meter_behind_it_changes_nothing() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", server.local_addr().unwrap());
    let (mut house, home) = House::reading(address.into(), tempfile::tempdir().unwrap());
    let mut daemon = home.start_ready();
    let (mut first, _) = server.accept().unwrap();
    let mut wired = Wired::usual();
    wired.send_four(&mut first);
    house.until_link_is(0, &mut daemon, "receiving");
    let from = house.record.now();

    let silent = Instant::now();
    let detail = house.until_link_is(from, &mut daemon, "no_signal");
    assert!(detail.contains("no byte"), "{detail}");
    let (mut second, _) = server.accept().unwrap();
    assert!(silent.elapsed() >= Duration::from_secs(55), "too early");
    let mut rest = Vec::new();
    first.read_to_end(&mut rest).unwrap(); // The first connection was ended.
    assert_eq!(
        links_until(&mut house.record, from, "no_signal"),
        pairs(&[("receiving", "no_signal")])
    );

    let (back, began) = (house.record.now(), Instant::now());
    let is_back = |received: &Received| received.payload.contains("\"link\":\"receiving\"");
    while !house.record.received()[back..].iter().any(is_back) {
        wired.send(&mut second);
        assert!(began.elapsed() < WAIT_TIMEOUT);
    }
    house.until_link_is(back, &mut daemon, "receiving");
}
