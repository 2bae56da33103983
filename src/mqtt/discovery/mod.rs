//! Home Assistant's discovery: the retained messages that announce the entities of a meter.
//!
//! Inputs: the meter's configuration ([`AnnouncedDevice`]) and what is known about it ([`Facts`]). Output: an
//! [`Announcement`], which has two [forms](form): the JSON of `<prefix>/device/linky_<id>/config`, or one for each entity.
//! The [record] has what was announced. Pure and deterministic.
//!
//! - A component for each quantity that is an entity in the table and that the meter's mode and contract use
//!   ([`Usage`](crate::meter::Usage)); one for its events. So each comes enabled when it appears: Home Assistant reads that
//!   only once.
//! - The keys of the document itself are no newer than Home Assistant 2024.12: it refuses a whole device for one unknown
//!   key. In a component it ignores such a key (`default_entity_id` is from 2025.10).
//! - A component is available while both the daemon and the meter are online. The state of the link, the mode, counters
//!   and events need the daemon only.
//! - `unique_id` is derived from the configured id: it survives another meter, another host and a change of privacy.
//! - A key that is `null`, or not in the state, renders as `None`, which Home Assistant shows as unknown.
//! - An entity without a device class that has an icon brings its own. All values are whole numbers: none is shown with decimals,
//!   unless people choose another unit.

mod facts;
mod form;
mod names;
mod record;
mod template;

pub use facts::{Facts, Learning, LearntFacts};
pub use form::{AnnouncedEntity, Announcement, EntityWords, Layout, entities_in};
pub use names::device_names;
pub use record::{AnnouncedLayout, AnnouncementRecord};

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::config::Language;
use crate::meter::{Enabled, Entity, EventKind, HomeAssistant, Key, Kind, StateClass};
use names::{entity_name, event_name, model};
use template::{options, value_template};

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

/// What is announced of a meter.
pub fn announcement(device: &AnnouncedDevice, facts: &Facts) -> Announcement {
    let entities = facts.usage.keys().filter_map(|key| {
        Some((
            key.row().entity_id().to_owned(),
            entity(device, facts, key)?,
        ))
    });
    let components = entities
        .chain([("event".to_owned(), events(device))])
        .collect();
    let shared = json!({
        "o": origin(),
        "dev": without_nulls(json!({
            "identifiers": [format!("linky_{}", device.id)],
            "name": device.name,
            "manufacturer": facts.manufacturer,
            "model": model(facts, device.language),
            "serial_number": facts.serial_number,
            "sw_version": env!("CARGO_PKG_VERSION"),
        })),
        "state_topic": *device.state,
        "availability": [{"topic": *device.bridge}, {"topic": *device.availability}],
        "availability_mode": "all",
    });
    Announcement {
        shared: shared.as_object().cloned().unwrap_or_default(),
        components,
    }
}

/// Entities of a meter that are to be taken away: as little as it takes for Home Assistant to have them. Those that it never
/// had are not shown meanwhile. `unused`: a topic on which nothing is published.
pub fn removable(id: &str, unused: &str, entities: &BTreeSet<AnnouncedEntity>) -> Announcement {
    let component = |AnnouncedEntity { platform, name }: &AnnouncedEntity| {
        let is_event = platform == "event";
        let component = without_nulls(json!({
            "platform": platform,
            "unique_id": unique_id(id, name),
            "default_entity_id": format!("{platform}.{}", unique_id(id, name)),
            "name": name,
            "state_topic": unused,
            "event_types": is_event.then(|| [EventKind::ALL[0].as_str()]),
            "enabled_by_default": false,
        }));
        (name.clone(), component)
    };
    let shared = json!({
        "o": origin(),
        "dev": {"identifiers": [format!("linky_{id}")]},
    });
    Announcement {
        shared: shared.as_object().cloned().unwrap_or_default(),
        components: entities.iter().map(component).collect(),
    }
}

fn origin() -> Value {
    json!({
        "name": env!("CARGO_PKG_NAME"),
        "sw_version": env!("CARGO_PKG_VERSION"),
        "support_url": env!("CARGO_PKG_REPOSITORY"),
    })
}

/// The component of a quantity; `None` if it has no entity.
fn entity(device: &AnnouncedDevice, facts: &Facts, key: Key) -> Option<Value> {
    let row = key.row();
    let HomeAssistant::Entity(entity) = row.home_assistant else {
        return None;
    };
    let Entity {
        binary,
        class,
        state,
        diagnostic,
        ..
    } = entity;
    let platform = if binary { "binary_sensor" } else { "sensor" };
    let text = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    Some(without_nulls(json!({
        "platform": platform,
        "unique_id": unique_id(&device.id, row.entity_id()),
        "default_entity_id": format!("{platform}.{}", unique_id(&device.id, row.entity_id())),
        "name": entity_name(key, facts, device.language),
        "icon": entity.icon.map(icon),
        "device_class": text(class),
        "unit_of_measurement": text(row.unit),
        "suggested_display_precision": text(row.unit).map(|_| 0),
        "state_class": state.map(state_class),
        "options": options(row.kind, device.language).filter(|_| class == "enum"),
        "value_template": value_template(key, facts, device.language),
        "payload_on": binary.then_some("True"),
        "payload_off": binary.then_some("False"),
        "entity_category": diagnostic.then_some("diagnostic"),
        "enabled_by_default": matches!(row.enabled, Enabled::No | Enabled::Never).then_some(false),
        "availability": describes_the_link(key).then(|| bridge_only(device)),
    })))
}

/// The component of the events.
fn events(device: &AnnouncedDevice) -> Value {
    json!({
        "platform": "event",
        "unique_id": unique_id(&device.id, "event"),
        "default_entity_id": format!("event.{}", unique_id(&device.id, "event")),
        "name": event_name(device.language),
        "icon": icon("bell-ring"),
        "state_topic": *device.event,
        "event_types": EventKind::ALL.map(EventKind::as_str),
        "availability": bridge_only(device),
    })
}

fn unique_id(id: &str, key: &str) -> String {
    format!("linky_{id}_{key}")
}

/// Whether the quantity stays valid, and matters most, while there is no reception.
fn describes_the_link(key: Key) -> bool {
    key == Key::LINK || key == Key::MODE || key.row().kind == Kind::Count
}

fn bridge_only(device: &AnnouncedDevice) -> Value {
    json!([{"topic": *device.bridge}])
}

fn icon(name: &str) -> String {
    format!("mdi:{name}")
}

fn state_class(class: StateClass) -> &'static str {
    match class {
        StateClass::Measurement => "measurement",
        StateClass::TotalIncreasing => "total_increasing",
    }
}

fn without_nulls(mut object: Value) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    object
}

#[cfg(test)]
mod tests;
