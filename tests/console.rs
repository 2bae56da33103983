//! What every command owes to the shell: output that is lost is an error, a pipe that is closed is none.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Output, Stdio};

use linky_sensor::names::exit;

#[path = "support/program.rs"]
mod program;

/// A command line that prints something.
const PRINTING: [&[&str]; 13] = [
    &["--help"],
    &["--version"],
    &[
        "anonymise",
        "tests/captures/standard-mono-base-midnight.tic",
    ],
    &["check-config"],
    &["decode", "tests/captures/standard-mono-base-midnight.tic"],
    &["demo", "--help"],
    &["doctor"],
    &["doctor", "/dev/null"],
    &["list-fields"],
    &["list-fields", "--format", "schema"],
    &[
        "replay",
        "tests/captures/standard-mono-base-midnight.tic",
        "--output",
        "stdout",
        "--as-fast-as-possible",
    ],
    &[
        "simulate",
        "--output",
        "stdout",
        "--frames",
        "1",
        "--flat-out",
    ],
    &["simulate", "--frames", "1", "--flat-out"],
];

/// Not tried here: `run` and `contain` only log, `set-password` and `setup` (tests/setup) are for root, `capture`, `status`,
/// `watch` and `health` need a daemon (tests/capture, tests/dbus, tests/watch, tests/contain), and `migrate` also writes notes
/// (tests/migrate.rs).
const NOT_HERE: [&str; 9] = [
    "capture",
    "contain",
    "health",
    "migrate",
    "run",
    "set-password",
    "setup",
    "status",
    "watch",
];

fn linky_sensor(arguments: &[&str], stdout: impl Into<Stdio>) -> Output {
    program::command()
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    for arguments in PRINTING {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = linky_sensor(arguments, full);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            errors.starts_with("linky-sensor: standard output: No space left on device"),
            "{arguments:?}: {errors:?}"
        );
        assert_eq!(
            output.status.code(),
            Some(exit::IO.into()),
            "{arguments:?}: {errors}"
        );
    }
}

#[test]
fn a_closed_pipe_ends_a_command_quietly() {
    for arguments in PRINTING {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let output = linky_sensor(arguments, writer);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(errors, "", "{arguments:?}");
        // A short answer is written at the end: the command has its own exit code by then.
        let codes = [i32::from(exit::OK), i32::from(exit::FAILURE)];
        assert!(
            codes[..=usize::from(arguments[0] == "doctor")]
                .contains(&output.status.code().unwrap()),
            "{arguments:?}: {}",
            output.status
        );
    }
}

#[test]
fn every_command_is_tried() {
    let help = linky_sensor(&["--help"], Stdio::piped());
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let commands: BTreeSet<&str> = commands
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    let tried = PRINTING.iter().map(|arguments| arguments[0]);
    let tried: BTreeSet<&str> = tried
        .filter(|argument| !argument.starts_with('-'))
        .chain(NOT_HERE)
        .collect();
    assert_eq!(commands, tried);
    assert!(Path::new("/dev/full").exists());
}
