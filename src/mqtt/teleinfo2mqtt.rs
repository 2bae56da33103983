//! What teleinfo2mqtt 9 publishes about a meter, for those who come from it: their entities and statistics continue.
//!
//! Input: states made from a frame. Output: its readings on `<base>/<address>`, its status on `<base>/status`, and its discovery,
//! one retained message for each label of the mode: the same topics, unique ids and devices. Pure.
//!
//! - The address is the serial number of the meter (ADSC, ADCO). A frame in which it was damaged is not published.
//! - Announced when the address or the mode is another, and at the start of each session; what is left over when it is taken
//!   out of the configuration is removed (`leftovers`). An announcement names this program as its origin: that alone is new.
//! - Attributes of STGE are not announced: what they show is in our own state.

mod leftovers;

use std::sync::Arc;

use serde::Serialize;

use super::message::{Message, to_json};
use crate::config::MqttSettings;
use crate::meter::{Snapshot, fingerprint, json};
use crate::names::topic;
use crate::tic::{Address, Label, Mode, Role};

pub use self::leftovers::Leftovers;

/// Publishes one meter in the format of teleinfo2mqtt.
#[derive(Debug)]
pub struct Teleinfo2mqttTopics {
    base: String,
    /// Home Assistant's prefix; `None`: nothing is announced.
    prefix: Option<String>,
    /// The meter that is announced.
    announced: Option<(Mode, String)>,
    /// It is another one since the last call of [`take_changed`](Self::take_changed).
    is_changed: bool,
}

/// What is announced of a meter.
#[derive(Debug, Default)]
pub struct LabelAnnouncements {
    /// That of its address.
    pub fingerprint: u16,
    /// One for each label.
    pub messages: Vec<Message>,
}

impl Teleinfo2mqttTopics {
    /// `None` if it is not configured.
    pub fn new(settings: &MqttSettings) -> Option<Self> {
        let compatible = settings.teleinfo2mqtt_compatible.as_ref()?;
        let prefix = &settings.home_assistant.prefix;
        Some(Self {
            base: compatible.base_topic.clone(),
            prefix: compatible.discovery.then(|| prefix.clone()),
            announced: None,
            is_changed: false,
        })
    }

    /// Publishes the frame that the state was made from, if there is one.
    pub fn publish(&mut self, snapshot: &Snapshot, out: &mut Vec<Message>) {
        let Some((mode, address)) = meter_of(snapshot) else {
            return;
        };
        let readings: Arc<str> = topic::teleinfo2mqtt_frame(&self.base, &address).into();
        let meter = Some((mode, address));
        if self.announced != meter {
            self.announced = meter;
            self.is_changed = true;
        }
        let payload = to_json(&json::Teleinfo2mqtt(snapshot));
        out.push(Message::best_effort(&readings, payload));
        let status: Arc<str> = topic::teleinfo2mqtt_status(&self.base).into();
        let up = topic::TELEINFO2MQTT_UP.as_bytes().to_vec();
        out.push(Message::best_effort(&status, up));
    }

    /// Whether the meter is to be announced: it is another one. True once.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// What is announced; `None` if nothing is, or the meter is not known.
    pub fn announcements(&self) -> Option<LabelAnnouncements> {
        let (Some(prefix), Some((mode, address))) = (&self.prefix, &self.announced) else {
            return None;
        };
        let message = |label: Label| {
            let topic = topic::teleinfo2mqtt_discovery(prefix, &self.base, address, label.name());
            let entity = LabelEntity::new(&self.base, address, label);
            Message::retained(&topic.into(), to_json(&entity))
        };
        Some(LabelAnnouncements {
            fingerprint: fingerprint(address),
            messages: Label::all(*mode).map(message).collect(),
        })
    }
}

/// The mode and the address that the frame of a state names.
fn meter_of(snapshot: &Snapshot) -> Option<(Mode, String)> {
    let is_address = |label: Label| label.role() == Role::Meter;
    let mut groups = snapshot.groups();
    let group = groups.find(|group| group.label().is_some_and(is_address))?;
    // It becomes a part of topics.
    Address::parse(group.data().as_bytes())?;
    Some((group.label()?.mode(), group.data().to_owned()))
}

/// The announcement of a label. `None` is left out.
#[derive(Serialize)]
struct LabelEntity<'a> {
    unique_id: &'static str,
    name: &'static str,
    state_topic: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_class: Option<&'static str>,
    value_template: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_of_measurement: Option<&'static str>,
    device: EntityDevice<'a>,
    origin: EntityOrigin,
}

#[derive(Serialize)]
struct EntityOrigin {
    name: &'static str,
}

#[derive(Serialize)]
struct EntityDevice<'a> {
    identifiers: [&'a str; 1],
    manufacturer: &'static str,
    model: String,
    name: String,
}

impl<'a> LabelEntity<'a> {
    fn new(base: &str, address: &'a str, label: Label) -> Self {
        let name = label.name();
        let property = if label.role() == Role::Meter {
            "raw"
        } else {
            "value"
        };
        let measure = LabelMeasure::of(label);
        Self {
            unique_id: name,
            name,
            state_topic: topic::teleinfo2mqtt_frame(base, address),
            state_class: measure.state,
            device_class: measure.class,
            value_template: format!(
                "{{{{ value_json['{name}'].{property} if '{name}' in value_json else None }}}}"
            ),
            unit_of_measurement: measure.unit,
            device: EntityDevice {
                identifiers: [address],
                manufacturer: "Enedis",
                model: format!("teleinfo_{address}"),
                name: format!("Teleinfo {address}"),
            },
            origin: EntityOrigin {
                name: env!("CARGO_PKG_NAME"),
            },
        }
    }
}

/// Home Assistant's classes and the unit.
#[derive(Clone, Copy, Default)]
struct LabelMeasure {
    class: Option<&'static str>,
    unit: Option<&'static str>,
    state: Option<&'static str>,
}

impl LabelMeasure {
    fn of(label: Label) -> Self {
        let measure = |class, unit, state| Self {
            class: Some(class),
            unit: Some(unit),
            state,
        };
        let of_the_moment = Some("measurement");
        match (label.role(), label) {
            (Role::Reactive(_), _) => measure("reactive_energy", "varh", None),
            (role, _) if role.is_index() => measure("energy", "Wh", Some("total_increasing")),
            (Role::ApparentPower, _) => measure("apparent_power", "VA", of_the_moment),
            (Role::Maximum(_) | Role::DayBefore(_), _) | (_, Label::PREF | Label::PCOUP) => {
                measure("apparent_power", "VA", None)
            }
            (Role::LoadCurve(_), _) | (_, Label::PMAX) => measure("power", "W", None),
            (Role::Voltage | Role::Mean, _) => measure("voltage", "V", of_the_moment),
            (Role::Current, _) if !Label::OVERRUN.contains(&label) => {
                measure("current", "A", of_the_moment)
            }
            (Role::Current, _)
            | (_, Label::ISOUSC | Label::IMAX | Label::IMAX1 | Label::IMAX2 | Label::IMAX3) => {
                measure("current", "A", None)
            }
            (_, Label::PEJP) => Self {
                unit: Some("min"),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests;
