//! The frame that is being received: takes groups and marks in, gives a [`Frame`] out.
//!
//! Nothing leaves it that was empty: a frame without any group, accepted or rejected, is noise. Its
//! two buffers are as large as those of the frame before, so that a steady meter costs two
//! allocations a frame.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::frame::{Frame, FrameEnd, Rejected, Span};
use super::group::{Accepted, Reject};
use super::{Label, Mode};

/// A frame in the making.
#[derive(Default)]
pub(super) struct Draft {
    text: Vec<u8>,
    spans: Vec<Span>,
    /// One more than the index of its label that is furthest down the list; 0 if it has none.
    beyond: usize,
    rejected: Rejected,
    /// Set when a marker was lost or out of place.
    pub(super) damaged: bool,
    /// Whether the parity of its characters is checked.
    pub(super) parity_checked: bool,
    /// Bytes since its STX, which counts.
    pub(super) wire_len: usize,
}

/// Most groups are this short.
const SHORT: usize = 32;

impl Draft {
    /// Starts anew after `wire_len` bytes, STX included.
    pub(super) fn open(&mut self, wire_len: usize, damaged: bool) {
        self.text.clear();
        self.spans.clear();
        self.beyond = 0;
        self.rejected = Rejected::default();
        self.damaged = damaged;
        self.wire_len = wire_len;
    }

    /// True if no group came, good or bad.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.rejected.total() == 0
    }

    /// Accepted groups.
    pub(super) fn accepted(&self) -> usize {
        self.spans.len()
    }

    /// True if a group of this label is in it. A meter sends its labels in the order of the list:
    /// it rarely takes a search.
    #[inline]
    pub(super) fn holds(&self, label: Option<Label>) -> bool {
        label.is_some_and(|label| label.index() < self.beyond)
            && self.spans.iter().any(|span| span.label == label)
    }

    /// Adds a group; `group` begins with its text.
    #[inline]
    pub(super) fn accept(&mut self, group: &[u8], accepted: Accepted) {
        let Accepted {
            label,
            name_len,
            dated,
            len,
            number,
        } = accepted;
        let end = self.text.len() + usize::from(len);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a frame is at most 4096 bytes"
        )]
        self.spans.push(Span {
            start: self.text.len() as u16,
            len,
            name_len,
            dated,
            label,
            number,
        });
        match group.first_chunk::<SHORT>() {
            // A copy of constant length is a few instructions: worth a tenth of the whole.
            Some(start) if usize::from(len) <= SHORT => self.text.extend_from_slice(start),
            _ => self
                .text
                .extend_from_slice(group.get(..usize::from(len)).unwrap_or_default()),
        }
        self.text.truncate(end);
        if let Some(label) = label {
            self.beyond = self.beyond.max(label.index() + 1);
        }
    }

    /// Counts a group that did not pass.
    pub(super) fn reject(&mut self, reason: Reject) {
        let count = match reason {
            Reject::Parity => &mut self.rejected.parity,
            Reject::Checksum => &mut self.rejected.checksum,
            Reject::Format => &mut self.rejected.format,
        };
        *count += 1;
        self.damaged = true;
    }

    /// Hands the frame out, `wire_len` bytes long.
    pub(super) fn close(
        &mut self,
        mode: Mode,
        end: FrameEnd,
        wire_len: usize,
        frames: &mut Vec<Frame>,
    ) {
        if self.is_empty() {
            return;
        }
        if end == FrameEnd::Aborted {
            self.text.clear();
            self.spans.clear();
        }
        let text = Vec::with_capacity(self.text.len() + SHORT);
        let spans = Vec::with_capacity(self.spans.len());
        frames.push(Frame {
            mode,
            // Only printable characters and separators were accepted.
            text: String::from_utf8(mem::replace(&mut self.text, text)).unwrap_or_default(),
            spans: mem::replace(&mut self.spans, spans),
            rejected: self.rejected,
            damaged: self.damaged || end != FrameEnd::Etx,
            parity_checked: self.parity_checked,
            wire_len,
            end,
        });
    }
}
