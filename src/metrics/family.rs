//! The rule that makes metric names of the table of quantities.
//!
//! ```text
//! key           energy_counter_tariff_1            voltage_l1      link          next_tariff_time
//! the word      energy_tariff_1  (of a counter)
//! the number    energy_tariff  tariff="1"          voltage phase="1"
//! the word      phase_, index, state, timestamp    phase_voltage   link_state    next_tariff_timestamp
//! the unit      energy_tariff_watt_hours           phase_voltage_volts           next_tariff_timestamp_seconds
//! the sample    linky_energy_tariff_watt_hours_total
//! ```
//!
//! - A number in a key is a label, named by the word before it; `l1` is phase 1, `q1` quadrant 1. The parts of a whole are a
//!   family of their own, so that a sum over a family counts nothing twice.
//! - A counter has the name without the word `counter`, and the index that it counts on ends in `index`.
//! - Units are written out. Those that Prometheus has a base for are converted: % to a ratio, minutes to seconds, times to
//!   seconds since 1970.
//! - An enum is a sample for each of its words, 1 for the one that holds; yes and no are 1 and 0.
//! - Texts have no metric, and of what only identifies a state in JSON only the time has one.

use core::fmt;

use crate::meter::{HomeAssistant, Interface, Key, Kind, Quantity, StateClass, Value};

/// What the name of each begins with.
pub const PREFIX: &str = "linky_";

/// What its samples are, to a scraper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleType {
    /// It grows, or starts anew.
    Counter,
    /// It may be any number.
    Gauge,
    /// It is 1, and its labels are what it is for.
    Info,
}

impl SampleType {
    /// What the names of its samples end in, behind that of the family.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Counter => "_total",
            Self::Gauge => "",
            Self::Info => "_info",
        }
    }
}

/// How a value becomes a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Whole,
    /// Percent, as a ratio.
    Ratio,
    /// Minutes, as seconds.
    Minutes,
    /// 0 or 1.
    Flag,
    /// One of these words: a sample for each.
    Words(&'static [&'static str]),
    /// A moment, as seconds since 1970.
    Moment,
}

/// The samples of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The name, without the suffix of its samples.
    pub name: String,
    /// The unit, which the name ends in; empty if there is none.
    pub unit: &'static str,
    /// Their type.
    pub sample_type: SampleType,
    /// What it is, for people.
    pub help: String,
    /// How its values become numbers.
    pub form: Form,
    /// The quantities that it shows, each with its label if they are several.
    pub members: Vec<(Key, Option<(&'static str, &'static str)>)>,
}

impl Family {
    /// Those of all quantities that have one, in the order of the table.
    pub fn all() -> Vec<Self> {
        let mut families: Vec<Self> = Vec::new();
        for key in Key::all() {
            let Some(family) = Self::of(key) else {
                continue;
            };
            match families.iter_mut().find(|known| known.name == family.name) {
                Some(known) => known.members.extend(family.members),
                None => families.push(family),
            }
        }
        families
    }

    /// The one of a single quantity.
    pub fn of(key: Key) -> Option<Self> {
        let row = key.row();
        let form = form(row)?;
        let (unit, unit_in_key) = unit(row);
        let mut words: Vec<&'static str> = row.key.split('_').collect();
        if key == Key::TIME {
            words = vec!["update", "time"];
        }
        if key.counts().is_some() {
            words.retain(|word| *word != "counter");
        }
        let label = take_number(&mut words);
        if Key::all().any(|other| other.counts() == Some(key)) {
            words.push("index");
        }
        match form {
            Form::Words(_) => words.push("state"),
            Form::Moment => {
                words.pop_if(|word| *word == "time");
                words.push("timestamp");
            }
            _ => {}
        }
        words.pop_if(|word| *word == unit_in_key);
        words.extend((!unit.is_empty()).then_some(unit));
        Some(Self {
            name: format!("{PREFIX}{}", words.join("_")),
            unit,
            sample_type: sample_type(key),
            help: help(row, label.map(|(_, number)| number), form),
            form,
            members: vec![(key, label)],
        })
    }
}

/// The name of its samples, with the label of its first quantity.
impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.sample_type.suffix())?;
        match (self.form, self.members.first()) {
            (Form::Words(_), _) => f.write_str("{state=…}"),
            (_, Some((_, Some((label, value))))) => write!(f, "{{{label}=\"{value}\"}}"),
            _ => Ok(()),
        }
    }
}

fn form(row: &Quantity) -> Option<Form> {
    if row.is_private() || (row.interface == Interface::Json && row.kind != Kind::Time) {
        return None;
    }
    Some(match row.kind {
        Kind::Text => return None,
        Kind::Bool => Form::Flag,
        Kind::Enum(words) => Form::Words(words),
        Kind::Time => Form::Moment,
        Kind::Int | Kind::Uint64 | Kind::Count | Kind::Signed => match row.unit {
            "%" => Form::Ratio,
            "min" => Form::Minutes,
            _ => Form::Whole,
        },
    })
}

/// The unit, and the word that the key has for it, if it has one.
fn unit(row: &Quantity) -> (&'static str, &'static str) {
    if row.kind == Kind::Time {
        return ("seconds", "");
    }
    match row.unit {
        "Wh" => ("watt_hours", ""),
        "varh" => ("var_hours", ""),
        "VA" => ("voltamperes", ""),
        "W" => ("watts", ""),
        "A" => ("amperes", ""),
        "V" => ("volts", ""),
        "s" => ("seconds", ""),
        "min" => ("seconds", "minutes"),
        "%" => ("ratio", ""),
        _ => ("", ""),
    }
}

/// Takes the number out of the words of a key, and gives it as a label.
fn take_number(words: &mut Vec<&'static str>) -> Option<(&'static str, &'static str)> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let place = words
        .iter()
        .position(|word| is_number(word.strip_prefix(['l', 'q']).unwrap_or(word)))?;
    let before = place
        .checked_sub(1)
        .and_then(|before| words.get(before).copied());
    let word = words.remove(place);
    if let Some(number) = word.strip_prefix('l') {
        if words.first() != Some(&"phase") {
            words.insert(0, "phase");
        }
        return Some(("phase", number));
    }
    match word.strip_prefix('q') {
        Some(number) => Some(("quadrant", number)),
        None => Some((before?, word)),
    }
}

fn sample_type(key: Key) -> SampleType {
    let row = key.row();
    let is_total = matches!(
        row.home_assistant,
        HomeAssistant::Entity(entity) if entity.state == Some(StateClass::TotalIncreasing)
    );
    // What starts anew each midnight is no counter: its rate over midnight would be wrong.
    let counts = row.kind == Kind::Count || (is_total && key.since_midnight().is_none());
    if counts {
        SampleType::Counter
    } else {
        SampleType::Gauge
    }
}

fn help(row: &Quantity, number: Option<&str>, form: Form) -> String {
    let name = match number {
        None if row.interface == Interface::Json => "Time of this state".to_owned(),
        Some(number) => row.english.replace(&format!(" {number}"), " n"),
        None => row.english.to_owned(),
    };
    match form {
        Form::Words(_) => format!("{name}: 1 for the state that holds"),
        Form::Moment => format!("{name}, in seconds since 1970"),
        Form::Flag => format!("{name}: 1 or 0"),
        Form::Whole | Form::Ratio | Form::Minutes => name,
    }
}

impl Form {
    /// The number of a value that is not one of several words; `None` if the value is of another kind.
    pub fn number(self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Whole, Value::Int(number)) => Some(number.to_string()),
            (Self::Whole, Value::Signed(number)) => Some(number.to_string()),
            (Self::Ratio, Value::Int(percent)) => {
                Some(format!("{}.{:02}", percent / 100, percent % 100))
            }
            (Self::Minutes, Value::Int(minutes)) => Some(minutes.saturating_mul(60).to_string()),
            (Self::Flag, Value::Bool(flag)) => Some(u8::from(*flag).to_string()),
            (Self::Moment, moment) => Some(seconds(moment.micros()?)),
            _ => None,
        }
    }
}

/// Microseconds as seconds, with milliseconds if there are any.
fn seconds(micros: i64) -> String {
    let (seconds, millis) = (
        micros.div_euclid(1_000_000),
        micros.rem_euclid(1_000_000) / 1000,
    );
    if millis == 0 || seconds < 0 {
        seconds.to_string()
    } else {
        format!("{seconds}.{millis:03}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn name(key: Key) -> String {
        let family = Family::of(key).unwrap();
        match family.members[0].1 {
            Some((label, number)) => format!("{}{{{label}={number:?}}}", family.name),
            None => family.name,
        }
    }

    #[test]
    fn names_are_made_by_the_rule() {
        for (key, expected) in [
            (Key::ENERGY_COUNTER, "linky_energy_watt_hours"),
            (Key::ENERGY, "linky_energy_index_watt_hours"),
            (
                Key::ENERGY_COUNTER_TARIFF_10,
                "linky_energy_tariff_watt_hours{tariff=\"10\"}",
            ),
            (
                Key::ENERGY_TARIFF_2,
                "linky_energy_tariff_index_watt_hours{tariff=\"2\"}",
            ),
            (
                Key::ENERGY_COUNTER_INJECTED,
                "linky_energy_injected_watt_hours",
            ),
            (
                Key::ENERGY_TODAY_TARIFF_1,
                "linky_energy_today_tariff_watt_hours{tariff=\"1\"}",
            ),
            (Key::APPARENT_POWER, "linky_apparent_power_voltamperes"),
            (
                Key::APPARENT_POWER_L1,
                "linky_phase_apparent_power_voltamperes{phase=\"1\"}",
            ),
            (Key::VOLTAGE_L3, "linky_phase_voltage_volts{phase=\"3\"}"),
            (Key::PHASE_LOST_L2, "linky_phase_lost{phase=\"2\"}"),
            (
                Key::VOLTAGE_MEAN_L1_TIME,
                "linky_phase_voltage_mean_timestamp_seconds{phase=\"1\"}",
            ),
            (
                Key::REACTIVE_ENERGY_Q4,
                "linky_reactive_energy_var_hours{quadrant=\"4\"}",
            ),
            (Key::RELAY_3, "linky_relay{relay=\"3\"}"),
            (
                Key::MOBILE_PEAK_1_START,
                "linky_mobile_peak_start_timestamp_seconds{peak=\"1\"}",
            ),
            (
                Key::MOBILE_PEAK_NOTICE_MINUTES,
                "linky_mobile_peak_notice_seconds",
            ),
            (
                Key::POWER_HEADROOM_60S,
                "linky_power_headroom_60s_voltamperes",
            ),
            (Key::BREAKER_LOAD, "linky_breaker_load_ratio"),
            (Key::LINK, "linky_link_state"),
            (Key::TIME, "linky_update_timestamp_seconds"),
            (Key::METER_TIME, "linky_meter_timestamp_seconds"),
            (Key::FRAMES_RECEIVED, "linky_frames_received"),
            (Key::OVER_POWER, "linky_over_power"),
        ] {
            assert_eq!(name(key), expected);
        }
    }

    #[test]
    fn no_text_and_no_identifier_has_a_metric() {
        for key in Key::all() {
            let row = key.row();
            let is_expected = row.kind != Kind::Text
                && !row.is_private()
                && (row.interface != Interface::Json || key == Key::TIME);
            assert_eq!(Family::of(key).is_some(), is_expected, "{key:?}");
        }
    }

    #[test]
    fn the_members_of_a_family_differ_in_one_label_and_share_all_else() {
        for family in Family::all() {
            let labels: BTreeMap<_, _> = family.members.iter().filter_map(|(_, l)| *l).collect();
            let values: BTreeSet<_> = family.members.iter().map(|(_, label)| *label).collect();
            assert_eq!(values.len(), family.members.len(), "{}", family.name);
            assert!(labels.len() <= 1, "{}: {labels:?}", family.name);
            assert_eq!(
                labels.is_empty(),
                family.members.iter().all(|(_, label)| label.is_none())
            );
            for (key, _) in &family.members {
                let own = Family::of(*key).unwrap();
                assert_eq!(
                    (own.unit, own.sample_type, own.form, &own.help),
                    (family.unit, family.sample_type, family.form, &family.help)
                );
            }
            assert!(family.unit.is_empty() || family.name.ends_with(&format!("_{}", family.unit)));
        }
    }

    #[test]
    fn counters_are_what_only_grows() {
        let counters = |family: &Family| family.sample_type == SampleType::Counter;
        let names: Vec<_> = Family::all().into_iter().filter(counters).collect();
        for (key, is_counter) in [
            (Key::ENERGY_COUNTER, true),
            (Key::ENERGY_COUNTER_TARIFF_1, true),
            (Key::REACTIVE_ENERGY_Q1, true),
            (Key::PARITY_ERRORS, true),
            (Key::ENERGY, false),
            (Key::ENERGY_TODAY, false),
            (Key::ENERGY_TODAY_TARIFF_1, false),
            (Key::POWER, false),
        ] {
            let found = names
                .iter()
                .any(|family| family.members.iter().any(|(member, _)| *member == key));
            assert_eq!(found, is_counter, "{key:?}");
        }
    }

    #[test]
    fn help_is_the_same_for_each_number() {
        let help = |key| Family::of(key).unwrap().help;
        assert_eq!(help(Key::CURRENT_L2), "Current phase n");
        assert_eq!(help(Key::ENERGY_COUNTER_TARIFF_10), "Energy, tariff n");
        assert_eq!(help(Key::RELAY_1), "Relay n: 1 or 0");
    }

    #[test]
    fn values_become_numbers() {
        use crate::meter::{Time, Timestamp};
        for (form, value, expected) in [
            (Form::Whole, Value::Int(u64::MAX), "18446744073709551615"),
            (Form::Whole, Value::Signed(-450), "-450"),
            (Form::Ratio, Value::Int(7), "0.07"),
            (Form::Ratio, Value::Int(130), "1.30"),
            (Form::Minutes, Value::Int(30), "1800"),
            (Form::Flag, Value::Bool(true), "1"),
            (
                Form::Moment,
                Value::Instant(Timestamp(1_795_518_951_042_000)),
                "1795518951.042",
            ),
            (
                Form::Moment,
                Value::Time(Time::new(1_795_518_951, 3600)),
                "1795518951",
            ),
        ] {
            assert_eq!(form.number(&value).as_deref(), Some(expected));
        }
        assert_eq!(Form::Whole.number(&Value::Bool(true)), None);
    }
}
