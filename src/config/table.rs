//! The reader of one table, which the schema asks for its keys.
//!
//! Input: a table, and calls of [`TableReader`] that name a key with its default and its parser. Output: the values; in
//! the [`Report`], faults and locations. Reading a key takes it out of the table; a value that is refused is reported,
//! and the default takes its place. Keys that are left at the end are unknown.
//!
//! Invariant: an absent table is read like an empty one, so the names read are always the complete list of valid keys.
//! The message about an unknown key suggests the nearest of them.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{TomlEntry, TomlNode, TomlTable, TomlValue};
use super::error::{Fault, Location};
use super::settings::NamedFile;
use super::value::{InvalidValue, parse_path, text};

/// The location of each key that is present, by its full name (`mqtt.url`, `meter[main].device`).
pub(super) type Locations = BTreeMap<String, Location>;

/// What came out of reading all tables, besides the values.
#[derive(Debug, Default)]
pub(crate) struct Report {
    faults: Vec<Fault>,
    locations: Locations,
    /// Every valid key: the table that it belongs to, and its name.
    known: Vec<(String, &'static str)>,
    /// Every key that was left.
    unknown: Vec<UnknownKey>,
}

#[derive(Debug)]
struct UnknownKey {
    location: Location,
    table: String,
    key: String,
}

/// One table being read.
#[derive(Debug)]
pub(crate) struct TableReader<'r> {
    report: &'r mut Report,
    path: String,
    table: TomlTable,
}

impl<'r> TableReader<'r> {
    /// Reads the root table with `read`.
    pub(crate) fn read_root<T>(
        table: TomlTable,
        report: &'r mut Report,
        read: impl FnOnce(&mut TableReader<'_>) -> T,
    ) -> T {
        read_table(report, String::new(), table, read)
    }

    /// The value of a key, or `default` if it is absent or refused.
    pub(crate) fn key<T>(
        &mut self,
        name: &'static str,
        default: T,
        read: impl FnOnce(&TomlValue) -> Result<T, InvalidValue>,
    ) -> T {
        self.optional(name, read).unwrap_or(default)
    }

    /// The value of a key that has no default.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&TomlValue) -> Result<T, InvalidValue>,
    ) -> Option<T> {
        let TomlEntry {
            node: TomlNode { location, value },
            ..
        } = self.take(name)?;
        let subject = self.full_name(name);
        self.report
            .locations
            .insert(subject.clone(), location.clone());
        match read(&value) {
            Ok(checked) => Some(checked),
            Err(invalid) => {
                self.report
                    .faults
                    .push(invalid.into_fault(location, subject, &value));
                None
            }
        }
    }

    /// The value of a key that must be there if the table is.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&TomlValue) -> Result<T, InvalidValue>,
    ) -> Option<T> {
        let table = self.report.locations.get(&self.path).cloned();
        if let Some(location) = table.filter(|_| !self.table.contains_key(name)) {
            self.report.faults.push(Fault {
                location,
                subject: self.path.clone(),
                found: format!("no key {name:?}"),
                expected: format!("a line {name} = …"),
                advice: None,
            });
        }
        self.optional(name, read)
    }

    /// A key that the rest of the table gives no meaning to: reports it if it is there.
    pub(crate) fn refuse(&mut self, name: &'static str, expected: &str) {
        let refused: Option<()> = self.optional(name, |_| Err(InvalidValue::new(expected)));
        debug_assert!(refused.is_none(), "it is an error in any case");
    }

    /// The file that a key names.
    pub(super) fn file(&mut self, name: &'static str) -> Option<NamedFile> {
        let path = self.optional(name, text(parse_path))?;
        let location = self.report.locations.get(&self.full_name(name)).cloned();
        Some(NamedFile {
            key: name,
            path,
            location,
        })
    }

    /// Reads the table `[name]`, empty if it is absent.
    pub(crate) fn table<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut TableReader<'_>) -> T,
    ) -> T {
        let (path, table) = self.take_table(name);
        read_table(self.report, path, table.unwrap_or_default(), read)
    }

    /// The same for a table that may be absent. It is read in any case, so that its keys are valid ones.
    pub(super) fn optional_table<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut TableReader<'_>) -> T,
    ) -> Option<T> {
        let (path, table) = self.take_table(name);
        let is_present = table.is_some();
        let value = read_table(self.report, path, table.unwrap_or_default(), read);
        is_present.then_some(value)
    }

    /// Reads a table whose keys are names from elsewhere: each key and each value by its parser.
    pub(super) fn entries<K: Copy + Ord, V>(
        &mut self,
        name: &'static str,
        parse_key: impl Fn(&str) -> Result<K, InvalidValue>,
        read: impl Fn(K, &TomlValue) -> Result<V, InvalidValue>,
    ) -> BTreeMap<K, V> {
        let (path, table) = self.take_table(name);
        let mut entries = BTreeMap::new();
        for (name, TomlEntry { key_location, node }) in table.unwrap_or_default() {
            let TomlNode { location, value } = node;
            let entry = parse_key(&name)
                .map_err(|invalid| (key_location, invalid))
                .and_then(|key| match read(key, &value) {
                    Ok(checked) => Ok((key, checked)),
                    Err(invalid) => Err((location, invalid)),
                });
            match entry {
                Ok((key, checked)) => drop(entries.insert(key, checked)),
                Err((location, invalid)) => {
                    let fault = invalid.into_fault(location, join(&path, &name), &value);
                    self.report.faults.push(fault);
                }
            }
        }
        entries
    }

    /// The full name of a table, and the table if it is there.
    fn take_table(&mut self, name: &'static str) -> (String, Option<TomlTable>) {
        let path = self.full_name(name);
        let table = match self.take(name) {
            None => None,
            Some(TomlEntry {
                key_location,
                node:
                    TomlNode {
                        value: TomlValue::Table(table),
                        ..
                    },
            }) => {
                self.report.locations.insert(path.clone(), key_location);
                Some(table)
            }
            Some(TomlEntry { node, .. }) => {
                let expected = format!("a table: a line [{path}] with its keys below");
                let fault = InvalidValue::new(expected).into_fault(
                    node.location,
                    path.clone(),
                    &node.value,
                );
                self.report.faults.push(fault);
                None
            }
        };
        (path, table)
    }

    /// Reads each table `[[name]]`; one empty table if there is none. `label` names one in messages.
    pub(crate) fn list<T>(
        &mut self,
        name: &'static str,
        label: impl Fn(&TomlValue) -> &str,
        read: impl Fn(&mut TableReader<'_>) -> T,
    ) -> Vec<T> {
        let items = match self.take(name).map(|entry| entry.node) {
            Some(TomlNode {
                value: TomlValue::List(items),
                ..
            }) => items,
            Some(TomlNode { location, value }) => {
                let invalid = InvalidValue::new(format!(
                    "[[{name}]], in double brackets: there may be several"
                ));
                self.report
                    .faults
                    .push(invalid.into_fault(location, self.full_name(name), &value));
                Vec::new()
            }
            None => Vec::new(),
        };
        if items.is_empty() {
            let path = format!("{name}[{}]", label(&TomlValue::Table(TomlTable::new())));
            return vec![read_table(self.report, path, TomlTable::new(), read)];
        }
        let mut values = Vec::new();
        for item in items {
            let path = format!("{name}[{}]", label(&item.value));
            match item.value {
                TomlValue::Table(table) => {
                    self.report.locations.insert(path.clone(), item.location);
                    values.push(read_table(self.report, path, table, &read));
                }
                other => {
                    let invalid = InvalidValue::new(format!(
                        "a table: a line [[{name}]] with its keys below"
                    ));
                    self.report
                        .faults
                        .push(invalid.into_fault(item.location, path, &other));
                }
            }
        }
        values
    }

    fn take(&mut self, name: &'static str) -> Option<TomlEntry> {
        self.report.known.push((self.path.clone(), name));
        self.table.remove(name)
    }

    fn full_name(&self, key: &str) -> String {
        join(&self.path, key)
    }
}

fn read_table<T>(
    report: &mut Report,
    path: String,
    table: TomlTable,
    read: impl FnOnce(&mut TableReader<'_>) -> T,
) -> T {
    let mut section = TableReader {
        report,
        path,
        table,
    };
    let value = read(&mut section);
    let TableReader {
        report,
        path,
        table,
    } = section;
    for (key, entry) in table {
        report.unknown.push(UnknownKey {
            location: entry.key_location,
            table: path.clone(),
            key,
        });
    }
    value
}

fn join(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.to_owned()
    } else {
        format!("{table}.{key}")
    }
}

impl Report {
    /// The faults, those of unknown keys included, and the location of each known key.
    pub(crate) fn finish(mut self) -> (Vec<Fault>, Locations) {
        let unknown = std::mem::take(&mut self.unknown);
        let faults: Vec<Fault> = unknown
            .into_iter()
            .map(|key| self.describe_unknown(key))
            .collect();
        self.faults.extend(faults);
        (self.faults, self.locations)
    }

    fn describe_unknown(&self, unknown: UnknownKey) -> Fault {
        let UnknownKey {
            location,
            table,
            key,
        } = unknown;
        let siblings: Vec<&str> = self
            .known
            .iter()
            .filter(|(path, _)| *path == table)
            .map(|(_, name)| *name)
            .collect();
        let elsewhere: BTreeSet<String> = self
            .known
            .iter()
            .filter(|(_, name)| *name == key)
            .map(|(path, _)| header(path))
            .collect();
        let here = header(&table);
        let list = format!("The keys of {here} are {}.", siblings.join(", "));
        let unknown = || "an unknown key".to_owned();
        let (found, expected, advice) = if !elsewhere.is_empty() {
            let there = elsewhere.into_iter().collect::<Vec<_>>().join(" or ");
            (
                format!("a key of {there}"),
                format!("a key of {here}"),
                format!("Move it below {there}. {list}"),
            )
        } else if let Some(name) = nearest(&key, &siblings) {
            (unknown(), format!("{name:?}, the nearest valid key"), list)
        } else if is_about_a_password(&key) {
            let advice = "Store it with: sudo linky-sensor set-password (or name a file that holds it: password-file)";
            (
                "a password".to_owned(),
                "none in this file".to_owned(),
                advice.to_owned(),
            )
        } else {
            (unknown(), format!("a key of {here}"), list)
        };
        Fault {
            location,
            subject: join(&table, &key),
            found,
            expected,
            advice: Some(advice),
        }
    }
}

/// The line that begins the table of this name.
fn header(path: &str) -> String {
    match path.split_once('[') {
        Some((list, _)) => format!("[[{list}]]"),
        None if path.is_empty() => "the top of the file".to_owned(),
        None => format!("[{path}]"),
    }
}

fn is_about_a_password(key: &str) -> bool {
    let key = key.to_lowercase();
    ["password", "passwd", "secret"]
        .iter()
        .any(|word| key.contains(word))
}

/// The valid key that was most likely meant: at most a third of its letters are wrong, or one.
pub(super) fn nearest<'n>(key: &str, names: &[&'n str]) -> Option<&'n str> {
    let plain = |name: &str| name.to_lowercase().replace('_', "-");
    let (distance, name) = names
        .iter()
        .map(|name| (strsim::osa_distance(&plain(key), &plain(name)), *name))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= 1.max(name.len() / 3)).then_some(name)
}
