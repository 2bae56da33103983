//! The clients on D-Bus: they read a real daemon on a bus of its own, which is the system bus for them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use linky_sensor::simulator::Scenario;

use super::recipe;
use super::support::bus::PrivateBus;
use super::support::daemon::{Home, WAIT_TIMEOUT, meter, within};
use super::support::line::Playing;

const SYSTEM_BUS: &str = "DBUS_SYSTEM_BUS_ADDRESS";

/// A program that prints, ended when dropped.
struct Printing {
    child: Child,
    lines: Receiver<String>,
}

impl Printing {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is not there: install the package python3-gi");
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    fn until(&self, what: &str) {
        loop {
            let line = self.lines.recv_timeout(WAIT_TIMEOUT);
            let line = line.unwrap_or_else(|error| {
                unreachable!("never {what}: {error}; is the package python3-gi installed?")
            });
            if line.contains(what) {
                return;
            }
        }
    }
}

impl Drop for Printing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_clients_in_python_and_shell_read_the_meter() {
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let scenario = Scenario {
        overrun: true,
        ..Scenario::default()
    };
    let playing = Playing::on(&device, scenario);
    let bus = PrivateBus::system();
    let settings = meter("main", &device) + "[mqtt]\nenabled = false\n";
    let home = Home::new(&settings).on_bus(bus.address());
    let mut daemon = home.start_ready();
    daemon.until_notice("STATUS=main: receiving");

    // The system's own Python has the package.
    let mut python = Command::new("/usr/bin/python3");
    python
        .arg(recipe("watch.py"))
        .env(SYSTEM_BUS, bus.address());
    let python = Printing::start(python);
    python.until("ApparentPower = ");

    let printed = within(WAIT_TIMEOUT, "power and headroom", || {
        let output = Command::new(recipe("power.sh"))
            .env(SYSTEM_BUS, bus.address())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        (output.status.success() && printed.contains("headroom")).then_some(printed)
    });
    let mut lines = printed.lines();
    let mut number = |name: &str, unit: &str| {
        let line = lines.next().unwrap();
        let text = line.strip_prefix(name).unwrap().strip_suffix(unit).unwrap();
        text.parse::<i64>().unwrap()
    };
    assert!(number("power: ", " W") > 0);
    number("headroom: ", " VA");

    drop(playing);
    python.until("LinkChanged");
    let absent = Command::new(recipe("power.sh"))
        .arg("absent")
        .env(SYSTEM_BUS, bus.address())
        .output()
        .unwrap();
    assert_eq!(absent.status.code(), Some(1));
    let why = String::from_utf8(absent.stderr).unwrap();
    assert!(why.contains("absent is not known"), "{why}");
}
