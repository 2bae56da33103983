//! What a discovery message hangs on: as long as it stays the same, so does the message.
//!
//! What is known once stays known while the meter is silent, so that a lost link does not rename or disable anything.

use crate::meter::{Contract, Enabled, Key, Keys, Snapshot};

/// What is known of a meter, and announced.
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
    contract: Option<Contract>,
    /// The supplier's indexes that count something; bit n is index n.
    indexes: u16,
}

impl Facts {
    /// Takes from a state what it tells.
    pub fn learn(&mut self, snapshot: &Snapshot) {
        let reading = &snapshot.reading;
        // The first frames of a meter tell its keys one by one: it is announced when they are all there.
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
        }
    }

    /// Whether enough is known to say which entities are enabled when they appear: Home Assistant asks only once.
    pub fn are_complete(&self) -> bool {
        self.contract.is_some()
    }

    /// Whether the entity of a quantity is enabled when it appears.
    pub fn enables(&self, key: Key) -> bool {
        match key.row().enabled {
            Enabled::Yes => true,
            Enabled::No | Enabled::Never => false,
            Enabled::Tempo => self.contract == Some(Contract::Tempo),
            Enabled::Ejp => self.contract == Some(Contract::Ejp),
            Enabled::Contract => index_of(key).is_some_and(|index| self.indexes >> index & 1 == 1),
        }
    }
}

/// What is not told now was told before.
fn replace<T>(known: &mut Option<T>, told: Option<T>) {
    if told.is_some() {
        *known = told;
    }
}

/// The contract, if it is known. A meter that names none (no calendar is programmed) has an unusual one.
fn contract(snapshot: &Snapshot) -> Option<Contract> {
    let is_named = snapshot.keys.contains(Key::CONTRACT);
    snapshot
        .contract
        .or_else(|| (!is_named).then_some(Contract::Other))
}

/// The indexes that the contract counts on; of a contract that does not say it, those that are not zero or are in force.
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
    key.row().key.strip_prefix("energy_tariff_")?.parse().ok()
}
