//! `linky-sensor check-config`: says whether the configuration is right, and what it amounts to.
//!
//! Reads the files as the daemon does, and the files that they name for the broker: password, certificates, key. Touches
//! no port, no bus, no broker. A valid configuration is summed up on `out`, a wrong one explained on `err`. What this
//! user may not read, the daemon perhaps may: that is a warning.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::config::{
    self, HomeAssistant, Interval, MeterSettings, MqttSettings, Qos, Settings, format_duration,
    format_size,
};
use crate::mqtt;
use crate::names;

/// Checks the configuration at `path` and its drop-ins. Returns the exit code: `OK`, `CONFIG` if there is a fault,
/// `IO` if the answer could not be written.
pub fn run(path: &Path, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let answer = config::load(path).and_then(|settings| Ok((config::files(path)?, settings)));
    let (written, code) = match answer {
        Ok((files, settings)) => {
            let named = NamedFiles::check(&settings.mqtt);
            let code = named.code();
            (write_verdict(out, err, &files, &settings, &named), code)
        }
        Err(error) => (writeln!(err, "{error}"), names::exit::CONFIG),
    };
    match written {
        // The reader of a pipe may leave early; that is no fault of the configuration.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => names::exit::IO,
        _ => code,
    }
}

/// Says what the settings amount to, or what is wrong with the files that they name.
fn write_verdict(
    out: &mut dyn Write,
    err: &mut dyn Write,
    files: &[PathBuf],
    settings: &Settings,
    named: &NamedFiles,
) -> io::Result<()> {
    for file in &named.denied {
        writeln!(
            err,
            "warning: {file}: not checked, this user may not read it. To check it as the service does:\n    \
             sudo -u {} linky-sensor check-config",
            names::USER
        )?;
    }
    for fault in &named.wrong {
        writeln!(err, "{fault}")?;
    }
    if named.wrong.is_empty() {
        write_summary(out, files, settings)?;
    }
    Ok(())
}

/// What there is to say about the files that the settings name.
#[derive(Default)]
struct NamedFiles {
    /// Those that this user may not read.
    denied: Vec<String>,
    /// The faults of the others.
    wrong: Vec<String>,
}

impl NamedFiles {
    fn check(mqtt: &MqttSettings) -> Self {
        let mut files = Self::default();
        if !mqtt.enabled {
            return files;
        }
        for error in mqtt::check_files(mqtt) {
            match error.denied() {
                Some(file) => files.denied.push(file.to_string()),
                None => files.wrong.push(error.to_string()),
            }
        }
        if let Err(error) = config::password(mqtt) {
            match error.denied() {
                Some(file) => files.denied.push(file.to_string()),
                None => files.wrong.push(error.to_string()),
            }
        }
        files
    }

    fn code(&self) -> u8 {
        if self.wrong.is_empty() {
            names::exit::OK
        } else {
            names::exit::CONFIG
        }
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
