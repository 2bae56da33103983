//! Stage 3: tables -> [`Settings`]. The one list of keys.
//!
//! Each key is one row, in its table: its name in the file, its default and the values that it takes. A key that has no
//! row does not exist. [`Settings::default`] is what the rows make of an empty file, so that no other place lists
//! defaults.
//!
//! A new key is a row here and its field in `settings`, besides what uses it, the complete example and
//! linky-sensor.toml(5).

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::address::{BrokerUrl, Device, parse_listen};
use super::document::{METER, TomlTable, TomlValue, meter_id};
use super::settings::{
    DbusSettings, Discovery, HomeAssistantSettings, Interval, Language, LanguageChoice, MeterId,
    MeterSettings, MetricsSettings, ModeChoice, MqttSettings, Privacy, PythonCompatible, Qos,
    Settings, Teleinfo2mqttCompatible,
};
use super::table::{Report, TableReader, nearest};
use super::value::{
    InvalidValue, boolean, one_of, parse_client_id, parse_duration, parse_label, parse_led,
    parse_size, parse_topic, text,
};
use crate::meter::Key;
use crate::names::{file, topic};
use crate::tic::Parity;

/// More than a day between two states would look like a meter that is gone.
const INTERVAL: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(86_400);
/// The upper end is that of the protocol; below the lower one a busy network ends the session.
const KEEP_ALIVE: RangeInclusive<Duration> = Duration::from_secs(5)..=Duration::from_secs(65_535);
/// Room for about a hundred states at least; not more than a small computer can hold.
const HISTORY: RangeInclusive<u64> = 64 << 10..=16 << 30;

/// Reads the whole configuration.
pub(super) fn read_settings(document: TomlTable, report: &mut Report) -> Settings {
    TableReader::read_root(document, report, read_root)
}

fn read_root(root: &mut TableReader<'_>) -> Settings {
    let language = read_language(root);
    Settings {
        language,
        meters: root.list(METER, meter_id, read_meter),
        dbus: root.table("dbus", read_dbus),
        mqtt: root.table("mqtt", |mqtt| read_mqtt(mqtt, language)),
        metrics: root.table("metrics", read_metrics),
        privacy: root.table("privacy", read_privacy),
    }
}

#[rustfmt::skip]
pub(super) fn read_language(root: &mut TableReader<'_>) -> LanguageChoice {
    root.key("language", LanguageChoice::Auto, one_of(&LanguageChoice::ALL, LanguageChoice::as_str))
}

#[rustfmt::skip]
fn read_meter(meter: &mut TableReader<'_>) -> MeterSettings {
    let id = meter.key("id", MeterId::default(), text(MeterId::parse));
    MeterSettings {
        name: meter.key("name", default_name(&id), text(parse_label)),
        device: meter.key("device", Device::Path(PathBuf::from(file::DEVICE)), text(Device::parse)),
        mode: meter.key("mode", ModeChoice::Auto, one_of(&ModeChoice::ALL, ModeChoice::as_str)),
        parity: meter.key("parity", Parity::Auto, one_of(&Parity::ALL, Parity::as_str)),
        led: meter.optional("led", text(parse_led)),
        id,
    }
}

/// "Linky" for a single meter of the default id, else "Linky" and the id.
fn default_name(id: &MeterId) -> String {
    if *id == MeterId::default() {
        "Linky".to_owned()
    } else {
        format!("Linky {id}")
    }
}

fn read_dbus(dbus: &mut TableReader<'_>) -> DbusSettings {
    DbusSettings {
        enabled: dbus.key("enabled", true, boolean),
    }
}

#[rustfmt::skip]
fn read_mqtt(mqtt: &mut TableReader<'_>, language: LanguageChoice) -> MqttSettings {
    MqttSettings {
        enabled: mqtt.key("enabled", true, boolean),
        url: mqtt.key("url", BrokerUrl::local(), text(BrokerUrl::parse)),
        username: mqtt.optional("username", text(parse_label)),
        password_file: mqtt.file("password-file"),
        ca_file: mqtt.file("ca-file"),
        client_certificate: mqtt.file("client-certificate"),
        client_key: mqtt.file("client-key"),
        client_id: mqtt.optional("client-id", text(parse_client_id)),
        keep_alive: mqtt.key("keep-alive", Duration::from_secs(30), text(parse_keep_alive)),
        base_topic: mqtt.key("base-topic", topic::DEFAULT_BASE.to_owned(), text(parse_topic)),
        interval: mqtt.key("interval", Interval::Every(Duration::from_secs(10)), text(parse_interval)),
        on_change: mqtt.entries("on-change", parse_number, read_dead_band),
        qos: mqtt.key("qos", Qos::AtLeastOnce, read_qos),
        retain: mqtt.key("retain", true, boolean),
        raw: mqtt.key("raw", false, boolean),
        history: mqtt.key("history", Some(64 << 20), text(parse_history)),
        home_assistant: mqtt.table("home-assistant", |table| read_home_assistant(table, language)),
        python_compatible: mqtt.optional_table("python-compatible", read_python_compatible),
        teleinfo2mqtt_compatible: mqtt.optional_table("teleinfo2mqtt-compatible", read_teleinfo2mqtt_compatible),
    }
}

#[rustfmt::skip]
fn read_home_assistant(table: &mut TableReader<'_>, language: LanguageChoice) -> HomeAssistantSettings {
    // The meter is French: so are the names, unless a language is chosen.
    let language = language.language().unwrap_or(Language::French);
    HomeAssistantSettings {
        enabled: table.key("enabled", true, boolean),
        prefix: table.key("prefix", topic::DEFAULT_HOME_ASSISTANT_PREFIX.to_owned(), text(parse_topic)),
        language: table.key("language", language, one_of(&Language::ALL, Language::as_str)),
        discovery: table.key("discovery", Discovery::Device, one_of(&Discovery::ALL, Discovery::as_str)),
    }
}

#[rustfmt::skip]
fn read_python_compatible(table: &mut TableReader<'_>) -> PythonCompatible {
    PythonCompatible {
        data_topic: table.key("data-topic", topic::PYTHON_DATA.to_owned(), text(parse_topic)),
        status_topic: table.key("status-topic", topic::PYTHON_STATUS.to_owned(), text(parse_topic)),
    }
}

#[rustfmt::skip]
fn read_teleinfo2mqtt_compatible(table: &mut TableReader<'_>) -> Teleinfo2mqttCompatible {
    Teleinfo2mqttCompatible {
        base_topic: table.key("base-topic", topic::TELEINFO2MQTT_BASE.to_owned(), text(parse_topic)),
        discovery: table.key("discovery", true, boolean),
    }
}

fn read_metrics(metrics: &mut TableReader<'_>) -> MetricsSettings {
    MetricsSettings {
        listen: metrics.optional("listen", text(parse_listen)),
    }
}

fn read_privacy(privacy: &mut TableReader<'_>) -> Privacy {
    Privacy {
        publish_identifiers: privacy.key("publish-identifiers", false, boolean),
    }
}

/// What `read` makes of an empty table: the defaults of its rows.
fn defaults<T>(read: impl FnOnce(&mut TableReader<'_>) -> T) -> T {
    TableReader::read_root(TomlTable::new(), &mut Report::default(), read)
}

impl Default for Settings {
    fn default() -> Self {
        defaults(read_root)
    }
}

impl Default for MqttSettings {
    fn default() -> Self {
        defaults(|mqtt| read_mqtt(mqtt, LanguageChoice::Auto))
    }
}

impl Default for PythonCompatible {
    fn default() -> Self {
        defaults(read_python_compatible)
    }
}

impl Default for Teleinfo2mqttCompatible {
    fn default() -> Self {
        defaults(read_teleinfo2mqtt_compatible)
    }
}

fn parse_interval(text: &str) -> Result<Interval, InvalidValue> {
    if text == "frame" {
        return Ok(Interval::Frame);
    }
    parse_duration(text, &INTERVAL)
        .map(Interval::Every)
        .ok_or_else(|| {
            InvalidValue::new(
                "\"frame\", or a duration from \"1s\" to \"1d\" such as \"10s\" or \"2min\"",
            )
        })
}

/// The key of a quantity that is a number.
fn parse_number(name: &str) -> Result<Key, InvalidValue> {
    let found = match Key::named(name) {
        Some(key) if key.row().is_number() => return Ok(key),
        Some(_) => "a quantity that is not a number",
        None => "an unknown quantity",
    };
    let numbers: Vec<&str> = Key::all()
        .map(Key::row)
        .filter(|row| row.is_number())
        .map(|row| row.key)
        .collect();
    let expected = match nearest(name, &numbers) {
        Some(number) => format!("{number:?}, the nearest one that is a number"),
        None => "a quantity that is a number, such as \"apparent_power\"".to_owned(),
    };
    let advice = "They are in the output of: linky-sensor list-fields";
    Err(InvalidValue::new(expected).advise(advice).show(found))
}

/// A dead-band. Every quantity is a whole number, so that a fraction would mean the next whole one.
fn read_dead_band(key: Key, value: &TomlValue) -> Result<u64, InvalidValue> {
    let number = match value {
        TomlValue::Integer(number) => u64::try_from(*number).ok(),
        _ => None,
    };
    number.filter(|number| *number > 0).ok_or_else(|| {
        let unit = match key.row().unit {
            "" => String::new(),
            unit => format!(" ({unit})"),
        };
        InvalidValue::new(format!("a whole number{unit} from 1, without quotes"))
    })
}

fn parse_keep_alive(text: &str) -> Result<Duration, InvalidValue> {
    parse_duration(text, &KEEP_ALIVE)
        .filter(|duration| duration.subsec_nanos() == 0)
        .ok_or_else(|| {
            InvalidValue::new(
                "a duration in whole seconds, from \"5s\" to \"65535s\", such as \"30s\"",
            )
        })
}

fn parse_history(text: &str) -> Result<Option<u64>, InvalidValue> {
    if text == "off" {
        return Ok(None);
    }
    parse_size(text, &HISTORY).map(Some).ok_or_else(|| {
        InvalidValue::new("\"off\", or a size from \"64KiB\" to \"16GiB\" such as \"64MiB\"")
    })
}

fn read_qos(value: &TomlValue) -> Result<Qos, InvalidValue> {
    match value {
        TomlValue::Integer(0) => Ok(Qos::AtMostOnce),
        TomlValue::Integer(1) => Ok(Qos::AtLeastOnce),
        TomlValue::Integer(2) => Ok(Qos::ExactlyOnce),
        TomlValue::Text(_) => Err(InvalidValue::new("0, 1 or 2, without quotes")),
        _ => Err(InvalidValue::new("0, 1 or 2")),
    }
}
