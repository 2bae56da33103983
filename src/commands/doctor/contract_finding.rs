//! What a frame shows about the contract, and its text.

use super::check_state::CheckState;
use crate::words::Words;

/// What a whole frame shows, as far as it is there.
#[derive(Debug, Default)]
pub struct ContractFinding {
    /// As the meter names it.
    pub contract: Option<String>,
    /// Which kind it is, where the meter has a code for it.
    pub kind: Option<&'static str>,
    /// The subscribed power, in VA.
    pub subscribed: Option<u64>,
    /// One or three.
    pub phases: Option<u64>,
    /// The power of the moment, in VA.
    pub power: Option<u64>,
    /// It counts what is injected too.
    pub is_producer: bool,
    /// The phases, from 1, that have no voltage.
    pub lost_phases: Vec<u64>,
    /// The meter has lost its time.
    pub is_clock_degraded: bool,
    /// Labels that every frame of this mode has, and this one has not.
    pub missing: Vec<&'static str>,
}

impl ContractFinding {
    /// How the check ended.
    pub fn state(&self) -> CheckState {
        if self.missing.is_empty() && self.lost_phases.is_empty() && !self.is_clock_degraded {
            CheckState::Ok
        } else {
            CheckState::Warning
        }
    }

    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        if !self.missing.is_empty() {
            "labels_missing"
        } else if !self.lost_phases.is_empty() {
            "phase_lost"
        } else if self.is_clock_degraded {
            "clock_degraded"
        } else {
            "known"
        }
    }

    /// What it is, for people.
    pub fn text(&self, words: Words) -> String {
        let known = match self.lost_phases.as_slice() {
            [] => self.known(words),
            lost => words.with_lost_phases(&self.known(words), lost),
        };
        if !self.missing.is_empty() {
            words.contract_lacks(&known, &self.missing.join(", "))
        } else if self.is_clock_degraded {
            words.contract_degraded_clock(&known)
        } else {
            known
        }
    }

    fn known(&self, words: Words) -> String {
        let subscribed = self.subscribed.map(|va| words.kilovolt_amperes(signed(va)));
        let phases = self.phases.map(|count| words.phases(count));
        let producer = self.is_producer.then(|| words.contract_producer());
        let contract = self.contract.as_deref();
        let contract = contract.map(|named| words.contract_name(named, self.kind));
        let parts: Vec<String> = [contract, subscribed, phases, producer]
            .into_iter()
            .flatten()
            .collect();
        if parts.is_empty() {
            return words.contract_unknown();
        }
        let contract = parts.join(", ");
        match self.power {
            Some(power) => {
                let power = format!("{} VA", words.count(power));
                words.contract_now(&contract, &power)
            }
            None => contract,
        }
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
