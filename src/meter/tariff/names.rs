//! What each index of the supplier's calendar counts: the LTARF that was seen with it.
//!
//! Input: frames in which NTARF, LTARF and NGTF were accepted together. Kept on disk, and forgotten when the calendar has
//! another name. Invariant: a name is taken only after 3 frames in a row with the same index, because the labels change
//! one after the other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::contract::Contract;
use super::period::TariffPeriod;
use crate::meter::group_value::GroupValue;
use crate::meter::label_values::LabelValues;
use crate::meter::part::Save;
use crate::meter::row::capitalised;
use crate::tic::Label;

/// Frames in a row with the same index and the same name.
const FRAMES_TO_LEARN: u8 = 3;

/// What an index of the supplier counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexMeaning {
    /// A period of a usual contract.
    Period(TariffPeriod),
    /// What an unusual contract names so: its LTARF, as people write it.
    Named(String),
}

/// What each index counts, where that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexMeanings([Option<IndexMeaning>; INDEXES]);

impl IndexMeanings {
    /// What index 1 to 10 counts.
    pub fn get(&self, index: u8) -> Option<&IndexMeaning> {
        let place = usize::from(index).checked_sub(1)?;
        self.0.get(place)?.as_ref()
    }
}

/// The supplier's indexes.
const INDEXES: usize = 10;

/// The periods of the indexes, for the calendar with this name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PeriodNames {
    /// NGTF.
    calendar: String,
    /// LTARF of each index, 1 to 10.
    names: BTreeMap<u8, String>,
    #[serde(skip)]
    seen: Option<(u8, String, u8)>,
}

impl PeriodNames {
    /// Learns from the last frame.
    pub fn on_frame(&mut self, values: &LabelValues) -> Save {
        let mut save = Save::Later;
        let fresh = |label| values.fresh(label);
        if let Some(calendar) = fresh(Label::NGTF).map(GroupValue::text)
            && calendar != self.calendar
        {
            save = Save::now_if(!self.names.is_empty());
            *self = Self {
                calendar: calendar.to_owned(),
                ..Self::default()
            };
        }
        let index = fresh(Label::NTARF).and_then(|value| u8::try_from(value.number()).ok());
        let (Some(index @ 1..=10), Some(name)) = (index, fresh(Label::LTARF)) else {
            return save;
        };
        let name = name.text();
        let times = match &mut self.seen {
            Some((last, known, times)) if *last == index && known == name => {
                *times = times.saturating_add(1).min(FRAMES_TO_LEARN);
                *times
            }
            seen => {
                *seen = Some((index, name.to_owned(), 1));
                1
            }
        };
        if times == FRAMES_TO_LEARN && self.names.get(&index).is_none_or(|known| known != name) {
            self.names.insert(index, name.to_owned());
            save = Save::Now;
        }
        save
    }

    /// Forgets the frames in a row: something is between them.
    pub fn interrupt(&mut self) {
        self.seen = None;
    }

    /// What an index counts. Its name decides where it names a period of the contract; else the order of the contract's
    /// indexes; a name of neither kind is another period. `None` for an index without order or name.
    pub fn period(&self, contract: Contract, index: u8) -> Option<TariffPeriod> {
        let name = self.names.get(&index);
        name.and_then(|name| TariffPeriod::named(name, contract))
            .or_else(|| TariffPeriod::of_index(contract, index))
            .or_else(|| name.map(|_| TariffPeriod::Other))
    }

    /// What each index counts. An unusual contract may have several off-peak periods: its own names are kept.
    pub fn meanings(&self, contract: Contract) -> IndexMeanings {
        let named = |index| {
            let name = readable(self.names.get(&index)?);
            (!name.is_empty()).then_some(IndexMeaning::Named(name))
        };
        let meaning = |index| match self.period(contract, index)? {
            _ if contract.indexes().is_none() => named(index),
            TariffPeriod::Other => named(index),
            period => Some(IndexMeaning::Period(period)),
        };
        let mut index = 0;
        IndexMeanings([(); INDEXES].map(|()| {
            index += 1;
            meaning(index)
        }))
    }
}

/// Words of LTARF that stay in capitals: they begin with the letters of a period.
const ABBREVIATIONS: [&str; 6] = ["HC", "HP", "HN", "HSC", "PM", "EJP"];

/// LTARF as people write it: one space between words, and capitals only where they belong. `HC WEEK-END` is `HC week-end`.
fn readable(name: &str) -> String {
    let word = |word: &str| {
        let is_short = ABBREVIATIONS.iter().any(|short| word.starts_with(short));
        if is_short {
            word.to_owned()
        } else {
            word.to_ascii_lowercase()
        }
    };
    let words: Vec<String> = name.split_whitespace().map(word).collect();
    capitalised(&words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(seen: &[(u8, &str)]) -> PeriodNames {
        PeriodNames {
            names: seen
                .iter()
                .map(|(index, name)| (*index, (*name).to_owned()))
                .collect(),
            ..PeriodNames::default()
        }
    }

    #[test]
    fn a_usual_contract_needs_no_name() {
        let meanings = names(&[]).meanings(Contract::OffPeak);
        let period = |period| Some(IndexMeaning::Period(period));
        assert_eq!(meanings.get(1).cloned(), period(TariffPeriod::OffPeak));
        assert_eq!(meanings.get(2).cloned(), period(TariffPeriod::Peak));
        for none in [0, 3, 10, 11] {
            assert_eq!(meanings.get(none), None);
        }
    }

    #[test]
    fn an_unusual_contract_has_the_names_that_were_seen() {
        let seen = names(&[(1, "  HC WEEK-END   "), (2, "HEURES  PLEINES "), (3, "")]);
        let meanings = seen.meanings(Contract::Other);
        for (index, name) in [(1, "HC week-end"), (2, "Heures pleines")] {
            let named = IndexMeaning::Named(name.to_owned());
            assert_eq!(meanings.get(index), Some(&named));
        }
        assert_eq!(meanings.get(3), None, "a blank name is none");
        assert_eq!(meanings.get(4), None);
    }
}
