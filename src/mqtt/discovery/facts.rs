//! Everything that a discovery message depends on: it is published again when one of these changes.
//!
//! A fact stays known while the meter is silent, so that a lost link does not rename or disable anything.

use crate::meter::{Contract, Enabled, IndexMeanings, Key, Keys, Snapshot};

/// The facts about a meter that its announcement shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The keys of its state.
    pub keys: Keys,
    /// One or three.
    pub phases: Option<u64>,
    /// The maker's name.
    pub manufacturer: Option<String>,
    /// The Euridis type.
    pub device_type: Option<u64>,
    /// The serial number, where it may be shown.
    pub serial_number: Option<String>,
    /// The kind of contract.
    pub contract: Option<Contract>,
    /// What the supplier's indexes count.
    pub meanings: IndexMeanings,
    /// The supplier's indexes that count something; bit n is index n.
    indexes: u16,
}

impl Facts {
    /// Takes the facts from a state. Returns whether one changed.
    pub fn update(&mut self, snapshot: &Snapshot) -> bool {
        let before = self.clone();
        self.take(snapshot);
        *self != before
    }

    fn take(&mut self, snapshot: &Snapshot) {
        let reading = &snapshot.reading;
        // The keys of a new meter appear one by one in its first frames: it is announced when all are there.
        if snapshot.mode.is_some() && reading.get(Key::PHASES).is_none() {
            return;
        }
        let text = |key| {
            let shown = snapshot.keys.contains(key);
            reading.text(key).filter(|_| shown).map(str::to_owned)
        };
        self.keys = snapshot.keys;
        replace(&mut self.phases, reading.int(Key::PHASES));
        replace(&mut self.manufacturer, text(Key::MANUFACTURER));
        replace(&mut self.device_type, reading.int(Key::DEVICE_TYPE));
        replace(&mut self.serial_number, text(Key::SERIAL_NUMBER));
        if let Some(contract) = contract(snapshot) {
            if self.contract.replace(contract) != Some(contract) {
                self.indexes = 0;
            }
            self.indexes |= indexes(snapshot, contract);
            self.meanings = snapshot.indexes.clone();
        }
    }

    /// Whether enough is known to enable entities by default: Home Assistant reads that only when an entity appears.
    pub fn are_complete(&self) -> bool {
        self.contract.is_some()
    }

    /// Whether the entity of a quantity is enabled by default.
    pub fn enables(&self, key: Key) -> bool {
        match key.row().enabled {
            Enabled::Yes => true,
            Enabled::No | Enabled::Never => false,
            Enabled::Tempo => self.contract == Some(Contract::Tempo),
            Enabled::Ejp => self.contract == Some(Contract::Ejp),
            Enabled::Producer => self.keys.contains(Key::ENERGY_INJECTED),
            Enabled::Contract => index_of(key).is_some_and(|index| self.indexes >> index & 1 == 1),
        }
    }
}

/// Keeps the old value when the new one is unknown.
fn replace<T>(known: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *known = new;
    }
}

/// The contract, if it is known. A meter without the key (no calendar is programmed) has an unusual one.
fn contract(snapshot: &Snapshot) -> Option<Contract> {
    let is_named = snapshot.keys.contains(Key::CONTRACT);
    snapshot
        .contract
        .or_else(|| (!is_named).then_some(Contract::Other))
}

/// The indexes that the contract uses; of a contract with an unknown number of them, those above zero and the current one.
fn indexes(snapshot: &Snapshot, contract: Contract) -> u16 {
    if let Some(count) = contract.indexes() {
        return (1..=u16::from(count)).map(|index| 1 << index).sum();
    }
    let reading = &snapshot.reading;
    let in_force = reading.int(Key::TARIFF_INDEX);
    let counts = |(key, index): &(Key, u64)| {
        reading.int(*key).is_some_and(|energy| energy > 0) || in_force == Some(*index)
    };
    snapshot
        .keys
        .iter()
        .filter_map(|key| Some((key, index_of(key)?)))
        .filter(counts)
        .fold(0, |indexes, (_, index)| indexes | 1 << index)
}

/// The number of a supplier's index, 1 to 10.
fn index_of(key: Key) -> Option<u64> {
    let row = key.row();
    (row.enabled == Enabled::Contract)
        .then_some(row.number?)
        .map(u64::from)
}
