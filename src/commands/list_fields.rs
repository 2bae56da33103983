//! `linky-sensor list-fields`: the table of quantities, for people and for programs.
//!
//! The reference in `docs/` is what this command prints; a test keeps it so.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::console::{CommandError, Console};
use super::csv::write_record;
use super::decode;
use crate::meter::{Interface, Key, Kind, Quantity, is_in_every_state};
use crate::metrics::Family;
use crate::names::exit;
use crate::words::Words;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct ListFields {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: TableFormat,
}

impl ListFields {
    /// Prints the table.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        print(self.format, words, console)?;
        Ok(exit::OK)
    }
}

/// How the table is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum TableFormat {
    /// Aligned columns.
    #[default]
    Text,
    /// A list of objects.
    Json,
    /// Comma-separated, with a header.
    Csv,
    /// A table for a document.
    Markdown,
    /// The JSON schema of a state.
    Schema,
}

/// The columns of the table.
const COLUMNS: [&str; 10] = [
    "key",
    "on",
    "type",
    "unit",
    "standard",
    "historique",
    "home_assistant",
    "enabled",
    "english",
    "french",
];

fn print(format: TableFormat, words: Words, out: &mut impl Write) -> io::Result<()> {
    match format {
        TableFormat::Text => text(words, out),
        TableFormat::Json => writeln!(
            out,
            "{:#}",
            Value::from_iter(rows().map(|row| Value::Object(object(row))))
        ),
        TableFormat::Csv => csv(out),
        TableFormat::Markdown => markdown(out),
        TableFormat::Schema => writeln!(out, "{:#}", schema()),
    }
}

fn rows() -> impl Iterator<Item = &'static Quantity> {
    Key::all().map(Key::row)
}

fn cells(row: &Quantity) -> [String; 10] {
    let on = match row.interface {
        Interface::Json => "json".to_owned(),
        Interface::Private => "Meter (privacy)".to_owned(),
        on => on.short_name().unwrap_or_default().to_owned(),
    };
    [
        row.key.to_owned(),
        on,
        row.kind.to_string(),
        row.unit.to_owned(),
        row.standard.to_string(),
        row.historique.to_string(),
        row.home_assistant.to_string(),
        row.enabled.to_string(),
        row.english.to_owned(),
        row.french.to_owned(),
    ]
}

fn object(row: &Quantity) -> Map<String, Value> {
    let mut object: Map<_, _> = COLUMNS
        .map(str::to_owned)
        .into_iter()
        .zip(cells(row).map(Value::from))
        .collect();
    object.insert("property".to_owned(), row.property().into());
    object.insert("signature".to_owned(), row.kind.signature().into());
    object.insert("metric".to_owned(), metric(row).into());
    if let Kind::Enum(words) = row.kind {
        object.insert("words".to_owned(), words.into());
    }
    object
}

/// The name of its samples in Prometheus, with the label that it has beside that of the meter.
fn metric(row: &Quantity) -> Option<String> {
    Family::of(Key::named(row.key)?).map(|family| family.to_string())
}

/// Aligned columns below their titles: what people look for first, the units among it.
fn text(words: Words, out: &mut impl Write) -> io::Result<()> {
    let rows = rows().map(|row| {
        let kind = row.kind.to_string();
        [
            row.key.to_owned(),
            row.interface.short_name().unwrap_or("-").to_owned(),
            kind.split(' ').next().unwrap_or_default().to_owned(),
            if row.unit.is_empty() { "-" } else { row.unit }.to_owned(),
            words.pick(row.french, row.english).to_owned(),
        ]
    });
    let lines: Vec<[String; 5]> = [words.field_titles()].into_iter().chain(rows).collect();
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (key_width, on_width, kind_width, unit_width) = (width(0), width(1), width(2), width(3));
    for [key, on, kind, unit, name] in &lines {
        writeln!(
            out,
            "{key:key_width$}  {on:on_width$}  {kind:kind_width$}  {unit:unit_width$}  {name}"
        )?;
    }
    Ok(())
}

fn csv(out: &mut impl Write) -> io::Result<()> {
    write_record(out, COLUMNS)?;
    rows().try_for_each(|row| write_record(out, cells(row)))
}

fn markdown(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "| key | D-Bus | Prometheus | type | unit | standard | historique | Home Assistant | meaning | signification |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|---|")?;
    for row in rows() {
        let [
            key,
            on,
            kind,
            unit,
            standard,
            historique,
            home,
            _,
            english,
            french,
        ] = cells(row);
        let metric = metric(row).map_or_else(String::new, |name| format!("`{name}`"));
        let place = if row.interface == Interface::Json {
            String::new()
        } else {
            format!("{on}.{}", row.property())
        };
        writeln!(
            out,
            "| `{key}` | {place} | {metric} | {kind} | {unit} | {standard} | {historique} | {home} | {english} | {french} |"
        )?;
    }
    Ok(())
}

/// What the daemon gives itself is never null, but for the time of a decoded file.
fn may_be_null(key: Key) -> bool {
    let row = key.row();
    let is_own = row.interface == Interface::Json
        || row.kind == Kind::Count
        || [Key::LINK, Key::LINK_DETAIL, Key::LINK_CAUSE].contains(&key);
    !is_own || key == Key::TIME
}

/// The JSON schema of a state: every key that may be there, and those that always are.
fn schema() -> Value {
    let mut properties: Map<_, _> = Key::all()
        .map(|key| (key.row().key.to_owned(), property_schema(key)))
        .collect();
    properties.insert(
        decode::MARK.to_owned(),
        json!({
            "type": "boolean",
            "description": "Only in what the command decode prints, and true: the capture has one or two frames, and \
                nothing confirms the values that each shows.",
        }),
    );
    let always: Vec<&str> = Key::all()
        .filter(|key| is_in_every_state(*key))
        .map(|key| key.row().key)
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A state of a Linky meter, as linky-sensor publishes it",
        "description": "Flat. A key that this meter has is always there, null while its value is not known. \
            Keys may be added within a version of the schema; none is removed or changed.",
        "type": "object",
        "properties": properties,
        "required": always,
    })
}

fn property_schema(key: Key) -> Value {
    let row = key.row();
    let kind = |name: &str| {
        if may_be_null(key) {
            json!([name, "null"])
        } else {
            json!(name)
        }
    };
    let mut schema = match row.kind {
        Kind::Int => json!({ "type": kind("integer"), "minimum": 0, "maximum": u32::MAX }),
        Kind::Uint64 | Kind::Count => json!({ "type": kind("integer"), "minimum": 0 }),
        Kind::Signed => json!({ "type": kind("integer") }),
        Kind::Bool => json!({ "type": kind("boolean") }),
        Kind::Text => json!({ "type": kind("string") }),
        Kind::Time => json!({ "type": kind("string"), "format": "date-time" }),
        Kind::Enum(words) => {
            let words = words.iter().map(|word| Value::from(*word));
            json!({ "enum": Value::from_iter(words.chain(may_be_null(key).then_some(Value::Null))) })
        }
    };
    if let Some(schema) = schema.as_object_mut() {
        let unit = if row.unit.is_empty() {
            String::new()
        } else {
            format!(", in {}", row.unit)
        };
        schema.insert(
            "description".to_owned(),
            format!("{}{unit}", row.english).into(),
        );
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Language;

    #[test]
    fn people_read_the_units_and_the_names_of_their_language() {
        for (language, title, name) in [
            (Language::French, "Clé ", "Puissance apparente"),
            (Language::English, "Key ", "Apparent power"),
        ] {
            let mut out = Vec::new();
            text(Words::new(language, false), &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(out.starts_with(title), "{out}");
            let line = out.lines().find(|line| line.starts_with("apparent_power "));
            let cells: Vec<&str> = line.unwrap().split("  ").map(str::trim).collect();
            let cells: Vec<&str> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
            assert_eq!(cells, ["apparent_power", "Consumption", "int", "VA", name]);
        }
    }

    #[test]
    fn every_format_holds_every_key() {
        for format in [
            TableFormat::Text,
            TableFormat::Json,
            TableFormat::Csv,
            TableFormat::Markdown,
            TableFormat::Schema,
        ] {
            let mut out = Vec::new();
            print(format, Words::new(Language::French, false), &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            for row in rows() {
                assert!(out.contains(row.key), "{format:?} lacks {}", row.key);
            }
        }
    }
}
