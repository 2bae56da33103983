//! A capture of either form to events.
//!
//! Input: the bytes of a file, in chunks of any size. Output: [`CaptureItem`]s, in the order of the file; of the timed form
//! the first is the header. Memory is bounded by one line.
//!
//! A line that is torn or damaged costs what is lost of it, and is counted. A time before the one of the line above is
//! taken as the same.

use std::fmt;
use std::time::Duration;

use super::line::{CaptureEvent, CaptureItem, CaptureLine, parse_line};
use super::{MAGIC, VERSION};
use crate::tic::Mode;

/// The longest line that is kept. Those that are written are below 4096 characters.
const LINE_MAX: usize = 64 * 1024;

/// The form of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureForm {
    /// The bytes of the line and nothing else.
    Raw,
    /// Lines of text, with times.
    Timed,
}

/// The file was written by a later program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownVersion(String);

impl fmt::Display for UnknownVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a capture of version {:?}, expected {VERSION}; read it with the linky-sensor that wrote it, or a later one",
            self.0
        )
    }
}

impl std::error::Error for UnknownVersion {}

/// Reads a capture.
#[derive(Debug, Default)]
pub struct CaptureReader {
    form: Option<CaptureForm>,
    /// What is read of a line; before the form is found out, of the file.
    line: Vec<u8>,
    /// The line is too long, and its rest is skipped.
    is_overlong: bool,
    /// The fields of the header, until it is given.
    header: Option<(Option<i64>, Option<Mode>)>,
    at: Duration,
    damaged: u64,
}

impl CaptureReader {
    /// Before the first byte.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The form; `None` before it is found out, from at most 14 bytes.
    #[must_use]
    pub fn form(&self) -> Option<CaptureForm> {
        self.form
    }

    /// Lines of which a part was lost.
    #[must_use]
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Takes bytes in. Returns the events that end in them.
    ///
    /// # Errors
    /// The version is not known.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<CaptureItem>, UnknownVersion> {
        let mut items = Vec::new();
        match self.form {
            Some(CaptureForm::Raw) => items.extend(raw(bytes.to_vec())),
            Some(CaptureForm::Timed) => self.push_lines(bytes, &mut items)?,
            None => self.detect(bytes, &mut items)?,
        }
        Ok(items)
    }

    /// Nothing more comes. Returns what is left.
    ///
    /// # Errors
    /// The version is not known.
    pub fn end(&mut self) -> Result<Vec<CaptureItem>, UnknownVersion> {
        let mut items = Vec::new();
        let rest = std::mem::take(&mut self.line);
        match self.form {
            Some(CaptureForm::Timed) => {
                if !rest.is_empty() {
                    self.damaged += u64::from(!self.is_overlong);
                    // Torn within the first line: the version is not whole.
                    if !rest.starts_with(MAGIC.as_bytes()) {
                        self.push_line(&rest, &mut items)?;
                    }
                }
                self.give_header(&mut items);
            }
            _ => {
                self.form = Some(CaptureForm::Raw);
                items.extend(raw(rest));
            }
        }
        Ok(items)
    }

    fn detect(&mut self, bytes: &[u8], items: &mut Vec<CaptureItem>) -> Result<(), UnknownVersion> {
        self.line.extend_from_slice(bytes);
        let magic = MAGIC.as_bytes();
        if self.line.starts_with(magic) {
            self.form = Some(CaptureForm::Timed);
            let begun = std::mem::take(&mut self.line);
            self.push_lines(&begun, items)?;
        } else if !magic.starts_with(&self.line) {
            self.form = Some(CaptureForm::Raw);
            items.extend(raw(std::mem::take(&mut self.line)));
        }
        Ok(())
    }

    fn push_lines(
        &mut self,
        bytes: &[u8],
        items: &mut Vec<CaptureItem>,
    ) -> Result<(), UnknownVersion> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, is_whole) = piece
                .strip_suffix(b"\n")
                .map_or((piece, false), |text| (text, true));
            let room = LINE_MAX.saturating_sub(self.line.len());
            self.line.extend(text.iter().take(room));
            if text.len() > room && !self.is_overlong {
                self.is_overlong = true;
                self.damaged += 1;
            }
            if is_whole {
                let line = std::mem::take(&mut self.line);
                self.push_line(&line, items)?;
                self.is_overlong = false;
                self.line = line;
                self.line.clear();
            }
        }
        Ok(())
    }

    fn push_line(
        &mut self,
        line: &[u8],
        items: &mut Vec<CaptureItem>,
    ) -> Result<(), UnknownVersion> {
        // A mail or an editor may have changed the ends of the lines.
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(version) = line.strip_prefix(MAGIC.as_bytes()) {
            let version = String::from_utf8_lossy(version);
            if version.trim_end() != VERSION.to_string() {
                return Err(UnknownVersion(version.chars().take(20).collect()));
            }
            self.header.get_or_insert_default();
            return Ok(());
        }
        match parse_line(line) {
            CaptureLine::Start(start) => {
                if let Some((found, _)) = &mut self.header {
                    *found = Some(start);
                }
            }
            CaptureLine::Speed(speed) => match &mut self.header {
                Some((_, found)) => *found = Some(speed),
                None => items.push(self.item(self.at, CaptureEvent::Speed(speed))),
            },
            CaptureLine::Record(at, event, is_damaged) => {
                self.give_header(items);
                self.at = self.at.max(at);
                self.damaged += u64::from(is_damaged);
                if event != CaptureEvent::Bytes(Vec::new()) {
                    items.push(self.item(self.at, event));
                }
            }
            CaptureLine::Other => {}
            CaptureLine::Damaged => self.damaged += 1,
        }
        Ok(())
    }

    fn give_header(&mut self, items: &mut Vec<CaptureItem>) {
        if let Some((start, speed)) = self.header.take() {
            items.push(self.item(Duration::ZERO, CaptureEvent::Start { start, speed }));
        }
    }

    fn item(&self, at: Duration, event: CaptureEvent) -> CaptureItem {
        CaptureItem {
            at: Some(at),
            event,
        }
    }
}

fn raw(bytes: Vec<u8>) -> Option<CaptureItem> {
    (!bytes.is_empty()).then_some(CaptureItem {
        at: None,
        event: CaptureEvent::Bytes(bytes),
    })
}

#[cfg(test)]
mod tests;
