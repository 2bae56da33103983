//! What each kind of meter announces, whole, against `tests/golden/discovery`.

use std::path::Path;
use std::{env, fs};

use serde_json::{Value, json};

use super::announced;
use crate::config::Language;
use crate::mqtt::samples::{self, Sample};
use crate::tic::Mode;

/// The document with a line for each of its keys, and for each component.
fn in_lines(document: &Value) -> String {
    let line = |(key, value): (&String, &Value)| format!("{}: {value}", json!(key));
    let root = document.as_object().unwrap();
    let head = root.iter().filter(|(key, _)| *key != "cmps").map(line);
    let components = root["cmps"].as_object().unwrap().iter().map(line);
    let components: Vec<String> = components.collect();
    let cmps = format!("\"cmps\": {{\n{}\n}}", components.join(",\n"));
    let lines: Vec<String> = head.chain([cmps]).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// Compares with `tests/golden/discovery/<name>.json`; with `UPDATE_GOLDEN=1` writes it.
fn assert_golden(name: &str, document: &Value) {
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let found = in_lines(document).replace(&version, "\"VERSION\"");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/discovery")
        .join(name)
        .with_extension("json");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    for (expected, found) in expected.lines().zip(found.lines()) {
        assert_eq!(expected, found, "{}", path.display());
    }
    assert_eq!(expected, found, "{}", path.display());
}

#[test]
fn what_each_kind_of_meter_announces() {
    let settled = |mode, lines: String| Sample::new().settled(mode, &lines);
    for (name, snapshot, language) in [
        (
            "single-phase-base",
            settled(Mode::Standard, samples::single_phase()),
            Language::French,
        ),
        (
            "three-phase-tempo",
            settled(Mode::Standard, samples::three_phase()),
            Language::English,
        ),
        (
            "producer",
            settled(Mode::Standard, samples::producer()),
            Language::French,
        ),
        (
            "single-phase-off-peak",
            settled(Mode::Standard, samples::off_peak()),
            Language::English,
        ),
        (
            "single-phase-unusual",
            settled(Mode::Standard, samples::unusual()),
            Language::French,
        ),
        (
            "historique",
            settled(Mode::Historique, samples::historique()),
            Language::French,
        ),
        (
            "historique-ejp",
            settled(Mode::Historique, samples::ejp()),
            Language::French,
        ),
    ] {
        assert_golden(name, &announced(&snapshot, language));
    }
}
