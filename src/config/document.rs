//! Stage 2: texts -> one tree of tables, each key and value with its location.
//!
//! The `toml` crate parses TOML 1.0; the tree keeps only what a configuration needs. Files are merged in order: tables by
//! key, `[[meter]]` by its id, anything else is replaced by the later file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

use super::error::{ConfigError, Fault, Location};
use crate::names::DEFAULT_METER;

/// The keys of a table and their values.
pub(crate) type TomlTable = BTreeMap<String, TomlEntry>;

/// A key, its location, and its value.
#[derive(Debug)]
pub(crate) struct TomlEntry {
    pub(super) key_location: Location,
    pub(crate) node: TomlNode,
}

/// A value and its location.
#[derive(Debug)]
pub(crate) struct TomlNode {
    pub(crate) location: Location,
    pub(crate) value: TomlValue,
}

/// A value of TOML.
#[derive(Debug)]
pub(crate) enum TomlValue {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Table(TomlTable),
    List(Vec<TomlNode>),
    /// Dates, floats and integers beyond 64 bits: no key takes one. Holds the description for a message.
    Other(&'static str),
}

impl TomlValue {
    /// The value as a message shows it; a text is cut after 60 characters.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Text(text) if text.chars().count() > 60 => {
                format!("{:?}…", text.chars().take(60).collect::<String>())
            }
            Self::Text(text) => format!("{text:?}"),
            Self::Integer(number) => number.to_string(),
            Self::Boolean(boolean) => boolean.to_string(),
            Self::Table(_) => "a table".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Other(what) => (*what).to_owned(),
        }
    }
}

/// The name of the list that is merged by id.
pub(super) const METER: &str = "meter";

/// The id of a `[[meter]]` as it is written, checked or not; the default one if it has none.
pub(super) fn meter_id(meter: &TomlValue) -> &str {
    match meter {
        TomlValue::Table(table) => match table.get("id") {
            Some(TomlEntry {
                node:
                    TomlNode {
                        value: TomlValue::Text(id),
                        ..
                    },
                ..
            }) => id,
            _ => DEFAULT_METER,
        },
        _ => DEFAULT_METER,
    }
}

/// Parses the texts and merges them in order. Reports the first fault of each file.
pub(super) fn read_merged(texts: &[(PathBuf, String)]) -> Result<TomlTable, ConfigError> {
    let mut document = TomlTable::new();
    let mut faults = Vec::new();
    for (path, text) in texts {
        match parse(&Location::file(path), text) {
            Ok(table) => {
                faults.extend(find_repeated_meter(&table));
                merge(&mut document, table);
            }
            Err(error) => faults.extend(error.into_faults()),
        }
    }
    if faults.is_empty() {
        Ok(document)
    } else {
        Err(ConfigError::from(faults))
    }
}

/// Where a key is: in the table of this name, or in the `[[meter]]` of this id.
pub(super) fn find(document: &TomlTable, place: KeyPlace<'_>, key: &str) -> Option<Location> {
    let (name, id) = match place {
        KeyPlace::Table(name) => (name, None),
        KeyPlace::Meter(id) => (METER, Some(id)),
    };
    let table = match (&document.get(name)?.node.value, id) {
        (TomlValue::Table(table), None) => table,
        (TomlValue::List(meters), Some(id)) => {
            let mut meters = meters.iter().map(|meter| &meter.value);
            match meters.find(|meter| meter_id(meter) == id)? {
                TomlValue::Table(table) => table,
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(table.get(key)?.key_location.clone())
}

/// The table that a key is in.
#[derive(Clone, Copy, Debug)]
pub enum KeyPlace<'a> {
    /// A table of this name.
    Table(&'a str),
    /// The `[[meter]]` of this id.
    Meter(&'a str),
}

fn parse(file: &Location, text: &str) -> Result<TomlTable, ConfigError> {
    let document = DeTable::parse(text).map_err(|error| {
        let location = file.at(text, error.span().map_or(text.len(), |span| span.start));
        let (found, expected, advice) = match error.message() {
            "duplicate key" => (
                "a key or table that is already given above".to_owned(),
                "each key and each table once in a file",
                "Remove one of the two, or put its keys together with the first.",
            ),
            // The line itself is not shown: it may be a password without quotes.
            message => (
                format!("a line that is not TOML ({message})"),
                "a line such as [mqtt], key = \"text\", key = 10 or key = true",
                "Text goes between double quotes; true and false are in lower case, without quotes.",
            ),
        };
        let (expected, advice) = (expected.to_owned(), Some(advice.to_owned()));
        Fault { location, subject: String::new(), found, expected, advice }
    })?;
    Ok(convert_table(file, text, document.into_inner()))
}

fn convert_table(file: &Location, text: &str, table: DeTable<'_>) -> TomlTable {
    let convert_entry = |(key, value): (Spanned<DeString<'_>>, Spanned<DeValue<'_>>)| {
        let key_location = file.at(text, key.span().start);
        (
            key.into_inner().into_owned(),
            TomlEntry {
                key_location,
                node: convert_node(file, text, value),
            },
        )
    };
    table.into_iter().map(convert_entry).collect()
}

fn convert_node(file: &Location, text: &str, value: Spanned<DeValue<'_>>) -> TomlNode {
    let location = file.at(text, value.span().start);
    let value = match value.into_inner() {
        DeValue::String(string) => TomlValue::Text(string.into_owned()),
        DeValue::Integer(integer) => parse_integer(&integer).map_or(
            TomlValue::Other("a number that is too large"),
            TomlValue::Integer,
        ),
        DeValue::Boolean(boolean) => TomlValue::Boolean(boolean),
        DeValue::Table(table) => TomlValue::Table(convert_table(file, text, table)),
        DeValue::Array(array) => TomlValue::List(
            array
                .into_iter()
                .map(|item| convert_node(file, text, item))
                .collect(),
        ),
        DeValue::Float(_) => TomlValue::Other("a number with a decimal point"),
        DeValue::Datetime(_) => TomlValue::Other("a date"),
    };
    TomlNode { location, value }
}

fn parse_integer(integer: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Within one file a second meter of the same id is a mistake; across files it is how a drop-in changes a meter.
fn find_repeated_meter(table: &TomlTable) -> Option<Fault> {
    let Some(TomlEntry {
        node: TomlNode {
            value: TomlValue::List(meters),
            ..
        },
        ..
    }) = table.get(METER)
    else {
        return None;
    };
    let mut seen: BTreeMap<&str, &Location> = BTreeMap::new();
    for meter in meters {
        let id = meter_id(&meter.value);
        if let Some(first) = seen.insert(id, &meter.location) {
            let line = first.line().unwrap_or(1);
            return Some(Fault {
                location: meter.location.clone(),
                subject: format!("meter[{id}]"),
                found: format!("a second meter of id {id:?} (the first is on line {line})"),
                expected: "an id of its own for each meter of a file".to_owned(),
                advice: Some(format!(
                    "Give it a key such as id = \"garage\"; without one the id is {DEFAULT_METER:?}."
                )),
            });
        }
    }
    None
}

fn merge(base: &mut TomlTable, over: TomlTable) {
    for (key, entry) in over {
        match (
            base.get_mut(&key).map(|entry| &mut entry.node.value),
            entry.node.value,
        ) {
            (Some(TomlValue::Table(old)), TomlValue::Table(new)) => merge(old, new),
            (Some(TomlValue::List(old)), TomlValue::List(new)) if key == METER => {
                merge_meters(old, new);
            }
            (_, value) => {
                let node = TomlNode {
                    location: entry.node.location,
                    value,
                };
                base.insert(
                    key,
                    TomlEntry {
                        key_location: entry.key_location,
                        node,
                    },
                );
            }
        }
    }
}

fn merge_meters(base: &mut Vec<TomlNode>, over: Vec<TomlNode>) {
    for meter in over {
        let same = base
            .iter_mut()
            .find(|old| meter_id(&old.value) == meter_id(&meter.value));
        match (same.map(|old| &mut old.value), meter) {
            (
                Some(TomlValue::Table(old)),
                TomlNode {
                    value: TomlValue::Table(new),
                    ..
                },
            ) => merge(old, new),
            (_, meter) => base.push(meter),
        }
    }
}
