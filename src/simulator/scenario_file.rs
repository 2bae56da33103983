//! A scenario as a file of TOML, and those that are shipped.
//!
//! ```text
//! [meter]              mode, phases, contract, producer, power-kva, seed, serial, prm, start, messages,
//!                      degraded-clock, reclose-after
//! [household]          appliances = ["fridge", "car", …]
//! [[event]]            at = "10min", kind = "…", and the keys of that kind:
//!     swap             index                    voltage        volts, duration, phase
//!     mode             mode                     phase-loss     duration, phase
//!     contract         contract                 degraded-clock, open-cover, silence, noise        duration
//!     overrun          va, duration
//! ```
//! A key that does not exist is refused with its line and the nearest one that does, as in the configuration.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::appliance::Appliance;
use super::clock::parse_start;
use super::event::{ScenarioChange, ScenarioEvent};
use super::plan::{Phases, TariffPlan};
use super::scenario::Scenario;
use crate::config::{
    ConfigError, InvalidValue, TableReader, TomlValue, boolean, one_of, parse_duration,
    read_document, text,
};
use crate::tic::Mode;

/// A year: no scenario is longer.
const DURATION_MAX: Duration = Duration::from_secs(366 * 86_400);

const SWAP: &str = "swap";
const MODE: &str = "mode";
const CONTRACT: &str = "contract";
const OVERRUN: &str = "overrun";
const VOLTAGE: &str = "voltage";
const PHASE_LOSS: &str = "phase-loss";
const DEGRADED_CLOCK: &str = "degraded-clock";
const OPEN_COVER: &str = "open-cover";
const SILENCE: &str = "silence";
const NOISE: &str = "noise";

/// The values of the key `kind`.
const KINDS: [&str; 10] = [
    SWAP,
    MODE,
    CONTRACT,
    OVERRUN,
    VOLTAGE,
    PHASE_LOSS,
    DEGRADED_CLOCK,
    OPEN_COVER,
    SILENCE,
    NOISE,
];

macro_rules! shipped {
    ($($name:literal)*) => {
        /// The scenarios that are shipped: name and text.
        pub const SHIPPED_SCENARIOS: &[(&str, &str)] = &[$((
            $name,
            include_str!(concat!("../../docs/examples/scenarios/", $name, ".toml")),
        )),*];
    };
}

shipped! { "hour-change" "line" "producer" "supplier" "swap" "tempo-winter" "three-phase" "trip" "voltage" }

/// Reads a scenario. `name`: that of the file, for messages. `now`: what `start = "now"` means, Unix time.
///
/// # Errors
/// Every fault found in the text.
pub fn parse_scenario(name: &str, text: &str, now: i64) -> Result<Scenario, ConfigError> {
    read_document(name, text, |root| {
        let mut scenario = root.table("meter", |meter| read_meter(meter, now));
        scenario.appliances = root.table("household", |household| {
            household.key("appliances", scenario.appliances.clone(), appliances)
        });
        scenario.events = read_event_list(root);
        scenario
    })
}

/// Reads a file of events alone.
pub(super) fn read_events(name: &str, text: &str) -> Result<Vec<ScenarioEvent>, ConfigError> {
    read_document(name, text, read_event_list)
}

fn read_event_list(root: &mut TableReader<'_>) -> Vec<ScenarioEvent> {
    let events = root.list("event", label, read_event);
    events.into_iter().flatten().collect()
}

#[rustfmt::skip]
fn read_meter(meter: &mut TableReader<'_>, now: i64) -> Scenario {
    let usual = Scenario::default();
    Scenario {
        mode: meter.key("mode", usual.mode, one_of(&Mode::ALL, Mode::as_str)),
        phases: meter.key("phases", usual.phases, phases),
        contract: meter.key("contract", usual.contract, one_of(&TariffPlan::ALL, TariffPlan::as_str)),
        producer: meter.key("producer", usual.producer, boolean),
        power_kva: meter.key("power-kva", usual.power_kva, number(1..=36)),
        seed: meter.key("seed", usual.seed, number(0..=i64::MAX)),
        serial: meter.key("serial", usual.serial, number(0..=999_999)),
        prm: meter.key("prm", usual.prm, number(0..=99_999_999_999_999)),
        start: meter.key("start", usual.start, text(|text| start(text, now))),
        messages: meter.key("messages", usual.messages, boolean),
        degraded_clock: meter.key("degraded-clock", usual.degraded_clock, boolean),
        reclose_after: meter.key("reclose-after", usual.reclose_after, text(seconds)),
        ..usual
    }
}

fn read_event(event: &mut TableReader<'_>) -> Option<ScenarioEvent> {
    let at = event.required("at", text(seconds));
    let kind = event.required("kind", one_of(&KINDS, |kind| kind));
    let is = |kinds: &[&str]| kind.is_some_and(|kind| kinds.contains(&kind));

    let index = optional(event, is(&[SWAP]), "index", number(0..=999_999_999)).unwrap_or(0);
    let mode = required(event, is(&[MODE]), "mode", one_of(&Mode::ALL, Mode::as_str));
    let contracts = one_of(&TariffPlan::ALL, TariffPlan::as_str);
    let contract = required(event, is(&[CONTRACT]), "contract", contracts);
    let va = required(event, is(&[OVERRUN]), "va", number(1..=99_999));
    let volts = required(event, is(&[VOLTAGE]), "volts", number(0..=400));
    let of_phase = is(&[VOLTAGE, PHASE_LOSS]);
    let phase = optional(event, of_phase, "phase", number(1..=3)).unwrap_or(1);
    let lasts = kind.is_some() && !is(&[SWAP, MODE, CONTRACT]);
    let duration = required(event, lasts, "duration", text(seconds));

    let change = match kind? {
        SWAP => ScenarioChange::Swap { index },
        MODE => ScenarioChange::Mode(mode?),
        CONTRACT => ScenarioChange::Contract(contract?),
        OVERRUN => ScenarioChange::Overrun {
            va: va?,
            duration: duration?,
        },
        VOLTAGE => ScenarioChange::Voltage {
            phase,
            volts: volts?,
            duration: duration?,
        },
        PHASE_LOSS => ScenarioChange::PhaseLoss {
            phase,
            duration: duration?,
        },
        DEGRADED_CLOCK => ScenarioChange::DegradedClock {
            duration: duration?,
        },
        OPEN_COVER => ScenarioChange::OpenCover {
            duration: duration?,
        },
        SILENCE => ScenarioChange::Silence {
            duration: duration?,
        },
        _ => ScenarioChange::Noise {
            duration: duration?,
        },
    };
    Some(ScenarioEvent { at: at?, change })
}

/// A key that events of this kind must have, and others must not.
fn required<T>(
    event: &mut TableReader<'_>,
    is_taken: bool,
    name: &'static str,
    read: impl FnOnce(&TomlValue) -> Result<T, InvalidValue>,
) -> Option<T> {
    if is_taken {
        event.required(name, read)
    } else {
        refuse(event, name)
    }
}

/// A key that events of this kind may have, and others must not.
fn optional<T>(
    event: &mut TableReader<'_>,
    is_taken: bool,
    name: &'static str,
    read: impl FnOnce(&TomlValue) -> Result<T, InvalidValue>,
) -> Option<T> {
    if is_taken {
        event.optional(name, read)
    } else {
        refuse(event, name)
    }
}

fn refuse<T>(event: &mut TableReader<'_>, name: &'static str) -> Option<T> {
    event.refuse(name, "no such key in an event of this kind");
    None
}

/// What messages call an event.
fn label(event: &TomlValue) -> &str {
    let TomlValue::Table(table) = event else {
        return "";
    };
    match table.get("kind").map(|entry| &entry.node.value) {
        Some(TomlValue::Text(kind)) => kind,
        _ => "",
    }
}

/// The phases: a number, for it is one.
fn phases(value: &TomlValue) -> Result<Phases, InvalidValue> {
    match value {
        TomlValue::Integer(1) => Ok(Phases::One),
        TomlValue::Integer(3) => Ok(Phases::Three),
        _ => Err(InvalidValue::new("1 or 3")),
    }
}

fn number<T: TryFrom<i64>>(
    range: RangeInclusive<i64>,
) -> impl FnOnce(&TomlValue) -> Result<T, InvalidValue> {
    move |value| {
        let number = match value {
            TomlValue::Integer(number) if range.contains(number) => T::try_from(*number).ok(),
            _ => None,
        };
        let (least, most) = (range.start(), range.end());
        number.ok_or_else(|| InvalidValue::new(format!("a number from {least} to {most}")))
    }
}

fn seconds(text: &str) -> Result<u32, InvalidValue> {
    parse_duration(text, &(Duration::ZERO..=DURATION_MAX))
        .and_then(|duration| u32::try_from(duration.as_secs()).ok())
        .ok_or_else(|| InvalidValue::new("a duration such as \"30s\", \"10min\" or \"2h\""))
}

fn start(text: &str, now: i64) -> Result<i64, InvalidValue> {
    parse_start(text, now)
        .map_err(|_| InvalidValue::new("\"now\", or legal time such as \"2026-01-15T18:30\""))
}

fn appliances(value: &TomlValue) -> Result<Vec<Appliance>, InvalidValue> {
    let words = || Appliance::ALL.map(Appliance::as_str).join(", ");
    let parse = |value: &TomlValue| match value {
        TomlValue::Text(text) => Appliance::ALL
            .into_iter()
            .find(|appliance| appliance.as_str() == text),
        _ => None,
    };
    let list = match value {
        TomlValue::List(items) => items.iter().map(|item| parse(&item.value)).collect(),
        _ => None,
    };
    list.ok_or_else(|| InvalidValue::new(format!("a list of any of {}", words())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_can_be_simulated() {
        for (name, text) in SHIPPED_SCENARIOS {
            let scenario = parse_scenario(name, text, 0).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(scenario.check(), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_line() {
        for (text, message) in [
            (
                "[meter]\nmod = \"standard\"",
                "t.toml:2:1: meter.mod: found an unknown key, expected \"mode\", the nearest valid key",
            ),
            (
                "[[event]]\nkind = \"swap\"",
                "t.toml:1:1: event[swap]: found no key \"at\", expected a line at = …",
            ),
            (
                "[[event]]\nat = \"1min\"\nkind = \"swap\"\nvolts = 3",
                "t.toml:4:9: event[swap].volts: found 3, expected no such key in an event of this kind",
            ),
            (
                "[[event]]\nat = \"1m\"\nkind = \"silence\"\nduration = \"1s\"",
                "expected a duration such as \"30s\"",
            ),
            (
                "[household]\nappliances = [\"sauna\"]",
                "a list of any of standby, fridge",
            ),
            ("[meter]\nphases = 2", "expected 1 or 3"),
        ] {
            let error = parse_scenario("t.toml", text, 0).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
