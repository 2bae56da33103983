//! The frame that is being received: groups, rejections and marks in, a [`Frame`] out.
//!
//! A frame without any group, accepted or rejected, is noise and gives none.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::frame::{Frame, FrameEnd, Group, Rejected, Span};
use super::group::Reject;
use crate::tic::{Label, Mode};

/// A frame in the making.
#[derive(Default)]
pub(super) struct FrameBuilder {
    text: String,
    spans: Vec<Span>,
    /// The labels of the groups that were accepted, a bit each.
    held: u128,
    rejected: Rejected,
    /// Set when a marker was lost or out of place.
    pub(super) damaged: bool,
    /// Whether the parity is checked.
    pub(super) parity_checked: bool,
    /// Set when a character of odd parity was accepted: it came before the parity was found.
    pub(super) holds_odd: bool,
    /// Bytes since its STX, which counts.
    pub(super) wire_len: usize,
}

/// The bit of a label.
fn bit(label: Label) -> u128 {
    const { assert!(Label::COUNT <= 128) };
    1 << label.index()
}

impl FrameBuilder {
    /// Starts another frame, of which `wire_len` bytes were read, STX included.
    pub(super) fn open(&mut self, wire_len: usize, damaged: bool) {
        self.text.clear();
        self.spans.clear();
        self.held = 0;
        self.rejected = Rejected::default();
        self.damaged = damaged;
        self.wire_len = wire_len;
    }

    /// True if no group came, good or bad.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.rejected.total() == 0
    }

    /// How many groups were accepted.
    pub(super) fn accepted(&self) -> usize {
        self.spans.len()
    }

    /// True if the label has its place in a frame before the group that was accepted last.
    pub(super) fn is_past(&self, label: Label) -> bool {
        let last = self.spans.iter().rev().find_map(|span| span.label);
        last.is_some_and(|last| label.index() < last.index())
    }

    /// True if a group of this label was accepted.
    pub(super) fn holds(&self, label: Label) -> bool {
        self.held & bit(label) != 0
    }

    /// Adds a group.
    pub(super) fn accept(&mut self, group: &Group<'_>) {
        self.held |= group.label().map_or(0, bit);
        let start = self.text.len();
        self.text.push_str(group.name());
        let name_end = self.text.len();
        self.text.push_str(group.horodate_text());
        let horodate_end = self.text.len();
        self.text.push_str(group.data());
        self.spans.push(Span {
            label: group.label(),
            start,
            name_end,
            horodate_end,
            data_end: self.text.len(),
            horodate: group.horodate(),
            number: group.number(),
        });
    }

    /// Counts a rejected group.
    pub(super) fn reject(&mut self, reason: Reject) {
        let count = match reason {
            Reject::Parity => &mut self.rejected.parity,
            Reject::Checksum => &mut self.rejected.checksum,
            Reject::Format => &mut self.rejected.format,
        };
        *count += 1;
        self.damaged = true;
    }

    /// Ends the frame, `wire_len` bytes long. Its successor, most likely as large, gets buffers of
    /// the same size.
    pub(super) fn close(&mut self, mode: Mode, end: FrameEnd, wire_len: usize) -> Option<Frame> {
        if self.is_empty() {
            return None;
        }
        if end == FrameEnd::Aborted {
            self.text.clear();
            self.spans.clear();
        }
        let text = String::with_capacity(self.text.len());
        let spans = Vec::with_capacity(self.spans.len());
        Some(Frame {
            mode,
            text: mem::replace(&mut self.text, text),
            spans: mem::replace(&mut self.spans, spans),
            rejected: self.rejected,
            damaged: self.damaged || end != FrameEnd::Etx,
            parity_checked: self.parity_checked && !self.holds_odd,
            wire_len,
            end,
        })
    }
}
