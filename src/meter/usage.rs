//! Which quantities can ever have a value at this meter: what its mode, its contract and its kind use.
//!
//! Input: the states. Output: whether a quantity is in use. The keys of a state are more than these: the rows of the meter
//! are in each state, and a meter sends ten indexes whatever its contract. What is announced to people follows this rule.
//!
//! What is learnt stays while the meter is silent. Another mode begins anew.

use super::entity::Enabled;
use super::quantity::Key;
use super::reading::Keys;
use super::row::Interface;
use super::snapshot::Snapshot;
use super::tariff::contract::Contract;
use super::value::Value;
use crate::tic::{Label, Mode, Role};

/// What the meter uses. See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The keys of its state.
    keys: Keys,
    mode: Option<Mode>,
    contract: Option<Contract>,
    /// The supplier's indexes that count something; bit n is index n.
    indexes: u16,
    is_producer: bool,
}

impl Usage {
    /// Takes what a state shows.
    pub fn update(&mut self, snapshot: &Snapshot) {
        if self.mode != snapshot.mode {
            *self = Self {
                mode: snapshot.mode,
                ..Self::default()
            };
        }
        self.keys = snapshot.keys;
        let Some(contract) = Self::contract_in(snapshot) else {
            return;
        };
        if self.contract.replace(contract) != Some(contract) {
            self.indexes = 0;
        }
        self.indexes |= indexes(snapshot, contract);
        let reading = &snapshot.reading;
        let flag = match reading.get(Key::PRODUCER) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        };
        let injected = reading.int(Key::ENERGY_INJECTED);
        if flag.is_some() || injected.is_some() || contract == Contract::Producer {
            self.is_producer = flag == Some(true)
                || injected.is_some_and(|energy| energy > 0)
                || contract == Contract::Producer;
        }
    }

    /// The contract of a state, if it is known. A meter without the key (no calendar is programmed) has an unusual one.
    pub fn contract_in(snapshot: &Snapshot) -> Option<Contract> {
        let is_named = snapshot.keys.contains(Key::CONTRACT);
        snapshot
            .contract
            .or_else(|| (!is_named).then_some(Contract::Other))
    }

    /// The contract, once known.
    pub fn contract(&self) -> Option<Contract> {
        self.contract
    }

    /// Whether the contract in this mode is known: before, nothing can be decided for good.
    pub fn is_complete_in(&self, mode: Option<Mode>) -> bool {
        self.mode == mode && self.contract.is_some()
    }

    /// The quantities in use, in the order of the table.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.keys
            .iter()
            .filter(|key| self.has_source(*key) && self.is_used(*key))
    }

    /// Whether the mode gives the quantity; while it is not known, whether both do.
    fn has_source(&self, key: Key) -> bool {
        let exists = |mode| key.row().source(mode).exists();
        self.mode
            .map_or_else(|| Mode::ALL.into_iter().all(exists), exists)
    }

    /// Whether the contract and the kind of the meter use the quantity.
    fn is_used(&self, key: Key) -> bool {
        let row = key.row();
        if let Some(index) = index_of(key) {
            return self.indexes >> index & 1 == 1;
        }
        if row.interface == Interface::Production || row.enabled == Enabled::Producer {
            return self.is_producer;
        }
        let any = |contracts: &[Contract]| self.contract.is_some_and(|is| contracts.contains(&is));
        match row.enabled {
            Enabled::Tempo => return any(&[Contract::Tempo]),
            Enabled::Ejp => return any(&[Contract::Ejp]),
            _ => {}
        }
        // What comes next is a key only of the contracts that can give it.
        if key == Key::OFF_PEAK {
            return !any(&[Contract::Base, Contract::Ejp]);
        }
        // In historique mode the only period of this option has no number (TH..).
        if key == Key::TARIFF_INDEX && any(&[Contract::Base]) {
            return self.mode != Some(Mode::Historique);
        }
        let labels = || self.mode.iter().flat_map(|mode| row.source(*mode).labels());
        if labels().any(|label| *label == Label::PEJP) {
            return any(&[Contract::Ejp]);
        }
        // Tempo announces its white and red days as mobile peaks, another contract its own (54E 6.2).
        let is_peak = |label: &Label| matches!(label.role(), Role::PeakStart(_) | Role::PeakEnd(_));
        !labels().any(is_peak) || any(&[Contract::Ejp, Contract::Tempo, Contract::Other])
    }
}

/// The indexes that the contract uses. Where it has one price, the total is its index. Of a contract with an unknown number
/// of them, those above zero and the current one.
fn indexes(snapshot: &Snapshot, contract: Contract) -> u16 {
    match contract.indexes() {
        Some(1) => return 0,
        Some(count) => return (1..=u16::from(count)).map(|index| 1 << index).sum(),
        None => {}
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

/// The number of the supplier's index that the quantity is made of, 1 to 10.
fn index_of(key: Key) -> Option<u64> {
    let row = key.row();
    (row.interface == Interface::Tariff)
        .then_some(row.number?)
        .map(u64::from)
}
