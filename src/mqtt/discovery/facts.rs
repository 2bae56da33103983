//! Everything that a discovery message depends on: it is published again when one of these changes.
//!
//! A fact stays known while the meter is silent, so that a lost link does not rename or remove anything. A fact is settled
//! when it has stood for some frames: what seems to be gone right after a change may only be late.

use crate::meter::{IndexMeanings, Key, Snapshot, Usage};

/// Frames for which the facts stand before what is gone is taken away.
const SETTLED_FRAMES: u8 = 10;

/// The facts about a meter that its announcement shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The quantities that its mode and contract use.
    pub usage: Usage,
    /// One or three.
    pub phases: Option<u64>,
    /// The maker's name.
    pub manufacturer: Option<String>,
    /// The Euridis type.
    pub device_type: Option<u64>,
    /// The serial number, where it may be shown.
    pub serial_number: Option<String>,
    /// What the supplier's indexes count.
    pub meanings: IndexMeanings,
}

/// Facts that are learnt from states, and for how long they have stood.
#[derive(Clone, Debug, Default)]
pub struct LearntFacts {
    /// The facts.
    pub facts: Facts,
    /// Frames since they changed.
    frames: u8,
}

/// What a state did to the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learning {
    /// Nothing.
    Same,
    /// One is another.
    Changed,
    /// They have stood for long enough.
    Settled,
}

impl LearntFacts {
    /// Takes the facts from a state.
    pub fn update(&mut self, snapshot: &Snapshot) -> Learning {
        let before = self.facts.clone();
        self.facts.update(snapshot);
        if self.facts != before {
            self.frames = 0;
            return Learning::Changed;
        }
        if snapshot.frame.is_none() || self.are_settled() {
            return Learning::Same;
        }
        self.frames += 1;
        if self.are_settled() {
            Learning::Settled
        } else {
            Learning::Same
        }
    }

    /// Whether what is not in use is gone for good.
    pub fn are_settled(&self) -> bool {
        self.frames >= SETTLED_FRAMES
    }
}

impl Facts {
    /// Takes the facts from a state.
    pub fn update(&mut self, snapshot: &Snapshot) {
        let reading = &snapshot.reading;
        // The keys of a new meter appear one by one in its first frames: it is announced when all are there.
        if snapshot.mode.is_some() && reading.get(Key::PHASES).is_none() {
            return;
        }
        let text = |key| {
            let shown = snapshot.keys.contains(key);
            reading.text(key).filter(|_| shown).map(str::to_owned)
        };
        self.usage.update(snapshot);
        replace(&mut self.phases, reading.int(Key::PHASES));
        replace(&mut self.manufacturer, text(Key::MANUFACTURER));
        replace(&mut self.device_type, reading.int(Key::DEVICE_TYPE));
        replace(&mut self.serial_number, text(Key::SERIAL_NUMBER));
        if Usage::contract_in(snapshot).is_some() {
            self.meanings = snapshot.indexes.clone();
        }
    }
}

/// Keeps the old value when the new one is unknown.
fn replace<T>(known: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *known = new;
    }
}
