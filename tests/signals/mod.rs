//! Reads the signals; shared with the bench.

#![allow(dead_code, reason = "each user needs a part")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use linky_sensor::meter::model::power::PowerSample;

/// One line of a signal: its columns by name.
pub struct Row {
    columns: BTreeMap<String, String>,
}

impl Row {
    /// The text of a column; empty if it is not there.
    pub fn text(&self, column: &str) -> &str {
        self.columns.get(column).map_or("", String::as_str)
    }

    /// The number of a column; `None` if it is empty or not there.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.text(column).parse().ok()
    }

    /// The whole number of a column.
    pub fn int<T: std::str::FromStr>(&self, column: &str) -> Option<T> {
        self.text(column).parse().ok()
    }

    /// The host's time at the end of the frame.
    pub fn time(&self) -> Duration {
        Duration::from_secs_f64(self.number("t").unwrap_or_default())
    }

    /// Whether a frame came; else time went by.
    pub fn is_frame(&self) -> bool {
        self.text("kind") == "frame"
    }

    /// What the model of the power is given. `dated`: with the meter's clock.
    pub fn power_sample(&self, dated: bool) -> PowerSample {
        let is_historique = self.columns.contains_key("PAPP");
        let phase = |n: u8| self.int(&format!("SINSTS{n}"));
        PowerSample {
            time: self.time(),
            meter_time: self.int("date").filter(|_| dated && !is_historique),
            energy: self.int("EAST").or(self.int("TOTAL")),
            apparent: self.int("SINSTS").or(self.int("PAPP")),
            energy_injected: self.int("EAIT"),
            apparent_injected: self.int("SINSTI"),
            phases: phase(1)
                .zip(phase(2))
                .zip(phase(3))
                .map(|((one, two), three)| [one, two, three]),
            resolution: if is_historique { 10 } else { 1 },
        }
    }
}

/// The signals whose names begin with this letter, with their names.
pub fn all(letter: char) -> Vec<(String, Vec<Row>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/signals");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| name.starts_with(letter) && name.ends_with(".csv"))
                .map(|name| name.trim_end_matches(".csv").to_owned())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let rows = read(&name);
            (name, rows)
        })
        .collect()
}

/// The rows of a signal.
pub fn read(name: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/signals/{name}.csv"));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    lines
        .map(|line| Row {
            columns: header
                .iter()
                .zip(line.split(','))
                .map(|(column, text)| ((*column).to_owned(), text.to_owned()))
                .collect(),
        })
        .collect()
}
