//! The quantities that no single group gives, made from several: a rule each.

use super::contract::Contract;
use super::ledger::{Ledger, OVERRUN};
use super::quantity::Key;
use super::reading::Reading;
use super::source::read;
use super::value::Value;
use crate::tic::{Color, Label, Mode, TariffOption};

/// Fills the rows of `reading` whose source is a rule. The rows that are read from one group are filled already.
pub fn derive(reading: &mut Reading, ledger: &Ledger, mode: Mode, phases: Option<u8>) {
    match mode {
        Mode::Standard => standard(reading, ledger),
        Mode::Historique => historique(reading, ledger, phases),
    }
}

fn standard(reading: &mut Reading, ledger: &Ledger) {
    reading.set(Key::CLOCK_DEGRADED, clock_degraded(ledger).map(Value::Bool));
    reading.set(Key::COLOR_TODAY, read::color(color_of_the_index(ledger)));
}

/// The status register and the season of the clock tell the same thing; either is enough.
fn clock_degraded(ledger: &Ledger) -> Option<bool> {
    let register = ledger
        .get(Label::STGE)
        .map(|content| content.status().clock_degraded());
    let season = ledger
        .get(Label::DATE)
        .and_then(super::ledger::Content::horodate)
        .map(|h| h.is_degraded());
    match (register, season) {
        (None, None) => None,
        (register, season) => Some(register.unwrap_or(false) || season.unwrap_or(false)),
    }
}

/// Tempo counts indexes 1 to 6 in the order off-peak and peak of blue, white, red.
fn color_of_the_index(ledger: &Ledger) -> Option<Color> {
    if Contract::of(ledger, Mode::Standard)? != Contract::Tempo {
        return None;
    }
    match ledger.get(Label::NTARF)?.number() {
        1 | 2 => Some(Color::Blue),
        3 | 4 => Some(Color::White),
        5 | 6 => Some(Color::Red),
        _ => None,
    }
}

fn historique(reading: &mut Reading, ledger: &Ledger, phases: Option<u8>) {
    reading.set(Key::ENERGY, energy(ledger).map(Value::Int));
    reading.set(
        Key::SUBSCRIBED_POWER,
        subscribed_power(ledger, phases).map(Value::Int),
    );
    if OVERRUN.iter().any(|label| ledger.get(*label).is_some()) {
        reading.set(Key::OVER_POWER, Some(Value::Bool(true)));
    } else if OVERRUN.iter().all(|label| ledger.is_missing(*label)) {
        reading.set(Key::OVER_POWER, Some(Value::Bool(false)));
    }
    if ledger.get(Label::PEJP).is_some() {
        reading.set(Key::MOBILE_PEAK_NOTICE, Some(Value::Int(1)));
    } else if ledger.is_missing(Label::PEJP) {
        reading.set(Key::MOBILE_PEAK_NOTICE, Some(Value::Int(0)));
    }
}

/// BASE is the total; another contract sends only its parts, and their sum is the total when all are known.
fn energy(ledger: &Ledger) -> Option<u64> {
    let parts: &[Label] = match TariffOption::parse(ledger.get(Label::OPTARIF)?.text().as_bytes())?
    {
        TariffOption::Base => &[Label::BASE],
        TariffOption::OffPeak => &[Label::HCHC, Label::HCHP],
        TariffOption::Ejp => &[Label::EJPHN, Label::EJPHPM],
        TariffOption::Tempo => &[
            Label::BBRHCJB,
            Label::BBRHPJB,
            Label::BBRHCJW,
            Label::BBRHPJW,
            Label::BBRHCJR,
            Label::BBRHPJR,
        ],
    };
    parts
        .iter()
        .map(|label| {
            ledger
                .get(*label)
                .map(|content| u64::from(content.number()))
        })
        .sum()
}

/// ISOUSC is the subscribed current of one phase, at 200 V (54E, historique mode).
fn subscribed_power(ledger: &Ledger, phases: Option<u8>) -> Option<u64> {
    Some(u64::from(ledger.get(Label::ISOUSC)?.number()) * 200 * u64::from(phases?))
}
