//! What is said about one meter, and when.
//!
//! Input: the meter's Updates and the passing of time. Output: messages, in order. Pure; time is an argument.
//!
//! - What counts as a state is the newest Update at each tick of the interval, and each Update that holds an event; the
//!   tick goes on. The first tick is the first Update. With the interval `frame` each Update counts. A state is said
//!   before the events that happened at it. The groups (`tic`, and the format of the Python linky-sensor) come with each
//!   state that was made from a frame.
//! - Availability, calendar and discovery are said when they change, and with the last state in each introduction.
//! - The status topic of the Python linky-sensor gets the availability of the meter, retained. It has no last will: a
//!   session has one, and it is the daemon's.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::availability::Availability;
use super::discovery::{self, Device, Facts};
use super::message::Message;
use super::topics::Topics;
use crate::config::{Interval, MqttSettings};
use crate::meter::{Snapshot, Update, json};

/// Says everything about one meter.
#[derive(Debug)]
pub struct Publisher {
    meter: Arc<str>,
    topics: Topics,
    device: Device,
    retain: bool,
    interval: Interval,
    /// The newest state.
    newest: Arc<Snapshot>,
    /// The newest state that counted.
    said: Option<Arc<Snapshot>>,
    tick: Option<Duration>,
    availability: Availability,
    /// The newest state whose calendar is known.
    calendar: Option<Arc<Snapshot>>,
    facts: Facts,
}

impl Publisher {
    /// A meter with this id and name of which `newest` is known. The topic `bridge` tells whether the daemon is connected.
    pub fn new(
        settings: &MqttSettings,
        id: &str,
        name: &str,
        newest: Arc<Snapshot>,
        bridge: &Arc<str>,
    ) -> Self {
        let topics = Topics::new(settings, id);
        let mut facts = Facts::default();
        facts.learn(&newest);
        Self {
            meter: id.into(),
            device: Device {
                id: id.to_owned(),
                name: name.to_owned(),
                language: settings.home_assistant.language,
                state: topics.state.clone(),
                event: topics.event.clone(),
                availability: topics.availability.clone(),
                bridge: bridge.clone(),
            },
            topics,
            retain: settings.retain,
            interval: settings.interval,
            newest,
            said: None,
            tick: None,
            availability: Availability::default(),
            calendar: None,
            facts,
        }
    }

    /// The meter told something.
    pub fn push(&mut self, update: &Update, now: Duration, out: &mut Vec<Message>) {
        self.newest = update.snapshot.clone();
        if self.availability.observe(self.newest.link, now) {
            self.say_availability(out);
        }
        self.learn(out);
        if self.counts(update, now) {
            self.say_state(out);
        }
        for event in &update.events {
            let json = to_json(&json::EventOf(&self.newest, event));
            out.push(Message::event(&self.topics.event, &self.meter, json));
        }
    }

    /// Time passes.
    pub fn pass(&mut self, now: Duration, out: &mut Vec<Message>) {
        if self.availability.pass(now) {
            self.say_availability(out);
        }
        if let (Some(tick), Interval::Every(interval)) = (self.tick, self.interval)
            && tick <= now
        {
            let next = tick + interval;
            self.tick = Some(if next > now { next } else { now + interval });
            if self.said.as_ref().map(|said| said.seq) != Some(self.newest.seq) {
                self.say_state(out);
            }
        }
    }

    /// When [`pass`](Self::pass) has something to do.
    pub fn deadline(&self) -> Option<Duration> {
        self.tick
            .into_iter()
            .chain(self.availability.deadline())
            .min()
    }

    /// Everything that holds now, but the state.
    pub fn introduce(&self, out: &mut Vec<Message>) {
        self.say_availability(out);
        self.say_discovery(out);
        self.say_calendar(out);
    }

    /// The last state that counted, as it was said; to be said again, so worth nothing later.
    pub fn last_state(&self) -> Option<Message> {
        let said = self.said.as_ref()?;
        Some(Message {
            retain: self.retain,
            ..Message::standing(&self.topics.state, to_json(&json::State(said)))
        })
    }

    /// The daemon stops.
    pub fn part(&mut self, out: &mut Vec<Message>) {
        self.availability = Availability::default();
        self.say_availability(out);
    }

    /// Whether this Update counts as a state by itself. Starts the tick at the first.
    fn counts(&mut self, update: &Update, now: Duration) -> bool {
        match self.interval {
            Interval::Frame => true,
            Interval::Every(interval) => {
                let is_first = self.tick.is_none();
                self.tick.get_or_insert(now + interval);
                is_first || !update.events.is_empty()
            }
        }
    }

    /// Says what changed of that which holds until it changes.
    fn learn(&mut self, out: &mut Vec<Message>) {
        let before = self.facts.clone();
        self.facts.learn(&self.newest);
        if self.facts != before {
            self.say_discovery(out);
        }
        let calendar = &self.newest.calendar;
        let said = self.calendar.as_ref().map(|said| &said.calendar);
        if calendar.is_known() && said != Some(calendar) {
            self.calendar = Some(self.newest.clone());
            self.say_calendar(out);
        }
    }

    fn say_state(&mut self, out: &mut Vec<Message>) {
        self.said = Some(self.newest.clone());
        let json = to_json(&json::State(&self.newest));
        let (topic, meter) = (&self.topics.state, &self.meter);
        out.push(Message::state(topic, meter, json, self.retain));
        if self.newest.frame.is_none() {
            return;
        }
        if let Some(topic) = &self.topics.tic {
            out.push(Message::passing(topic, to_json(&json::Tic(&self.newest))));
        }
        if let Some(topic) = &self.topics.python_data {
            let json = to_json(&json::Python(&self.newest));
            out.push(Message::passing(topic, json));
        }
    }

    fn say_availability(&self, out: &mut Vec<Message>) {
        let word = self.availability.word();
        out.push(Message::standing(&self.topics.availability, word));
        if let Some(topic) = &self.topics.python_status {
            out.push(Message::standing(topic, word));
        }
    }

    fn say_calendar(&self, out: &mut Vec<Message>) {
        if let Some(known) = &self.calendar {
            let json = to_json(&json::CalendarOf(known));
            out.push(Message::standing(&self.topics.calendar, json));
        }
    }

    fn say_discovery(&self, out: &mut Vec<Message>) {
        if let Some(topic) = self
            .topics
            .discovery
            .as_ref()
            .filter(|_| self.facts.are_complete())
        {
            let json = to_json(&discovery::announcement(&self.device, &self.facts));
            out.push(Message::standing(topic, json));
        }
    }
}

/// The JSON of what always has one: maps with text for keys.
fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
