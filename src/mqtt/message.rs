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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// What holds now: an availability, a discovery, a calendar. Said anew in each session, so an old one is worth nothing.
    Standing,
    /// A state of a meter: to be delivered.
    State,
    /// An event: to be delivered.
    Event,
    /// What comes along with a state: worth nothing later.
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

    /// A state.
    pub fn state(topic: &Arc<str>, payload: Vec<u8>, retain: bool) -> Self {
        Self {
            topic: topic.clone(),
            payload,
            retain,
            worth: Worth::State,
        }
    }

    /// An event.
    pub fn event(topic: &Arc<str>, payload: Vec<u8>) -> Self {
        Self {
            topic: topic.clone(),
            payload,
            retain: false,
            worth: Worth::Event,
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

    /// Whether it is to be delivered even if late.
    pub fn is_record(&self) -> bool {
        matches!(self.worth, Worth::State | Worth::Event)
    }
}
