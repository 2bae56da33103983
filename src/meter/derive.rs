//! From the values of labels to quantities: those that a single label gives, and those that are made from several by a rule.

use std::sync::LazyLock;

use super::label_values::LabelValues;
use super::part::{Context, Part, Reset};
use super::quantity::Key;
use super::reading::Reading;
use super::source::read::Read;
use super::value::Value;
use crate::tic::{Label, Mode, TariffOption};

/// A row that is read from a single label: the first of these that is known.
type ReadRow = (Key, &'static [Label], Read);

/// These rows of a mode.
fn read_rows(mode: Mode) -> &'static [ReadRow] {
    static STANDARD: LazyLock<Vec<ReadRow>> = LazyLock::new(|| list(Mode::Standard));
    static HISTORIQUE: LazyLock<Vec<ReadRow>> = LazyLock::new(|| list(Mode::Historique));
    fn list(mode: Mode) -> Vec<ReadRow> {
        let row = |key: Key| {
            let source = key.row().source(mode);
            Some((key, source.labels(), source.read()?))
        };
        Key::all().filter_map(row).collect()
    }
    match mode {
        Mode::Standard => &STANDARD,
        Mode::Historique => &HISTORIQUE,
    }
}

/// Fills the quantities that a single label gives.
impl Part for LabelValues {
    fn reset(&mut self, reset: Reset) {
        match reset {
            Reset::Mode => *self = Self::default(),
            Reset::Meter => self.forget(),
        }
    }

    fn fill(&self, context: &Context<'_>, reading: &mut Reading) {
        for (key, labels, read) in read_rows(context.mode) {
            reading.set(*key, self.first(labels).and_then(read));
        }
    }
}

/// Fills the rows of `reading` whose source is a rule. The rows that are read from one group are filled already.
pub fn derive(reading: &mut Reading, context: &Context<'_>) {
    match context.mode {
        Mode::Standard => standard(reading, context),
        Mode::Historique => historique(reading, context.values, context.phases),
    }
}

fn standard(reading: &mut Reading, context: &Context<'_>) {
    let degraded = clock_degraded(context.values).map(Value::Bool);
    reading.set(Key::CLOCK_DEGRADED, degraded);
}

/// The status register and the season of the clock hold the same fact; either is enough.
fn clock_degraded(values: &LabelValues) -> Option<bool> {
    let register = values
        .get(Label::STGE)
        .map(|content| content.status().clock_degraded());
    let season = values
        .get(Label::DATE)
        .and_then(super::group_value::GroupValue::horodate)
        .map(|h| h.is_degraded());
    match (register, season) {
        (None, None) => None,
        (register, season) => Some(register.unwrap_or(false) || season.unwrap_or(false)),
    }
}

fn historique(reading: &mut Reading, values: &LabelValues, phases: Option<u8>) {
    reading.set(Key::ENERGY, energy(values).map(Value::Int));
    reading.set(
        Key::SUBSCRIBED_POWER,
        subscribed_power(values, phases).map(Value::Int),
    );
    if Label::OVERRUN
        .iter()
        .any(|label| values.get(*label).is_some())
    {
        reading.set(Key::OVER_POWER, Some(Value::Bool(true)));
    } else if Label::OVERRUN.iter().all(|label| values.is_missing(*label)) {
        reading.set(Key::OVER_POWER, Some(Value::Bool(false)));
    }
    if values.get(Label::PEJP).is_some() {
        reading.set(Key::MOBILE_PEAK_NOTICE, Some(Value::Int(1)));
    } else if values.is_missing(Label::PEJP) {
        reading.set(Key::MOBILE_PEAK_NOTICE, Some(Value::Int(0)));
    }
}

/// BASE is the total; another contract sends only its parts, and their sum is the total when all are known.
pub fn energy(values: &LabelValues) -> Option<u64> {
    let option = TariffOption::parse(values.get(Label::OPTARIF)?.text().as_bytes())?;
    let parts = Label::of_option(option);
    parts
        .iter()
        .map(|label| {
            values
                .get(*label)
                .map(|content| u64::from(content.number()))
        })
        .sum()
}

/// ISOUSC is the subscribed current of one phase, at 200 V (54E, historique mode).
fn subscribed_power(values: &LabelValues, phases: Option<u8>) -> Option<u64> {
    Some(u64::from(values.get(Label::ISOUSC)?.number()) * 200 * u64::from(phases?))
}
