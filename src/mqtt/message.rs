//! One message to the broker, and its fate when it cannot be delivered at once.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use crate::meter::{Snapshot, json};

/// A message as it is published. Cloning it copies no payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The topic.
    pub topic: Arc<str>,
    /// The payload.
    pub payload: Bytes,
    /// Whether the broker keeps it for later subscribers.
    pub retain: bool,
    /// What happens to it if the session ends before it was delivered.
    pub delivery: Delivery,
}

/// What happens to a message if the session ends before the broker acknowledged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Dropped: every session starts by publishing the current content of its topic.
    Retained,
    /// Stored in the history: a state, an event or a point of the load curve of the meter with this id.
    Record(Arc<str>),
    /// Dropped: the history already has this copy, under this number.
    Stored(u64),
    /// Dropped.
    BestEffort,
}

impl Message {
    /// The current content of a retained topic. An empty payload removes the topic from the broker.
    pub fn retained(topic: &Arc<str>, payload: impl Into<Bytes>) -> Self {
        Self {
            topic: topic.clone(),
            payload: payload.into(),
            retain: true,
            delivery: Delivery::Retained,
        }
    }

    /// A record: a state, an event or a point of the load curve of a meter.
    pub fn record(topic: &Arc<str>, meter: &Arc<str>, payload: Vec<u8>, retain: bool) -> Self {
        Self {
            topic: topic.clone(),
            payload: payload.into(),
            retain,
            delivery: Delivery::Record(meter.clone()),
        }
    }

    /// A record from the history, and its number there.
    pub fn replayed(topic: Arc<str>, payload: Bytes, number: u64) -> Self {
        Self {
            topic,
            payload,
            retain: false,
            delivery: Delivery::Stored(number),
        }
    }

    /// A message that only matters now.
    pub fn best_effort(topic: &Arc<str>, payload: Vec<u8>) -> Self {
        Self {
            topic: topic.clone(),
            payload: payload.into(),
            retain: false,
            delivery: Delivery::BestEffort,
        }
    }

    /// Whether it must be delivered, even late.
    pub fn is_record(&self) -> bool {
        match self.delivery {
            Delivery::Record(_) | Delivery::Stored(_) => true,
            Delivery::Retained | Delivery::BestEffort => false,
        }
    }
}

/// The JSON of a state.
pub fn state_json(state: &Snapshot) -> Vec<u8> {
    let mut json = Vec::new();
    json::write_state(state, &mut json).map_or_else(|_| Vec::new(), |()| json)
}

/// The JSON of a payload. It cannot fail: all keys are text.
pub fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
