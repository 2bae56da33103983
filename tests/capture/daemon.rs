//! `capture` of what the running daemon receives: it goes on, and loses nothing.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use linky_sensor::simulator::{Pty, Scenario, SimulatedMeter};
use nix::sys::signal::Signal;
use nix::unistd::Uid;
use tempfile::TempDir;

use super::running::{Running, read, run};
use super::support::broker::Broker;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::{self, Wired};
use super::support::program;
use super::support::record::Record;

/// A user who is neither root nor the daemon.
const NOBODY: u32 = 65_534;

/// A daemon with a meter, a broker, and a place for its socket.
struct House {
    folder: TempDir,
    record: Record,
    broker: Broker,
    line: Pty,
    wired: Wired,
    sent: Vec<u8>,
    frames: usize,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let broker = Broker::start();
        let record = Record::at(&broker);
        let line = line::open(&folder.path().join("linky"));
        fs::create_dir(folder.path().join("run")).unwrap();
        let scenario = Scenario {
            serial: 918_273,
            prm: 60_718_293_041_526,
            ..Scenario::default()
        };
        Self {
            folder,
            record,
            broker,
            line,
            wired: Wired::new(SimulatedMeter::new(scenario).unwrap(), 50.0, false),
            sent: Vec::new(),
            frames: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn home(&self) -> Home {
        let device = self.path("linky");
        let home = Home::new(&config(&[meter("main", &device)], self.broker.port));
        home.with("RUNTIME_DIRECTORY", self.path("run").to_str().unwrap())
    }

    fn send(&mut self, count: usize) {
        for _ in 0..count {
            self.sent.extend(self.wired.send(&mut self.line).bytes);
            self.frames += 1;
        }
    }

    /// Waits until every frame that was sent is published; fails if one was lost.
    fn until_all_are_published(&mut self) {
        let (record, frames) = (&mut self.record, self.frames);
        record.until_state(0, "main", "every frame", |state| {
            state["frames_received"] == frames && state["frames_damaged"] == 0
        });
    }

    fn arguments(&self) -> Vec<String> {
        let run = self.path("run").display().to_string();
        ["capture", "--runtime-directory", &run]
            .map(str::to_owned)
            .to_vec()
    }

    /// Starts a capture to this file, and waits until it runs: frames come meanwhile.
    fn capture(&mut self, file: &str, options: &[&str]) -> Running {
        let file = self.path(file);
        let mut arguments = self.arguments();
        arguments.extend(options.iter().map(|option| (*option).to_owned()));
        arguments.extend(["--output".to_owned(), file.display().to_string()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut capture = Running::start(&arguments);
        if options.contains(&"--anonymise") {
            // It holds back what comes, and ends by itself.
            while capture.is_running() {
                self.send(1);
            }
            return capture;
        }
        for _ in 0..1000 {
            self.send(1);
            assert!(capture.is_running(), "{:?}", capture.end());
            if fs::read(&file).is_ok_and(|bytes| bytes.len() > 2000) {
                return capture;
            }
        }
        panic!("nothing is captured");
    }
}

#[test]
fn the_daemon_is_captured_and_loses_no_frame() {
    let mut house = House::new();
    let home = house.home();
    let mut daemon = home.start_ready();
    house.send(3);
    let mut capture = house.capture("file", &[]);
    house.send(10);
    house.until_all_are_published();
    let (sent, file) = (house.sent.clone(), house.path("file"));
    within(WAIT_TIMEOUT, "the last frame in the capture", || {
        let recorded = read(&file).1;
        sent.ends_with(&recorded).then_some(())
    });
    capture.signal(Signal::SIGINT);
    let (status, errors) = capture.end();
    assert!(status.success(), "{errors}");
    let (_, recorded) = read(&file);
    assert!(
        recorded.len() > 10 * sent.len() / (house.frames + 1),
        "{errors}"
    );
    assert!(house.sent.ends_with(&recorded));
    house.send(3);
    house.until_all_are_published();
    daemon.stop();
    assert!(
        !house.path("run/capture").exists(),
        "the socket goes with the daemon"
    );
}

#[test]
fn the_one_line_that_is_safe_to_publish() {
    let mut house = House::new();
    let home = house.home();
    let _daemon = home.start_ready();
    house.send(3);
    let options = ["--anonymise", "--raw", "--duration", "5s"];
    let mut capture = house.capture("file", &options);
    house.until_all_are_published();
    let (status, errors) = capture.end();
    assert!(status.success(), "{errors}");
    let bytes = fs::read(house.path("file")).unwrap();
    let text: String = bytes.iter().map(|byte| char::from(byte & 0x7F)).collect();
    assert!(
        text.contains("EAST\t") && text.contains("\t99999999999999\t"),
        "{text}"
    );
    assert!(
        !text.contains("918273") && !text.contains("071829"),
        "{text}"
    );
    assert!(errors.contains("PRM: replaced in "), "{errors}");
}

#[test]
fn a_port_that_the_daemon_holds_is_captured_through_it() {
    let mut house = House::new();
    let home = house.home();
    let _daemon = home.start_ready();
    house.send(3);
    house.until_all_are_published();
    let device = house.path("linky").display().to_string();
    let mut capture = house.capture("file", &[&device, "--raw"]);
    capture.signal(Signal::SIGINT);
    let (status, errors) = capture.end();
    assert!(status.success(), "{errors}");
    assert!(!fs::read(house.path("file")).unwrap().is_empty());
    house.until_all_are_published();
    // Without its socket, the port is simply held.
    let (status, _, errors) = run(
        &["capture", &device, "--runtime-directory", "/nowhere"],
        b"",
    );
    assert_eq!(status.code(), Some(69), "{errors}");
    assert!(errors.contains("held by another program"), "{errors}");
}

#[test]
fn a_capture_that_nobody_reads_does_not_hold_the_daemon_up() {
    let mut house = House::new();
    let home = house.home();
    let _daemon = home.start_ready();
    let mut stuck = Vec::new();
    for _ in 0..3 {
        let mut connection = UnixStream::connect(house.path("run/capture")).unwrap();
        connection.write_all(b"meter main\n").unwrap();
        stuck.push(connection);
        house.send(1);
    }
    house.send(300);
    house.until_all_are_published();
}

#[test]
fn a_request_that_cannot_be_met_is_answered() {
    let mut house = House::new();
    let home = house.home();
    let _daemon = home.start_ready();
    house.send(1);
    let mut arguments = house.arguments();
    arguments.extend(["--meter".to_owned(), "garage".to_owned()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (status, _, errors) = run(&arguments, b"");
    assert_eq!(status.code(), Some(69), "{errors}");
    assert!(
        errors.contains("no meter has the id garage; there are: main"),
        "{errors}"
    );
}

/// As root only, for nobody else can be someone else.
#[test]
fn another_user_is_refused() {
    if !Uid::effective().is_root() {
        return;
    }
    let mut house = House::new();
    let home = house.home();
    let _daemon = home.start_ready();
    house.send(1);
    // Where that user may execute it.
    let open = tempfile::tempdir().unwrap();
    let copy = open.path().join("linky-sensor");
    let copied = Command::new("cp")
        .arg(program::PATH)
        .arg(&copy)
        .status()
        .unwrap();
    assert!(copied.success());
    for path in [open.path(), &copy] {
        fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let capture = || {
        let mut command = Command::new(&copy);
        command.args(program::ENGLISH).args(house.arguments());
        let output = command.uid(NOBODY).gid(NOBODY).output().unwrap();
        assert!(output.stdout.is_empty(), "{output:?}");
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    fs::set_permissions(house.folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    fs::set_permissions(house.path("run"), PermissionsExt::from_mode(0o700)).unwrap();
    let (code, errors) = capture();
    assert_eq!(code, Some(77), "{errors}");
    assert!(errors.contains("only root may capture"), "{errors}");
    // Whatever the permissions are.
    fs::set_permissions(house.path("run"), PermissionsExt::from_mode(0o755)).unwrap();
    fs::set_permissions(house.path("run/capture"), PermissionsExt::from_mode(0o666)).unwrap();
    let (code, errors) = capture();
    assert_eq!(code, Some(69), "{errors}");
    assert!(errors.contains("only root may capture"), "{errors}");
}
