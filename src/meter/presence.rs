//! Which quantities this meter has: the keys of its state, the same from one state to the next.
//!
//! The state's own rows and those of the meter are always there. The others are there once their label
//! was seen in three frames, or at once where the mode sends the label only now and then. A key that is
//! there stays there, `null` when not known, until the mode changes, or a single-phase meter takes the place of one with three
//! phases: the set is kept on disk, and is what is announced to Home Assistant. What the contract can never give
//! ([`is_possible`]) is not there.

use serde::{Deserialize, Serialize};

use super::label_values::LabelValues;
use super::model::breaker::has_breaker;
use super::part::{Context, Part, Reset};
use super::quantity::Key;
use super::reading::{Keys, Reading};
use super::row::Interface;
use super::tariff::contract::Contract;
use super::value::Value;
use crate::tic::{Flow, Label, Mode, Role, Sent};

/// The set of keys, and the number of phases that part of it hangs on.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    keys: Keys,
    phases: Option<u8>,
    /// The keys may be those of another meter, whose phases this one may not have.
    is_another_meter: bool,
    shows_identifiers: bool,
    /// What it was learnt from last.
    learnt: Option<(Mode, Option<Contract>, u64)>,
}

impl Presence {
    /// Before the first frame: what is in every state. Identifiers only if `shows_identifiers`.
    pub fn new(shows_identifiers: bool) -> Self {
        let is_shown = |key: &Key| shows_identifiers && key.row().is_private();
        Self {
            keys: Key::all()
                .filter(|key| is_in_every_state(*key) || is_shown(key))
                .collect(),
            phases: None,
            is_another_meter: false,
            shows_identifiers,
            learnt: None,
        }
    }

    /// The keys of a state.
    pub fn keys(&self) -> Keys {
        self.keys
    }

    /// One or three, once known.
    pub fn phases(&self) -> Option<u8> {
        self.phases
    }

    /// Learns from the labels that were seen, and from the contract, if it is known. Returns whether anything changed.
    pub fn learn(&mut self, values: &LabelValues, mode: Mode, contract: Option<Contract>) -> bool {
        let from = Some((mode, contract, values.changes()));
        if self.learnt == from {
            return false;
        }
        self.learnt = from;
        let before = (self.keys, self.phases);
        self.count_phases(values, mode);
        if self.phases == Some(1) && core::mem::take(&mut self.is_another_meter) {
            Key::all()
                .filter(|key| is_of_three_phases(*key, mode))
                .for_each(|key| self.keys.remove(key));
        }
        for key in Key::all() {
            match is_possible(key, contract) {
                Some(false) => self.keys.remove(key),
                Some(true) if !self.keys.contains(key) && self.belongs(key, values, mode) => {
                    self.keys.insert(key);
                }
                _ => {}
            }
        }
        (self.keys, self.phases) != before
    }

    /// Three as soon as a label of another phase belongs to the meter; one when the first phase does and no label of
    /// another was seen even once. Back from three to one only when those labels stay away.
    fn count_phases(&mut self, values: &LabelValues, mode: Mode) {
        let is_sent = |label: &Label| values.is_present(*label) && !values.is_missing(*label);
        let three_phase = || Label::all(mode).filter(|label| label.is_three_phase());
        let mut first_phase =
            Label::all(mode).filter(|label| label.phase() == Some(1) && !label.is_three_phase());
        if three_phase().any(|label| is_sent(&label)) {
            self.phases = Some(3);
        } else if first_phase.any(|label| is_sent(&label))
            && three_phase().all(|label| values.is_missing(label) || !values.was_seen(label))
        {
            self.phases = Some(1);
        }
    }

    fn belongs(&self, key: Key, values: &LabelValues, mode: Mode) -> bool {
        let row = key.row();
        if row.is_private() && !self.shows_identifiers
            || row.interface == Interface::Breaker && !has_breaker(values, mode)
        {
            return false;
        }
        let phase_is_there = if is_of_three_phases(key, mode) {
            self.phases == Some(3)
        } else {
            row.phase.is_none() || self.phases.is_some()
        };
        let label_is_there =
            |label: &Label| values.is_present(*label) || is_occasional(*label, values);
        phase_is_there && row.source(mode).labels().iter().any(label_is_there)
    }
}

/// Whether only a meter with three phases has the quantity.
fn is_of_three_phases(key: Key, mode: Mode) -> bool {
    let row = key.row();
    let labels = row.source(mode).labels();
    let are_of_three = !labels.is_empty() && labels.iter().all(|label| label.is_three_phase());
    row.phase.is_some_and(|phase| phase > 1) || are_of_three
}

/// Whether the quantity is in the state of any meter in any mode: the state's own rows and the meter's.
pub fn is_in_every_state(key: Key) -> bool {
    matches!(key.row().interface, Interface::Json | Interface::Meter)
}

/// Whether the contract can ever give a value of the quantity; `None` while it decides and is not known.
pub fn is_possible(key: Key, contract: Option<Contract>) -> Option<bool> {
    match key {
        // Where there is one price nothing comes next, and peak days have no off-peak hours.
        Key::NEXT_TARIFF | Key::NEXT_TARIFF_TIME => Some(contract? != Contract::Base),
        Key::NEXT_OFF_PEAK_TIME => Some(!matches!(contract?, Contract::Base | Contract::Ejp)),
        _ => Some(true),
    }
}

/// What is kept on disk.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct SavedPresence {
    phases: Option<u8>,
    keys: Vec<String>,
}

impl Part for Presence {
    fn reset(&mut self, reset: Reset) {
        if reset == Reset::Mode {
            *self = Self::new(self.shows_identifiers);
        }
        self.is_another_meter = reset == Reset::Meter && self.phases == Some(3);
    }

    fn fill(&self, _: &Context<'_>, reading: &mut Reading) {
        let phases = self.phases.map(|phases| Value::Int(phases.into()));
        reading.set(Key::PHASES, phases);
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        let keys = self.keys.iter().map(|key| key.row().key.to_owned());
        let saved = SavedPresence {
            phases: self.phases,
            keys: keys.collect(),
        };
        serde_json::to_value(saved).ok()
    }

    fn restore(&mut self, saved: serde_json::Value, _: Mode) {
        let Ok(saved) = serde_json::from_value::<SavedPresence>(saved) else {
            return;
        };
        self.phases = saved.phases.filter(|phases| [1, 3].contains(phases));
        let keys = saved.keys.iter().filter_map(|name| Key::named(name));
        for key in keys.filter(|key| self.shows_identifiers || !key.row().is_private()) {
            self.keys.insert(key);
        }
    }
}

/// A label that its mode sends only now and then: its quantities are there before it is seen. CCAIN counts as such only if
/// EAIT is present.
fn is_occasional(label: Label, values: &LabelValues) -> bool {
    match label.role() {
        Role::LoadCurve(Flow::Injected) => values.is_present(Label::EAIT),
        _ => matches!(label.sent(), Sent::Occasional | Sent::Overrun),
    }
}
