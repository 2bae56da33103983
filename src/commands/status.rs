//! `linky-sensor status`: what the running daemon sees, in a short page or in JSON.
//!
//! It asks over D-Bus as any program may, opens no port and starts nothing. Exit code 0 if every meter is being
//! received, 1 otherwise, so that scripts and monitoring can ask in one word.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::dbus::{Bus, Client, Error, Overview, SeenMeter};
use crate::meter::{Key, Link};
use crate::names::exit;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Status {
    /// The bus of the daemon: system, session, or a D-Bus address
    #[arg(long, default_value = "system", value_name = "BUS")]
    bus: Bus,
    /// One JSON object: by meter, the keys that are known
    #[arg(long)]
    json: bool,
}

impl Status {
    /// Asks and prints. Returns the exit code: `OK`, `FAILURE` if a meter is not received or the daemon cannot be asked,
    /// `IO` if the answer could not be written.
    pub fn run(&self, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
        let (overview, meters) = match self.ask() {
            Ok(answer) => answer,
            Err(error) => {
                let _ = writeln!(err, "linky-sensor: {error}");
                return exit::FAILURE;
            }
        };
        let written = if self.json {
            write_json(out, &meters)
        } else {
            write_page(out, &overview, &meters)
        };
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let _ = writeln!(err, "linky-sensor: {error}");
                exit::IO
            }
            _ if !meters.is_empty() && meters.iter().all(is_received) => exit::OK,
            _ => exit::FAILURE,
        }
    }

    fn ask(&self) -> Result<(Overview, Vec<SeenMeter>), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Failed(error.to_string()))?;
        runtime.block_on(async {
            let client = Client::connect(&self.bus).await?;
            Ok((client.overview().await?, client.meters().await?))
        })
    }
}

fn is_received(meter: &SeenMeter) -> bool {
    meter.reading.text(Key::LINK) == Some(Link::Receiving.word())
}

fn write_json(out: &mut dyn Write, meters: &[SeenMeter]) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &ByMeter(meters))?;
    writeln!(out)
}

struct ByMeter<'a>(&'a [SeenMeter]);

impl Serialize for ByMeter<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|meter| (&meter.id, Known(meter))))
    }
}

struct Known<'a>(&'a SeenMeter);

impl Serialize for Known<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.known() {
            map.serialize_entry(key.row().key, value)?;
        }
        map.end()
    }
}

fn write_page(out: &mut dyn Write, overview: &Overview, meters: &[SeenMeter]) -> io::Result<()> {
    for meter in meters {
        write_meter(out, meter)?;
        writeln!(out)?;
    }
    if meters.is_empty() {
        writeln!(out, "The daemon runs, and has no meter.\n")?;
    }
    let Overview {
        version,
        broker,
        history_pending,
        history_dropped,
        updates_lagged,
    } = overview;
    write!(out, "Daemon {version}, MQTT broker {broker}")?;
    for (count, what) in [
        (history_pending, "states waiting for it"),
        (history_dropped, "states dropped"),
        (updates_lagged, "updates missed"),
    ] {
        if *count > 0 {
            write!(out, ", {count} {what}")?;
        }
    }
    writeln!(out)
}

fn write_meter(out: &mut dyn Write, meter: &SeenMeter) -> io::Result<()> {
    let text = |key| meter.reading.get(key).map(ToString::to_string);
    write!(out, "{}: {}", meter.id, text(Key::LINK).unwrap_or_default())?;
    match text(Key::LINK_DETAIL) {
        Some(detail) if !detail.is_empty() => writeln!(out, " ({detail})")?,
        _ => writeln!(out)?,
    }
    let mut line = |name: &str, value: Option<String>| match value {
        Some(value) => writeln!(out, "  {name:<10} {value}"),
        None => Ok(()),
    };
    let with = |key, unit: &str| text(key).map(|value| format!("{value}{unit}"));
    let and = |first: Option<String>, more: Option<String>| {
        first.map(|first| first + &more.unwrap_or_default())
    };
    let kilo = |key| {
        meter
            .reading
            .int(key)
            .map(|wh| format!("{}.{:03} kWh", wh / 1000, wh % 1000))
    };
    line(
        "mode",
        and(
            text(Key::MODE),
            with(Key::PHASES, "").map(|n| format!(", phases: {n}")),
        ),
    )?;
    line("contract", text(Key::CONTRACT))?;
    line(
        "tariff",
        and(
            text(Key::TARIFF_NAME),
            with(Key::TARIFF_INDEX, "").map(|n| format!(" (index {n})")),
        ),
    )?;
    line(
        "power",
        and(
            with(Key::APPARENT_POWER, " VA"),
            with(Key::SUBSCRIBED_POWER, " VA").map(|power| format!(", subscribed {power}")),
        ),
    )?;
    line("energy", kilo(Key::ENERGY))?;
    line("injected", kilo(Key::ENERGY_INJECTED))?;
    line(
        "frames",
        and(
            with(Key::FRAMES_RECEIVED, " received"),
            with(Key::FRAMES_DAMAGED, " damaged").map(|damaged| format!(", {damaged}")),
        ),
    )?;
    line("updated", text(Key::TIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::{Reading, Value};

    fn meter() -> SeenMeter {
        let mut reading = Reading::default();
        reading.set(Key::LINK, Some(Value::Word("receiving")));
        reading.set(Key::LINK_DETAIL, Some(Value::Text("".into())));
        reading.set(Key::MODE, Some(Value::Word("standard")));
        reading.set(Key::ENERGY, Some(Value::Int(12_345_078)));
        reading.set(Key::APPARENT_POWER, Some(Value::Int(1234)));
        SeenMeter {
            id: "main".into(),
            reading,
        }
    }

    fn overview() -> Overview {
        Overview {
            version: "1.2.3".into(),
            broker: "connected".into(),
            history_pending: 0,
            history_dropped: 0,
            updates_lagged: 0,
        }
    }

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_page_shows_what_is_known() {
        assert_eq!(
            written(|out| write_page(out, &overview(), &[meter()])),
            "main: receiving\n  mode       standard\n  power      1234 VA\n  energy     12345.078 kWh\n\n\
             Daemon 1.2.3, MQTT broker connected\n"
        );
    }

    #[test]
    fn a_cause_and_a_backlog_are_told() {
        let mut meter = meter();
        let detail = Value::Text("no byte for 12 s".into());
        meter.reading.set(Key::LINK, Some(Value::Word("no_signal")));
        meter.reading.set(Key::LINK_DETAIL, Some(detail));
        assert!(!is_received(&meter));
        let overview = Overview {
            history_pending: 7,
            ..overview()
        };
        let page = written(|out| write_page(out, &overview, &[meter]));
        assert!(
            page.starts_with("main: no_signal (no byte for 12 s)\n"),
            "{page}"
        );
        assert!(
            page.ends_with("connected, 7 states waiting for it\n"),
            "{page}"
        );
    }

    #[test]
    fn json_is_by_meter() {
        assert_eq!(
            written(|out| write_json(out, &[meter()])),
            "{\"main\":{\"mode\":\"standard\",\"link\":\"receiving\",\"link_detail\":\"\",\"energy\":12345078,\
             \"apparent_power\":1234}}\n"
        );
    }
}
