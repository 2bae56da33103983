//! `linky-sensor simulate` as a user runs it: the pseudo-terminal, the link, the pipe, the end.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use linky_sensor::tic::{Decoder, Frame, FrameEnd, Label, Mode, Parity};
use nix::libc::{EIO, O_NOCTTY, O_NONBLOCK};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

#[path = "support/program.rs"]
mod program;

const TIMEOUT: Duration = Duration::from_secs(240);

/// A running simulator, ended with the test.
struct Simulator(Child);

impl Simulator {
    fn start(arguments: &[&str]) -> Self {
        let mut command = program::command();
        command
            .arg("simulate")
            .args(arguments)
            .stdin(Stdio::piped());
        Self(
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    }

    /// The first line of what it prints.
    fn path(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        line.trim_end().to_owned()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.0.id().try_into().unwrap()), signal).unwrap();
    }

    fn end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn output(arguments: &[&str]) -> Output {
    let mut command = program::command();
    command
        .arg("simulate")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Opens the port, reads this many whole frames or until the meter hangs up, closes it.
fn read_frames(port: &Path, mode: Mode, count: usize) -> Vec<Frame> {
    let mut file = File::options()
        .read(true)
        .custom_flags(O_NOCTTY | O_NONBLOCK)
        .open(port)
        .unwrap();
    let mut decoder = Decoder::new(mode, Parity::Check);
    let (mut frames, mut buffer, deadline) = (vec![], [0; 4_096], Instant::now() + TIMEOUT);
    while frames.len() < count {
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "{} frames of {count}", frames.len());
        let timeout = PollTimeout::try_from(left).unwrap();
        poll(&mut [PollFd::new(file.as_fd(), PollFlags::POLLIN)], timeout).unwrap();
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => frames.extend(
                decoder
                    .push(&buffer[..length])
                    .into_iter()
                    .filter(|frame| frame.end() == FrameEnd::Etx && frame.rejected().total() == 0),
            ),
            Err(error) if error.raw_os_error() == Some(EIO) => break,
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    }
    frames
}

#[test]
fn a_port_is_read_left_and_read_again_until_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("linky");
    let mut simulator = Simulator::start(&["--link", link.to_str().unwrap(), "--speed", "10"]);
    let path = simulator.path();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new(&path));

    let first = read_frames(&link, Mode::Standard, 3);
    assert_eq!(first[1].groups().len(), 38);
    let second = read_frames(&link, Mode::Standard, 2);
    let clock = |frame: &Frame| frame.get(Label::DATE).unwrap().horodate().unwrap().unix();
    assert!(clock(&second[1]) > clock(&first[2]));

    simulator.signal(Signal::SIGTERM);
    assert!(simulator.end().success());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "the link is gone"
    );
}

#[test]
fn all_frames_asked_for_reach_a_reader_flat_out() {
    let mut simulator = Simulator::start(&[
        "--mode",
        "historique",
        "--phases",
        "3",
        "--flat-out",
        "--frames",
        "300",
    ]);
    let path = simulator.path();
    // The first may have begun before the port was open.
    let frames = read_frames(Path::new(&path), Mode::Historique, 300);
    assert!((250..=300).contains(&frames.len()), "{}", frames.len());
    assert!(simulator.end().success());
}

#[test]
fn standard_output_carries_the_bytes_and_nothing_else() {
    let arguments = [
        "--output",
        "stdout",
        "--flat-out",
        "--frames",
        "50",
        "--contract",
        "tempo",
    ];
    let result = output(&arguments);
    assert!(result.status.success());
    assert_eq!(
        result.stdout.first(),
        Some(&0x82),
        "STX with its parity bit"
    );
    let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
    let frames = decoder.push(&result.stdout);
    let rejected: u32 = frames.iter().map(|frame| frame.rejected().total()).sum();
    assert_eq!((frames.len(), rejected), (50, 0));

    let stripped = output(&[
        "--output",
        "stdout",
        "--flat-out",
        "--frames",
        "5",
        "--parity",
        "strip",
    ]);
    assert!(stripped.stdout.iter().all(|byte| byte & 0x80 == 0));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut simulator = Simulator::start(&["--output", "stdout", "--flat-out"]);
    let mut first = [0; 1_000];
    simulator
        .0
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    assert!(simulator.end().success());
    let mut complaint = String::new();
    simulator
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaint)
        .unwrap();
    assert_eq!(complaint, "");
}

#[test]
fn a_scenario_comes_from_a_file_or_by_its_name() {
    let run = |scenario: &str| {
        output(&[
            "--scenario",
            scenario,
            "--output",
            "stdout",
            "--flat-out",
            "--frames",
            "5",
        ])
    };
    let shipped = run("three-phase");
    assert!(shipped.status.success());
    let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
    let frames = decoder.push(&shipped.stdout);
    assert!(frames[0].get(Label::IRMS3).is_some());
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/examples/scenarios/three-phase.toml"
    );
    assert_eq!(run(file).stdout, shipped.stdout);

    let unknown = run("trop");
    assert_eq!(unknown.status.code(), Some(66));
    assert!(
        String::from_utf8(unknown.stderr)
            .unwrap()
            .contains("swap, tempo-winter")
    );
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.toml");
    fs::write(&wrong, "[meter]\nmod = \"standard\"\n").unwrap();
    let wrong = run(wrong.to_str().unwrap());
    assert_eq!(wrong.status.code(), Some(78));
    let complaint = String::from_utf8(wrong.stderr).unwrap();
    assert!(
        complaint.contains("wrong.toml:2:1") && complaint.contains("\"mode\""),
        "{complaint}"
    );
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    for (arguments, word) in [
        (&["--mode", "historique", "--producer"][..], "standard mode"),
        (&["--power-kva", "36"], "18 kVA"),
        (&["--start", "yesterday"], "2026-01-15T18:30:00"),
    ] {
        let result = output(arguments);
        assert_eq!(result.status.code(), Some(64), "{arguments:?}");
        let complaint = String::from_utf8(result.stderr).unwrap();
        assert!(complaint.contains(word), "{complaint}");
    }
}

#[test]
fn an_event_happens_when_its_line_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("linky");
    let link_text = link.to_str().unwrap();
    let mut simulator = Simulator::start(&["--link", link_text, "--speed", "10", "--events", "-"]);
    simulator.path();
    let serial = |frame: &Frame| frame.get(Label::ADSC).unwrap().data().to_owned();
    let before = read_frames(&link, Mode::Standard, 2);
    assert!(serial(&before[1]).ends_with("000000"));

    let mut lines = simulator.0.stdin.take().unwrap();
    writeln!(lines, "swop\nphase-loss duration=1s\nswap index=5").unwrap();
    let mut errors = BufReader::new(simulator.0.stderr.take().unwrap()).lines();
    let error = errors.next().unwrap().unwrap();
    assert!(
        error.starts_with("--events: event[swop].kind: found \"swop\""),
        "{error}"
    );
    let error = errors.next().unwrap().unwrap();
    assert!(error.contains("needs a three-phase meter"), "{error}");
    let deadline = Instant::now() + TIMEOUT;
    loop {
        // The first frame may have begun before the port was opened.
        let frames = read_frames(&link, Mode::Standard, 2);
        if serial(&frames[1]).ends_with("000001") {
            break;
        }
        assert!(Instant::now() < deadline, "the meter is not replaced");
    }
    // The end of the lines does not end the meter.
    drop(lines);
    assert!(read_frames(&link, Mode::Standard, 2).len() >= 2);
    simulator.signal(Signal::SIGTERM);
    assert!(simulator.end().success());
}

#[test]
fn events_of_options_and_of_a_scenario_both_happen() {
    let printed = output(&[
        "--scenario",
        "swap",
        "--event",
        "mode,mode=historique,at=3min",
        "--event",
        "swap,at=10s,index=9",
        "--seconds",
        "200",
        "--flat-out",
        "--output",
        "stdout",
    ]);
    assert!(printed.status.success());
    let mut standard = Decoder::new(Mode::Standard, Parity::Check);
    let frames = standard.push(&printed.stdout);
    let serials: BTreeSet<_> = frames
        .iter()
        .filter_map(|frame| Some(frame.get(Label::ADSC)?.data().to_owned()))
        .collect();
    assert_eq!(serials.len(), 3);
    let mut historique = Decoder::new(Mode::Historique, Parity::Check);
    assert!(!historique.push(&printed.stdout).is_empty());

    let refused = output(&["--event", "swap,index=x"]);
    assert_eq!(refused.status.code(), Some(64));
    assert!(
        String::from_utf8_lossy(&refused.stderr)
            .contains("--event: event[swap].index: found \"x\"")
    );
}

#[test]
fn several_meters_have_a_port_each() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("linky");
    let mut simulator = Simulator::start(&[
        "--link",
        link.to_str().unwrap(),
        "--count",
        "3",
        "--speed",
        "10",
    ]);
    simulator.path();
    let mut serials = BTreeSet::new();
    for number in 1..=3 {
        let port = folder.path().join(format!("linky{number}"));
        let frames = read_frames(&port, Mode::Standard, 2);
        serials.insert(frames[1].get(Label::ADSC).unwrap().data().to_owned());
    }
    assert_eq!(serials.len(), 3);
    simulator.signal(Signal::SIGTERM);
    assert!(simulator.end().success());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let refused = output(&["--count", "2", "--output", "stdout"]);
    assert_eq!(refused.status.code(), Some(64));
}

#[test]
fn a_year_is_over_at_once() {
    let printed = output(&[
        "--contract",
        "tempo",
        "--start",
        "2026-01-01T00:00",
        "--step",
        "6h",
        "--seconds",
        "31536000",
        "--flat-out",
        "--output",
        "stdout",
    ]);
    assert!(printed.status.success());
    let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
    let frames = decoder.push(&printed.stdout);
    assert!((1_455..=1_461).contains(&frames.len()), "{}", frames.len());
    let clock = |frame: &Frame| frame.get(Label::DATE).unwrap().horodate().unwrap().unix();
    let year = clock(frames.last().unwrap()) - clock(&frames[0]);
    assert!((364 * 86_400..=365 * 86_400).contains(&year));
    let energy = |frame: &Frame| frame.get(Label::EAST).unwrap().number();
    assert!(energy(frames.last().unwrap()) > energy(&frames[0]) + 1_000_000);

    let refused = output(&["--step", "6h"]);
    assert_eq!(refused.status.code(), Some(64));
}
