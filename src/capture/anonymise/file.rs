//! A capture of either form without its identifiers: its bytes are replaced, its events and times stay.
//!
//! Of the timed form only what is understood is written again: a line that is not, or a damaged rest of one, could hold
//! anything.

use std::collections::VecDeque;
use std::time::Duration;

use super::stream::{Anonymiser, MaskReport};
use crate::capture::{CaptureEvent, CaptureItem, CaptureReader, CaptureWriter, UnknownVersion};

/// Events that wait for their bytes: beyond this, nothing is held back any longer.
const WAITING_MAX: usize = 200_000;

/// Replaces identifiers in a capture.
#[derive(Default)]
pub struct FileAnonymiser {
    reader: CaptureReader,
    anonymiser: Anonymiser,
    writer: CaptureWriter,
    /// Events of the timed form, in order. Those of bytes hold the old ones.
    waiting: VecDeque<(Duration, CaptureEvent)>,
    /// New bytes, not yet in an event.
    ready: VecDeque<u8>,
}

impl FileAnonymiser {
    /// Before the first byte.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was replaced so far.
    #[must_use]
    pub fn report(&self) -> &MaskReport {
        self.anonymiser.report()
    }

    /// Takes bytes of the file in. Returns the next ones of the new file.
    ///
    /// # Errors
    /// A version of the timed form that is not known.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, UnknownVersion> {
        let items = self.reader.push(bytes)?;
        let mut out = Vec::new();
        self.push_items(items, &mut out);
        Ok(out)
    }

    /// Nothing more comes. Returns what is left.
    ///
    /// # Errors
    /// A version of the timed form that is not known.
    pub fn end(&mut self) -> Result<Vec<u8>, UnknownVersion> {
        let items = self.reader.end()?;
        let mut out = Vec::new();
        self.push_items(items, &mut out);
        let rest = self.anonymiser.end();
        self.give(rest, &mut out);
        Ok(out)
    }

    fn push_items(&mut self, items: Vec<CaptureItem>, out: &mut Vec<u8>) {
        for CaptureItem { at, event } in items {
            let given = match &event {
                CaptureEvent::Bytes(bytes) => self.anonymiser.push(bytes),
                CaptureEvent::Gap(_) | CaptureEvent::Opened | CaptureEvent::Closed => {
                    self.anonymiser.push_break();
                    Vec::new()
                }
                CaptureEvent::Start { .. } | CaptureEvent::Speed(_) => Vec::new(),
            };
            match at {
                None => out.extend(given),
                Some(at) => {
                    self.waiting.push_back((at, event));
                    self.give(given, out);
                    if self.waiting.len() > WAITING_MAX {
                        let held = self.anonymiser.end();
                        self.give(held, out);
                    }
                }
            }
        }
    }

    /// Writes the events whose bytes are all there.
    fn give(&mut self, bytes: Vec<u8>, out: &mut Vec<u8>) {
        if self.waiting.is_empty() {
            out.extend(bytes);
            return;
        }
        self.ready.extend(bytes);
        while let Some((at, event)) = self.waiting.front() {
            let at = *at;
            match event {
                CaptureEvent::Bytes(old) if old.len() > self.ready.len() => return,
                CaptureEvent::Bytes(old) => {
                    let new: Vec<u8> = self.ready.drain(..old.len()).collect();
                    self.writer.push_bytes(at, &new, out);
                }
                event => self.writer.push(at, event, out),
            }
            self.waiting.pop_front();
        }
    }
}
