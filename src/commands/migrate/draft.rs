//! A configuration that is being written: keys of ours in their tables, and notes for the user.

use std::fmt::Write as _;

/// Lines of TOML, table by table, and what is left to do.
#[derive(Debug, Default)]
pub struct Draft {
    head: Vec<String>,
    tables: Vec<(&'static str, Vec<String>)>,
    notes: Vec<String>,
}

impl Draft {
    /// A draft that begins with a comment.
    pub fn new(comment: &str) -> Self {
        Self {
            head: vec![format!("# {comment}")],
            ..Self::default()
        }
    }

    /// Sets a key to a text. `table` is a header such as `[mqtt]`; the tables are printed in the order of their first key.
    pub fn set_text(&mut self, table: &'static str, key: &str, value: &str) {
        // Each string of JSON is one of TOML.
        let value = serde_json::Value::from(value);
        self.line(table, format!("{key} = {value}"));
    }

    /// Sets a key to true or false.
    pub fn set_flag(&mut self, table: &'static str, key: &str, value: bool) {
        self.line(table, format!("{key} = {value}"));
    }

    /// Begins a table, without a key if none follows.
    pub fn begin(&mut self, table: &'static str) {
        if !self.tables.iter().any(|(header, _)| *header == table) {
            self.tables.push((table, Vec::new()));
        }
    }

    /// Adds a note for the user.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The notes, in order.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The file.
    pub fn to_toml(&self) -> String {
        let mut text = self.head.join("\n");
        text.push('\n');
        for (header, lines) in &self.tables {
            let _ = write!(text, "\n{header}\n");
            for line in lines {
                text.push_str(line);
                text.push('\n');
            }
        }
        text
    }

    fn line(&mut self, table: &'static str, line: String) {
        self.begin(table);
        let table = self.tables.iter_mut().find(|(header, _)| *header == table);
        if let Some((_, lines)) = table {
            lines.push(line);
        }
    }
}
