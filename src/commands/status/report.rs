//! `status --json`: under the id of each meter its values, under `bridge` the daemon and its broker.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::dbus::{Overview, SeenMeter};
use crate::names::topic;

/// Writes the object on one line.
pub fn write_json(
    out: &mut dyn Write,
    overview: &Overview,
    meters: &[SeenMeter],
) -> io::Result<()> {
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
