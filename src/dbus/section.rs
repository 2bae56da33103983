//! A section: one interface of a meter's object, with the properties and the signals that are on it.
//!
//! The sections follow from the table of quantities (its column of interfaces) and from the kinds of events. One with
//! nothing on it yet is left out everywhere.

use std::sync::LazyLock;

use super::property::Property;
use crate::meter::{EventKind, Key, Snapshot};
use crate::names::interface;

/// An interface of a meter's object.
#[derive(Debug)]
pub struct Section {
    /// Its full name.
    pub name: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// In the order of the table.
    pub properties: Vec<Property>,
    /// Its signals.
    pub events: &'static [EventKind],
}

static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    let quantities = |name, about| Section {
        name,
        about,
        properties: Key::all()
            .filter(|key| interface_of(*key) == Some(name))
            .map(Property::quantity)
            .collect(),
        events: &[],
    };
    let mut sections = vec![
        quantities(
            interface::METER,
            "The meter, and how well it is heard. Always there.",
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
        Section {
            name: interface::CALENDAR,
            about: "The day profiles of the supplier's calendar.",
            properties: Property::calendar(),
            events: &[],
        },
        Section {
            name: interface::EVENTS,
            about: "What happens: one signal per kind of event, with the time (microseconds since the epoch, UTC), \
                    what was before and what is now, as text. Always there.",
            properties: Vec::new(),
            events: &EventKind::ALL,
        },
    ];
    sections.retain(|section| !section.properties.is_empty() || !section.events.is_empty());
    sections
});

/// The interface that a quantity is on; of those that only say which state this is, the time alone is on one.
fn interface_of(key: Key) -> Option<&'static str> {
    let word = key.row().interface_on_bus()?;
    interface::ALL
        .into_iter()
        .find(|name| name.rsplit('.').next() == Some(word))
}

impl Section {
    /// All of them.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        SECTIONS.iter()
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|section| section.name == name)
    }

    /// Its property of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties
            .iter()
            .find(|property| property.name == name)
    }

    /// Whether a meter in this state has it.
    pub fn is_had_by(&self, snapshot: &Snapshot) -> bool {
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
        let on_the_bus: Vec<Key> = Section::all()
            .flat_map(|section| &section.properties)
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
        let meter = Section::named(interface::METER).unwrap();
        assert_eq!(meter.property("Updated").unwrap().key(), Some(Key::TIME));
        assert!(meter.property("Time").is_none() && meter.property("Seq").is_none());
    }
}
