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
use crate::words::Words;

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
                    let words = console.words();
                    console.note(words.faults(&error));
                    return Ok(exit::CONFIG);
                }
            };
        let named = NamedFiles::check(&settings.mqtt);
        let words = console.words();
        for file in &named.denied {
            console.note(words.config_not_read(file, names::USER));
        }
        if named.wrong.is_empty() {
            write_summary(console, words, &files, &settings)?;
            return Ok(exit::OK);
        }
        for fault in &named.wrong {
            console.note(words.translated(fault));
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

fn write_summary(
    out: &mut dyn Write,
    words: Words,
    files: &[PathBuf],
    settings: &Settings,
) -> io::Result<()> {
    for file in files {
        writeln!(out, "{}", words.config_read(&file.display().to_string()))?;
    }
    let verdict = if files.is_empty() {
        words.config_no_file()
    } else {
        words.config_valid()
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
        let device = device.to_string();
        let meter = words.config_meter(id.as_str(), name, &device, mode.as_str(), parity.as_str());
        let led = led.as_ref().map(|led| words.config_led(led));
        writeln!(out, "{meter}{}", led.unwrap_or_default())?;
    }
    let dbus = if settings.dbus.enabled {
        names::BUS_NAME.to_owned()
    } else {
        words.config_off()
    };
    writeln!(out, "{}", words.config_dbus(&dbus))?;
    if settings.mqtt.enabled {
        write_mqtt(out, words, &settings.mqtt)?;
    } else {
        writeln!(out, "{}", words.config_mqtt_off())?;
    }
    let path = names::metrics::PATH;
    let metrics = match settings.metrics.listen {
        Some(address) if address.ip().is_loopback() => {
            words.config_metrics_here(&address.to_string(), path)
        }
        Some(address) => words.config_metrics(&address.to_string(), path),
        None => words.config_metrics_off(),
    };
    writeln!(out, "{metrics}")?;
    let identifiers = words.config_identifiers(settings.privacy.publish_identifiers);
    writeln!(out, "{identifiers}")
}

fn write_mqtt(out: &mut dyn Write, words: Words, mqtt: &MqttSettings) -> io::Result<()> {
    let url = mqtt.url.to_string();
    let broker = match &mqtt.username {
        Some(user) => words.config_mqtt(&url, user),
        None => words.config_mqtt_anonymous(&url),
    };
    writeln!(out, "{broker}")?;
    let interval = match mqtt.interval {
        Interval::Frame => words.config_each_frame(),
        Interval::Every(interval) => words.config_every(&format_duration(interval)),
    };
    let on_change: String = mqtt
        .on_change
        .iter()
        .map(|(key, dead_band)| {
            let row = key.row();
            let amount = format!("{dead_band} {}", row.unit);
            words.config_on_change(row.key, amount.trim_end())
        })
        .collect();
    let topic = names::topic::state(&mqtt.base_topic, "<id>");
    let states = words.config_states(&topic, &(interval + &on_change), mqtt.qos.level());
    writeln!(out, "{states}")?;
    let history = match mqtt.history {
        Some(size) if mqtt.qos != Qos::AtMostOnce => words.config_history(&format_size(size)),
        _ => words.config_no_history(),
    };
    writeln!(out, "{history}")?;
    let HomeAssistantSettings {
        enabled,
        prefix,
        language,
        discovery,
    } = &mqtt.home_assistant;
    let home_assistant = if *enabled {
        words.config_home_assistant(prefix, language.as_str(), discovery.as_str())
    } else {
        words.config_home_assistant_off()
    };
    writeln!(out, "{home_assistant}")?;
    if let Some(topics) = &mqtt.python_compatible {
        let topics = words.config_python(&topics.data_topic, &topics.status_topic);
        writeln!(out, "{topics}")?;
    }
    if let Some(topics) = &mqtt.teleinfo2mqtt_compatible {
        let topics = words.config_teleinfo2mqtt(&topics.base_topic, topics.discovery);
        writeln!(out, "{topics}")?;
    }
    Ok(())
}
