//! The names of the device and its entities, in the language of people.
//!
//! Inputs: the table of quantities, and what is known about the meter. A phase is numbered where there are three. An index of
//! the supplier bears the name of what it counts under the contract, once that is known, and its number until then.

use std::borrow::Cow;

use super::facts::Facts;
use crate::config::Language;
use crate::meter::{IndexMeaning, Interface, Key, word_names};

/// The name of a word; the word itself if it has none.
pub fn shown(word: &'static str, language: Language) -> &'static str {
    word_names(word).map_or(word, |names| match language {
        Language::English => names.english,
        Language::French => names.french,
    })
}

/// The name of an entity.
pub fn entity_name(key: Key, facts: &Facts, language: Language) -> Cow<'static, str> {
    if let Some(name) = index_name(key, facts, language) {
        return name;
    }
    let row = key.row();
    let name = match language {
        Language::French => row.french,
        Language::English => row.english,
    };
    if row.phase != Some(1) || facts.phases == Some(3) {
        return name.into();
    }
    match (name.strip_suffix(" phase 1"), name.strip_prefix("Phase 1 ")) {
        (Some(what), _) => what.into(),
        (None, Some(happens)) => format!("Phase {happens}").into(),
        (None, None) => name.into(),
    }
}

/// What the index of the supplier counts, if it is the entity of one and that is known.
fn index_name(key: Key, facts: &Facts, language: Language) -> Option<Cow<'static, str>> {
    let row = key.row();
    let index = row.number.filter(|_| row.interface == Interface::Tariff)?;
    let counted: Cow<'static, str> = match facts.meanings.get(index)? {
        IndexMeaning::Period(period) => shown(period.as_str(), language).into(),
        IndexMeaning::Named(name) => name.clone().into(),
    };
    let today = match language {
        Language::French => "aujourd’hui",
        Language::English => "today",
    };
    Some(if key.counts().is_some() {
        counted
    } else if key.since_midnight().is_some() {
        format!("{counted} {today}").into()
    } else {
        format!("{counted} (index)").into()
    })
}

/// The name of the entity of events.
pub fn event_name(language: Language) -> &'static str {
    match language {
        Language::French => "Événement",
        Language::English => "Event",
    }
}

/// The names of the devices, for the ids and names of the meters: with the id where several meters have one name.
pub fn device_names<'a>(meters: &[(&'a str, &'a str)]) -> Vec<Cow<'a, str>> {
    let is_shared = |name| meters.iter().filter(|(_, other)| *other == name).count() > 1;
    let device_name = |(id, name): &(&'a str, &'a str)| match is_shared(*name) {
        true => format!("{name} {id}").into(),
        false => (*name).into(),
    };
    meters.iter().map(device_name).collect()
}

/// `Linky single-phase 90 A`, without the parts that are unknown.
pub fn model(facts: &Facts, language: Language) -> String {
    let phases = match (facts.phases, language) {
        (Some(1), Language::French) => " monophasé",
        (Some(1), Language::English) => " single-phase",
        (Some(3), Language::French) => " triphasé",
        (Some(3), Language::English) => " three-phase",
        _ => "",
    };
    let current = match facts.device_type {
        Some(60 | 61 | 63 | 64 | 70 | 71 | 76) => " 60 A",
        Some(62 | 65..=67 | 75) => " 90 A",
        _ => "",
    };
    format!("Linky{phases}{current}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meters_of_one_name_are_told_apart_by_their_ids() {
        assert_eq!(device_names(&[("main", "Linky")]), ["Linky"]);
        let names = device_names(&[("house", "Linky"), ("barn", "Linky"), ("flat", "Flat")]);
        assert_eq!(names, ["Linky house", "Linky barn", "Flat"]);
    }
}
