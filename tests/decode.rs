//! `linky-sensor decode`: what a user gets of a capture, line by line, and what happens at the edges of the command.
//!
//! The lines of `tests/golden/decode` are what each capture gives; `UPDATE_GOLDEN=1 cargo test --test decode` writes them
//! anew, for a person to read the difference.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use jsonschema::Validator;
use linky_sensor::simulator::{Scenario, SimulatedMeter, TariffPlan};
use serde_json::Value;

#[path = "support/program.rs"]
mod program;

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
    let mut child = program::command()
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

/// The note on a capture of one or two frames.
const SHORT: &str = "too short to confirm a figure: a state needs 3 frames of each label";

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
        is_like_golden(&format!("{name}.csv"), &lines(&["--format", "csv"], &bytes));
    }
}

#[test]
fn every_state_follows_the_schema() {
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
fn the_mode_is_found_or_given() {
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
    let output = program::command()
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
        for format in ["state", "tic", "python", "csv"] {
            let output = decode(&["--format", format], bytes);
            let errors = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(65), "{errors}");
            assert!(output.stdout.is_empty(), "{format}");
            let found = format!(
                "linky-sensor: standard input: found no group of a meter (bytes read: {}), expected ",
                bytes.len()
            );
            assert!(
                errors.starts_with(&found) && errors.contains("Record them: linky-sensor capture"),
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
fn a_capture_too_short_for_figures_shows_the_values_of_each_frame_and_is_marked() {
    for (name, bytes) in captures() {
        let output = decode(&[], &bytes);
        let errors = String::from_utf8(output.stderr).unwrap();
        let states = json(&String::from_utf8(output.stdout).unwrap());
        let is_short = states.len() < 3;
        assert_eq!(errors.is_empty(), !is_short, "{name}: {errors}");
        for state in &states {
            assert_eq!(state["unconfirmed"] == true, is_short, "{name}: {state}");
        }
        if is_short {
            let found = format!("{SHORT}. Frames found: {} (", states.len());
            assert!(errors.contains(&found), "{name}: {errors}");
            assert_eq!(decode(&["--format", "tic"], &bytes).stderr, b"", "{name}");
        }
    }
}

#[test]
fn a_single_frame_shows_its_figures() {
    for mode in ["standard", "historique"] {
        let frame = simulated(mode, 1);
        let states = json(&lines(&[], &frame));
        let state = states.first().unwrap();
        assert_eq!(
            (states.len(), &state["unconfirmed"], &state["seq"]),
            (1, &true.into(), &1.into())
        );
        let groups = json(&lines(&["--format", "tic"], &frame));
        let (energy, power) = match mode {
            "standard" => ("EAST", "SINSTS"),
            _ => ("BASE", "PAPP"),
        };
        for (key, label) in [("energy", energy), ("apparent_power", power)] {
            let sent: u64 = groups[0][label]["value"].as_str().unwrap().parse().unwrap();
            assert_eq!(state[key], sent, "{mode}: {key}");
        }
    }
    let confirmed = json(&lines(&[], &simulated("standard", 3)));
    assert!(
        confirmed
            .iter()
            .all(|state| state.get("unconfirmed").is_none())
    );
    assert!(confirmed[0]["energy"].is_null() && confirmed[2]["energy"].is_u64());
}

/// Frames of the simulated meter, with parity.
fn simulated(mode: &str, frames: usize) -> Vec<u8> {
    let frames = frames.to_string();
    let output = program::command()
        .args([
            "simulate",
            "--output",
            "stdout",
            "--flat-out",
            "--seed",
            "7",
        ])
        .args(["--mode", mode, "--frames", &frames])
        .output()
        .unwrap();
    assert!(output.status.success());
    output.stdout
}

fn without_parity(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte & 0x7F).collect()
}

/// The totals of a capture, without those of parity.
fn totals(arguments: &[&str], bytes: &[u8]) -> String {
    let output = decode(
        &[&["--stats", "--format", "tic"], arguments].concat(),
        bytes,
    );
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn bytes_before_the_first_frame_do_not_decide_the_parity() {
    let frames = simulated("standard", 3);
    for (frames, parity) in [
        (frames.clone(), "checked"),
        (without_parity(&frames), "stripped"),
    ] {
        for stray in [
            &b"\xEF\xBB\xBF"[..],
            b"\xFF\xFB\x01\xFF\xFB\x03",
            b"\x80\xFF\xA5\x11\x91",
            b"Welcome to ser2net\r\n",
        ] {
            let found = totals(&[], &[stray, &frames].concat());
            assert!(
                found.contains(&format!("(parity {parity})")),
                "{stray:?}: {found}"
            );
            assert!(
                found.contains("frames    3 (0 damaged)"),
                "{stray:?}: {found}"
            );
        }
    }
}

#[test]
fn a_capture_of_both_modes_has_the_frames_of_both_and_no_other() {
    let frames = ["standard", "historique", "standard", "standard"].map(|mode| simulated(mode, 1));
    let found = totals(&[], &frames.concat());
    assert!(
        found.contains("mode      standard, then historique"),
        "{found}"
    );
    assert!(found.contains("frames    4 (0 damaged)"), "{found}");
    assert!(found.contains("rejected  0 "), "{found}");
}

#[test]
fn an_end_where_nothing_of_a_group_came_is_no_damage() {
    let frames = without_parity(&simulated("historique", 3));
    for end in [&b""[..], b"\n", b"\x02", b"\x02\n", b"\r\n"] {
        let found = totals(&[], &[&frames, end].concat());
        assert!(
            found.contains("frames    3 (0 damaged)") && found.contains("rejected  0 "),
            "{end:?}: {found}"
        );
    }
    let found = totals(&[], &[&frames[..], b"\x02\nADC"].concat());
    assert!(
        found.contains("frames    4 (1 damaged)") && found.contains("rejected  1 "),
        "{found}"
    );
}

#[test]
fn no_line_mixes_two_frames() {
    let frame = without_parity(&simulated("historique", 1));
    let cr = |number: usize| {
        let mut ends = frame.iter().enumerate().filter(|(_, byte)| **byte == b'\r');
        ends.nth(number).unwrap().0 + 1
    };
    // The first groups of one are lost, and its end; a whole one follows.
    let torn = [b"\x02", &frame[cr(2)..frame.len() - 1], b"~~\x1B~", &frame].concat();
    let lines = json(&lines(&["--format", "tic"], &torn));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].get("ADCO").is_none() && lines[0].get("PAPP").is_some(),
        "{}",
        lines[0]
    );
    assert_eq!(
        lines[1].as_object().unwrap().len(),
        frame.iter().filter(|byte| **byte == b'\r').count()
    );
}

/// What people have in place of a capture: its name, its bytes, what is said of it.
fn mistaken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let sent = without_parity(&simulated("standard", 3));
    let text = String::from_utf8(sent.clone()).unwrap();
    let lines = text.replace(['\x02', '\x03', '\r'], "");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex: Vec<String> = sent.iter().map(|byte| format!("{byte:02X}")).collect();
    vec![
        (
            "a cooked tty",
            text.replace('\r', "\n").into(),
            "3 frames begin (STX), but no group ends (no CR)",
        ),
        (
            "no line feeds",
            text.replace('\n', "\r").into(),
            "3 frames begin (STX), but no group does (no LF)",
        ),
        (
            "copied text",
            lines.clone().into(),
            "no frame begins (no STX)",
        ),
        (
            "spaces",
            lines.replace('\t', " ").into(),
            "Spaces stand for its tabs",
        ),
        (
            "numbers",
            lines.replace('\t', "[9]").into(),
            "Its control characters are written out",
        ),
        (
            "carets",
            text.replace('\x02', "^B")
                .replace('\x03', "^C")
                .replace('\r', "")
                .into(),
            "Its control characters are written out",
        ),
        (
            "a log",
            lines
                .replace('\n', "\n2024-01-07 17:58:10 DEBUG rx: ")
                .into(),
            "inside lines of other text",
        ),
        ("UTF-16", utf16(&lines), "It is UTF-16"),
        (
            "a dump",
            hex.join(" ").into(),
            "It is a dump in hexadecimal digits",
        ),
    ]
}

#[test]
fn a_file_without_groups_is_explained_and_read_as_text() {
    let groups = totals(&[], &simulated("standard", 3))
        .lines()
        .nth(2)
        .unwrap()
        .to_owned();
    for (what, bytes, cause) in mistaken() {
        let output = decode(&[], &bytes);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(65), "{what}: {errors}");
        assert!(
            errors.contains(cause) && errors.contains("decode --text -"),
            "{what}: {errors}"
        );
        let found = totals(&["--text"], &bytes);
        assert!(
            found.contains(&groups) && found.contains("frames    3 (0 damaged)"),
            "{what}: {found}"
        );
    }
}

#[test]
fn a_compressed_file_is_named_with_what_reads_it() {
    for (bytes, cause) in [
        (
            &b"\x1F\x8B\x08\0\0\0"[..],
            "compressed (gzip): zcat - | linky-sensor decode -",
        ),
        (b"\xFD7zXZ\0\0\x04", "compressed (xz): xzcat"),
    ] {
        for arguments in [&[][..], &["--text"]] {
            let errors = String::from_utf8(decode(arguments, bytes).stderr).unwrap();
            assert!(errors.contains(cause), "{errors}");
        }
    }
}

/// What a port at 9600 baud hears of a line at 1200.
fn heard_eight_times_too_fast(sent: &[u8]) -> Vec<u8> {
    let cells = sent.iter().map(|byte| u16::from(*byte) << 1 | 1 << 9);
    let line: Vec<u8> = cells
        .flat_map(|cell| (0..10).flat_map(move |bit| [u8::from(cell >> bit & 1 == 1); 8]))
        .collect();
    let mut heard = Vec::new();
    let mut rest = line.as_slice();
    while let Some(start) = rest.iter().position(|level| *level == 0) {
        let Some(bits) = rest.get(start + 1..start + 9) else {
            break;
        };
        heard.push((0..).zip(bits).map(|(place, bit)| bit << place).sum());
        rest = rest.get(start + 10..).unwrap_or_default();
    }
    heard
}

#[test]
fn a_recording_at_the_wrong_speed_is_named() {
    let heard = heard_eight_times_too_fast(&simulated("historique", 4));
    let errors = String::from_utf8(decode(&[], &heard).stderr).unwrap();
    assert!(errors.contains("read at 9600 baud"), "{errors}");
}

#[test]
fn a_live_pipe_shows_each_frame_as_it_comes() {
    // The header of the columns comes with the first of them.
    for (format, first) in [("state", 3), ("csv", 4)] {
        follow_a_live_pipe(format, first);
    }
}

/// Sends three frames, awaits so many lines, then another frame and its line.
fn follow_a_live_pipe(format: &str, first: usize) {
    let frames = simulated("historique", 4);
    let last = frames.iter().rposition(|byte| byte & 0x7F == 2).unwrap();
    let mut child = program::command()
        .args(["decode", "--format", format, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (sender, received) = mpsc::channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        for line in stdout.lines() {
            let _ = sender.send(line.unwrap());
        }
    });
    for (part, lines) in [(&frames[..last], first), (&frames[last..], 1)] {
        stdin.write_all(part).unwrap();
        for _ in 0..lines {
            received.recv_timeout(Duration::from_secs(60)).unwrap();
        }
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
    reader.join().unwrap();
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
    let mut child = program::command()
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

#[test]
fn a_recording_with_gaps_is_followed_by_the_clock_of_the_meter() {
    let scenario = Scenario {
        contract: TariffPlan::OffPeak,
        start: 1_768_498_200,
        ..Scenario::default()
    };
    let mut meter = SimulatedMeter::new(scenario).unwrap();
    let mut recording = Vec::new();
    for _ in 0..20 {
        recording.extend(meter.by_ref().take(4).flat_map(|frame| frame.bytes));
        meter.let_pass(12 * 3_600);
    }
    let energies = |clock| -> BTreeSet<u64> {
        let text = lines_of_long(&["--clock", clock], &recording);
        let states = json(&text);
        states
            .iter()
            .filter_map(|state| state["energy"].as_u64())
            .collect()
    };
    let (wire, meter) = (energies("wire"), energies("meter"));
    assert!(meter.len() >= 20, "{meter:?}");
    assert!(wire.len() < meter.len(), "a leap within seconds is held");
}

/// [`lines`] of a recording that is larger than a pipe.
fn lines_of_long(arguments: &[&str], bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("recording.tic");
    fs::write(&file, bytes).unwrap();
    let arguments = [arguments, &[file.to_str().unwrap()]].concat();
    lines(&arguments, &[])
}

#[test]
fn a_capture_with_times_gives_the_same_groups() {
    use linky_sensor::capture::CaptureWriter;
    for (name, bytes) in captures() {
        let mut file = Vec::new();
        let mut writer = CaptureWriter::default();
        writer.push_header(Some(0), None, &mut file);
        for (number, chunk) in (1..).zip(bytes.chunks(100)) {
            writer.push_bytes(Duration::from_millis(105 * number), chunk, &mut file);
        }
        let tic = ["--format", "tic"];
        assert_eq!(lines(&tic, &file), lines(&tic, &bytes), "{name}");
    }
    let output = decode(&[], b"LINKY-CAPTURE 9\n");
    assert_eq!(output.status.code(), Some(65));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("a capture of version \"9\", expected 1"),
        "{errors}"
    );
}

/// The records of comma-separated values, with the quotation marks of RFC 4180.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(std::mem::take(&mut field)),
            '\n' if !is_quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            letter => field.push(letter),
        }
    }
    assert!(record.is_empty() && field.is_empty(), "the last line ends");
    records
}

/// The columns of comma-separated values: the keys of the table of quantities, and the mark of what is not confirmed.
fn columns() -> Vec<String> {
    let table = program::command()
        .args(["list-fields", "--format", "csv"])
        .output()
        .unwrap();
    let table = records(&String::from_utf8(table.stdout).unwrap());
    let keys = table[1..].iter().map(|row| row[0].clone());
    keys.chain(["unconfirmed".to_owned()]).collect()
}

/// What a field holds for a value of the JSON.
fn in_field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn comma_separated_values_are_those_of_the_states() {
    let columns = columns();
    let frame = simulated("historique", 1);
    for (name, bytes) in captures().into_iter().chain([("one".to_owned(), frame)]) {
        let states = json(&lines(&[], &bytes));
        let records = records(&lines(&["--format", "csv"], &bytes));
        let (header, records) = records.split_first().unwrap();
        assert_eq!(*header, columns, "{name}");
        assert_eq!(records.len(), states.len(), "{name}");
        for (record, state) in records.iter().zip(&states) {
            let expected: Vec<String> = columns.iter().map(|key| in_field(&state[key])).collect();
            assert_eq!(*record, expected, "{name}");
        }
    }
}

#[test]
fn a_text_with_what_separates_is_one_field() {
    let group = |label: &str, data: &str| {
        let group = format!("{label}\t{data}\t");
        let sum: u32 = group.bytes().map(u32::from).sum();
        let sum = char::from(u8::try_from((sum & 0x3F) + 0x20).unwrap());
        format!("\n{group}{sum}\r")
    };
    let message = format!("{:32}", "TARIF \"H\", 2");
    let frame = format!("\x02{}\x03", group("MSG1", &message));
    let text = lines(&["--format", "csv"], frame.repeat(4).as_bytes());
    assert!(text.contains(",\"TARIF \"\"H\"\", 2"), "{text}");
    let records = records(&text);
    let place = records[0].iter().position(|key| key == "message").unwrap();
    assert_eq!(records[4][place].trim_end(), "TARIF \"H\", 2");
    assert!(
        records
            .iter()
            .all(|record| record.len() == records[0].len())
    );
}

/// What it prints beside, in French.
fn french_notes(arguments: &[&str], bytes: &[u8]) -> String {
    let mut child = std::process::Command::new(program::PATH)
        .args(["--lang", "fr", "decode"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_is_no_capture_is_explained_in_french() {
    let start =
        "linky-sensor: l'entrée standard\u{a0}: aucun groupe d'un compteur (octets lus\u{a0}: ";
    let expected = format!(
        "{start}3), alors qu'on attend ce qu'envoie son port série, octet par octet\n    \
         Il est compressé (gzip)\u{a0}: zcat - | linky-sensor decode -\n"
    );
    assert_eq!(french_notes(&[], b"\x1F\x8B\x08"), expected);
    for (what, bytes, cause) in mistaken() {
        let errors = french_notes(&[], &bytes);
        assert!(
            errors.starts_with(start) && errors.contains("linky-sensor decode --text -"),
            "{what}: {errors}"
        );
        assert!(!errors.contains(cause), "{what}: {errors}");
    }
    let heard = heard_eight_times_too_fast(&simulated("historique", 4));
    let errors = french_notes(&[], &heard);
    assert!(errors.contains("lu à 9600 bauds"), "{errors}");
}

#[test]
fn totals_and_the_note_on_a_short_capture_are_in_french() {
    assert_eq!(
        french_notes(&["--stats"], &simulated("standard", 1)),
        "mode      standard (parité vérifiée)\n\
         trames    1 (0 abîmées)\n\
         groupes   38 acceptés (0 d'étiquettes inconnues)\n\
         rejetés   0 (parité 0, somme 0, forme 0)\n\
         linky-sensor: l'entrée standard\u{a0}: trop court pour confirmer une valeur\u{a0}: un état veut 3 trames de \
         chaque étiquette. Trames trouvées\u{a0}: 1 (0 abîmées)\n    Ce que chaque trame montre à elle seule est marqué \
         «\u{a0}unconfirmed\u{a0}»\u{a0}; enregistrez quelques secondes de plus\n"
    );
}
