//! What Home Assistant accepts of a document and its entities: units, classes, ids, topics and templates.

use std::collections::HashSet;

use serde_json::json;

use super::{announced, component};
use crate::config::Language;
use crate::meter::quantity::TABLE;
use crate::meter::{Entity, HomeAssistant, Key, Kind, Quantity, StateClass};
use crate::mqtt::samples::{self, Sample};
use crate::tic::Mode;

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
fn a_meter_without_a_frame_announces_only_its_reception() {
    let document = announced(&Sample::new().last(), Language::English);
    assert_eq!(
        component(&document, "link")["value_template"],
        "{{ value_json.get('link') == 'receiving' }}"
    );
    assert_eq!(document["dev"]["model"], "Linky");
    assert_eq!(document["cmps"].get("energy"), None);
}
