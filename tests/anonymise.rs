//! `linky-sensor anonymise`: what is safe to publish of a capture, whatever befell it on the line.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use linky_sensor::capture::{
    Anonymiser, CaptureEvent, CaptureReader, CaptureWriter, FileAnonymiser,
};
use linky_sensor::simulator::{Channel, Noise, Scenario, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{DataKind, Decoder, Frame, Label, Mode, Parity};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[path = "support/program.rs"]
mod program;

/// Digits of an identifier in a row that may not be left.
const WINDOW: usize = 6;

fn run(command: &str, arguments: &[&str], bytes: &[u8]) -> Output {
    let mut child = program::command()
        .arg(command)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || {
        // A command that refuses its arguments reads nothing.
        let _ = stdin.write_all(&bytes);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn captures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "tic"));
    files
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect()
}

/// A meter's stream, damaged, as it arrives.
fn stream(mode: Mode, serial: u32, prm: u64, seed: u64, noise: Noise) -> Vec<u8> {
    let scenario = Scenario {
        mode,
        serial,
        prm,
        seed,
        contract: TariffPlan::Tempo,
        start: 1_768_498_200,
        messages: true,
        ..Scenario::default()
    };
    let mut channel = Channel::new(noise, seed);
    let frames = SimulatedMeter::new(scenario).unwrap().take(6);
    frames
        .flat_map(|frame| channel.pass(&frame.bytes))
        .collect()
}

/// The identifiers of a stream, as its accepted groups show them.
fn identifiers(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for mode in Mode::ALL {
        let mut decoder = Decoder::new(mode, Parity::Ignore);
        for frame in decoder.push(bytes) {
            let groups = frame
                .groups()
                .filter(|group| group.label().is_some_and(Label::is_identifier));
            found.extend(groups.map(|group| group.data().to_owned()));
        }
    }
    found
}

/// The characters of a stream without those of its accepted figures: a figure may happen to have the same digits.
fn without_figures(bytes: &[u8]) -> String {
    let text: String = bytes.iter().map(|byte| char::from(byte & 0x7F)).collect();
    let is_figure = |segment: &str| {
        Mode::ALL.into_iter().any(|mode| {
            let frame = format!("\x02{segment}\x03");
            let frames = Decoder::new(mode, Parity::Ignore).push(frame.as_bytes());
            let label = frames
                .first()
                .and_then(|frame| frame.groups().next()?.label());
            label.is_some_and(|label| !label.is_identifier() && label.kind() != DataKind::Text)
        })
    };
    let mut left = String::new();
    for piece in text.split_inclusive('\r') {
        let group = piece.rfind('\n').map_or("", |start| &piece[start..]);
        let rest = &piece[..piece.len() - group.len()];
        left.push_str(rest);
        left.push_str(if is_figure(group) { "|" } else { group });
    }
    left
}

/// What a decoder makes of a stream but for the identifiers: groups, damage and lengths of its frames.
fn decoded(bytes: &[u8], mode: Mode, parity: Parity) -> Vec<String> {
    let mut decoder = Decoder::new(mode, parity);
    let mut frames = decoder.push(bytes);
    frames.extend(decoder.silence());
    let shown = |frame: &Frame| {
        let groups = frame.groups().map(|group| {
            let hidden = group
                .label()
                .is_none_or(|label| label.is_identifier() || label.kind() == DataKind::Text);
            let data = if hidden { "" } else { group.data() };
            format!("{} {} {data}", group.name(), group.horodate_text())
        });
        let groups: Vec<_> = groups.collect();
        let end = (
            frame.end(),
            frame.wire_len(),
            frame.is_damaged(),
            frame.is_parity_checked(),
        );
        format!("{groups:?} {:?} {end:?}", frame.rejected())
    };
    frames.iter().map(shown).collect()
}

fn anonymised(bytes: &[u8], cut: usize) -> Vec<u8> {
    let mut anonymiser = Anonymiser::new();
    let mut out: Vec<u8> = bytes
        .chunks(cut)
        .flat_map(|chunk| anonymiser.push(chunk))
        .collect();
    out.extend(anonymiser.end());
    out
}

fn noises() -> impl Strategy<Value = Noise> {
    let rate = || prop_oneof![Just(0.0), 0.0..0.01_f64];
    (
        rate(),
        rate(),
        rate(),
        rate(),
        rate(),
        rate(),
        prop_oneof![Just(0.0), Just(0.2)],
        any::<bool>(),
    )
        .prop_map(
            |(bit_error, burst, lost, doubled, swapped, stuck, cut, strip_parity)| Noise {
                bit_error,
                burst,
                lost,
                doubled,
                swapped,
                stuck: stuck / 4.0,
                cut,
                strip_parity,
            },
        )
}

proptest! {
    // Among all lines that noise can make is one that hides an identifier from every rule: these are always the same.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::with_cases(300) })]

    #[test]
    fn nothing_is_left_of_an_identifier_and_all_else_is(
        standard: bool,
        serial in (100_000_u32..1_000_000).no_shrink(),
        prm in (10_000_000_000_000_u64..100_000_000_000_000).no_shrink(),
        seed: u64,
        noise in noises(),
        head in 0_usize..2000,
        tail in 0_usize..2000,
        cut in 1_usize..5000,
    ) {
        let mode = if standard { Mode::Standard } else { Mode::Historique };
        let quiet = stream(mode, serial, prm, seed, Noise::default());
        let known = identifiers(&quiet);
        prop_assert!(known.len() >= 6);
        let noisy = stream(mode, serial, prm, seed, noise);
        let torn = &noisy[head.min(noisy.len() / 3)..noisy.len() - tail.min(noisy.len() / 3)];
        let out = anonymised(torn, cut);
        prop_assert_eq!(out.len(), torn.len());
        let shown = without_figures(&out);
        for digits in &known {
            for at in 0..=digits.len() - WINDOW {
                let window = &digits[at..at + WINDOW];
                // Zeros are in every register; and a number may happen to be the nines that replace it.
                let is_zeros = window.chars().all(|digit| window.starts_with(digit));
                if is_zeros || window.ends_with("9999") {
                    continue;
                }
                prop_assert!(!shown.contains(window), "{window} of {digits} in {shown:?}");
            }
        }
        let parity = if noise.strip_parity { Parity::Ignore } else { Parity::Check };
        let (before, after) = (decoded(torn, mode, parity), decoded(&out, mode, parity));
        for (before, after) in before.iter().zip(&after) {
            let differing = before.bytes().zip(after.bytes()).position(|(a, b)| a != b);
            let around = differing.unwrap_or(before.len()).saturating_sub(80);
            prop_assert!(before == after, "{:?}\n{:?}", before.get(around..), after.get(around..));
        }
        prop_assert_eq!(before.len(), after.len());
    }

    #[test]
    fn any_bytes_keep_their_number(bytes in proptest::collection::vec(any::<u8>(), 0..3000), cut in 1_usize..500) {
        prop_assert_eq!(anonymised(&bytes, cut).len(), bytes.len());
        let mut file = FileAnonymiser::new();
        if file.push(&[b"LINKY-CAPTURE 1\n", &bytes[..]].concat()).is_ok() {
            let _ = file.end();
        }
    }
}

#[test]
fn every_capture_decodes_to_the_same_but_for_its_identifiers() {
    for (name, bytes) in captures() {
        let output = run("anonymise", &["-"], &bytes);
        assert!(output.status.success(), "{name}: {output:?}");
        assert_eq!(output.stdout.len(), bytes.len());
        let states = |bytes: &[u8]| {
            let lines = String::from_utf8(run("decode", &[], bytes).stdout).unwrap();
            let states = lines.lines().map(|line| {
                let mut state: serde_json::Value = serde_json::from_str(line).unwrap();
                let keys = state.as_object_mut().unwrap();
                for key in ["serial_number", "delivery_point", "manufacture_year"] {
                    keys.remove(key);
                }
                state
            });
            states.collect::<Vec<_>>()
        };
        let (before, after) = (states(&bytes), states(&output.stdout));
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            for (key, value) in before.as_object().unwrap() {
                assert_eq!(after.get(key), Some(value), "{name}: {key}");
            }
        }
        let shown = without_figures(&output.stdout);
        for digits in identifiers(&bytes) {
            let is_left = (0..=digits.len() - WINDOW).any(|at| {
                let window = &digits[at..at + WINDOW];
                !window.chars().all(|digit| window.starts_with(digit)) && shown.contains(window)
            });
            assert!(!is_left, "{name}");
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(!errors.contains(&digits[6..]), "{errors}");
        }
    }
}

#[test]
fn the_times_of_a_capture_stay() {
    let bytes = stream(
        Mode::Standard,
        123_456,
        12_345_678_901_234,
        3,
        Noise::default(),
    );
    let mut file = Vec::new();
    let mut writer = CaptureWriter::default();
    writer.push_header(Some(1_768_498_200_000_000), Some(Mode::Standard), &mut file);
    for (number, chunk) in (1..).zip(bytes.chunks(13)) {
        let at = Duration::from_millis(number * 14);
        writer.push_bytes(at, chunk, &mut file);
        if number == 20 {
            writer.push(at, &CaptureEvent::Gap(5), &mut file);
        }
    }
    file.extend_from_slice(b"later 041776\n77.000000 8");
    let output = run("anonymise", &["-"], &file);
    assert!(output.status.success(), "{output:?}");
    let outline = |file: &[u8]| {
        let mut reader = CaptureReader::new();
        let mut items = reader.push(file).unwrap();
        items.extend(reader.end().unwrap());
        let shape = items.iter().map(|item| match &item.event {
            CaptureEvent::Bytes(bytes) => (item.at, format!("{} bytes", bytes.len())),
            event => (item.at, format!("{event:?}")),
        });
        let bytes = items.iter().filter_map(|item| match &item.event {
            CaptureEvent::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        });
        (
            shape.collect::<Vec<_>>(),
            bytes.collect::<Vec<_>>().concat(),
        )
    };
    let ((shape, _), (new_shape, new_bytes)) = (outline(&file), outline(&output.stdout));
    assert_eq!(new_shape, shape);
    assert!(!without_figures(&new_bytes).contains("345678"));
    assert!(!String::from_utf8(output.stdout).unwrap().contains("later"));
}

#[test]
fn what_was_replaced_is_counted() {
    let bytes = stream(
        Mode::Standard,
        123_456,
        12_345_678_901_234,
        3,
        Noise::default(),
    );
    let output = run("anonymise", &["-"], &bytes);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        errors,
        "ADSC: replaced in 6 good groups and 0 damaged ones\nPRM: replaced in 6 good groups and 0 damaged ones\n"
    );
    let again = run("anonymise", &["-"], &output.stdout);
    assert_eq!(again.stdout, output.stdout);
    assert_eq!(
        String::from_utf8_lossy(&again.stderr),
        "Replaced before in 12 groups\n"
    );
    let none = run("anonymise", &["-"], b"\x02\nNTARF\t01\tN\r\x03");
    assert_eq!(none.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&none.stderr).starts_with("Nothing to replace: "));
}

#[test]
fn a_file_that_is_not_understood_is_not_called_safe() {
    for bytes in [&b"30 34 31 37 37 36"[..], b"", b"\xFF\xFE0\x004\x001\x00"] {
        let output = run("anonymise", &["-"], bytes);
        assert_eq!(output.status.code(), Some(65));
        assert!(String::from_utf8_lossy(&output.stderr).contains("do not publish it"));
    }
    let output = run("anonymise", &["-"], b"LINKY-CAPTURE 2\n");
    assert_eq!(output.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected 1"));
}

#[test]
fn the_output_is_a_file_that_can_be_written_and_not_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let bytes = stream(Mode::Historique, 123_456, 1, 3, Noise::default());
    fs::write(path("in"), &bytes).unwrap();
    let output = run("anonymise", &[&path("in"), "--output", &path("out")], b"");
    assert!(
        output.status.success() && output.stdout.is_empty(),
        "{output:?}"
    );
    assert_eq!(fs::read(path("out")).unwrap().len(), bytes.len());
    for (arguments, code) in [
        ([path("in"), "--output".to_owned(), path("in")], 64),
        ([path("in"), "--output".to_owned(), path("nowhere/out")], 74),
        (
            [path("in"), "--output".to_owned(), "/dev/full".to_owned()],
            74,
        ),
        ([path("none"), "--output".to_owned(), path("out2")], 66),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = run("anonymise", &arguments, b"");
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }
    assert_eq!(fs::read(path("in")).unwrap(), bytes);
}
