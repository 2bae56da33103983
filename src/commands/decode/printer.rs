//! Prints states and groups in the form that was asked for: one line of standard output for each.

use std::io::{self, Write};

use serde::Serialize;

use super::unconfirmed::{MARK, Unconfirmed};
use crate::commands::console::Console;
use crate::commands::csv;
use crate::meter::json::{Python, Tic, write_state};
use crate::meter::{Key, Snapshot};

/// What is printed of each frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FrameFormat {
    /// What the daemon would have published.
    #[default]
    State,
    /// The groups that the wire checks accepted.
    Tic,
    /// The groups as the Python linky-sensor published them.
    Python,
    /// The states as comma-separated values, under a line with their keys.
    Csv,
}

impl FrameFormat {
    /// Whether it shows states, and not groups.
    pub fn is_state(self) -> bool {
        matches!(self, Self::State | Self::Csv)
    }
}

/// Writes to the console.
pub struct FramePrinter<'a> {
    format: FrameFormat,
    /// A line, written at once: its pieces are many and short.
    line: Vec<u8>,
    /// Whether the names of the columns are written.
    has_header: bool,
    out: &'a mut Console,
}

impl<'a> FramePrinter<'a> {
    /// Prints in this form.
    pub fn new(format: FrameFormat, out: &'a mut Console) -> Self {
        Self {
            format,
            line: Vec::new(),
            has_header: false,
            out,
        }
    }

    /// Prints a state, or the groups of its frame.
    pub fn print(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        match self.format {
            FrameFormat::State => self.write_line(|line| write_state(snapshot, line)),
            FrameFormat::Tic => self.write_json(&Tic(snapshot)),
            FrameFormat::Python => self.write_json(&Python(snapshot)),
            FrameFormat::Csv => self.write_record(snapshot, ""),
        }
    }

    /// Prints a state that nothing confirms, with its mark.
    pub fn print_unconfirmed(&mut self, state: &Unconfirmed) -> io::Result<()> {
        match self.format {
            FrameFormat::Csv => self.write_record(state.snapshot(), "true"),
            _ => self.write_json(state),
        }
    }

    /// Writes what is still in the buffer.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn write_json(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.write_line(|line| serde_json::to_writer(line, value))
    }

    fn write_line(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> io::Result<()> {
        self.line.clear();
        write(&mut self.line)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    /// Writes a state as a record, the first one below the names of the columns. These are all the keys that a state may
    /// have, so that the files of all meters have the same ones, and the mark.
    fn write_record(&mut self, state: &Snapshot, mark: &str) -> io::Result<()> {
        self.line.clear();
        if !self.has_header {
            self.has_header = true;
            let keys = Key::all().map(|key| key.row().key);
            csv::write_record(&mut self.line, keys.chain([MARK]))?;
        }
        let values = Key::all().map(|key| {
            let value = state.reading.get(key).filter(|_| state.keys.contains(key));
            value.map(ToString::to_string).unwrap_or_default()
        });
        csv::write_record(&mut self.line, values.chain([mark.to_owned()]))?;
        self.out.write_all(&self.line)
    }
}
