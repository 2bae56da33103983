//! The JSON that is published: state, event, point of the load curve, calendar, raw groups.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

pub use super::foreign_json::{Python, Teleinfo2mqtt};

use super::event::Event;
use super::model::curve::CurvePoint;
use super::quantity::Key;
use super::snapshot::Snapshot;
use super::value::Value;
use crate::tic::{Contact, Group, Slot};

/// Appends the state: flat, the keys of the table, `null` for what is not known. Most of it are keys, which need no
/// serializer.
///
/// # Errors
/// None: all keys are text.
pub fn write_state(state: &Snapshot, out: &mut Vec<u8>) -> serde_json::Result<()> {
    out.push(b'{');
    for (place, (key, value)) in state.entries().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key.row().json_key.as_bytes());
        write_value(value, out)?;
    }
    out.push(b'}');
    Ok(())
}

/// Appends a value. Half of them have no character to escape, and so need no serializer either.
fn write_value(value: Option<&Value>, out: &mut Vec<u8>) -> serde_json::Result<()> {
    match value {
        None => out.extend_from_slice(b"null"),
        Some(Value::Bool(true)) => out.extend_from_slice(b"true"),
        Some(Value::Bool(false)) => out.extend_from_slice(b"false"),
        Some(Value::Enum(word)) => {
            out.push(b'"');
            out.extend_from_slice(word.as_bytes());
            out.push(b'"');
        }
        Some(value) => serde_json::to_writer(out, value)?,
    }
    Ok(())
}

/// The JSON of a state without the serial number and the PRM; `None` if it is no object.
pub fn without_identifiers(state: &[u8]) -> Option<Vec<u8>> {
    let mut state: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(state).ok()?;
    for key in Key::all().filter(|key| key.row().is_private()) {
        state.remove(key.row().key);
    }
    serde_json::to_vec(&state).ok()
}

/// An event, with the identity of the Update that it happened at.
pub struct EventOf<'a>(pub &'a Snapshot, pub &'a Event);

impl Serialize for EventOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(snapshot, event) = self;
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("event_type", event.kind.as_str())?;
        map.serialize_entry("time", &snapshot.time.map(|time| time.to_string()))?;
        map.serialize_entry("boot", &*snapshot.boot)?;
        map.serialize_entry("seq", &snapshot.seq)?;
        map.serialize_entry("from", &event.from)?;
        map.serialize_entry("to", &event.to)?;
        map.end()
    }
}

/// A point of the load curve.
pub struct Point<'a>(pub &'a CurvePoint);

impl Serialize for Point<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(point) = self;
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("time", &format_args!("{}", point.time))?;
        map.serialize_entry("period", &point.period)?;
        map.serialize_entry("power", &point.power)?;
        map.serialize_entry("direction", point.direction.as_str())?;
        map.end()
    }
}

/// The day profiles: `null` for one that is not known.
pub struct CalendarOf<'a>(pub &'a Snapshot);

impl Serialize for CalendarOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let calendar = &self.0.calendar;
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("today", &calendar.today.as_deref().map(Slots))?;
        map.serialize_entry("tomorrow", &calendar.tomorrow.as_deref().map(Slots))?;
        map.serialize_entry("peak", &calendar.peak.as_deref().map(Slots))?;
        map.serialize_entry("assumed", &calendar.assumed)?;
        map.end()
    }
}

struct Slots<'a>(&'a [Slot]);

impl Serialize for Slots<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for slot in self.0 {
            list.serialize_element(&SlotJson(slot))?;
        }
        list.end()
    }
}

struct SlotJson<'a>(&'a Slot);

impl Serialize for SlotJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(slot) = self;
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry(
            "start",
            &format_args!("{:02}:{:02}", slot.hour, slot.minute),
        )?;
        map.serialize_entry("tariff_index", &slot.tariff_index)?;
        map.serialize_entry("dry_contact", contact_word(slot.dry_contact))?;
        map.serialize_entry("virtual_contacts", &slot.virtual_contacts)?;
        map.end()
    }
}

/// What a slot does to the dry contact, as published.
pub fn contact_word(contact: Contact) -> &'static str {
    match contact {
        Contact::Unchanged => "unchanged",
        Contact::Tempo => "tempo",
        Contact::Open => "open",
        Contact::Closed => "closed",
    }
}

/// The groups that passed the wire checks: `{"LABEL":{"value":"…","time":"…"}}`.
pub struct Tic<'a>(pub &'a Snapshot);

impl Serialize for Tic<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for group in self.0.groups() {
            map.serialize_entry(group.name(), &RawGroup(&group))?;
        }
        map.end()
    }
}

struct RawGroup<'a>(&'a Group<'a>);

impl Serialize for RawGroup<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("value", self.0.data())?;
        if !self.0.horodate_text().is_empty() {
            map.serialize_entry("time", self.0.horodate_text())?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Kind;
    use crate::meter::quantity::TABLE;

    #[test]
    fn what_is_written_without_a_serializer_is_what_it_would_write() {
        let words = TABLE.iter().filter_map(|row| match row.kind {
            Kind::Enum(words) => Some(words),
            _ => None,
        });
        let words = words.flatten().map(|word| Some(Value::Enum(word)));
        let others = [None, Some(Value::Bool(true)), Some(Value::Bool(false))];
        for value in words.chain(others) {
            let mut out = Vec::new();
            write_value(value.as_ref(), &mut out).unwrap();
            assert_eq!(out, serde_json::to_vec(&value).unwrap(), "{value:?}");
        }
    }
}
