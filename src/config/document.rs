//! Stage 2: texts -> one tree of tables whose every key and value knows its place.
//!
//! TOML is parsed by the `toml` crate; what is kept of it is the little that a configuration needs. Files are merged in
//! order: tables by key, `[[meter]]` by its id, anything else replaced by the later file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

use super::error::{ConfigError, Fault, Place};
use super::settings::DEFAULT_METER;

/// Keys and what they hold.
pub(super) type Table = BTreeMap<String, Entry>;

/// A key, where it stands, and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key_place: Place,
    pub(super) node: Node,
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// A value of TOML.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Table(Table),
    List(Vec<Node>),
    /// Dates, floats and integers beyond 64 bits: no key takes one. What it is, in words.
    Other(&'static str),
}

impl Value {
    /// The value as a message shows it, cut to a length that leaves the message readable.
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
pub(super) fn meter_id(meter: &Value) -> &str {
    match meter {
        Value::Table(table) => match table.get("id") {
            Some(Entry {
                node:
                    Node {
                        value: Value::Text(id),
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
pub(super) fn read_merged(texts: &[(PathBuf, String)]) -> Result<Table, ConfigError> {
    let mut document = Table::new();
    let mut faults = Vec::new();
    for (path, text) in texts {
        match parse(&Place::file(path), text) {
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

fn parse(file: &Place, text: &str) -> Result<Table, ConfigError> {
    let document = DeTable::parse(text).map_err(|error| {
        let place = file.at(text, error.span().map_or(text.len(), |span| span.start));
        let (found, expected, advice) = match error.message() {
            "duplicate key" => (
                "a key or table that is already given above".to_owned(),
                "each key and each table once in a file",
                "Remove one of the two, or put its keys together with the first.",
            ),
            // The line itself is not shown: it may be a password that lacks its quotes.
            message => (
                format!("a line that is not TOML ({message})"),
                "a line such as [mqtt], key = \"text\", key = 10 or key = true",
                "Text goes between double quotes; true and false are in lower case, without quotes.",
            ),
        };
        let (expected, advice) = (expected.to_owned(), Some(advice.to_owned()));
        Fault { place, subject: String::new(), found, expected, advice }
    })?;
    Ok(convert_table(file, text, document.into_inner()))
}

fn convert_table(file: &Place, text: &str, table: DeTable<'_>) -> Table {
    let convert_entry = |(key, value): (Spanned<DeString<'_>>, Spanned<DeValue<'_>>)| {
        let key_place = file.at(text, key.span().start);
        (
            key.into_inner().into_owned(),
            Entry {
                key_place,
                node: convert_node(file, text, value),
            },
        )
    };
    table.into_iter().map(convert_entry).collect()
}

fn convert_node(file: &Place, text: &str, value: Spanned<DeValue<'_>>) -> Node {
    let place = file.at(text, value.span().start);
    let value = match value.into_inner() {
        DeValue::String(string) => Value::Text(string.into_owned()),
        DeValue::Integer(integer) => parse_integer(&integer)
            .map_or(Value::Other("a number that is too large"), Value::Integer),
        DeValue::Boolean(boolean) => Value::Boolean(boolean),
        DeValue::Table(table) => Value::Table(convert_table(file, text, table)),
        DeValue::Array(array) => Value::List(
            array
                .into_iter()
                .map(|item| convert_node(file, text, item))
                .collect(),
        ),
        DeValue::Float(_) => Value::Other("a number with a decimal point"),
        DeValue::Datetime(_) => Value::Other("a date"),
    };
    Node { place, value }
}

fn parse_integer(integer: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Within one file, a second meter of the same id is a slip; across files it is how a drop-in changes a meter.
fn find_repeated_meter(table: &Table) -> Option<Fault> {
    let Some(Entry {
        node: Node {
            value: Value::List(meters),
            ..
        },
        ..
    }) = table.get(METER)
    else {
        return None;
    };
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for meter in meters {
        let id = meter_id(&meter.value);
        if let Some(first) = seen.insert(id, &meter.place) {
            let line = first.line().unwrap_or(1);
            return Some(Fault {
                place: meter.place.clone(),
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

fn merge(base: &mut Table, over: Table) {
    for (key, entry) in over {
        match (
            base.get_mut(&key).map(|entry| &mut entry.node.value),
            entry.node.value,
        ) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (Some(Value::List(old)), Value::List(new)) if key == METER => merge_meters(old, new),
            (_, value) => {
                let node = Node {
                    place: entry.node.place,
                    value,
                };
                base.insert(
                    key,
                    Entry {
                        key_place: entry.key_place,
                        node,
                    },
                );
            }
        }
    }
}

fn merge_meters(base: &mut Vec<Node>, over: Vec<Node>) {
    for meter in over {
        let same = base
            .iter_mut()
            .find(|old| meter_id(&old.value) == meter_id(&meter.value));
        match (same.map(|old| &mut old.value), meter) {
            (
                Some(Value::Table(old)),
                Node {
                    value: Value::Table(new),
                    ..
                },
            ) => merge(old, new),
            (_, meter) => base.push(meter),
        }
    }
}
