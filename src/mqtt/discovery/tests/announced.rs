//! Which entities are announced of a meter, by its mode and its contract, and which are enabled.

use std::collections::{BTreeMap, HashSet};

use super::{announced, component};
use crate::config::Language;
use crate::mqtt::discovery::Facts;
use crate::mqtt::samples::{self, Sample};
use crate::tic::Mode;

/// The names of the entities that are announced for these frames.
fn names(mode: Mode, lines: &str) -> HashSet<String> {
    let snapshot = Sample::new().settled(mode, lines);
    let document = announced(&snapshot, Language::French);
    let components = document["cmps"].as_object().unwrap();
    for (key, is_one_of_a_contract) in [
        ("energy_tariff_2", true),
        ("color_today", true),
        ("mobile_peak_active", true),
        ("injecting", true),
        ("status_register", false),
    ] {
        if let Some(component) = components.get(key) {
            let is_enabled = component.get("enabled_by_default").is_none();
            assert_eq!(is_enabled, is_one_of_a_contract, "{key}");
        }
    }
    components.keys().cloned().collect()
}

#[test]
fn the_contract_decides_which_entities_are_announced_and_they_are_enabled() {
    let ejp = samples::single_phase().replace("NGTF|      BASE      ", "NGTF|      EJP       ");
    let off_peak =
        samples::single_phase().replace("NGTF|      BASE      ", "NGTF|H PLEINE/CREUSE ");
    let meters = [
        samples::single_phase(),
        off_peak,
        ejp,
        samples::three_phase(),
        samples::producer(),
    ]
    .map(|lines| names(Mode::Standard, &lines));
    // Under BASE, HC, EJP, Tempo, of a producer.
    for (key, expected) in [
        ("energy", [true; 5]),
        ("energy_tariff_1", [false, true, true, true, true]),
        ("energy_tariff_1_index", [false, true, true, true, true]),
        ("energy_today_tariff_1", [false, true, true, true, true]),
        ("energy_tariff_2", [false, true, true, true, false]),
        ("energy_tariff_3", [false, false, false, true, true]),
        ("energy_tariff_6", [false, false, false, true, false]),
        ("energy_tariff_7", [false; 5]),
        ("color_today", [false, false, false, true, false]),
        ("color_tomorrow", [false, false, false, true, false]),
        ("mobile_peak_active", [false, false, true, false, false]),
        (
            "mobile_peak_notice_active",
            [false, false, true, false, false],
        ),
        ("mobile_peak_1_start", [false, false, true, true, false]),
        ("off_peak", [false, true, false, true, true]),
        ("next_tariff_time", [false, true, true, true, true]),
        ("next_off_peak_time", [false, true, false, true, true]),
        ("energy_injected", [false, false, false, false, true]),
        ("injecting", [false, false, false, false, true]),
        ("producer", [true; 5]),
        ("status_register", [true; 5]),
    ] {
        let found: Vec<bool> = meters.iter().map(|names| names.contains(key)).collect();
        assert_eq!(found, expected, "{key}");
    }
}

#[test]
fn each_mode_announces_only_what_it_has_a_source_for() {
    let historique = names(Mode::Historique, &samples::historique());
    let standard = names(Mode::Standard, &samples::single_phase());
    for (key, is_in_historique, is_in_standard) in [
        ("link", true, true),
        ("mode", true, true),
        ("frames_received", true, true),
        ("status_word", true, false),
        ("subscribed_current", true, false),
        ("schedule_group", true, false),
        ("clock_degraded", false, true),
        ("clock_drift", false, true),
        ("producer", false, true),
        ("message", false, true),
        ("message_short", false, true),
        ("meter_time", false, true),
        ("tic_version", false, true),
        ("voltage_l1", false, true),
        ("mobile_peak_notice_minutes", false, false),
        ("current_l2", false, false),
    ] {
        assert_eq!(historique.contains(key), is_in_historique, "{key}");
        assert_eq!(standard.contains(key), is_in_standard, "{key}");
    }
}

#[test]
fn the_only_period_of_historique_mode_has_no_number() {
    let base = samples::historique()
        .replace("HC..", "BASE")
        .replace("HP..", "TH..");
    let base = base.replace("HCHC|000001000\nHCHP|000002000", "BASE|000003000");
    assert!(!names(Mode::Historique, &base).contains("tariff_index"));
    assert!(names(Mode::Historique, &samples::historique()).contains("tariff_index"));
}

/// Not a key that the state lacks: a template of Home Assistant would find nothing.
#[test]
fn what_is_announced_is_in_the_state() {
    for (mode, lines) in [
        (Mode::Historique, samples::historique()),
        (Mode::Standard, samples::single_phase()),
        (Mode::Standard, samples::three_phase()),
        (Mode::Standard, samples::producer()),
    ] {
        let snapshot = Sample::new().settled(mode, &lines);
        let mut facts = Facts::default();
        facts.update(&snapshot);
        assert!(facts.usage.keys().all(|key| snapshot.keys.contains(key)));
    }
}

#[test]
fn a_meter_that_names_no_contract_announces_the_indexes_that_count() {
    let lines: String = samples::single_phase()
        .lines()
        .filter(|line| !line.starts_with("NGTF"))
        .map(|line| format!("{line}\n"))
        .collect();
    let lines = lines.replace("EASF04|000000000", "EASF04|000000009");
    let names = names(Mode::Standard, &lines);
    for (key, is_announced) in [
        ("energy_tariff_1", true),
        ("energy_tariff_2", false),
        ("energy_tariff_4", true),
    ] {
        assert_eq!(names.contains(key), is_announced, "{key}");
    }
}

/// What people see first, of the usual house.
#[test]
fn a_single_phase_house_with_off_peak_hours_has_nineteen_entities_enabled() {
    let snapshot = Sample::new().settled(Mode::Standard, &samples::off_peak());
    let document = announced(&snapshot, Language::French);
    let components = document["cmps"].as_object().unwrap();
    let enabled = components
        .iter()
        .filter(|(_, component)| component.get("enabled_by_default").is_none());
    let enabled: BTreeMap<&str, &str> = enabled
        .map(|(id, component)| (id.as_str(), component["name"].as_str().unwrap()))
        .collect();
    let expected = BTreeMap::from([
        ("energy", "Énergie consommée"),
        ("energy_tariff_1", "Heures creuses"),
        ("energy_tariff_2", "Heures pleines"),
        ("power", "Puissance (estimée)"),
        ("apparent_power", "Puissance apparente"),
        ("apparent_power_max", "Puissance maximale du jour"),
        ("current_l1", "Intensité"),
        ("voltage_l1", "Tension"),
        ("tariff", "Période tarifaire en cours"),
        ("off_peak", "Heures creuses en cours"),
        ("next_off_peak_time", "Prochaines heures creuses"),
        ("contract_type", "Type de contrat"),
        ("subscribed_power", "Puissance souscrite"),
        ("over_power", "Dépassement de puissance"),
        ("over_voltage", "Surtension"),
        ("breaker", "Coupure par le compteur"),
        ("dry_contact", "Contact sec"),
        ("link", "Liaison avec le compteur"),
        ("event", "Événement"),
    ]);
    assert_eq!(enabled, expected);
}

#[test]
fn identifiers_are_announced_only_if_they_may_be_shown() {
    let lines = samples::single_phase();
    let withheld = announced(
        &Sample::new().settled(Mode::Standard, &lines),
        Language::French,
    );
    let text = withheld.to_string();
    assert!(!text.contains("041875000000") && !text.contains("delivery_point"));
    let shown = Sample::with_identifiers(true).settled(Mode::Standard, &lines);
    let shown = announced(&shown, Language::French);
    assert_eq!(shown["dev"]["serial_number"], "041875000000");
    assert!(component(&shown, "delivery_point").is_object());
    assert!(
        !shown.to_string().contains("99000000000001"),
        "only its name"
    );
}
