//! The interfaces of a meter's object, each with its properties and signals.
//!
//! They follow from [`Interface`], the table of quantities and the kinds of events. One with nothing on it is left out
//! everywhere.

use std::sync::LazyLock;

use super::property::Property;
use crate::meter::{Appearance, EventKind, Interface, Key, Snapshot};

/// The signal of a point of the load curve.
pub const LOAD_CURVE_POINT: &str = "LoadCurvePoint";

/// A signal: its name, and its arguments with their signatures.
#[derive(Debug)]
pub struct SignalSpec {
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub arguments: &'static [(&'static str, &'static str)],
}

/// An interface of a meter's object.
#[derive(Debug)]
pub struct InterfaceSpec {
    /// Which one it is.
    pub interface: Interface,
    /// Its full name.
    pub name: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// In the order of the table.
    pub properties: Vec<Property>,
    /// Its signals.
    pub signals: Vec<SignalSpec>,
}

static INTERFACES: LazyLock<Vec<InterfaceSpec>> = LazyLock::new(|| {
    let described = Interface::ON_BUS.into_iter().filter_map(|interface| {
        let name = interface.name()?;
        let quantities = Key::all().filter(|key| key.row().interface_on_bus() == Some(name));
        Some(InterfaceSpec {
            interface,
            name,
            about: interface.about(),
            properties: match interface {
                Interface::Calendar => Property::calendar(),
                _ => quantities.map(Property::quantity).collect(),
            },
            signals: match interface {
                Interface::Events => signals(),
                _ => Vec::new(),
            },
        })
    });
    described
        .filter(|spec| !spec.properties.is_empty() || !spec.signals.is_empty())
        .collect()
});

fn signals() -> Vec<SignalSpec> {
    let events = EventKind::ALL.into_iter().map(|event| SignalSpec {
        name: event.signal(),
        arguments: &[("time", "t"), ("from", "s"), ("to", "s")],
    });
    let point = SignalSpec {
        name: LOAD_CURVE_POINT.to_owned(),
        arguments: &[
            ("time", "t"),
            ("period", "u"),
            ("power", "u"),
            ("direction", "s"),
        ],
    };
    events.chain([point]).collect()
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
        match self.interface.appearance() {
            Appearance::Always => true,
            Appearance::Calendar => snapshot.calendar.is_known(),
            Appearance::Quantity => self
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
    use crate::names::interface;

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
