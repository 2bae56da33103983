//! `linky-sensor decode`: what a user gets of a capture, line by line, and what happens at the edges of the command.
//!
//! The lines of `tests/golden/decode` are what each capture gives; `UPDATE_GOLDEN=1 cargo test --test decode` writes them
//! anew, for a person to read the difference.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jsonschema::Validator;
use serde_json::Value;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The captures: their names, without the ending, and what is in them.
fn captures() -> Vec<(String, Vec<u8>)> {
    let mut captures: Vec<_> = fs::read_dir(tests().join("captures"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "tic"))
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    captures.sort();
    assert!(captures.len() >= 8, "the captures are there");
    captures
}

/// Runs the command on these bytes, by its standard input.
fn decode(arguments: &[&str], bytes: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_linky-sensor"))
        .arg("decode")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The captures are shorter than a pipe is wide.
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait_with_output().unwrap()
}

/// What it prints, if it succeeds. A short capture gives a note on standard error.
fn lines(arguments: &[&str], bytes: &[u8]) -> String {
    let output = decode(arguments, bytes);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(errors.is_empty() || errors.contains(SHORT), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The note on a capture without figures.
const SHORT: &str = "no figure is known yet: a state shows one once its label came in 3 frames";

fn json(lines: &str) -> Vec<Value> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/state.schema.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn is_like_golden(name: &str, lines: &str) {
    let path = tests().join("golden/decode").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, lines).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    for (number, (golden, line)) in (1..).zip(golden.lines().zip(lines.lines())) {
        assert_eq!(line, golden, "{name}, line {number}");
    }
    assert_eq!(
        lines.lines().count(),
        golden.lines().count(),
        "{name}: number of lines"
    );
}

#[test]
fn every_capture_gives_its_golden_lines() {
    for (name, bytes) in captures() {
        is_like_golden(&format!("{name}.state.jsonl"), &lines(&[], &bytes));
        is_like_golden(
            &format!("{name}.tic.jsonl"),
            &lines(&["--format", "tic"], &bytes),
        );
        is_like_golden(
            &format!("{name}.python.jsonl"),
            &lines(&["--format", "python"], &bytes),
        );
    }
}

#[test]
fn every_state_is_as_the_schema_says() {
    let schema = schema();
    let validator: Validator = jsonschema::validator_for(&schema).unwrap();
    let known = schema["properties"].as_object().unwrap();
    for (name, bytes) in captures() {
        let states = json(&lines(&[], &bytes));
        assert!(!states.is_empty(), "{name}");
        for state in states {
            let errors: Vec<String> = validator
                .iter_errors(&state)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{name}: {errors:?}\n{state}");
            for key in state.as_object().unwrap().keys() {
                assert!(
                    known.contains_key(key),
                    "{name}: {key} is not in the schema"
                );
            }
        }
    }
}

/// A schema that accepts everything proves nothing.
#[test]
fn the_schema_refuses_what_is_wrong() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let (_, bytes) = captures().swap_remove(0);
    let state = json(&lines(&[], &bytes)).swap_remove(0);
    assert!(validator.is_valid(&state));
    for (key, wrong) in [
        ("link", Value::from("lost")),
        ("seq", Value::from(-1)),
        ("frames_received", Value::from("1")),
        ("time", Value::from(5)),
    ] {
        let mut state = state.clone();
        state[key] = wrong;
        assert!(!validator.is_valid(&state), "{key}: {}", state[key]);
    }
    let mut state = state;
    state.as_object_mut().unwrap().remove("time");
    assert!(!validator.is_valid(&state), "time is always there");
}

#[test]
fn a_state_of_a_file_is_numbered_and_named_after_the_command() {
    for (name, bytes) in captures() {
        for (number, state) in (1..).zip(json(&lines(&[], &bytes))) {
            assert_eq!(
                (&state["boot"], &state["seq"]),
                (&"decode".into(), &number.into()),
                "{name}"
            );
            // A frame without a clock, or with a damaged one, has no time.
            let is_dated = state["mode"] == "standard" && state["time"].is_string();
            assert!(
                is_dated || state["time"].is_null(),
                "{name}: {}",
                state["time"]
            );
        }
    }
}

#[test]
fn parity_or_none_the_groups_are_the_same() {
    for (name, bytes) in captures() {
        let even: Vec<u8> = bytes
            .iter()
            .map(|byte| byte | u8::from(byte.count_ones() % 2 == 1) << 7)
            .collect();
        for format in ["tic", "python"] {
            let arguments = ["--format", format];
            assert_eq!(
                lines(&arguments, &even),
                lines(&arguments, &bytes),
                "{name}"
            );
        }
        let states = |bytes: &[u8], parity: &str| lines(&["--parity", parity], bytes);
        assert_eq!(states(&even, "ignore"), states(&bytes, "ignore"), "{name}");
        assert_eq!(states(&even, "auto"), states(&even, "check"), "{name}");
        assert_eq!(states(&bytes, "auto"), states(&bytes, "ignore"), "{name}");
    }
}

#[test]
fn the_mode_is_found_or_told() {
    for (name, bytes) in captures() {
        let (mode, other) = match name.split('-').next().unwrap() {
            "standard" => ("standard", "historique"),
            "historique" => ("historique", "standard"),
            _ => panic!("{name} names no mode"),
        };
        let groups = |mode: &str| lines(&["--mode", mode, "--format", "tic"], &bytes);
        assert_eq!(groups(mode), groups("auto"), "{name}");
        let output = decode(&["--mode", other, "--format", "tic"], &bytes);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(65), "{name} read as {other}");
        assert!(errors.contains("Leave --mode out"), "{errors}");
        assert!(
            json(&String::from_utf8(output.stdout).unwrap())
                .iter()
                .all(|frame| frame.as_object().unwrap().is_empty()),
            "{name} read as {other}"
        );
    }
}

#[test]
fn statistics_come_last_and_beside() {
    for (name, bytes) in captures() {
        let output = decode(&["--stats", "--format", "tic"], &bytes);
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            lines(&["--format", "tic"], &bytes),
            "{name}"
        );
        let errors = String::from_utf8(output.stderr).unwrap();
        is_like_golden(&format!("{name}.stats.txt"), &errors);
        let mode = name.split('-').next().unwrap();
        assert!(
            errors.contains(&format!("mode      {mode}")),
            "{name}: {errors}"
        );
    }
}

#[test]
fn a_file_is_read_as_standard_input_is() {
    let path = tests().join("captures/standard-mono-base.tic");
    let output = Command::new(env!("CARGO_BIN_EXE_linky-sensor"))
        .arg("decode")
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success());
    let bytes = fs::read(path).unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        lines(&["-"], &bytes)
    );
}

#[test]
fn what_is_no_capture_is_refused_with_what_to_do() {
    let picture =
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x58\0\0\x01\x90\x08\x06\0\0\0\xd8\xb2\x9f\xc8";
    for bytes in [&b""[..], b"no meter ever sends this", picture] {
        for format in ["state", "tic", "python"] {
            let output = decode(&["--format", format], bytes);
            let errors = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(65), "{errors}");
            assert!(output.stdout.is_empty(), "{format}");
            let found = format!(
                "linky-sensor: standard input: found no group of a meter (bytes read: {}), expected ",
                bytes.len()
            );
            assert!(
                errors.starts_with(&found) && errors.contains("Record them: stty"),
                "{errors}"
            );
        }
    }
    let output = decode(&["--parity", "check"], &captures().swap_remove(0).1);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(65), "{errors}");
    assert!(errors.contains("Leave --parity out"), "{errors}");
}

#[test]
fn a_capture_too_short_for_figures_is_said_to_be_so() {
    for (name, bytes) in captures() {
        let output = decode(&[], &bytes);
        let errors = String::from_utf8(output.stderr).unwrap();
        let states = json(&String::from_utf8(output.stdout).unwrap());
        let has_figures = states.iter().any(|state| state["energy"].is_u64());
        assert_eq!(errors.is_empty(), has_figures, "{name}: {errors}");
        if !has_figures {
            let found = format!("{SHORT}. Frames found: {} (", states.len());
            assert!(
                errors.contains(&found) && errors.contains("--format tic"),
                "{name}: {errors}"
            );
            assert_eq!(decode(&["--format", "tic"], &bytes).stderr, b"", "{name}");
        }
    }
}

#[test]
fn what_is_cut_off_at_the_end_is_shown() {
    let (_, bytes) = captures()
        .into_iter()
        .find(|(name, _)| name == "historique-mono-tempo")
        .unwrap();
    let whole = json(&lines(&["--format", "tic"], &bytes));
    let cut = json(&lines(&["--format", "tic"], &bytes[..bytes.len() - 20]));
    assert_eq!(cut.len(), whole.len());
    assert_eq!(cut[..cut.len() - 1], whole[..whole.len() - 1]);
    let (cut, whole) = (
        cut.last().unwrap().as_object().unwrap(),
        whole.last().unwrap().as_object().unwrap(),
    );
    assert!(cut.len() < whole.len() && cut.iter().all(|(label, group)| whole[label] == *group));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = decode(&["/nonexistent/capture.tic"], b"");
    assert_eq!(output.status.code(), Some(66));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("/nonexistent/capture.tic"), "{errors}");
    assert!(output.stdout.is_empty());
    assert_eq!(decode(&["/"], b"").status.code(), Some(66), "a folder");
    assert_eq!(decode(&["--format", "xml"], b"").status.code(), Some(64));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let (_, capture) = captures()
        .into_iter()
        .find(|(name, _)| name == "standard-mono-base")
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let long = directory.path().join("long.tic");
    fs::write(&long, capture.repeat(200)).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_linky-sensor"))
        .arg("decode")
        .arg(&long)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}
