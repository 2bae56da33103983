//! The names and words that people see.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{announced, component};
use crate::config::Language;
use crate::meter::Key;
use crate::mqtt::discovery::Facts;
use crate::mqtt::discovery::names::entity_name;
use crate::mqtt::samples::{self, Sample};
use crate::tic::Mode;

fn name_of(mode: Mode, lines: &str, key: &str, language: Language) -> Value {
    let snapshot = Sample::new().settled(mode, lines);
    component(&announced(&snapshot, language), key)["name"].clone()
}

#[test]
fn no_two_entities_of_a_meter_have_one_name() {
    for (mode, lines) in [
        (Mode::Standard, samples::single_phase()),
        (Mode::Standard, samples::off_peak()),
        (Mode::Standard, samples::unusual()),
        (Mode::Standard, samples::three_phase()),
        (Mode::Standard, samples::producer()),
        (Mode::Historique, samples::historique()),
        (Mode::Historique, samples::ejp()),
    ] {
        let snapshot = Sample::new().settled(mode, &lines);
        for language in [Language::French, Language::English] {
            let document = announced(&snapshot, language);
            let mut names = HashSet::new();
            for component in document["cmps"].as_object().unwrap().values() {
                assert!(names.insert(component["name"].to_string()), "{component}");
            }
        }
    }
}

#[test]
fn one_phase_is_not_numbered() {
    use samples::{single_phase, three_phase};
    for (lines, key, language, expected) in [
        (single_phase(), "current_l1", Language::English, "Current"),
        (single_phase(), "current_l1", Language::French, "Intensité"),
        (
            three_phase(),
            "current_l1",
            Language::English,
            "Current phase 1",
        ),
        (
            three_phase(),
            "current_l2",
            Language::French,
            "Intensité phase 2",
        ),
    ] {
        assert_eq!(name_of(Mode::Standard, &lines, key, language), expected);
    }
    let facts = Facts {
        phases: Some(1),
        ..Facts::default()
    };
    let lost = |language| entity_name(Key::PHASE_LOST_L1, &facts, language);
    assert_eq!(lost(Language::English), "Phase lost");
    assert_eq!(lost(Language::French), "Phase absente");
}

#[test]
fn an_index_has_the_name_of_what_it_counts() {
    use samples::{ejp, historique, off_peak, three_phase, unusual};
    use {Language::English, Language::French, Mode::Historique, Mode::Standard};
    for (mode, lines, key, language, expected) in [
        (
            Standard,
            off_peak(),
            "energy_tariff_1",
            English,
            "Off-peak hours",
        ),
        (
            Standard,
            off_peak(),
            "energy_tariff_2",
            French,
            "Heures pleines",
        ),
        (
            Standard,
            off_peak(),
            "energy_tariff_2_index",
            French,
            "Heures pleines (index)",
        ),
        (
            Standard,
            off_peak(),
            "energy_today_tariff_1",
            French,
            "Heures creuses aujourd’hui",
        ),
        (
            Standard,
            three_phase(),
            "energy_tariff_1",
            French,
            "Bleu heures creuses",
        ),
        (
            Standard,
            three_phase(),
            "energy_tariff_6",
            English,
            "Red peak hours",
        ),
        (
            Historique,
            historique(),
            "energy_tariff_2",
            French,
            "Heures pleines",
        ),
        (
            Historique,
            ejp(),
            "energy_tariff_2",
            French,
            "Heures de pointe mobile",
        ),
        (
            Standard,
            unusual(),
            "energy_tariff_2",
            French,
            "HC week-end",
        ),
        (
            Standard,
            unusual(),
            "energy_tariff_1",
            French,
            "Énergie, index 1",
        ),
    ] {
        assert_eq!(name_of(mode, &lines, key, language), expected);
    }
}

#[test]
fn words_are_shown_in_the_language() {
    let snapshot = Sample::new().settled(Mode::Standard, &samples::three_phase());
    let french = announced(&snapshot, Language::French);
    let color = component(&french, "color_tomorrow");
    assert_eq!(color["options"], json!(["Bleu", "Blanc", "Rouge"]));
    assert_eq!(
        color["value_template"],
        "{{ {'blue': 'Bleu', 'white': 'Blanc', 'red': 'Rouge'}.get(value_json.get('color_tomorrow')) }}"
    );
    let english = announced(&snapshot, Language::English);
    let color = component(&english, "color_tomorrow");
    assert_eq!(color["options"], json!(["Blue", "White", "Red"]));
}
