//! What the sinks are given: one state of one meter, and what happened at it.

use std::sync::Arc;

use super::event::Event;
use super::link::Link;
use super::model::breaker::BreakerCheck;
use super::model::curve::CurvePoint;
use super::quantity::Key;
use super::reading::{Keys, Reading};
use super::tariff::{Calendar, Contract, IndexMeanings};
use super::value::{Timestamp, Value};
use crate::tic::{Frame, Group, Mode};

/// The version of the shape of the JSON state.
pub const SCHEMA: u64 = 1;

/// A state of a meter. It never changes once made, and all outputs answer from the same one.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The id of the meter in the configuration.
    pub id: Arc<str>,
    /// The random id of this start of the daemon.
    pub boot: Arc<str>,
    /// The number of this Update since that start, from 1; 0 before the first.
    pub seq: u64,
    /// The host's clock when it was made; `None` only for a decoded file that gives no time.
    pub time: Option<Timestamp>,
    /// The mode, once a frame was seen.
    pub mode: Option<Mode>,
    /// The link.
    pub link: Link,
    /// Whether a frame was received in the last thirty seconds. Without one no value of the meter is known.
    pub is_online: bool,
    /// The keys that this meter has.
    pub keys: Keys,
    /// The values.
    pub reading: Reading,
    /// The day profiles; shared by all snapshots until they change.
    pub calendar: Arc<Calendar>,
    /// The kind of contract, once known.
    pub contract: Option<Contract>,
    /// What the supplier's indexes count.
    pub indexes: IndexMeanings,
    /// The frame that it was made from; `None` if something else changed.
    pub frame: Option<Arc<Frame>>,
    /// Whether identifiers may be shown.
    pub shows_identifiers: bool,
}

impl Snapshot {
    /// Fills the rows that its own fields answer: the fields are the only source.
    pub(super) fn fill_own_rows(&mut self) {
        for (key, value) in [
            (Key::SCHEMA, Some(Value::Int(SCHEMA))),
            (Key::METER, Some(Value::Text(self.id.clone()))),
            (Key::BOOT, Some(Value::Text(self.boot.clone()))),
            (Key::SEQ, Some(Value::Int(self.seq))),
            (Key::TIME, self.time.map(Value::Instant)),
            (Key::MODE, self.mode.map(|mode| Value::Enum(mode.as_str()))),
            (Key::LINK, Some(Value::Enum(self.link.as_str()))),
        ] {
            self.reading.set(key, value);
        }
    }

    /// The quantities of the state in the order of the table, each with its value if it is known.
    pub fn entries(&self) -> impl Iterator<Item = (Key, Option<&Value>)> {
        self.keys.iter().map(|key| (key, self.reading.get(key)))
    }

    /// The groups of its frame that passed the wire checks, in order of arrival, identifiers left out unless allowed.
    pub fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let frame = self.frame.iter().flat_map(|frame| frame.groups());
        frame.filter(|group| self.shows_identifiers || !may_identify(group))
    }
}

/// Whether a group may hold the serial number of the meter (12 digits) or the number of the delivery point (14). Without
/// parity, damage that leaves the sum right may turn their label into an unknown one.
fn may_identify(group: &Group<'_>) -> bool {
    let data = group.data();
    match group.label() {
        Some(label) => label.is_identifier(),
        None => [12, 14].contains(&data.len()) && data.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// A new state, and what happened at it.
#[derive(Clone, Debug)]
pub struct Update {
    /// The number of the meter in the configuration, from 0.
    pub meter: usize,
    /// The state.
    pub snapshot: Arc<Snapshot>,
    /// What happened, in order; most often nothing.
    pub events: Vec<Event>,
    /// The points of the load curve that are new, for each direction the older first; most often none.
    pub curve: Vec<CurvePoint>,
    /// Whether the model of the breaker holds on this meter: seldom, at midnight.
    pub breaker_check: Option<BreakerCheck>,
}
