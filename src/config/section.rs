//! How stage 3 asks a table for its keys, so that each key is written once.
//!
//! A [`Section`] is one table being read. Asking it for a key takes the key out, converts its value and records where
//! it stood; a value that is refused is reported and the default stands in. What is left in the table when its reader
//! returns was never asked for, hence is unknown. Because a table that is absent is read like an empty one, the names
//! asked for are always the complete list of valid keys: [`Report`] draws the nearest valid key from it.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Entry, Node, Table, Value};
use super::error::{Fault, Place};
use super::settings::NamedFile;
use super::value::{Refusal, parse_path, text};

/// Where each key that is present stands, by its full name (`mqtt.url`, `meter[main].device`).
pub(super) type Places = BTreeMap<String, Place>;

/// What came out of reading all tables, besides the values.
#[derive(Debug, Default)]
pub(super) struct Report {
    faults: Vec<Fault>,
    places: Places,
    /// Every valid key: the table that it belongs to, and its name.
    known: Vec<(String, &'static str)>,
    /// Every key that nobody asked for.
    strays: Vec<Stray>,
}

#[derive(Debug)]
struct Stray {
    place: Place,
    table: String,
    key: String,
}

/// One table being read.
#[derive(Debug)]
pub(super) struct Section<'r> {
    report: &'r mut Report,
    path: String,
    table: Table,
}

impl<'r> Section<'r> {
    /// Reads the root table with `read`.
    pub(super) fn read_root<T>(
        table: Table,
        report: &'r mut Report,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        read_table(report, String::new(), table, read)
    }

    /// The value of a key, or `default` if it is absent or refused.
    pub(super) fn key<T>(
        &mut self,
        name: &'static str,
        default: T,
        read: impl FnOnce(&Value) -> Result<T, Refusal>,
    ) -> T {
        self.optional(name, read).unwrap_or(default)
    }

    /// The value of a key that has no default.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Refusal>,
    ) -> Option<T> {
        let Entry {
            node: Node { place, value },
            ..
        } = self.take(name)?;
        let subject = self.full_name(name);
        self.report.places.insert(subject.clone(), place.clone());
        match read(&value) {
            Ok(checked) => Some(checked),
            Err(refusal) => {
                self.report
                    .faults
                    .push(refusal.into_fault(place, subject, &value));
                None
            }
        }
    }

    /// The file that a key names.
    pub(super) fn file(&mut self, name: &'static str) -> Option<NamedFile> {
        let path = self.optional(name, text(parse_path))?;
        let place = self.report.places.get(&self.full_name(name)).cloned();
        Some(NamedFile {
            key: name,
            path,
            place,
        })
    }

    /// Reads the table `[name]`, empty if it is absent.
    pub(super) fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        self.optional_section(name, read).1
    }

    /// The same, and whether the table is there.
    pub(super) fn optional_section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> (bool, T) {
        let path = self.full_name(name);
        let (is_present, table) = match self.take(name) {
            None => (false, Table::new()),
            Some(Entry {
                key_place,
                node:
                    Node {
                        value: Value::Table(table),
                        ..
                    },
            }) => {
                self.report.places.insert(path.clone(), key_place);
                (true, table)
            }
            Some(Entry { node, .. }) => {
                let refusal = Refusal::new(format!("a table: a line [{path}] with its keys below"));
                self.report
                    .faults
                    .push(refusal.into_fault(node.place, path.clone(), &node.value));
                (false, Table::new())
            }
        };
        (is_present, read_table(self.report, path, table, read))
    }

    /// Reads each table `[[name]]`; one empty table if there is none. `label` says which one it is, in messages.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        label: impl Fn(&Value) -> &str,
        read: impl Fn(&mut Section<'_>) -> T,
    ) -> Vec<T> {
        let items = match self.take(name).map(|entry| entry.node) {
            Some(Node {
                value: Value::List(items),
                ..
            }) => items,
            Some(Node { place, value }) => {
                let refusal = Refusal::new(format!(
                    "[[{name}]], in double brackets: there may be several"
                ));
                self.report
                    .faults
                    .push(refusal.into_fault(place, self.full_name(name), &value));
                Vec::new()
            }
            None => Vec::new(),
        };
        if items.is_empty() {
            let path = format!("{name}[{}]", label(&Value::Table(Table::new())));
            return vec![read_table(self.report, path, Table::new(), read)];
        }
        let mut values = Vec::new();
        for item in items {
            let path = format!("{name}[{}]", label(&item.value));
            match item.value {
                Value::Table(table) => {
                    self.report.places.insert(path.clone(), item.place);
                    values.push(read_table(self.report, path, table, &read));
                }
                other => {
                    let refusal =
                        Refusal::new(format!("a table: a line [[{name}]] with its keys below"));
                    self.report
                        .faults
                        .push(refusal.into_fault(item.place, path, &other));
                }
            }
        }
        values
    }

    fn take(&mut self, name: &'static str) -> Option<Entry> {
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
    table: Table,
    read: impl FnOnce(&mut Section<'_>) -> T,
) -> T {
    let mut section = Section {
        report,
        path,
        table,
    };
    let value = read(&mut section);
    let Section {
        report,
        path,
        table,
    } = section;
    for (key, entry) in table {
        report.strays.push(Stray {
            place: entry.key_place,
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
    /// The faults, unknown keys among them, and where each known key stands.
    pub(super) fn finish(mut self) -> (Vec<Fault>, Places) {
        let strays = std::mem::take(&mut self.strays);
        let unknown: Vec<Fault> = strays
            .into_iter()
            .map(|stray| self.describe_stray(stray))
            .collect();
        self.faults.extend(unknown);
        (self.faults, self.places)
    }

    fn describe_stray(&self, stray: Stray) -> Fault {
        let Stray { place, table, key } = stray;
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
            place,
            subject: join(&table, &key),
            found,
            expected,
            advice: Some(advice),
        }
    }
}

/// How the table of this name is opened in a file.
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

/// The valid key that was most likely meant, if one is near enough for a slip of the pen.
fn nearest<'n>(key: &str, names: &[&'n str]) -> Option<&'n str> {
    let key = key.to_lowercase().replace('_', "-");
    let (distance, name) = names
        .iter()
        .map(|name| (strsim::osa_distance(&key, name), *name))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= 1.max(name.len() / 3)).then_some(name)
}
