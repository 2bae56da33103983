//! The daemon itself, with a simulated meter on a pty: killed in the middle of an outage.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::store::{Log, Record};
use tempfile::TempDir;

use crate::account::Accounts;
use crate::support::broker::{Broker, Ear};
use crate::support::proxy::Proxy;

const PATIENCE: Duration = Duration::from_secs(60);

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_linky-sensor"))
}

/// A meter that lives so many times faster, and its pty.
fn meter(speed: u32) -> (Process, String) {
    let mut child = program()
        .args(["simulate", "--speed", &speed.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut path = String::new();
    let out = child.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut path).unwrap();
    (Process(child), path.trim().to_owned())
}

/// Where the daemon lives.
struct House {
    directory: TempDir,
}

impl House {
    fn new(device: &str, broker: u16) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = format!(
            "[[meter]]\nid = \"main\"\ndevice = \"{device}\"\n\
             [mqtt]\nurl = \"mqtt://127.0.0.1:{broker}\"\ninterval = \"frame\"\n"
        );
        fs::write(directory.path().join("config.toml"), config).unwrap();
        fs::create_dir(directory.path().join("state")).unwrap();
        Self { directory }
    }

    fn start(&self) -> Process {
        let child = program()
            .arg("--config")
            .arg(self.directory.path().join("config.toml"))
            .args(["run", "--bus", "none"])
            .env("STATE_DIRECTORY", self.directory.path().join("state"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Process(child)
    }

    /// How many bytes wait.
    fn waiting(&self) -> u64 {
        let entries = fs::read_dir(self.directory.path().join("state/history"));
        let lengths = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
        lengths.sum()
    }

    fn await_waiting(&self, bytes: u64) {
        let deadline = Instant::now() + PATIENCE;
        while self.waiting() < bytes {
            assert!(Instant::now() < deadline, "{} bytes", self.waiting());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The records that wait, in order; the history stays as it is.
    fn records(&self) -> Vec<Record> {
        let copy = self.directory.path().join("copy");
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir(&copy).unwrap();
        for entry in fs::read_dir(self.directory.path().join("state/history")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
        Log::open(copy, 64 << 20).read(0, usize::MAX, usize::MAX)
    }
}

/// Resident memory of a process, in kB.
fn memory(process: &Process) -> u64 {
    let status = fs::read_to_string(
        Path::new("/proc")
            .join(process.0.id().to_string())
            .join("status"),
    );
    let line = status.unwrap();
    let line = line
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn killed_in_the_middle_of_an_outage_the_daemon_loses_nothing() {
    let broker = Broker::start();
    let ear = Ear::at(&broker);
    let proxy = Proxy::to(broker.port, &[]);
    let (_meter, device) = meter(20);
    let house = House::new(&device, proxy.port);
    let daemon = house.start();
    let mut accounts = Accounts::default();
    accounts.listen(&ear, PATIENCE, |all| {
        all.boots.values().any(|account| account.live.len() > 20)
    });
    let first = accounts.boots.keys().next().unwrap().clone();
    proxy.cut();
    house.await_waiting(40_000);
    let before = memory(&daemon);
    house.await_waiting(400_000);
    let after = memory(&daemon);
    assert!(after < before + before / 4, "{before} kB, then {after} kB");
    drop(daemon); // SIGKILL
    let kept = house.records();
    assert!(kept.len() > 100, "{}", kept.len());
    let daemon = house.start();
    house.await_waiting(450_000);
    proxy.mend();
    let patience = PATIENCE + Duration::from_millis(50) * u32::try_from(kept.len()).unwrap();
    accounts.listen(&ear, patience, |all| {
        let second = all.boots.iter().find(|(boot, _)| **boot != first);
        second.is_some_and(|(_, second)| second.has_all(1..=10) && second.live.len() > 20)
    });
    let account = accounts.of(&first);
    account.assert_in_order();
    let heard = account.heard();
    let (oldest, newest) = (*heard.first().unwrap(), *heard.last().unwrap());
    assert!(account.has_all(oldest..=newest), "{account:?}");
    assert!(account.duplicates() <= 64, "{}", account.duplicates());
    let texts: Vec<String> = kept
        .into_iter()
        .map(|record| String::from_utf8(record.payload).unwrap())
        .filter(|text| !text.contains("event_type"))
        .collect();
    let late: Vec<String> = account
        .late
        .iter()
        .map(|seq| format!("main\n{}", account.texts[seq]))
        .collect();
    assert_eq!(late, texts, "each as it was first made");
    assert!(accounts.order.is_sorted_by_key(|boot| *boot != first));
    let (_, second) = accounts
        .boots
        .iter()
        .find(|(boot, _)| **boot != first)
        .unwrap();
    second.assert_in_order();
    drop(daemon);
}
