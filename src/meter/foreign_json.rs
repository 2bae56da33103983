//! The JSON of programs that came before this one, for those who come from them: the groups of a frame, as each of them
//! published them.
//!
//! Input: a state that was made from a frame. Output: its groups, accepted by the wire checks and not checked for
//! plausibility.
//!
//! | program | a group |
//! |---|---|
//! | the Python linky-sensor | `"LABEL":{"Value":"00252","Timestamp":"2020-12-22T16:11:12"}` |
//! | teleinfo2mqtt 9 | `"LABEL":{"raw":"00252","value":252,"timestamp":{"dst":"winter","date":"2020-12-22T16:11:12.000Z"}}` |
//!
//! A time is the meter's civil one, whatever the `Z` of teleinfo2mqtt seems to mean; a group without a horodate has none.

use core::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::snapshot::Snapshot;
use crate::tic::{Group, Horodate, Label, Season};

/// The groups as the Python linky-sensor published them: `{"LABEL":{"Value":"…","Timestamp":"2020-12-22T16:11:12"}}`.
pub struct Python<'a>(pub &'a Snapshot);

impl Serialize for Python<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for group in self.0.groups() {
            map.serialize_entry(group.name(), &PythonGroup(&group))?;
        }
        map.end()
    }
}

struct PythonGroup<'a>(&'a Group<'a>);

impl Serialize for PythonGroup<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Value", self.0.data())?;
        if let Some(horodate) = self.0.horodate() {
            map.serialize_entry("Timestamp", &format_args!("{}", Civil(horodate)))?;
        }
        map.end()
    }
}

/// The groups as teleinfo2mqtt published them. It leaves out a group that it has not listed, and one of a degraded
/// clock.
pub struct Teleinfo2mqtt<'a>(pub &'a Snapshot);

impl Serialize for Teleinfo2mqtt<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for group in self.0.groups().filter(|group| group.label().is_some()) {
            let season = group.horodate().map(|horodate| horodate.season);
            let Ok(dst) = season.map(daylight_saving).transpose() else {
                continue;
            };
            map.serialize_entry(group.name(), &Teleinfo2mqttGroup { group: &group, dst })?;
        }
        map.end()
    }
}

struct Teleinfo2mqttGroup<'a> {
    group: &'a Group<'a>,
    dst: Option<&'static str>,
}

impl Serialize for Teleinfo2mqttGroup<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { group, dst } = self;
        let is_kilovoltampere = matches!(group.label(), Some(Label::PREF | Label::PCOUP));
        let raw = format!(
            "{}{}",
            group.data(),
            if is_kilovoltampere { "000" } else { "" }
        );
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("raw", &raw)?;
        match leading_number(&raw).filter(|_| group.label() != Some(Label::STGE)) {
            Some(number) => map.serialize_entry("value", &number)?,
            None if group.label() == Some(Label::STGE) => map.serialize_entry("value", &raw)?,
            None => map.serialize_entry("value", &raw.replace("..", ""))?,
        }
        if let (Some(horodate), Some(dst)) = (group.horodate(), dst) {
            map.serialize_entry("timestamp", &Teleinfo2mqttTime { horodate, dst })?;
        }
        map.end()
    }
}

struct Teleinfo2mqttTime {
    horodate: Horodate,
    dst: &'static str,
}

impl Serialize for Teleinfo2mqttTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("dst", self.dst)?;
        map.serialize_entry("date", &format_args!("{}.000Z", Civil(self.horodate)))?;
        map.end()
    }
}

/// The season as teleinfo2mqtt names it; an error for one that it does not take.
fn daylight_saving(season: Season) -> Result<&'static str, ()> {
    match season {
        Season::Winter => Ok("winter"),
        Season::Summer | Season::Blank => Ok("summer"),
        Season::DegradedWinter | Season::DegradedSummer => Err(()),
    }
}

/// The decimal number at the start of a text, after spaces: all that JavaScript's `parseInt` takes of what a meter sends.
fn leading_number(text: &str) -> Option<u64> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit());
    text.get(..end.unwrap_or(text.len()))?.parse().ok()
}

/// A horodate without its offset.
struct Civil(Horodate);

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let h = &self.0;
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            h.year, h.month, h.day, h.hour, h.minute, h.second
        )
    }
}
