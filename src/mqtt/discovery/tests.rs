use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::{env, fs};

use super::super::samples::{self, Sample};
use super::*;
use crate::meter::quantity::TABLE;
use crate::meter::{Quantity, Snapshot};
use crate::tic::Mode;

fn device(language: Language) -> AnnouncedDevice {
    AnnouncedDevice {
        id: "main".to_owned(),
        name: "Linky".to_owned(),
        language,
        state: "linky/main/state".into(),
        event: "linky/main/event".into(),
        availability: "linky/main/availability".into(),
        bridge: "linky/bridge/host/availability".into(),
    }
}

fn announced(snapshot: &Snapshot, language: Language) -> Value {
    let mut facts = Facts::default();
    facts.update(snapshot);
    assert!(facts.usage.is_complete_in(snapshot.mode));
    announcement(&device(language), &facts).document(&[])
}

fn component<'a>(announcement: &'a Value, key: &str) -> &'a Value {
    &announcement["cmps"][key]
}

/// The document with a line for each of its keys, and for each component.
fn in_lines(document: &Value) -> String {
    let line = |(key, value): (&String, &Value)| format!("{}: {value}", json!(key));
    let root = document.as_object().unwrap();
    let head = root.iter().filter(|(key, _)| *key != "cmps").map(line);
    let components = root["cmps"].as_object().unwrap().iter().map(line);
    let components: Vec<String> = components.collect();
    let cmps = format!("\"cmps\": {{\n{}\n}}", components.join(",\n"));
    let lines: Vec<String> = head.chain([cmps]).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// Compares with `tests/golden/discovery/<name>.json`; with `UPDATE_GOLDEN=1` writes it.
fn assert_golden(name: &str, document: &Value) {
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let found = in_lines(document).replace(&version, "\"VERSION\"");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/discovery")
        .join(name)
        .with_extension("json");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    for (expected, found) in expected.lines().zip(found.lines()) {
        assert_eq!(expected, found, "{}", path.display());
    }
    assert_eq!(expected, found, "{}", path.display());
}

#[test]
fn what_each_kind_of_meter_announces() {
    let settled = |mode, lines: String| Sample::new().settled(mode, &lines);
    for (name, snapshot, language) in [
        (
            "single-phase-base",
            settled(Mode::Standard, samples::single_phase()),
            Language::French,
        ),
        (
            "three-phase-tempo",
            settled(Mode::Standard, samples::three_phase()),
            Language::English,
        ),
        (
            "producer",
            settled(Mode::Standard, samples::producer()),
            Language::French,
        ),
        (
            "single-phase-off-peak",
            settled(Mode::Standard, samples::off_peak()),
            Language::English,
        ),
        (
            "single-phase-unusual",
            settled(Mode::Standard, samples::unusual()),
            Language::French,
        ),
        (
            "historique",
            settled(Mode::Historique, samples::historique()),
            Language::French,
        ),
        (
            "historique-ejp",
            settled(Mode::Historique, samples::ejp()),
            Language::French,
        ),
    ] {
        assert_golden(name, &announced(&snapshot, language));
    }
}

/// The units that Home Assistant accepts for each device class. An entity with another is refused.
fn units_of(class: &str) -> &'static [&'static str] {
    match class {
        "energy" => &["Wh", "kWh", "MWh"],
        "reactive_energy" => &["varh", "kvarh"],
        "apparent_power" => &["VA", "kVA"],
        "power" => &["W", "kW"],
        "current" => &["A", "mA"],
        "voltage" => &["V", "mV"],
        "duration" => &["d", "h", "min", "s", "ms"],
        "enum" | "timestamp" | "connectivity" | "opening" | "problem" => &[""],
        "" => &["", "%"],
        class => panic!("{class} is no device class that is known here"),
    }
}

#[test]
fn every_unit_fits_its_class_and_every_class_its_state_class() {
    for key in Key::all() {
        let row = key.row();
        let HomeAssistant::Entity(entity) = row.home_assistant else {
            continue;
        };
        let Entity {
            binary,
            class,
            state,
            under,
            ..
        } = entity;
        assert!(units_of(class).contains(&row.unit), "{}", row.key);
        let is_binary = ["connectivity", "opening", "problem"].contains(&class);
        assert!(binary == is_binary || class.is_empty(), "{}", row.key);
        if class == "energy" || class == "reactive_energy" {
            // An index that has a counter beside it may jump: no statistics are made of it.
            let is_raw = under.is_some() && key.counts().is_none();
            let expected = (!is_raw).then_some(StateClass::TotalIncreasing);
            assert_eq!(state, expected, "{}", row.key);
        }
        if binary || class == "enum" || class == "timestamp" || matches!(row.kind, Kind::Text) {
            assert_eq!(state, None, "{}", row.key);
        }
        assert_eq!(
            class.is_empty() || class == "enum",
            entity.icon.is_some(),
            "{}",
            row.key
        );
        assert_eq!(class == "timestamp", row.kind == Kind::Time, "{}", row.key);
        assert_eq!(
            class == "enum",
            matches!(row.kind, Kind::Enum(_)) && !binary,
            "{}",
            row.key
        );
    }
}

#[test]
fn no_two_entities_have_one_id() {
    let ids: HashSet<&str> = TABLE.iter().map(Quantity::entity_id).collect();
    assert_eq!(ids.len(), TABLE.len());
}

/// The energies that people chose in their dashboards go on as counters, under the ids that they have.
#[test]
fn an_energy_of_home_assistant_is_a_counter() {
    let snapshot = Sample::new().settled(Mode::Standard, &samples::single_phase());
    let document = announced(&snapshot, Language::French);
    let energy = component(&document, "energy");
    assert_eq!(energy["unique_id"], "linky_main_energy");
    assert_eq!(
        energy["value_template"],
        "{{ value_json.get('energy_counter') }}"
    );
    let index = component(&document, "energy_index");
    assert_eq!(index["value_template"], "{{ value_json.get('energy') }}");
    assert_eq!(index["entity_category"], "diagnostic");
}

#[test]
fn the_root_holds_only_what_home_assistant_2024_12_knows() {
    let snapshot = Sample::new().settled(Mode::Standard, &samples::three_phase());
    let document = announced(&snapshot, Language::French);
    let known = HashSet::from([
        "o",
        "dev",
        "cmps",
        "state_topic",
        "availability",
        "availability_mode",
    ]);
    for key in document.as_object().unwrap().keys() {
        assert!(known.contains(key.as_str()), "{key}");
    }
    let size = document.to_string().len();
    assert!(size < 64 * 1024, "{size}");
}

#[test]
fn a_meter_without_a_frame_announces_only_its_reception() {
    let document = announced(&Sample::new().last(), Language::English);
    assert_eq!(
        component(&document, "link")["value_template"],
        "{{ value_json.get('link') == 'receiving' }}"
    );
    assert_eq!(document["dev"]["model"], "Linky");
    assert_eq!(document["cmps"].get("energy"), None);
}

#[test]
fn entities_of_the_link_need_only_the_daemon() {
    let snapshot = Sample::new().settled(Mode::Standard, &samples::single_phase());
    let document = announced(&snapshot, Language::French);
    for key in ["link", "mode", "frames_received", "frames_damaged", "event"] {
        assert_eq!(
            component(&document, key)["availability"],
            json!([{"topic": "linky/bridge/host/availability"}]),
            "{key}"
        );
    }
    assert_eq!(component(&document, "energy").get("availability"), None);
    assert_eq!(document["availability"].as_array().unwrap().len(), 2);
}

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

#[test]
fn facts_are_settled_when_they_have_stood_for_some_frames() {
    let mut sample = Sample::new();
    let mut learnt = LearntFacts::default();
    let mut learn = |lines: &str| learnt.update(&sample.frame(Mode::Standard, lines).snapshot);
    let mut found = Vec::new();
    for _ in 0..20 {
        found.push(learn(&samples::single_phase()));
    }
    let last_change = found.iter().rposition(|found| *found == Learning::Changed);
    let settled = found.iter().position(|found| *found == Learning::Settled);
    assert_eq!(last_change.map(|place| place + 10), settled, "{found:?}");
    let tempo = samples::single_phase().replace("NGTF|      BASE      ", "NGTF|     TEMPO      ");
    // A text is accepted when it was received twice.
    assert_eq!(learn(&tempo), Learning::Same);
    assert_eq!(learn(&tempo), Learning::Changed);
    assert!(!learnt.are_settled());
}

#[test]
fn a_lost_link_changes_nothing_that_was_announced() {
    let mut sample = Sample::new();
    let mut facts = Facts::default();
    for _ in 0..4 {
        facts.update(
            &sample
                .frame(Mode::Standard, &samples::three_phase())
                .snapshot,
        );
    }
    let before = facts.clone();
    sample.unplug();
    for _ in 0..40 {
        sample.push(crate::meter::Input::Tick {
            detail: String::new(),
        });
    }
    assert!(sample.last().contract.is_none(), "nothing stands any more");
    facts.update(&sample.last());
    assert_eq!(facts, before);
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

fn name_of(mode: Mode, lines: &str, key: &str, language: Language) -> Value {
    let snapshot = Sample::new().settled(mode, lines);
    component(&announced(&snapshot, language), key)["name"].clone()
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
fn a_name_that_becomes_known_is_announced() {
    let mut sample = Sample::new();
    let mut facts = Facts::default();
    for _ in 0..6 {
        facts.update(&sample.frame(Mode::Standard, &samples::unusual()).snapshot);
    }
    let later = samples::unusual()
        .replace("  HC  WEEK-END  ", "  HEURES PLEINES")
        .replace("STGE|003A0401", "STGE|003A0001")
        .replace("NTARF|02", "NTARF|01");
    let mut changes = 0;
    for _ in 0..6 {
        let before = facts.clone();
        facts.update(&sample.frame(Mode::Standard, &later).snapshot);
        changes += u32::from(facts != before);
    }
    assert!(changes > 0);
    let name = |key| entity_name(key, &facts, Language::French);
    assert_eq!(name(Key::ENERGY_COUNTER_TARIFF_1), "Heures pleines");
    assert_eq!(name(Key::ENERGY_COUNTER_TARIFF_2), "HC week-end");
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
