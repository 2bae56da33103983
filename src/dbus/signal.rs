//! The signals as messages: a pure function of two snapshots, of an event, or of a point of the load curve.

use std::collections::HashMap;

use zbus::Message;

use super::interface_spec::{InterfaceSpec, LOAD_CURVE_POINT};
use super::property::ChangeSignal;
use crate::meter::{CurvePoint, Event, Snapshot, Value};
use crate::names::interface;

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const PROPERTIES_CHANGED: &str = "PropertiesChanged";

/// What changed on one interface: the new values, and the names of those that are null now or identify the meter. `None`
/// if nothing did.
///
/// # Errors
/// If the message cannot be built: a path or a text that D-Bus does not carry.
pub fn properties_changed(
    path: &str,
    spec: &InterfaceSpec,
    before: &Snapshot,
    after: &Snapshot,
) -> zbus::Result<Option<Message>> {
    let mut changed = HashMap::new();
    let mut invalidated = Vec::new();
    for property in &spec.properties {
        if property.change == ChangeSignal::None || !property.differs(before, after) {
            continue;
        }
        match property.value(after) {
            Some(value) if property.change == ChangeSignal::Value => {
                changed.insert(property.name.as_str(), value);
            }
            _ => invalidated.push(property.name.as_str()),
        }
    }
    if changed.is_empty() && invalidated.is_empty() {
        return Ok(None);
    }
    Message::signal(path, PROPERTIES, PROPERTIES_CHANGED)
        .build(&(spec.name, changed, invalidated))
        .map(Some)
}

/// A change of properties that are no part of a snapshot, each a word.
///
/// # Errors
/// As [`properties_changed`].
pub fn words_changed(
    path: &str,
    interface: &str,
    words: [(&str, &str); 2],
) -> zbus::Result<Message> {
    let changed: HashMap<_, _> = words
        .into_iter()
        .map(|(property, word)| (property, zbus::Variant::from(word)))
        .collect();
    Message::signal(path, PROPERTIES, PROPERTIES_CHANGED).build(&(
        interface,
        changed,
        Vec::<&str>::new(),
    ))
}

/// An event, at the time of its state.
///
/// # Errors
/// As [`properties_changed`].
pub fn event(path: &str, snapshot: &Snapshot, event: &Event) -> zbus::Result<Message> {
    let time = snapshot.time.unwrap_or_default().0;
    Message::signal(path, interface::EVENTS, event.kind.signal().as_str()).build(&(
        u64::try_from(time).unwrap_or_default(),
        &event.from,
        &event.to,
    ))
}

/// A point of the load curve. A period that is not known is 0: a signal has no other way to leave it out.
///
/// # Errors
/// As [`properties_changed`].
pub fn curve_point(path: &str, point: &CurvePoint) -> zbus::Result<Message> {
    let time = Value::Time(point.time).micros().unwrap_or_default();
    Message::signal(path, interface::EVENTS, LOAD_CURVE_POINT).build(&(
        u64::try_from(time).unwrap_or_default(),
        point.period.unwrap_or_default(),
        point.power,
        point.direction.as_str(),
    ))
}

#[cfg(test)]
mod tests;
