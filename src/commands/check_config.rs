//! `linky-sensor check-config`: checks the configuration and shows the settings in force.
//!
//! Reads the files as the daemon does, and the files that they name for the broker: password, certificates, key. Opens
//! no port, no bus and no connection to the broker. The settings go to standard output, faults to standard error. A file
//! that this user may not read is a warning, since the daemon perhaps may.

use std::io::{self, Write};
use std::path::PathBuf;

use super::console::{CommandError, Console};
use crate::config::{
    self, HomeAssistantSettings, Interval, MeterSettings, MqttSettings, Qos, Settings,
    format_duration, format_size,
};
use crate::mqtt;
use crate::names::{self, exit};

/// The command has no arguments of its own.
#[derive(Debug, clap::Args)]
pub struct CheckConfig {}

impl CheckConfig {
    /// Checks the configuration and its drop-ins. Returns `OK`, or `CONFIG` if there is a fault.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let path = console.config();
        let (files, settings) =
            match config::load(path).and_then(|settings| Ok((config::files(path)?, settings))) {
                Ok(read) => read,
                Err(error) => {
                    console.note(error);
                    return Ok(exit::CONFIG);
                }
            };
        let named = NamedFiles::check(&settings.mqtt);
        for file in &named.denied {
            console.note(format_args!(
                "warning: {file}: not checked, this user may not read it. To check it as the service does:\n    \
                 sudo -u {} linky-sensor check-config",
                names::USER
            ));
        }
        if named.wrong.is_empty() {
            write_summary(console, &files, &settings)?;
            return Ok(exit::OK);
        }
        for fault in &named.wrong {
            console.note(fault);
        }
        Ok(exit::CONFIG)
    }
}

/// The result of checking the files that the settings name.
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
            led,
        } = meter;
        let led = led.as_ref().map(|led| format!(", LED {led}"));
        writeln!(
            out,
            "Meter {id} ({name}): {device}, mode {}, parity {}{}",
            mode.as_str(),
            parity.as_str(),
            led.unwrap_or_default()
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
    match settings.metrics.listen {
        Some(address) if address.ip().is_loopback() => writeln!(
            out,
            "Metrics: http://{address}{}, for this computer",
            names::metrics::PATH
        )?,
        Some(address) => writeln!(
            out,
            "Metrics: http://{address}{}, for whoever reaches that address",
            names::metrics::PATH
        )?,
        None => writeln!(out, "Metrics: off")?,
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
    let on_change: String = mqtt
        .on_change
        .iter()
        .map(|(key, dead_band)| {
            let row = key.row();
            let amount = format!("{dead_band} {}", row.unit);
            format!(", when {} moves by {}", row.key, amount.trim_end())
        })
        .collect();
    let topic = names::topic::state(&mqtt.base_topic, "<id>");
    writeln!(
        out,
        "  States: {topic}, {interval}{on_change}, QoS {}",
        mqtt.qos.level()
    )?;
    let history = match mqtt.history {
        Some(size) if mqtt.qos != Qos::AtMostOnce => format!("kept up to {}", format_size(size)),
        _ => "off".to_owned(),
    };
    writeln!(out, "  History while the broker is away: {history}")?;
    let HomeAssistantSettings {
        enabled,
        prefix,
        language,
        discovery,
    } = &mqtt.home_assistant;
    if *enabled {
        writeln!(
            out,
            "  Home Assistant: found under {prefix}, language {}, discovery {}",
            language.as_str(),
            discovery.as_str()
        )?;
    } else {
        writeln!(out, "  Home Assistant: off")?;
    }
    if let Some(topics) = &mqtt.python_compatible {
        writeln!(
            out,
            "  Python linky-sensor: {}, {}",
            topics.data_topic, topics.status_topic
        )?;
    }
    if let Some(topics) = &mqtt.teleinfo2mqtt_compatible {
        writeln!(
            out,
            "  teleinfo2mqtt: {}/, {}",
            topics.base_topic,
            if topics.discovery {
                "announced"
            } else {
                "not announced"
            }
        )?;
    }
    Ok(())
}
