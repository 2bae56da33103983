//! `linky-sensor check-config`: says whether the configuration is right, and what it amounts to.
//!
//! Reads the files as the daemon does, touches nothing else: no port, no bus, no broker, no password. A valid
//! configuration is summed up on `out`, a wrong one explained on `err`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::config::{
    self, HomeAssistant, Interval, MeterSettings, MqttSettings, Qos, Settings, format_duration,
    format_size,
};
use crate::names;

/// Checks the configuration at `path` and its drop-ins. Returns the exit code: `OK`, `CONFIG` if there is a fault,
/// `IO` if the answer could not be written.
pub fn run(path: &Path, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let answer = config::load(path).and_then(|settings| Ok((config::files(path)?, settings)));
    let (written, code) = match answer {
        Ok((files, settings)) => (write_summary(out, &files, &settings), names::exit::OK),
        Err(error) => (writeln!(err, "{error}"), names::exit::CONFIG),
    };
    match written {
        // The reader of a pipe may leave early; that is no fault of the configuration.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => names::exit::IO,
        _ => code,
    }
}

fn write_summary(out: &mut dyn Write, files: &[PathBuf], settings: &Settings) -> io::Result<()> {
    for file in files {
        writeln!(out, "Read: {}", file.display())?;
    }
    let verdict = if files.is_empty() {
        "There is no configuration file: the defaults are in force."
    } else {
        "The configuration is valid."
    };
    writeln!(out, "{verdict}")?;
    for meter in &settings.meters {
        let MeterSettings {
            id,
            name,
            device,
            mode,
            parity,
        } = meter;
        writeln!(
            out,
            "Meter {id} ({name}): {device}, mode {}, parity {}",
            mode.as_str(),
            parity.as_str()
        )?;
    }
    writeln!(
        out,
        "D-Bus: {}",
        if settings.dbus.enabled {
            names::BUS_NAME
        } else {
            "off"
        }
    )?;
    if settings.mqtt.enabled {
        write_mqtt(out, &settings.mqtt)?;
    } else {
        writeln!(out, "MQTT: off")?;
    }
    let identifiers = if settings.privacy.publish_identifiers {
        "published"
    } else {
        "withheld"
    };
    writeln!(out, "Serial number and PRM: {identifiers}")
}

fn write_mqtt(out: &mut dyn Write, mqtt: &MqttSettings) -> io::Result<()> {
    let user = mqtt
        .username
        .as_ref()
        .map_or_else(|| "without a user".to_owned(), |name| format!("as {name}"));
    writeln!(out, "MQTT: {}, {user}", mqtt.url)?;
    let interval = match mqtt.interval {
        Interval::Frame => "at every frame".to_owned(),
        Interval::Every(interval) => format!("every {}", format_duration(interval)),
    };
    let topic = names::topic::state(&mqtt.base_topic, "<id>");
    writeln!(
        out,
        "  States: {topic}, {interval}, QoS {}",
        mqtt.qos.level()
    )?;
    let history = match mqtt.history {
        Some(size) if mqtt.qos != Qos::AtMostOnce => format!("kept up to {}", format_size(size)),
        _ => "off".to_owned(),
    };
    writeln!(out, "  History while the broker is away: {history}")?;
    let HomeAssistant {
        enabled,
        prefix,
        language,
    } = &mqtt.home_assistant;
    if *enabled {
        writeln!(
            out,
            "  Home Assistant: found under {prefix}, language {}",
            language.as_str()
        )?;
    } else {
        writeln!(out, "  Home Assistant: off")?;
    }
    match &mqtt.python_compatible {
        Some(topics) => writeln!(
            out,
            "  Python linky-sensor: {}, {}",
            topics.data_topic, topics.status_topic
        ),
        None => Ok(()),
    }
}
