//! Stage 3: tables -> [`Settings`]. The one list of keys.
//!
//! Each key is one entry: its name in the file, its default and the values that it takes. A key that is not asked for
//! here does not exist.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::address::{BrokerUrl, Device};
use super::document::{METER, Table, Value, meter_id};
use super::section::{Report, Section};
use super::settings::{
    DbusSettings, HomeAssistant, Interval, Language, MeterId, MeterSettings, ModeChoice,
    MqttSettings, Privacy, PythonCompatible, Qos, Settings,
};
use super::value::{
    Refusal, boolean, one_of, parse_client_id, parse_duration, parse_label, parse_size,
    parse_topic, text,
};
use crate::tic::Parity;

/// Longer would look like a meter that is gone.
const INTERVAL: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(86_400);
/// The upper end is that of the protocol; below the lower one a busy network ends the session.
const KEEP_ALIVE: RangeInclusive<Duration> = Duration::from_secs(5)..=Duration::from_secs(65_535);
/// Room for about a hundred states at least; not more than a small computer can hold.
const HISTORY: RangeInclusive<u64> = 64 << 10..=16 << 30;

/// Reads the whole configuration.
pub(super) fn read_settings(document: Table, report: &mut Report) -> Settings {
    Section::read_root(document, report, |root| Settings {
        meters: root.list(METER, meter_id, read_meter),
        dbus: root.section("dbus", read_dbus),
        mqtt: root.section("mqtt", read_mqtt),
        privacy: root.section("privacy", read_privacy),
    })
}

fn read_meter(meter: &mut Section<'_>) -> MeterSettings {
    let id = meter.key("id", MeterId::default(), text(MeterId::parse));
    let default = MeterSettings::with_id(id);
    MeterSettings {
        name: meter.key("name", default.name, text(parse_label)),
        device: meter.key("device", default.device, text(Device::parse)),
        mode: meter.key(
            "mode",
            default.mode,
            one_of(&ModeChoice::ALL, ModeChoice::as_str),
        ),
        parity: meter.key(
            "parity",
            default.parity,
            one_of(&Parity::ALL, Parity::as_str),
        ),
        id: default.id,
    }
}

fn read_dbus(dbus: &mut Section<'_>) -> DbusSettings {
    let default = DbusSettings::default();
    DbusSettings {
        enabled: dbus.key("enabled", default.enabled, boolean),
    }
}

fn read_mqtt(mqtt: &mut Section<'_>) -> MqttSettings {
    let default = MqttSettings::default();
    MqttSettings {
        enabled: mqtt.key("enabled", default.enabled, boolean),
        url: mqtt.key("url", default.url, text(BrokerUrl::parse)),
        username: mqtt.optional("username", text(parse_label)),
        password_file: mqtt.file("password-file"),
        ca_file: mqtt.file("ca-file"),
        client_certificate: mqtt.file("client-certificate"),
        client_key: mqtt.file("client-key"),
        client_id: mqtt.optional("client-id", text(parse_client_id)),
        keep_alive: mqtt.key("keep-alive", default.keep_alive, text(parse_keep_alive)),
        base_topic: mqtt.key("base-topic", default.base_topic, text(parse_topic)),
        interval: mqtt.key("interval", default.interval, text(parse_interval)),
        qos: mqtt.key("qos", default.qos, read_qos),
        retain: mqtt.key("retain", default.retain, boolean),
        raw: mqtt.key("raw", default.raw, boolean),
        history: mqtt.key("history", default.history, text(parse_history)),
        home_assistant: mqtt.section("home-assistant", read_home_assistant),
        python_compatible: match mqtt.optional_section("python-compatible", read_python_compatible)
        {
            (true, topics) => Some(topics),
            (false, _) => None,
        },
    }
}

fn read_home_assistant(section: &mut Section<'_>) -> HomeAssistant {
    let default = HomeAssistant::default();
    HomeAssistant {
        enabled: section.key("enabled", default.enabled, boolean),
        prefix: section.key("prefix", default.prefix, text(parse_topic)),
        language: section.key(
            "language",
            default.language,
            one_of(&Language::ALL, Language::as_str),
        ),
    }
}

fn read_python_compatible(section: &mut Section<'_>) -> PythonCompatible {
    let default = PythonCompatible::default();
    PythonCompatible {
        data_topic: section.key("data-topic", default.data_topic, text(parse_topic)),
        status_topic: section.key("status-topic", default.status_topic, text(parse_topic)),
    }
}

fn read_privacy(privacy: &mut Section<'_>) -> Privacy {
    let default = Privacy::default();
    Privacy {
        publish_identifiers: privacy.key(
            "publish-identifiers",
            default.publish_identifiers,
            boolean,
        ),
    }
}

fn parse_interval(text: &str) -> Result<Interval, Refusal> {
    if text == "frame" {
        return Ok(Interval::Frame);
    }
    parse_duration(text, &INTERVAL)
        .map(Interval::Every)
        .ok_or_else(|| {
            Refusal::new(
                "\"frame\", or a duration from \"1s\" to \"1d\" such as \"10s\" or \"2min\"",
            )
        })
}

fn parse_keep_alive(text: &str) -> Result<Duration, Refusal> {
    parse_duration(text, &KEEP_ALIVE)
        .filter(|duration| duration.subsec_nanos() == 0)
        .ok_or_else(|| {
            Refusal::new("a duration in whole seconds, from \"5s\" to \"65535s\", such as \"30s\"")
        })
}

fn parse_history(text: &str) -> Result<Option<u64>, Refusal> {
    if text == "off" {
        return Ok(None);
    }
    parse_size(text, &HISTORY).map(Some).ok_or_else(|| {
        Refusal::new("\"off\", or a size from \"64KiB\" to \"16GiB\" such as \"64MiB\"")
    })
}

fn read_qos(value: &Value) -> Result<Qos, Refusal> {
    match value {
        Value::Integer(0) => Ok(Qos::AtMostOnce),
        Value::Integer(1) => Ok(Qos::AtLeastOnce),
        Value::Integer(2) => Ok(Qos::ExactlyOnce),
        Value::Text(_) => Err(Refusal::new("0, 1 or 2, without quotes")),
        _ => Err(Refusal::new("0, 1 or 2")),
    }
}
