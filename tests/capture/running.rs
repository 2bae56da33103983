//! A command of ours that runs beside the test, and what it is given.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use linky_sensor::capture::{CaptureEvent, CaptureReader, CaptureWriter};
use linky_sensor::simulator::{Scenario, SimulatedMeter, TariffPlan};
use linky_sensor::tic::Mode;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::program;

/// A running command, ended with the test.
pub struct Running(Child);

impl Running {
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = program::command();
        command.args(arguments).stdin(Stdio::null());
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// The first line of what it prints.
    pub fn first_line(&mut self) -> String {
        let mut line = String::new();
        let stdout = self.0.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.0.id().cast_signed()), signal).unwrap();
    }

    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Waits for its end. Returns how it ended and what is on standard error.
    pub fn end(&mut self) -> (ExitStatus, String) {
        let status = within(WAIT_TIMEOUT, "the end of the command", || {
            self.0.try_wait().unwrap()
        });
        let mut errors = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        (status, errors)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Frames of a simulated meter, one after the other.
pub fn frames(mode: Mode, count: usize) -> Vec<u8> {
    let scenario = Scenario {
        mode,
        contract: TariffPlan::Tempo,
        start: 1_768_498_200,
        serial: 918_273,
        prm: 60_718_293_041_526,
        ..Scenario::default()
    };
    let frames = SimulatedMeter::new(scenario).unwrap().take(count);
    frames.flat_map(|frame| frame.bytes).collect()
}

/// The timed form of bytes that come without a pause.
pub fn timed(mode: Mode, bytes: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = CaptureWriter::default();
    writer.push_header(Some(1_768_498_200_000_000), Some(mode), &mut file);
    let mut at = Duration::ZERO;
    for chunk in bytes.chunks(31) {
        at += Duration::from_secs(10) * u32::try_from(chunk.len()).unwrap() / mode.baud();
        writer.push_bytes(at, chunk, &mut file);
    }
    file
}

/// The events of a capture, and its bytes.
pub fn read(path: &Path) -> (Vec<CaptureEvent>, Vec<u8>) {
    let file = std::fs::read(path).unwrap();
    let mut reader = CaptureReader::new();
    let mut items = reader.push(&file).unwrap();
    items.extend(reader.end().unwrap());
    assert_eq!(reader.damaged(), 0, "{}", String::from_utf8_lossy(&file));
    let mut bytes = Vec::new();
    let events = items.into_iter().map(|item| item.event);
    let events: Vec<_> = events
        .inspect(|event| {
            if let CaptureEvent::Bytes(more) = event {
                bytes.extend_from_slice(more);
            }
        })
        .collect();
    (events, bytes)
}

/// Runs a command to its end on this input.
pub fn run(arguments: &[&str], input: &[u8]) -> (ExitStatus, Vec<u8>, String) {
    let mut command = program::command();
    command.args(arguments).stdin(Stdio::piped());
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // A command that refuses its arguments reads nothing.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    (output.status, output.stdout, errors)
}
