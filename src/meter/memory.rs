//! What a meter remembers from one start of the daemon to the next: a section for each part, by its name.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Kept as JSON under StateDirectory, one file per meter. No identifier is in it.
///
/// Unknown sections are ignored. Files of 0.1.0 load: there the keys and the phases are at the top, and two sections
/// have other names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(Map<String, Value>);

impl Memory {
    /// The section with this name.
    pub fn section(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned().or_else(|| self.released(name))
    }

    /// Adds a section.
    pub fn insert(&mut self, name: &str, section: Value) {
        self.0.insert(name.to_owned(), section);
    }

    /// Takes a section out.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Forgets when the indexes were seen: the host's clock of then and of now do not go with each other.
    pub fn forget_times(&mut self) {
        for name in ["validator", "indexes"] {
            let indexes = self.0.get_mut(name).and_then(Value::as_object_mut);
            for baseline in indexes.into_iter().flat_map(Map::values_mut) {
                if let Some(baseline) = baseline.as_object_mut() {
                    baseline.remove("time");
                }
            }
        }
    }

    /// A section as 0.1.0 wrote it.
    fn released(&self, name: &str) -> Option<Value> {
        match name {
            "presence" => self
                .0
                .get("keys")
                .map(|keys| json!({"keys": keys, "phases": self.0.get("phases")})),
            "calendar" => self.0.get("almanac").cloned(),
            "validator" => self.0.get("indexes").cloned(),
            _ => None,
        }
    }
}

/// A last good value, and the host's clock when it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// In Wh or varh.
    pub value: i64,
    /// In microseconds since the epoch, UTC; `None` if its age is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
}

#[cfg(test)]
mod tests {
    use crate::meter::{Identity, Meter};

    fn meter(kept: &str) -> Meter {
        let identity = Identity::new("main", "b007");
        Meter::new(identity, &serde_json::from_str(kept).unwrap())
    }

    const RELEASED: &str = r#"{
        "mode": "standard",
        "phases": 3,
        "keys": ["mode", "energy", "current_l2"],
        "almanac": {"today": {"day": 20000, "profile": "00004001"}, "tomorrow": null},
        "indexes": {"EAST": {"value": 12345678, "time": 1772406000000000}}
    }"#;

    #[test]
    fn a_file_of_the_released_version_loads() {
        let kept = serde_json::to_value(meter(RELEASED).memory()).unwrap();
        assert_eq!(kept["mode"], "standard");
        assert_eq!(kept["presence"]["phases"], 3);
        let keys = kept["presence"]["keys"].as_array().unwrap();
        assert!(keys.contains(&"current_l2".into()), "{keys:?}");
        assert_eq!(kept["calendar"]["today"]["profile"], "00004001");
        assert_eq!(kept["validator"]["EAST"]["value"], 12_345_678);
    }

    #[test]
    fn what_is_kept_is_restored() {
        let memory = meter(RELEASED).memory();
        let again = meter(&serde_json::to_string(&memory).unwrap());
        assert_eq!(again.memory(), memory);
    }

    #[test]
    fn a_damaged_or_unknown_section_costs_no_other() {
        let kept = r#"{"mode": "standard", "presence": 7, "calendar": [], "validator": {"EAST": {"value": 5, "time": 1}},
            "of a later release": {}}"#;
        let kept = serde_json::to_value(meter(kept).memory()).unwrap();
        assert_eq!(kept["validator"]["EAST"]["value"], 5);
        assert!(kept.get("of a later release").is_none());
    }
}
