//! The tariff: which contract, which period of it is in force, what comes next.
//!
//! ```text
//!  NGTF, OPTARIF ── contract ─┐
//!  NTARF, STGE, LTARF ────────┼─ period in force ─┬─ tariff, off_peak
//!  PTEC ──────────────────────┘                   │
//!  PJOURF+1 (kept overnight), PPOINTE ─ calendar ─┼─ next change, next off-peak hours
//!  STGE 26-27, DPM, FPM ── announced ─────────────┘
//! ```
//!
//! # Which source decides
//! | question | sources, the first that answers | when they contradict each other |
//! |---|---|---|
//! | contract | standard: NGTF, by its usual names; historique: OPTARIF | - |
//! | index in force | NTARF and STGE 10-13; of the two, the one that came in the last frame | nothing, until they agree |
//! | period of an index | LTARF seen with this index, if it names a period of the contract; the order of the contract's indexes; `other` for a name of its own | the name decides |
//! | period in force | standard: that of the index in force; historique: PTEC | nothing while a new NGTF waits to be confirmed |
//! | hours | PJOURF+1 of the day before for today, PJOURF+1 for tomorrow; in a peak of a contract without fixed indexes PPOINTE | NTARF is in force: what contradicts it plans nothing |
//! | peak | DPM and FPM | - |
//! | colour of the next Tempo day | STGE 26-27 from noon to midnight, kept; DPM | nothing |
//!
//! The dry contact decides nothing: its position is a setting. What is not known, or not announced, is null.
//! In historique mode there is no profile, and so no next change.

mod calendar;
mod color;
pub mod contract;
mod names;
mod next;
pub mod period;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::meter::group_value::GroupValue;
use crate::meter::label_values::LabelValues;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::quantity::Key;
use crate::meter::reading::Reading;
use crate::meter::source::read;
use crate::meter::value::Value;
use crate::tic::{Frame, Label, Mode, Role};

pub use calendar::Calendar;
pub use contract::Contract;
pub use names::{IndexMeaning, IndexMeanings};
pub use period::TariffPeriod;

use calendar::CalendarMemory;
use color::AnnouncedColor;
use names::PeriodNames;
use next::{NextChanges, PeakWindow, Plan, wall};

/// What is remembered of the tariff.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tariffs {
    #[serde(flatten)]
    calendar: CalendarMemory,
    periods: PeriodNames,
    announced: AnnouncedColor,
    /// The last frame had another NGTF than the accepted one.
    #[serde(skip)]
    is_contract_unsettled: bool,
}

impl Tariffs {
    /// The calendar by the last values of the labels.
    pub fn calendar(&self) -> &Arc<Calendar> {
        self.calendar.calendar()
    }

    /// What the supplier's indexes count. The historique mode has contracts with a fixed order alone. A meter that names no
    /// contract has an unusual one.
    pub fn meanings(&self, contract: Option<Contract>, mode: Mode) -> IndexMeanings {
        let contract = contract.unwrap_or(Contract::Other);
        match mode {
            Mode::Standard => self.periods.meanings(contract),
            Mode::Historique => PeriodNames::default().meanings(contract),
        }
    }

    /// The contract and the index in force.
    fn in_force(&self, context: &Context<'_>) -> Option<(Contract, u8)> {
        let contract = context.contract.filter(|_| !self.is_contract_unsettled)?;
        Some((contract, index_in_force(context.values)?))
    }

    fn next(&self, context: &Context<'_>) -> NextChanges {
        let plan = || {
            let (contract, index) = self.in_force(context)?;
            let now = context.values.get(Label::DATE)?.horodate()?;
            let peaks = peaks(context.values);
            let tempo_day = next::tempo_day(wall(&now)) + 1;
            let plan = Plan {
                now,
                index,
                contract,
                calendar: self.calendar(),
                peaks: &peaks,
                next_color: self.announced.of(tempo_day, &peaks),
                period: &|index| self.periods.period(contract, index),
            };
            // A degraded clock may be hours wrong.
            (!now.is_degraded()).then(|| plan.next())
        };
        plan().unwrap_or_default()
    }
}

/// By NTARF and STGE, or by the one of them that came in the last frame.
fn index_in_force(values: &LabelValues) -> Option<u8> {
    let number = |value: &GroupValue| u8::try_from(value.number()).ok();
    let register = |value: &GroupValue| value.status().tariff_index();
    let fresh = (
        values.fresh(Label::NTARF).and_then(number),
        values.fresh(Label::STGE).and_then(register),
    );
    match fresh {
        (Some(number), Some(register)) => (number == register).then_some(number),
        (Some(index), None) | (None, Some(index)) => Some(index),
        (None, None) => values.get(Label::NTARF).and_then(number),
    }
}

/// The peaks that are announced or run.
fn peaks(values: &LabelValues) -> Vec<PeakWindow> {
    let time = |role: Role| {
        let label = Label::PEAKS.iter().find(|label| label.role() == role)?;
        Some(wall(&values.get(*label)?.horodate()?))
    };
    let peak = |number| {
        let (start, end) = (time(Role::PeakStart(number)), time(Role::PeakEnd(number)));
        (start.is_some() || end.is_some()).then(|| PeakWindow {
            number,
            start: start.unwrap_or(i64::MIN),
            end: end.unwrap_or(i64::MAX),
        })
    };
    (1..=3).filter_map(peak).collect()
}

impl Part for Tariffs {
    fn on_frame(&mut self, frame: &Frame, context: &Context<'_>) -> Save {
        if context.mode == Mode::Historique {
            return Save::Later;
        }
        let values = context.values;
        let accepted = values.get(Label::NGTF).map(GroupValue::text);
        let sent = frame.get(Label::NGTF);
        self.is_contract_unsettled = sent.is_some_and(|group| Some(group.data()) != accepted);
        self.calendar
            .on_frame(values)
            .max(self.periods.on_frame(values))
            .max(self.announced.on_frame(values))
    }

    fn on_timer(&mut self, context: &Context<'_>) {
        self.calendar.parse(context.values);
    }

    /// The other mode has no calendar; the days and names of this one stay what they are.
    fn reset(&mut self, reset: Reset) {
        match reset {
            Reset::Meter => *self = Self::default(),
            Reset::Mode => {
                self.calendar.interrupt();
                self.periods.interrupt();
                self.is_contract_unsettled = false;
            }
        }
    }

    fn fill(&self, context: &Context<'_>, reading: &mut Reading) {
        let contract = context.contract.filter(|_| !self.is_contract_unsettled);
        let word = |contract: Contract| Value::Enum(contract.as_str());
        reading.set(Key::CONTRACT_TYPE, contract.map(word));
        if context.mode == Mode::Historique {
            return;
        }
        reading.set(Key::COLOR_TODAY, read::color(color::of_today(context)));
        let period = self
            .in_force(context)
            .and_then(|(contract, index)| self.periods.period(contract, index));
        reading.set(Key::TARIFF, period.map(read::tariff));
        let off_peak = period.and_then(TariffPeriod::is_off_peak);
        reading.set(Key::OFF_PEAK, off_peak.map(Value::Bool));
        let next = self.next(context);
        reading.set(Key::NEXT_TARIFF, next.tariff.map(read::tariff));
        reading.set(Key::NEXT_TARIFF_TIME, next.time.map(Value::Time));
        reading.set(Key::NEXT_OFF_PEAK_TIME, next.off_peak.map(Value::Time));
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        serde_json::to_value(self).ok()
    }

    fn restore(&mut self, saved: serde_json::Value, _: Mode) {
        *self = serde_json::from_value(saved).unwrap_or_default();
    }
}
