//! All that is published to a broker, kept in order, and looked through as it comes.

use std::time::Duration;

use serde_json::Value;

use super::broker::{Broker, Received, Subscriber};
use super::daemon::{WAIT_TIMEOUT, within};

/// A subscriber to everything that forgets nothing.
pub struct Record {
    subscriber: Subscriber,
    received: Vec<Received>,
}

impl Record {
    /// Returns once it receives.
    pub fn at(broker: &Broker) -> Self {
        Self {
            subscriber: Subscriber::at(broker),
            received: Vec::new(),
        }
    }

    /// All that was received so far.
    pub fn received(&mut self) -> &[Received] {
        self.received.extend(self.subscriber.rest());
        &self.received
    }

    /// How much was received so far: a place to look from.
    pub fn now(&mut self) -> usize {
        self.received().len()
    }

    /// Waits for the first message like this, from this place on.
    pub fn until_from(
        &mut self,
        from: usize,
        time: Duration,
        what: &str,
        is_it: impl Fn(&Received) -> bool,
    ) -> Received {
        within(time, what, || {
            self.received()[from..]
                .iter()
                .find(|received| is_it(received))
                .cloned()
        })
    }

    /// Waits for this payload on a topic, from this place on.
    pub fn until_payload(&mut self, from: usize, topic: &str, payload: &str) -> Received {
        let what = format!("{payload} on {topic}");
        self.until_from(from, WAIT_TIMEOUT, &what, |received| {
            received.topic == topic && received.payload == payload
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
        let state = self.until_from(from, WAIT_TIMEOUT, what, |received| {
            received.topic == topic && is_it(&received.json())
        });
        state.json()
    }

    /// Waits for an event of the meter `main`, from this place on.
    pub fn until_event(&mut self, from: usize, kind: &str) -> Value {
        let event = self.until_from(from, WAIT_TIMEOUT, kind, |received| {
            received.topic == "linky/main/event" && received.json()["event_type"] == kind
        });
        event.json()
    }

    /// What was published on a topic so far, as JSON.
    pub fn json_on(&mut self, topic: &str) -> Vec<Value> {
        self.received()
            .iter()
            .filter(|received| received.topic == topic)
            .map(Received::json)
            .collect()
    }
}
