//! A property: a name, a type, and its value in a snapshot.
//!
//! Most are rows of the table of quantities. The day profiles are no quantities, and are properties all the same.

use zbus::Variant;

use crate::meter::json::contact_word;
use crate::meter::{Calendar, Key, Kind, Snapshot, Timestamp, Value, capitalised};
use crate::tic::Slot;

/// What PropertiesChanged carries when a property changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSignal {
    /// The new value.
    Value,
    /// Only that it changed: a signal reaches everyone, the value is for callers who may read it.
    Invalidated,
    /// Nothing: it changes with each frame.
    None,
}

impl ChangeSignal {
    /// The value of the annotation `EmitsChangedSignal`.
    pub fn annotation(self) -> &'static str {
        match self {
            Self::Value => "true",
            Self::Invalidated => "invalidates",
            Self::None => "false",
        }
    }
}

/// Where the value comes from.
#[derive(Clone, Copy, Debug)]
enum PropertySource {
    Quantity(Key),
    Plan(fn(&Calendar) -> Option<&Vec<Slot>>),
    Assumed,
}

/// A read-only property.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its D-Bus signature.
    pub signature: &'static str,
    /// What is emitted when it changes.
    pub change: ChangeSignal,
    /// What it is, for people.
    pub about: String,
    source: PropertySource,
}

impl Property {
    /// The property of a quantity.
    pub fn quantity(key: Key) -> Self {
        let row = key.row();
        let change = if row.is_private() {
            ChangeSignal::Invalidated
        } else if row.kind == Kind::Count || key == Key::TIME {
            ChangeSignal::None
        } else {
            ChangeSignal::Value
        };
        Self {
            name: row.property(),
            signature: row.kind.signature(),
            change,
            about: about(key),
            source: PropertySource::Quantity(key),
        }
    }

    /// The properties of the day profiles.
    pub fn calendar() -> Vec<Self> {
        let plan = |name: &str, about: &str, read| Self {
            name: name.to_owned(),
            signature: "a(sysy)",
            change: ChangeSignal::Value,
            about: about.to_owned(),
            source: PropertySource::Plan(read),
        };
        vec![
            plan(
                "Today",
                "What begins when today: start (HH:MM), tariff index from then on (0: unchanged), dry contact \
                 (unchanged, tempo, open or closed), virtual contacts (bit 0 is number 1). The PJOURF+1 of the day before.",
                |calendar| calendar.today.as_ref(),
            ),
            plan(
                "Tomorrow",
                "The same for tomorrow. Standard: PJOURF+1.",
                |calendar| calendar.tomorrow.as_ref(),
            ),
            plan(
                "Peak",
                "The same for the next peak day. Standard: PPOINTE.",
                |calendar| calendar.peak.as_ref(),
            ),
            Self {
                name: "Assumed".to_owned(),
                signature: "b",
                change: ChangeSignal::Value,
                about: "Whether the hours could be read in two ways, and one was taken by the manufacturer's habit."
                    .to_owned(),
                source: PropertySource::Assumed,
            },
        ]
    }

    /// Its key in the table of quantities, if it is one.
    pub fn key(&self) -> Option<Key> {
        match self.source {
            PropertySource::Quantity(key) => Some(key),
            PropertySource::Plan(_) | PropertySource::Assumed => None,
        }
    }

    /// Whether it has another value in one snapshot than in the other. Most stay the same from frame to frame, so they are
    /// compared as they are before they are turned into what the bus carries.
    pub fn differs(&self, before: &Snapshot, after: &Snapshot) -> bool {
        match self.source {
            PropertySource::Plan(read) => read(&before.calendar) != read(&after.calendar),
            PropertySource::Quantity(key) => {
                known(before, key) != known(after, key) && self.value(before) != self.value(after)
            }
            PropertySource::Assumed => before.calendar.assumed != after.calendar.assumed,
        }
    }

    /// Its value, if it is known.
    pub fn value<'a>(&self, snapshot: &'a Snapshot) -> Option<Variant<'a>> {
        match self.source {
            PropertySource::Quantity(key) => variant(key.row().kind, known(snapshot, key)?),
            PropertySource::Plan(read) => read(&snapshot.calendar).map(|slots| plan_variant(slots)),
            PropertySource::Assumed => Some(Variant::Bool(snapshot.calendar.assumed)),
        }
    }
}

/// The value of a quantity that the meter has.
fn known(snapshot: &Snapshot, key: Key) -> Option<&Value> {
    let has = snapshot.keys.contains(key);
    snapshot.reading.get(key).filter(|_| has)
}

fn plan_variant(slots: &[Slot]) -> Variant<'static> {
    let slot = |slot: &Slot| {
        (
            format!("{:02}:{:02}", slot.hour, slot.minute),
            slot.tariff_index.unwrap_or(0),
            contact_word(slot.dry_contact),
            slot.virtual_contacts,
        )
    };
    Variant::from(slots.iter().map(slot).collect::<Vec<_>>())
}

/// A value as its kind is on the bus; `None` for one that its kind cannot hold.
fn variant(kind: Kind, value: &Value) -> Option<Variant<'_>> {
    Some(match (kind, value) {
        (Kind::Int, Value::Int(v)) => Variant::U32(u32::try_from(*v).ok()?),
        (Kind::Uint64 | Kind::Count, Value::Int(v)) => Variant::U64(*v),
        (Kind::Signed, Value::Signed(v)) => Variant::I32(i32::try_from(*v).ok()?),
        (Kind::Bool, Value::Bool(v)) => Variant::Bool(*v),
        (Kind::Text, Value::Text(v)) => Variant::from(&**v),
        (Kind::Enum(_), Value::Enum(v)) => Variant::from(*v),
        (Kind::Time, v) => Variant::U64(u64::try_from(v.micros()?).ok()?),
        _ => return None,
    })
}

/// The value of a quantity of this kind, from the bus. An unknown word of an enum, from a newer daemon, becomes a text.
pub fn parse_value(kind: Kind, variant: &Variant<'_>) -> Option<Value> {
    Some(match (kind, variant) {
        (Kind::Int, Variant::U32(v)) => Value::Int((*v).into()),
        (Kind::Uint64 | Kind::Count, Variant::U64(v)) => Value::Int(*v),
        (Kind::Signed, Variant::I32(v)) => Value::Signed((*v).into()),
        (Kind::Bool, Variant::Bool(v)) => Value::Bool(*v),
        (Kind::Time, Variant::U64(v)) => Value::Instant(Timestamp(i64::try_from(*v).ok()?)),
        (Kind::Text, Variant::Str(v)) => Value::Text(v.as_str().into()),
        (Kind::Enum(words), Variant::Str(v)) => {
            match words.iter().find(|word| **word == v.as_str()) {
                Some(word) => Value::Enum(word),
                None => Value::Text(v.as_str().into()),
            }
        }
        _ => return None,
    })
}

/// The row of a quantity, in a few sentences.
fn about(key: Key) -> String {
    let row = key.row();
    let mut text = capitalised(row.english);
    if !row.unit.is_empty() {
        text += &format!(" ({})", row.unit);
    }
    text.push('.');
    match row.kind {
        Kind::Enum(words) => text += &format!(" One of {}.", words.join(", ")),
        Kind::Time => text += " Microseconds since the epoch, UTC.",
        Kind::Count => text += " Since the daemon started.",
        Kind::Int | Kind::Uint64 | Kind::Signed | Kind::Bool | Kind::Text => {}
    }
    for (mode, source) in [("Standard", &row.standard), ("Historique", &row.historique)] {
        let source = source.to_string();
        if !matches!(source.as_str(), "" | "-" | "rule") {
            text += &format!(" {mode}: {source}.");
        }
    }
    if row.is_private() {
        text += " Known only if the configuration lets identifiers be published.";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let words: &[&str] = &["open", "closed"];
        for (kind, value, signature) in [
            (Kind::Int, Value::Int(4_294_967_295), "u"),
            (Kind::Uint64, Value::Int(u64::MAX), "t"),
            (Kind::Count, Value::Int(7), "t"),
            (Kind::Signed, Value::Signed(-1200), "i"),
            (Kind::Bool, Value::Bool(true), "b"),
            (Kind::Text, Value::Text("TEMPO".into()), "s"),
            (
                Kind::Time,
                Value::Instant(Timestamp(1_732_450_551_042_000)),
                "t",
            ),
        ] {
            let written = variant(kind, &value).unwrap();
            assert_eq!(written.value_signature().to_string(), signature);
            assert_eq!(parse_value(kind, &written), Some(value));
        }
        let kind = Kind::Enum(words);
        let read = |word| parse_value(kind, &Variant::from(word));
        assert_eq!(read("open"), Some(Value::Enum("open")));
        assert_eq!(read("ajar"), Some(Value::Text("ajar".into())));
    }

    #[test]
    fn what_a_type_cannot_hold_is_not_known() {
        assert_eq!(variant(Kind::Int, &Value::Int(1 << 32)), None);
        assert_eq!(variant(Kind::Signed, &Value::Signed(1 << 40)), None);
        assert_eq!(variant(Kind::Time, &Value::Instant(Timestamp(-1))), None);
        assert_eq!(variant(Kind::Bool, &Value::Int(1)), None);
    }

    #[test]
    fn a_property_is_documented_from_its_row() {
        assert_eq!(
            about(Key::ENERGY),
            "Total index (Wh). Standard: EAST. Historique: BASE, else the sum of the indexes (never a partial sum)."
        );
        assert_eq!(
            about(Key::EURIDIS),
            "Euridis output. One of disabled, enabled, secure. Standard: STGE 19-20."
        );
    }

    #[test]
    fn before_the_first_update_there_is_no_time_of_it() {
        let identity = crate::meter::Identity::new("main", "b");
        let meter = crate::meter::Meter::new(identity, &crate::meter::Memory::default());
        assert_eq!(Property::quantity(Key::TIME).value(meter.last()), None);
        assert_eq!(
            Property::quantity(Key::LINK).value(meter.last()),
            Some(Variant::from("no_device"))
        );
    }
}
