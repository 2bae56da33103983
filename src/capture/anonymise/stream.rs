//! Bytes in, the same number of bytes out, without identifiers.
//!
//! A damaged group may come before the first good one. So what comes in is held back for [`HOLD`] bytes, more than four
//! minutes at 9600 baud, and what is learned from them applies to all that is held. What comes out ends at the end of a
//! segment; the rest comes with [`Anonymiser::end`].
//!
//! Invariant: memory is bounded by what is held.

use std::collections::{BTreeMap, VecDeque};

use super::identifiers::Identifiers;
use super::rules::{Cause, Masking, judge_accepted, judge_damaged, shown_by_damaged};
use super::segment::{AcceptedGroup, GroupCheck, StreamSegment};
use super::substitute::{byte_of, carries_parity, move_sum, neutral, replaced};
use crate::tic::Label;

/// Bytes that are held back.
const HOLD: usize = 256 * 1024;

/// What is held may grow by so much before some of it is given.
const STEP: usize = 64 * 1024;

/// How often a label was replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelCounts {
    /// In accepted groups.
    pub accepted: u64,
    /// In groups that are damaged.
    pub damaged: u64,
}

/// What was replaced; never by what, or what it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskReport {
    /// For each label that was found.
    pub labels: BTreeMap<Label, LabelCounts>,
    /// Places elsewhere: in text, in groups of other labels, in pieces of groups.
    pub elsewhere: u64,
    /// Groups of identifying labels that hold the constant of an earlier replacement.
    pub earlier: u64,
    /// Groups that a decoder accepts, of any label.
    pub groups: u64,
    /// Bytes.
    pub bytes: u64,
}

impl MaskReport {
    /// Whether nothing was replaced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.elsewhere == 0
    }

    fn count(&mut self, cause: Cause, is_changed: bool) {
        match cause {
            Cause::Accepted(_) if !is_changed => self.earlier += 1,
            _ if !is_changed => {}
            Cause::Accepted(label) => self.labels.entry(label).or_default().accepted += 1,
            Cause::Damaged(label) => self.labels.entry(label).or_default().damaged += 1,
            Cause::Elsewhere => self.elsewhere += 1,
        }
    }
}

/// Replaces identifiers in a stream.
pub struct Anonymiser {
    known: Identifiers,
    check: GroupCheck,
    /// Bytes that were not given yet.
    held: Vec<u8>,
    /// The same without bit 7.
    chars: Vec<u8>,
    /// Places among them at which bytes are missing.
    breaks: VecDeque<usize>,
    /// Identifiers before this place are known.
    learned: usize,
    report: MaskReport,
}

impl Default for Anonymiser {
    fn default() -> Self {
        Self::new()
    }
}

impl Anonymiser {
    /// Before the first byte.
    #[must_use]
    pub fn new() -> Self {
        Self {
            known: Identifiers::default(),
            check: GroupCheck::new(),
            held: Vec::new(),
            chars: Vec::new(),
            breaks: VecDeque::new(),
            learned: 0,
            report: MaskReport::default(),
        }
    }

    /// What was replaced so far.
    #[must_use]
    pub fn report(&self) -> &MaskReport {
        &self.report
    }

    /// Bytes are missing here: what comes next may begin within a group.
    pub fn push_break(&mut self) {
        let place = self.held.len();
        if place > 0 && self.breaks.back() != Some(&place) {
            self.breaks.push_back(place);
        }
    }

    /// Takes bytes in. Returns the next ones, of those that came earlier.
    #[must_use = "bytes are returned once"]
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for part in bytes.chunks(STEP) {
            self.report.bytes += part.len() as u64;
            self.held.extend_from_slice(part);
            self.chars.extend(part.iter().map(|byte| byte & 0x7F));
            self.learn(false);
            if self.held.len() >= HOLD + STEP {
                self.give(self.held.len() - HOLD, &mut out);
            }
        }
        out
    }

    /// Nothing more comes, or nothing is to be held any longer. Returns what is held.
    #[must_use = "bytes are returned once"]
    pub fn end(&mut self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.held.len());
        self.learn(true);
        self.give(self.held.len(), &mut out);
        out
    }

    /// The segment that begins at a place.
    fn segment(&self, start: usize) -> StreamSegment {
        let limit = self.breaks.iter().copied().find(|place| *place > start);
        StreamSegment::at(&self.chars, start, limit)
    }

    /// Looks for identifiers in what came since the last time; in what is unfinished only at the end.
    fn learn(&mut self, is_end: bool) {
        while self.learned < self.chars.len() {
            let segment = self.segment(self.learned);
            if !segment.is_ended && !is_end {
                break;
            }
            self.learned = segment.end;
            let text = segment.of(&self.chars);
            match self.check.accept(text) {
                Some(group) if is_identifier(&group) => {
                    let data = text.get(group.data_start..group.data_end);
                    self.known.learn(data.unwrap_or_default());
                }
                Some(_) => {}
                None => {
                    if let Some(digits) = shown_by_damaged(text) {
                        self.known.learn_damaged(digits);
                    }
                }
            }
        }
    }

    /// Gives the segments that begin before a place.
    fn give(&mut self, until: usize, out: &mut Vec<u8>) {
        let mut start = 0;
        while start < until {
            let segment = self.segment(start);
            self.give_segment(segment, out);
            start = segment.end;
        }
        self.held.drain(..start);
        self.chars.drain(..start);
        self.learned = self.learned.saturating_sub(start);
        while self.breaks.front().is_some_and(|place| *place <= start) {
            self.breaks.pop_front();
        }
        self.breaks.iter_mut().for_each(|place| *place -= start);
    }

    fn give_segment(&mut self, segment: StreamSegment, out: &mut Vec<u8>) {
        let text = segment.of(&self.chars);
        let old = self
            .held
            .get(segment.start..segment.end)
            .unwrap_or_default();
        let accepted = self.check.accept(text);
        self.report.groups += u64::from(accepted.is_some());
        let (new, cause) = match &accepted {
            Some(group) if is_identifier(group) => {
                let data = text
                    .get(group.data_start..group.data_end)
                    .unwrap_or_default();
                let constant = self.known.constant_for(data);
                let new = replaced(text, (group.data_start..).zip(constant));
                (new, group.label.map(Cause::Accepted))
            }
            Some(group) => apply(text, judge_accepted(text, group, &self.known)),
            None => apply(text, judge_damaged(text, &self.known)),
        };
        let Some(cause) = cause else {
            out.extend_from_slice(old);
            return;
        };
        let mut new = new;
        // A group that no decoder accepted is accepted by none after: if it is, its sum was not what was wrong with it.
        if accepted.is_none() && self.check.accept(&new).is_some() {
            move_sum(&mut new, 1);
        }
        self.report.count(cause, text != new);
        let has_parity = carries_parity(&self.held, segment);
        let bytes = new.iter().zip(text.iter().zip(old));
        out.extend(bytes.map(|(new, (was, old))| {
            if new == was {
                *old
            } else {
                byte_of(*new, *old, has_parity)
            }
        }));
    }
}

fn is_identifier(group: &AcceptedGroup) -> bool {
    group.label.is_some_and(Label::is_identifier)
}

/// The characters of a segment with the marked ones replaced, and the cause.
fn apply(text: &[u8], masking: Option<Masking>) -> (Vec<u8>, Option<Cause>) {
    let Some(Masking { marks, cause }) = masking else {
        return (Vec::new(), None);
    };
    let marked = (0..).zip(text).zip(&marks).filter(|(_, mark)| **mark);
    let changes = marked.map(|((place, character), _)| (place, neutral(*character)));
    (replaced(text, changes), Some(cause))
}

#[cfg(test)]
mod tests;
