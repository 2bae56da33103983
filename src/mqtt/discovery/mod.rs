//! Home Assistant's device discovery: one retained message per meter that announces its entities.
//!
//! Inputs: the meter's configuration ([`AnnouncedDevice`]) and what is known about it ([`Facts`]). Output: the JSON of
//! `<prefix>/device/linky_<id>/config`. Pure and deterministic.
//!
//! - A component for each quantity of the table that is an entity there and is in the meter's state; one for its events.
//! - The keys of the document itself are no newer than Home Assistant 2024.12: it refuses a whole device for one unknown
//!   key. In a component it ignores such a key (`default_entity_id` is from 2025.10).
//! - A component is available while both the daemon and the meter are online. The state of the link, the mode, counters
//!   and events need the daemon only.
//! - `unique_id` is derived from the configured id: it survives another meter, another host and a change of privacy.
//! - A key that is `null` renders as `None`, which Home Assistant shows as unknown.

mod facts;
mod words;

pub use facts::Facts;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::config::Language;
use crate::meter::{EventKind, HomeAssistant, Key, Kind, Quantity, StateClass};
use words::french;

/// The configuration of a meter that its announcement shows.
#[derive(Clone, Debug)]
pub struct AnnouncedDevice {
    /// The id of the meter.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The language of names and enumerated states.
    pub language: Language,
    /// The topic of its state.
    pub state: Arc<str>,
    /// The topic of its events.
    pub event: Arc<str>,
    /// The topic of its availability.
    pub availability: Arc<str>,
    /// The topic of the daemon's availability.
    pub bridge: Arc<str>,
}

/// The discovery message of a meter.
pub fn announcement(device: &AnnouncedDevice, facts: &Facts) -> Value {
    let entities = facts.keys.iter().filter_map(|key| {
        Some((
            key.row().entity_id().to_owned(),
            entity(device, facts, key)?,
        ))
    });
    let components: Map<String, Value> = entities
        .chain([("event".to_owned(), events(device))])
        .collect();
    let mut document = json!({
        "o": {
            "name": env!("CARGO_PKG_NAME"),
            "sw_version": env!("CARGO_PKG_VERSION"),
            "support_url": env!("CARGO_PKG_REPOSITORY"),
        },
        "dev": without_nulls(json!({
            "identifiers": [format!("linky_{}", device.id)],
            "name": device.name,
            "manufacturer": facts.manufacturer,
            "model": model(facts, device.language),
            "serial_number": facts.serial_number,
        })),
        "state_topic": *device.state,
        "availability": [{"topic": *device.bridge}, {"topic": *device.availability}],
        "availability_mode": "all",
    });
    // json! would copy the components, which are nearly all of the document.
    if let Some(document) = document.as_object_mut() {
        document.insert("cmps".to_owned(), components.into());
    }
    document
}

/// The component of a quantity; `None` if it has no entity.
fn entity(device: &AnnouncedDevice, facts: &Facts, key: Key) -> Option<Value> {
    let row = key.row();
    let HomeAssistant::Entity {
        binary,
        class,
        state,
        diagnostic,
        ..
    } = row.home_assistant
    else {
        return None;
    };
    let platform = if binary { "binary_sensor" } else { "sensor" };
    let text = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    Some(without_nulls(json!({
        "platform": platform,
        "unique_id": unique_id(device, row.entity_id()),
        "default_entity_id": format!("{platform}.{}", unique_id(device, row.entity_id())),
        "name": name(row, facts, device.language),
        "device_class": text(class),
        "unit_of_measurement": text(row.unit),
        "state_class": state.map(state_class),
        "options": options(row.kind, device.language).filter(|_| class == "enum"),
        "value_template": value_template(key, device.language),
        "payload_on": binary.then_some("True"),
        "payload_off": binary.then_some("False"),
        "entity_category": diagnostic.then_some("diagnostic"),
        "enabled_by_default": (!facts.enables(key)).then_some(false),
        "availability": describes_the_link(key).then(|| bridge_only(device)),
    })))
}

/// The component of the events.
fn events(device: &AnnouncedDevice) -> Value {
    let name = match device.language {
        Language::French => "Événement",
        Language::English => "Event",
    };
    json!({
        "platform": "event",
        "unique_id": unique_id(device, "event"),
        "default_entity_id": format!("event.{}", unique_id(device, "event")),
        "name": name,
        "state_topic": *device.event,
        "event_types": EventKind::ALL.map(EventKind::as_str),
        "availability": bridge_only(device),
    })
}

fn unique_id(device: &AnnouncedDevice, key: &str) -> String {
    format!("linky_{}_{key}", device.id)
}

/// Whether the quantity stays valid, and matters most, while there is no reception.
fn describes_the_link(key: Key) -> bool {
    key == Key::LINK || key == Key::MODE || key.row().kind == Kind::Count
}

fn bridge_only(device: &AnnouncedDevice) -> Value {
    json!([{"topic": *device.bridge}])
}

/// The name in the language, without the number of the phase if the meter has only one.
fn name(row: &Quantity, facts: &Facts, language: Language) -> Cow<'static, str> {
    let name = match language {
        Language::French => row.french,
        Language::English => row.english,
    };
    if row.phase != Some(1) || facts.phases == Some(3) {
        return name.into();
    }
    match (
        name.strip_suffix(", phase 1"),
        name.strip_prefix("Phase 1 "),
    ) {
        (Some(what), _) => what.into(),
        (None, Some(happens)) => format!("Phase {happens}").into(),
        (None, None) => name.into(),
    }
}

fn state_class(class: StateClass) -> &'static str {
    match class {
        StateClass::Measurement => "measurement",
        StateClass::TotalIncreasing => "total_increasing",
    }
}

fn options(kind: Kind, language: Language) -> Option<Vec<&'static str>> {
    match (kind, language) {
        (Kind::Enum(words), Language::French) => {
            Some(words.iter().map(|word| french(word)).collect())
        }
        (Kind::Enum(words), Language::English) => Some(words.to_vec()),
        _ => None,
    }
}

/// The template that takes the value from the state. `link` has more words than a binary sensor has states.
fn value_template(key: Key, language: Language) -> String {
    let row = key.row();
    match (row.kind, language) {
        _ if key == Key::LINK => "{{ value_json.link == 'receiving' }}".to_owned(),
        (Kind::Enum(words), Language::French) => {
            let pairs: Vec<String> = words
                .iter()
                .map(|word| format!("'{word}': '{}'", french(word)))
                .collect();
            format!(
                "{{{{ {{{}}}.get(value_json.{}) }}}}",
                pairs.join(", "),
                row.key
            )
        }
        _ => format!("{{{{ value_json.{} }}}}", row.key),
    }
}

/// `Linky single-phase 90 A`, without the parts that are unknown.
fn model(facts: &Facts, language: Language) -> String {
    let phases = match (facts.phases, language) {
        (Some(1), Language::French) => " monophasé",
        (Some(1), Language::English) => " single-phase",
        (Some(3), Language::French) => " triphasé",
        (Some(3), Language::English) => " three-phase",
        _ => "",
    };
    let current = match facts.device_type {
        Some(60 | 61 | 63 | 64 | 70 | 71 | 76) => " 60 A",
        Some(62 | 65..=67 | 75) => " 90 A",
        _ => "",
    };
    format!("Linky{phases}{current}")
}

fn without_nulls(mut object: Value) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    object
}

#[cfg(test)]
mod tests;
