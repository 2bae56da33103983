//! `linky-sensor anonymise`: the same capture with the serial number and the delivery point replaced.
//!
//! Reads a capture of either form and writes the same form: as many bytes, at the same times. What was replaced is counted on
//! standard error. Where no group of a meter is found nothing is known of the file, and the exit code is `DATA`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::console::{CommandError, Console};
use super::output::{OutputFile, is_same_file};
use crate::capture::{FileAnonymiser, MaskReport, UnknownVersion};
use crate::names::exit;

/// Bytes of one read.
const READ_MAX: usize = 64 * 1024;

/// What to read, and where to write.
#[derive(Clone, Debug, clap::Args)]
pub struct Anonymise {
    /// The capture; `-` for standard input
    file: PathBuf,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Anonymise {
    /// Replaces, and counts. Returns `DATA` if no group of a meter was found.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        let is_input = |output: &PathBuf| is_same_file(output, &self.file);
        if self.output.as_ref().is_some_and(is_input) {
            let message = words.output_is_input(&self.file.display().to_string());
            return Err(CommandError::new(exit::USAGE, message));
        }
        let is_standard_input = self.file == Path::new("-");
        let name = if is_standard_input {
            words.standard_input()
        } else {
            self.file.display().to_string()
        };
        let unreadable = |error: io::Error| CommandError::of(exit::NO_INPUT, words, &name, error);
        let mut from: Box<dyn Read> = if is_standard_input {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(&self.file).map_err(unreadable)?)
        };
        let mut out = OutputFile::create(self.output.as_deref(), false, console)?;
        let unknown = |error: UnknownVersion| CommandError::of(exit::DATA, words, &name, error);
        let mut anonymiser = FileAnonymiser::new();
        let mut chunk = vec![0; READ_MAX];
        loop {
            let read = match from.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            let bytes = chunk.get(..read).unwrap_or_default();
            out.write(&anonymiser.push(bytes).map_err(unknown)?)?;
        }
        out.write(&anonymiser.end().map_err(unknown)?)?;
        Ok(note_report(anonymiser.report(), out.console()))
    }
}

/// Prints what was replaced. Returns the exit code.
pub fn note_report(report: &MaskReport, console: &mut Console) -> u8 {
    let words = console.words();
    for (label, counts) in &report.labels {
        console.note(words.replaced(label.name(), counts.accepted, counts.damaged));
    }
    if report.elsewhere > 0 {
        console.note(words.replaced_elsewhere(report.elsewhere));
    }
    if report.groups == 0 {
        console.note(words.nothing_is_known(report.bytes));
        return exit::DATA;
    }
    if report.earlier > 0 {
        console.note(words.replaced_earlier(report.earlier));
    } else if report.is_empty() {
        console.note(words.nothing_to_replace(report.groups));
    }
    exit::OK
}
