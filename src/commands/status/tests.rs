//! The page in both languages, and the JSON. `UPDATE_GOLDEN=1 cargo test --lib commands::status` writes the pages anew.

use std::path::Path;

use super::*;
use crate::config::Language;
use crate::meter::{LinkCause, Reading, Value};
use crate::sink::BrokerCause;
use crate::tic::civil::days_from_civil;
use crate::words::Words;

const CONFIGURATION: &str = "[[meter]]\nid = \"maison\"\n[mqtt]\nurl = \"mqtt://nas.local\"\n";

/// A Monday of November, 22:01 on the wall in Paris.
fn now() -> Timestamp {
    at(21, 1)
}

fn at(hour: i64, minute: i64) -> Timestamp {
    let day = days_from_civil(2026, 11, 23);
    Timestamp(((day * 24 + hour) * 3600 + minute * 60) * 1_000_000)
}

fn meter(id: &str, values: &[(Key, Value)]) -> SeenMeter {
    let mut reading = Reading::default();
    for (key, value) in values {
        reading.set(*key, Some(value.clone()));
    }
    SeenMeter {
        id: id.to_owned(),
        reading,
    }
}

fn home() -> SeenMeter {
    meter(
        "maison",
        &[
            (Key::TIME, Value::Instant(Timestamp(now().0 - 1_200_000))),
            (Key::LINK, Value::Enum("receiving")),
            (Key::LINK_DETAIL, Value::Text("".into())),
            (Key::METER_TIME, Value::Instant(at(21, 0))),
            (Key::MODE, Value::Enum("standard")),
            (Key::PHASES, Value::Int(1)),
            (Key::APPARENT_POWER, Value::Int(3211)),
            (Key::SUBSCRIBED_POWER, Value::Int(6000)),
            (Key::TARIFF, Value::Enum("white_off_peak")),
            (Key::NEXT_TARIFF, Value::Enum("red_peak")),
            (Key::NEXT_TARIFF_TIME, Value::Instant(at(29, 0))),
            (Key::COLOR_TODAY, Value::Enum("white")),
            (Key::COLOR_TOMORROW, Value::Enum("red")),
            (Key::ENERGY, Value::Int(38_158_509)),
            (Key::ENERGY_TODAY, Value::Int(16_312)),
            (Key::BREAKER, Value::Enum("closed")),
            (Key::BREAKER_WARNING, Value::Bool(false)),
            (Key::FRAMES_RECEIVED, Value::Int(4512)),
            (Key::FRAMES_DAMAGED, Value::Int(0)),
            (Key::LINK_QUALITY, Value::Int(100)),
        ],
    )
}

fn producer() -> SeenMeter {
    meter(
        "solaire",
        &[
            (Key::TIME, Value::Instant(Timestamp(now().0 - 2_000_000))),
            (Key::LINK, Value::Enum("receiving")),
            (Key::MODE, Value::Enum("standard")),
            (Key::PHASES, Value::Int(3)),
            (Key::APPARENT_POWER, Value::Int(0)),
            (Key::APPARENT_POWER_INJECTED, Value::Int(1627)),
            (Key::ENERGY_INJECTED_TODAY, Value::Int(7511)),
            (Key::TARIFF, Value::Enum("peak")),
            (Key::NEXT_TARIFF, Value::Enum("off_peak")),
            (Key::NEXT_TARIFF_TIME, Value::Instant(at(21, 30))),
            (Key::ENERGY, Value::Int(4_079_156)),
            (Key::ENERGY_TODAY, Value::Int(6700)),
            (Key::FRAMES_RECEIVED, Value::Int(4377)),
            (Key::FRAMES_DAMAGED, Value::Int(2)),
        ],
    )
}

/// Three phases above what is subscribed, on a line that loses groups, the breaker about to open.
fn workshop() -> SeenMeter {
    meter(
        "atelier",
        &[
            (Key::TIME, Value::Instant(now())),
            (Key::LINK, Value::Enum("receiving")),
            (Key::LINK_CAUSE, Value::Enum("noise")),
            (
                Key::LINK_DETAIL,
                Value::Text("more than a few groups are rejected".into()),
            ),
            (Key::MODE, Value::Enum("historique")),
            (Key::PHASES, Value::Int(3)),
            (Key::APPARENT_POWER, Value::Int(18_400)),
            (Key::SUBSCRIBED_POWER, Value::Int(18_000)),
            (Key::TARIFF, Value::Enum("other")),
            (Key::TARIFF_NAME, Value::Text("HIVER".into())),
            (Key::BREAKER_WARNING, Value::Bool(true)),
            (Key::FRAMES_RECEIVED, Value::Int(1)),
            (Key::FRAMES_DAMAGED, Value::Int(1)),
            (Key::LINK_QUALITY, Value::Int(71)),
        ],
    )
}

fn silent() -> SeenMeter {
    let detail = "no byte for several seconds: check the two wires";
    meter(
        "maison",
        &[
            (Key::LINK, Value::Enum("no_signal")),
            (Key::LINK_CAUSE, Value::Enum("no_byte")),
            (Key::LINK_DETAIL, Value::Text(detail.into())),
        ],
    )
}

fn overview() -> Overview {
    Overview {
        version: "0.2.0".into(),
        broker: "connected".into(),
        broker_cause: "none".into(),
        topic_conflicts: Vec::new(),
        history_pending: 0,
        history_dropped: 0,
        updates_lagged: 0,
    }
}

fn page(words: Words, inks: Inks, overview: &Overview, meters: &[SeenMeter]) -> String {
    let mut out = Vec::new();
    let page = StatusPage {
        words,
        inks,
        now: now(),
        settings: Some(config::parse("here", CONFIGURATION).unwrap()),
    };
    page.write(&mut out, overview, meters).unwrap();
    String::from_utf8(out).unwrap()
}

fn assert_is_kept(name: &str, overview: &Overview, meters: &[SeenMeter]) {
    for language in Language::ALL {
        let page = page(
            Words::new(language, false),
            Inks::new(false),
            overview,
            meters,
        );
        for line in page.lines().filter(|line| line.starts_with("  ")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let file = format!("tests/golden/status/{name}.{}.txt", language.as_str());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &page).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == page,
            "{file} is not this page: run UPDATE_GOLDEN=1 cargo test --lib commands::status\n{page}"
        );
    }
}

#[test]
fn two_meters_that_are_well() {
    assert_is_kept("well", &overview(), &[home(), producer()]);
}

#[test]
fn a_meter_that_is_silent_and_a_broker_that_is_away() {
    let overview = Overview {
        broker: "disconnected".into(),
        broker_cause: "refused_connection".into(),
        history_pending: 18,
        ..overview()
    };
    assert!(!is_received(&silent()));
    assert_is_kept("silent", &overview, &[silent()]);
}

#[test]
fn all_that_is_to_be_looked_at() {
    let overview = Overview {
        broker: "refused".into(),
        broker_cause: "bad_credentials".into(),
        topic_conflicts: vec!["atelier".into()],
        history_pending: 1,
        history_dropped: 1200,
        updates_lagged: 1,
        ..overview()
    };
    assert_is_kept("trouble", &overview, &[workshop()]);
}

#[test]
fn a_daemon_without_a_meter_or_a_broker() {
    let overview = Overview {
        broker: "disabled".into(),
        ..overview()
    };
    assert_is_kept("empty", &overview, &[]);
}

#[test]
fn each_cause_has_a_sentence_and_fits_the_page() {
    let device = Some("/dev/serial0");
    for language in Language::ALL {
        let words = Words::new(language, false);
        for cause in LinkCause::WORDS
            .into_iter()
            .filter(|cause| *cause != "none")
        {
            let (sentence, remedy) = words.link_cause(cause, device).unwrap();
            assert!(sentence.chars().count() < 90, "{sentence}");
            assert!(remedy.unwrap_or_default().chars().count() < 100);
        }
        for cause in BrokerCause::ALL {
            let is_well = [BrokerCause::Nothing, BrokerCause::Disabled].contains(&cause);
            let text = words.broker_cause(cause.as_str(), None);
            assert_eq!(text.is_none(), is_well, "{cause:?}");
        }
    }
}

#[test]
fn a_terminal_without_utf8_or_colours_gets_neither() {
    let meters = [home(), producer(), workshop(), silent()];
    let english = page(
        Words::new(Language::English, true),
        Inks::new(false),
        &overview(),
        &meters,
    );
    assert!(english.is_ascii(), "{english}");
    assert!(english.contains("###########.........   54%"), "{english}");
    let coloured = page(
        Words::new(Language::English, false),
        Inks::new(true),
        &overview(),
        &meters,
    );
    assert!(coloured.contains("\x1b[32m●\x1b[0m"), "{coloured}");
    assert!(coloured.contains("HP \x1b[31mRED\x1b[0m"), "{coloured}");
}

#[test]
fn json_is_by_meter_and_the_daemon_beside_them() {
    let meter = meter(
        "main",
        &[
            (Key::LINK, Value::Enum("receiving")),
            (Key::LINK_DETAIL, Value::Text("".into())),
            (Key::MODE, Value::Enum("standard")),
            (Key::ENERGY, Value::Int(12_345_078)),
            (Key::APPARENT_POWER, Value::Int(1234)),
        ],
    );
    let mut out = Vec::new();
    report::write_json(&mut out, &overview(), &[meter]).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "{\"main\":{\"mode\":\"standard\",\"link\":\"receiving\",\"link_detail\":\"\",\"energy\":12345078,\
         \"apparent_power\":1234},\"bridge\":{\"version\":\"0.2.0\",\"broker_state\":\"connected\",\"broker_cause\":\"none\",\
         \"topic_conflicts\":[],\"history_pending\":0,\"history_dropped\":0,\"updates_lagged\":0}}\n"
    );
}
