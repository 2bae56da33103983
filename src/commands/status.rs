//! `linky-sensor status`: what the running daemon sees, in a short page or in JSON.
//!
//! It reads D-Bus as any program may, opens no port and starts nothing. Exit code 0 if every meter is received, 1
//! otherwise, for scripts and monitoring.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::console::{CommandError, Console};
use crate::dbus::{Bus, Client, Error, Overview, SeenMeter};
use crate::meter::{Key, Link};
use crate::names::{exit, topic};
use crate::sink::BrokerState;
use crate::words::Words;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct StatusCommand {
    /// The bus of the daemon: system, session, or a D-Bus address
    #[arg(long, default_value = "system", value_name = "BUS")]
    bus: Bus,
    /// Print one JSON object: under the id of each meter its values, under bridge the daemon and its broker
    #[arg(long)]
    json: bool,
}

impl StatusCommand {
    /// Asks and prints. Returns `OK`, or `FAILURE` if a meter is not received or the daemon cannot be asked.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let (overview, meters) = self
            .ask()
            .map_err(|error| CommandError::new(exit::FAILURE, error))?;
        if self.json {
            write_json(console, &overview, &meters)?;
        } else {
            let words = console.words();
            write_page(console, words, &overview, &meters)?;
        }
        let all_received = !meters.is_empty() && meters.iter().all(is_received);
        Ok(if all_received {
            exit::OK
        } else {
            exit::FAILURE
        })
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
    meter.reading.text(Key::LINK) == Some(Link::Receiving.as_str())
}

fn write_json(out: &mut dyn Write, overview: &Overview, meters: &[SeenMeter]) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &StatusReport { overview, meters })?;
    writeln!(out)
}

/// The meters by their ids, and the daemon by the one word that no meter may have as its id.
struct StatusReport<'a> {
    overview: &'a Overview,
    meters: &'a [SeenMeter],
}

impl Serialize for StatusReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for meter in self.meters {
            map.serialize_entry(&meter.id, &KnownValues(meter))?;
        }
        map.serialize_entry(topic::BRIDGE, &Bridge(self.overview))?;
        map.end()
    }
}

/// The daemon: the properties of its object on the bus, in small letters.
struct Bridge<'a>(&'a Overview);

impl Serialize for Bridge<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Overview {
            version,
            broker,
            broker_cause,
            topic_conflicts,
            history_pending,
            history_dropped,
            updates_lagged,
        } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", version)?;
        map.serialize_entry("broker_state", broker)?;
        map.serialize_entry("broker_cause", broker_cause)?;
        map.serialize_entry("topic_conflicts", topic_conflicts)?;
        map.serialize_entry("history_pending", history_pending)?;
        map.serialize_entry("history_dropped", history_dropped)?;
        map.serialize_entry("updates_lagged", updates_lagged)?;
        map.end()
    }
}

struct KnownValues<'a>(&'a SeenMeter);

impl Serialize for KnownValues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.known() {
            map.serialize_entry(key.row().key, value)?;
        }
        map.end()
    }
}

fn write_page(
    out: &mut dyn Write,
    words: Words,
    overview: &Overview,
    meters: &[SeenMeter],
) -> io::Result<()> {
    for meter in meters {
        write_meter(out, meter)?;
        writeln!(out)?;
    }
    if meters.is_empty() {
        writeln!(out, "{}\n", words.no_meter())?;
    }
    let Overview {
        version,
        broker,
        topic_conflicts,
        history_pending,
        history_dropped,
        updates_lagged,
        ..
    } = overview;
    write!(out, "Daemon {version}, MQTT broker {broker}")?;
    for (count, one, what) in [
        (history_pending, "state", "waiting for it"),
        (history_dropped, "state", "dropped"),
        (updates_lagged, "update", "missed"),
    ] {
        if *count > 0 {
            let plural = if *count == 1 { "" } else { "s" };
            write!(out, ", {count} {one}{plural} {what}")?;
        }
    }
    writeln!(out)?;
    for meter in topic_conflicts {
        writeln!(out, "{}", words.topic_conflict(meter))?;
    }
    // Only the journal has the cause.
    if [BrokerState::Disconnected, BrokerState::Refused]
        .iter()
        .any(|state| state.as_str() == broker)
    {
        writeln!(out, "{}", words.broker_cause_is_logged())?;
    }
    Ok(())
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
    line("line", with(Key::LINK_QUALITY, " % of the groups are good"))?;
    line("updated", text(Key::TIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Language;
    use crate::meter::{Reading, Value};

    const ENGLISH: Words = Words::new(Language::English, false);

    fn meter() -> SeenMeter {
        let mut reading = Reading::default();
        reading.set(Key::LINK, Some(Value::Enum("receiving")));
        reading.set(Key::LINK_DETAIL, Some(Value::Text("".into())));
        reading.set(Key::MODE, Some(Value::Enum("standard")));
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
            broker_cause: "none".into(),
            topic_conflicts: Vec::new(),
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
            written(|out| write_page(out, ENGLISH, &overview(), &[meter()])),
            "main: receiving\n  mode       standard\n  power      1234 VA\n  energy     12345.078 kWh\n\n\
             Daemon 1.2.3, MQTT broker connected\n"
        );
    }

    #[test]
    fn a_cause_and_a_backlog_are_shown() {
        let mut meter = meter();
        let detail = Value::Text("no byte for 12 s".into());
        meter.reading.set(Key::LINK, Some(Value::Enum("no_signal")));
        meter.reading.set(Key::LINK_DETAIL, Some(detail));
        assert!(!is_received(&meter));
        let overview = Overview {
            history_pending: 7,
            ..overview()
        };
        let page = written(|out| write_page(out, ENGLISH, &overview, &[meter]));
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
    fn a_bad_line_is_shown_with_its_cause() {
        let mut meter = meter();
        let detail = "more than a few groups are rejected: runs of characters are wrong";
        for (key, value) in [
            (Key::LINK_DETAIL, Value::Text(detail.into())),
            (Key::LINK_QUALITY, Value::Int(71)),
        ] {
            meter.reading.set(key, Some(value));
        }
        let page = written(|out| write_page(out, ENGLISH, &overview(), &[meter]));
        let first = format!("main: receiving ({detail})\n");
        assert!(page.starts_with(&first), "{page}");
        assert!(
            page.contains("\n  line       71 % of the groups are good\n"),
            "{page}"
        );
    }

    #[test]
    fn a_broker_that_is_away_is_shown_and_where_the_cause_is() {
        for broker in ["disconnected", "refused"] {
            let overview = Overview {
                broker: broker.into(),
                history_pending: 1,
                history_dropped: 1,
                updates_lagged: 1,
                ..overview()
            };
            let page = written(|out| write_page(out, ENGLISH, &overview, &[meter()]));
            let ending = format!(
                "MQTT broker {broker}, 1 state waiting for it, 1 state dropped, 1 update missed\n\
                 Why there is no session with it: journalctl -u linky-sensor\n"
            );
            assert!(page.ends_with(&ending), "{page}");
        }
    }

    #[test]
    fn another_daemon_on_the_topic_is_shown_with_the_remedy() {
        let overview = Overview {
            topic_conflicts: vec!["main".to_owned()],
            ..overview()
        };
        let page = written(|out| write_page(out, ENGLISH, &overview, &[meter()]));
        assert!(
            page.contains("\nAnother daemon publishes main on the same MQTT topic: "),
            "{page}"
        );
    }

    #[test]
    fn json_is_by_meter_and_the_daemon_beside_them() {
        assert_eq!(
            written(|out| write_json(out, &overview(), &[meter()])),
            "{\"main\":{\"mode\":\"standard\",\"link\":\"receiving\",\"link_detail\":\"\",\"energy\":12345078,\
             \"apparent_power\":1234},\"bridge\":{\"version\":\"1.2.3\",\"broker_state\":\"connected\",\"broker_cause\":\"none\",\
             \"topic_conflicts\":[],\"history_pending\":0,\"history_dropped\":0,\"updates_lagged\":0}}\n"
        );
    }
}
