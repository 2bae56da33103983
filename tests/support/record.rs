//! All that is published to a broker, kept in order, and looked through as it comes.

use std::time::Duration;

use serde_json::Value;

use super::broker::{Broker, Ear, Heard};
use super::daemon::{WAIT_TIMEOUT, within};

/// A subscriber to everything that forgets nothing.
pub struct Record {
    ear: Ear,
    heard: Vec<Heard>,
}

impl Record {
    /// Listens; returns once it hears.
    pub fn at(broker: &Broker) -> Self {
        Self {
            ear: Ear::at(broker),
            heard: Vec::new(),
        }
    }

    /// All that was heard so far.
    pub fn heard(&mut self) -> &[Heard] {
        self.heard.extend(self.ear.rest());
        &self.heard
    }

    /// How much was heard so far: a place to look from.
    pub fn now(&mut self) -> usize {
        self.heard().len()
    }

    /// Waits for the first message like this, from this place on.
    pub fn until_from(
        &mut self,
        from: usize,
        time: Duration,
        what: &str,
        is_it: impl Fn(&Heard) -> bool,
    ) -> Heard {
        within(time, what, || {
            self.heard()[from..]
                .iter()
                .find(|heard| is_it(heard))
                .cloned()
        })
    }

    /// Waits for this payload on a topic, from this place on.
    pub fn until_said(&mut self, from: usize, topic: &str, payload: &str) -> Heard {
        let what = format!("{payload} on {topic}");
        self.until_from(from, WAIT_TIMEOUT, &what, |heard| {
            heard.topic == topic && heard.payload == payload
        })
    }

    /// Waits for a state of a meter like this, from this place on.
    pub fn until_state(
        &mut self,
        from: usize,
        meter: &str,
        what: &str,
        is_it: impl Fn(&Value) -> bool,
    ) -> Value {
        let topic = format!("linky/{meter}/state");
        let state = self.until_from(from, WAIT_TIMEOUT, what, |heard| {
            heard.topic == topic && is_it(&heard.json())
        });
        state.json()
    }

    /// Waits for an event of the meter `main`, from this place on.
    pub fn until_event(&mut self, from: usize, kind: &str) -> Value {
        let event = self.until_from(from, WAIT_TIMEOUT, kind, |heard| {
            heard.topic == "linky/main/event" && heard.json()["event_type"] == kind
        });
        event.json()
    }

    /// What was said on a topic so far, as JSON.
    pub fn said_on(&mut self, topic: &str) -> Vec<Value> {
        self.heard()
            .iter()
            .filter(|heard| heard.topic == topic)
            .map(Heard::json)
            .collect()
    }
}
