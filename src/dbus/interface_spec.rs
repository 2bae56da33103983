//! The interfaces of a meter's object, each with its properties and signals.
//!
//! They follow from the table of quantities (its column of interfaces) and from the kinds of events. One with
//! nothing on it yet is left out everywhere.

use std::sync::LazyLock;

use super::property::Property;
use crate::meter::{EventKind, Key, Snapshot};
use crate::names::interface;

/// An interface of a meter's object.
#[derive(Debug)]
pub struct InterfaceSpec {
    /// Its full name.
    pub name: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// In the order of the table.
    pub properties: Vec<Property>,
    /// Its signals.
    pub events: &'static [EventKind],
}

static INTERFACES: LazyLock<Vec<InterfaceSpec>> = LazyLock::new(|| {
    let quantities = |name, about| InterfaceSpec {
        name,
        about,
        properties: Key::all()
            .filter(|key| interface_of(*key) == Some(name))
            .map(Property::quantity)
            .collect(),
        events: &[],
    };
    let mut interfaces = vec![
        quantities(
            interface::METER,
            "The meter, and how well it is received. Always there.",
        ),
        quantities(interface::CONSUMPTION, "What is drawn from the network."),
        quantities(
            interface::PHASES,
            "Phase by phase; a meter with one phase has L1 only.",
        ),
        quantities(
            interface::TARIFF,
            "The contract, its periods and its indexes.",
        ),
        quantities(interface::PRODUCTION, "What is injected into the network."),
        quantities(interface::STATUS, "The status register and the relays."),
        quantities(interface::BREAKER, "How near the breaker is to tripping."),
        quantities(interface::HEALTH, "How good the line and the mains are."),
        InterfaceSpec {
            name: interface::CALENDAR,
            about: "The day profiles of the supplier's calendar.",
            properties: Property::calendar(),
            events: &[],
        },
        InterfaceSpec {
            name: interface::EVENTS,
            about: "What happens: one signal per kind of event, with the time (microseconds since the epoch, UTC), \
                    what was before and what is now, as text. Always there.",
            properties: Vec::new(),
            events: &EventKind::ALL,
        },
    ];
    interfaces.retain(|spec| !spec.properties.is_empty() || !spec.events.is_empty());
    interfaces
});

/// The interface that a quantity is on; of those that identify the state, only the time is on one.
fn interface_of(key: Key) -> Option<&'static str> {
    let word = key.row().interface_on_bus()?;
    interface::ALL
        .into_iter()
        .find(|name| name.rsplit('.').next() == Some(word))
}

impl InterfaceSpec {
    /// All of them.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        INTERFACES.iter()
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|spec| spec.name == name)
    }

    /// Its property of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties
            .iter()
            .find(|property| property.name == name)
    }

    /// Whether the object of a meter in this state has it.
    pub fn is_present_in(&self, snapshot: &Snapshot) -> bool {
        match self.name {
            interface::METER | interface::EVENTS => true,
            interface::CALENDAR => snapshot.calendar.is_known(),
            _ => self
                .properties
                .iter()
                .filter_map(Property::key)
                .any(|key| snapshot.keys.contains(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::meter::Interface;

    #[test]
    fn every_quantity_is_on_one_interface() {
        let on_the_bus: Vec<Key> = InterfaceSpec::all()
            .flat_map(|spec| &spec.properties)
            .filter_map(Property::key)
            .collect();
        let distinct: HashSet<Key> = on_the_bus.iter().copied().collect();
        assert_eq!(distinct.len(), on_the_bus.len());
        for key in Key::all() {
            let expected = key.row().interface != Interface::Json || key == Key::TIME;
            assert_eq!(distinct.contains(&key), expected, "{key:?}");
        }
    }

    #[test]
    fn the_time_of_the_state_is_the_meter_s_updated() {
        let meter = InterfaceSpec::named(interface::METER).unwrap();
        assert_eq!(meter.property("Updated").unwrap().key(), Some(Key::TIME));
        assert!(meter.property("Time").is_none() && meter.property("Seq").is_none());
    }
}
