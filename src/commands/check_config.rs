//! `linky-sensor check-config`: says whether the configuration is right, and what it amounts to.
//!
//! Reads the files as the daemon does, touches nothing else: no port, no bus, no broker, no password. A right
//! configuration is summed up on `out`, a wrong one explained on `err`.

use std::io::{self, Write};
use std::path::Path;

use crate::config::{self, Interval, Qos, Settings, format_duration, format_size};
use crate::names;

/// Checks the configuration at `path` and its drop-ins. Returns the exit code: `OK`, `CONFIG` if there is a fault,
/// `IO` if the answer could not be written.
pub fn run(path: &Path, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let answer = config::load(path).and_then(|settings| Ok((config::files(path)?, settings)));
    let (written, code) = match answer {
        Ok((files, settings)) => {
            let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
            (write_summary(out, &files, &settings), names::exit::OK)
        }
        Err(error) => (writeln!(err, "{error}"), names::exit::CONFIG),
    };
    match written {
        // The reader of a pipe may leave early; that is no fault of the configuration.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => names::exit::IO,
        _ => code,
    }
}

fn write_summary(out: &mut dyn Write, files: &[&Path], settings: &Settings) -> io::Result<()> {
    let Settings {
        meters,
        dbus,
        mqtt,
        privacy,
    } = settings;
    match files {
        [] => writeln!(out, "No configuration file: the defaults are in force.")?,
        files => {
            for file in files {
                writeln!(out, "Read: {}", file.display())?;
            }
            writeln!(out, "The configuration is right.")?;
        }
    }
    for meter in meters {
        let (mode, parity) = (meter.mode.as_str(), meter.parity.as_str());
        writeln!(
            out,
            "Meter {} ({}): {}, mode {mode}, parity {parity}",
            meter.id, meter.name, meter.device
        )?;
    }
    writeln!(
        out,
        "D-Bus: {}",
        if dbus.enabled { names::BUS_NAME } else { "off" }
    )?;
    if mqtt.enabled {
        let user = mqtt
            .username
            .as_ref()
            .map_or("nobody in particular", |name| name.as_str());
        writeln!(out, "MQTT: {} as {user}", mqtt.url)?;
        let interval = match mqtt.interval {
            Interval::Frame => "at every frame".to_owned(),
            Interval::Every(interval) => format!("every {}", format_duration(interval)),
        };
        let qos = match mqtt.qos {
            Qos::AtMostOnce => 0,
            Qos::AtLeastOnce => 1,
            Qos::ExactlyOnce => 2,
        };
        let base = &mqtt.base_topic;
        writeln!(
            out,
            "  states: {}, {interval}, QoS {qos}",
            names::topic::state(base, "<id>")
        )?;
        let history = match mqtt.history {
            Some(size) if mqtt.qos != Qos::AtMostOnce => {
                format!("up to {} on disk", format_size(size))
            }
            _ => "off".to_owned(),
        };
        writeln!(out, "  while the broker is away: {history}")?;
        match &mqtt.home_assistant {
            home if home.enabled => {
                writeln!(
                    out,
                    "  Home Assistant: under {}, language {}",
                    home.prefix,
                    home.language.as_str()
                )?;
            }
            _ => writeln!(out, "  Home Assistant: off")?,
        }
        if let Some(python) = &mqtt.python_compatible {
            writeln!(
                out,
                "  as the Python linky-sensor: {}, {}",
                python.data_topic, python.status_topic
            )?;
        }
    } else {
        writeln!(out, "MQTT: off")?;
    }
    let identifiers = if privacy.publish_identifiers {
        "published"
    } else {
        "withheld"
    };
    writeln!(out, "Serial number and PRM: {identifiers}")
}
