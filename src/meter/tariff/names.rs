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
use crate::tic::Label;

/// Frames in a row with the same index and the same name.
const FRAMES_TO_LEARN: u8 = 3;

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
        let before = self.seen.take();
        let times = match &before {
            Some((last, known, times)) if *last == index && known == name => {
                times.saturating_add(1).min(FRAMES_TO_LEARN)
            }
            _ => 1,
        };
        self.seen = Some((index, name.to_owned(), times));
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
}
