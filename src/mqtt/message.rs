//! One message to the broker, and what it is worth when it could not be sent.

use std::sync::Arc;

/// A message as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The topic.
    pub topic: Arc<str>,
    /// The payload.
    pub payload: Vec<u8>,
    /// Whether the broker keeps it for those who subscribe later.
    pub retain: bool,
    /// What becomes of it when the session is lost before it was delivered.
    pub worth: Worth,
}

/// What a message is worth later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// What holds now: an availability, a discovery, a calendar. Said anew in each session, so an old one is worth nothing.
    Standing,
    /// A state or an event of the meter with this id: to be delivered, even if late.
    Record(Arc<str>),
    /// The same, of which the history keeps a copy under this number.
    Kept(u64),
    /// What comes along with a state, or was given up: worth nothing later.
    Passing,
}

impl Message {
    /// A message that holds until the next one on its topic.
    pub fn standing(topic: &Arc<str>, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            topic: topic.clone(),
            payload: payload.into(),
            retain: true,
            worth: Worth::Standing,
        }
    }

    /// A state of a meter.
    pub fn state(topic: &Arc<str>, meter: &Arc<str>, payload: Vec<u8>, retain: bool) -> Self {
        Self {
            topic: topic.clone(),
            payload,
            retain,
            worth: Worth::Record(meter.clone()),
        }
    }

    /// An event of a meter.
    pub fn event(topic: &Arc<str>, meter: &Arc<str>, payload: Vec<u8>) -> Self {
        Self::state(topic, meter, payload, false)
    }

    /// A state or an event that comes late, and its number in the history.
    pub fn late(topic: Arc<str>, payload: Vec<u8>, number: u64) -> Self {
        Self {
            topic,
            payload,
            retain: false,
            worth: Worth::Kept(number),
        }
    }

    /// What comes along with a state.
    pub fn passing(topic: &Arc<str>, payload: Vec<u8>) -> Self {
        Self {
            topic: topic.clone(),
            payload,
            retain: false,
            worth: Worth::Passing,
        }
    }
}
