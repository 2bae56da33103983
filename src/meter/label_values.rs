//! The last accepted value of each label, whether it is still current, and for how many frames the label was seen or missed.
//!
//! A value is current until its label was absent from three undamaged long frames, or until no frame
//! with a good group came for thirty seconds ([`LabelValues::expire`]). A damaged frame proves nothing about absence. A short
//! frame (historique, three-phase, during an overrun) proves it only for what short frames carry.

use super::group_value::GroupValue;
use crate::tic::{Frame, FrameEnd, Group, Label, Sent};

/// Frames with a label that make it present, and frames without it that make it absent.
pub const FRAMES: u8 = 3;
/// Sightings further apart than this number of frames do not add up: over years, noise turns one label into another now
/// and then.
const SIGHTING_GAP_MAX: u64 = 64;

/// What [`Presence`](super::presence::Presence) learns from about a label: all but its value.
#[derive(Clone, Copy, PartialEq, Eq)]
struct LabelStatus {
    is_known: bool,
    was_seen: bool,
    is_present: bool,
    is_missing: bool,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    value: GroupValue,
    /// A value of the label was accepted once.
    known: bool,
    /// The value is current.
    is_current: bool,
    seen: u8,
    missed: u8,
    /// The number of the frame in which it was seen last, from 1.
    last: u64,
    /// The number of the frame in which the value was accepted.
    accepted: u64,
}

impl Entry {
    fn status(&self) -> LabelStatus {
        LabelStatus {
            is_known: self.known,
            was_seen: self.seen > 0,
            is_present: self.seen >= FRAMES,
            is_missing: self.missed >= FRAMES,
        }
    }
}

/// An entry for each label of both modes.
#[derive(Clone, Debug)]
pub struct LabelValues {
    entries: Vec<Entry>,
    /// Frames entered so far.
    frames: u64,
    /// See [`changes`](Self::changes).
    changes: u64,
}

impl Default for LabelValues {
    fn default() -> Self {
        Self {
            entries: vec![Entry::default(); Label::COUNT],
            frames: 0,
            changes: 0,
        }
    }
}

impl LabelValues {
    /// Enters the groups of a frame that `admit` accepts; its last argument is the last accepted value of the label.
    pub fn enter(
        &mut self,
        frame: &Frame,
        mut admit: impl FnMut(Label, &Group<'_>, Option<&GroupValue>) -> bool,
    ) {
        self.frames += 1;
        for group in frame.groups() {
            let Some(label) = group.label() else { continue };
            let Some(entry) = self.entries.get_mut(label.index()) else {
                continue;
            };
            let before = entry.status();
            if entry.seen < FRAMES && self.frames - entry.last > SIGHTING_GAP_MAX {
                entry.seen = 0;
            }
            entry.seen = (entry.seen + 1).min(FRAMES);
            entry.last = self.frames;
            entry.missed = 0;
            if admit(label, &group, entry.known.then_some(&entry.value)) {
                entry.value.set(&group);
                entry.known = true;
                entry.is_current = true;
                entry.accepted = self.frames;
            }
            self.changes += u64::from(entry.status() != before);
        }
        self.miss(frame);
    }

    fn miss(&mut self, frame: &Frame) {
        let (damaged, short) = (frame.is_damaged(), frame.is_short());
        for label in Label::all(frame.mode()) {
            let Some(entry) = self.entries.get_mut(label.index()) else {
                continue;
            };
            let here = entry.last == self.frames;
            let damaged =
                damaged && !(label.sent() == Sent::Overrun && frame.end() == FrameEnd::Etx);
            if here || damaged || (short && !label.is_in_short_frames()) {
                continue;
            }
            let before = entry.status();
            entry.missed = (entry.missed + 1).min(FRAMES);
            entry.is_current &= entry.missed < FRAMES;
            self.changes += u64::from(entry.status() != before);
        }
    }

    /// After a silence: no value is current, and no label counts as missing. The counts of what was seen remain.
    pub fn expire(&mut self) {
        for entry in &mut self.entries {
            entry.is_current = false;
            entry.missed = 0;
        }
        self.changes += 1;
    }

    /// No value is current or known any more. The counts of what was seen and missed remain.
    pub fn forget(&mut self) {
        for entry in &mut self.entries {
            entry.is_current = false;
            entry.known = false;
        }
        self.changes += 1;
    }

    /// How often the set of labels that are seen, present, missing or known has changed. While this number is the same, so is
    /// all that follows from these sets.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether the label was seen in enough frames, near each other, to belong to this meter.
    pub fn is_present(&self, label: Label) -> bool {
        self.entries
            .get(label.index())
            .is_some_and(|entry| entry.seen >= FRAMES)
    }

    /// Whether the label was seen at all.
    pub fn was_seen(&self, label: Label) -> bool {
        self.entries
            .get(label.index())
            .is_some_and(|entry| entry.seen > 0)
    }

    /// Whether the label was missed in the last undamaged frames, enough of them.
    pub fn is_missing(&self, label: Label) -> bool {
        self.entries
            .get(label.index())
            .is_some_and(|entry| entry.missed >= FRAMES)
    }

    /// The current value of a label.
    pub fn get(&self, label: Label) -> Option<&GroupValue> {
        self.entries
            .get(label.index())
            .filter(|entry| entry.is_current)
            .map(|entry| &entry.value)
    }

    /// The last accepted value of a label, current or not.
    pub fn known(&self, label: Label) -> Option<&GroupValue> {
        self.entries
            .get(label.index())
            .filter(|entry| entry.known)
            .map(|entry| &entry.value)
    }

    /// The value of a label, if it was accepted in the last frame.
    pub fn fresh(&self, label: Label) -> Option<&GroupValue> {
        self.entries
            .get(label.index())
            .filter(|entry| entry.is_current && entry.accepted == self.frames)
            .map(|entry| &entry.value)
    }

    /// The current value of the first of these labels that has one.
    pub fn first(&self, labels: &[Label]) -> Option<&GroupValue> {
        labels.iter().find_map(|label| self.get(*label))
    }
}
