//! The messages of the announcer that wait, and those on their way to the broker.
//!
//! Inputs: steps, each a message and what the record is when it is acknowledged. Output: messages, some at a time: an
//! announcement in the form of entities is a hundred messages, and a state must not wait behind them. Sans-io.
//!
//! Invariant: of each topic one step waits at most, the newest, in the place of the first. So announcing everything again and
//! again, as at each start of Home Assistant, makes the queue no longer, and each topic has its turn.

use std::collections::VecDeque;
use std::sync::Arc;

use super::discovery::{AnnouncedEntity, EntityWords, Layout};
use super::message::Message;

/// Announcements that are on their way to the broker at once.
const IN_FLIGHT_MAX: usize = 4;

/// A message, and what the record is when it is acknowledged.
#[derive(Debug)]
pub struct AnnouncementStep {
    /// The message.
    pub message: Message,
    /// The id of the meter.
    pub meter: Arc<str>,
    /// What the record is then.
    pub effect: Effect,
}

/// What an acknowledged message does to the record.
#[derive(Debug)]
pub enum Effect {
    /// This entity is announced in the layout of the configuration, without these words.
    Announced(AnnouncedEntity, EntityWords),
    /// These entities are named as gone: the next announcement leaves them out. These words are gone.
    Named(Vec<AnnouncedEntity>, EntityWords),
    /// These entities are gone from this layout.
    Removed(Layout, Vec<AnnouncedEntity>),
    /// None, or a retained topic is cleared; with the base topic that it was the last of.
    Cleared(Option<String>),
}

/// See the module.
#[derive(Debug, Default)]
pub struct AnnouncementQueue {
    waiting: VecDeque<AnnouncementStep>,
    in_flight: VecDeque<AnnouncementStep>,
}

impl AnnouncementQueue {
    /// Takes a step.
    pub fn push(&mut self, step: AnnouncementStep) {
        let mut waiting = self.waiting.iter_mut();
        match waiting.find(|it| it.message.topic == step.message.topic) {
            Some(place) => *place = step,
            None => self.waiting.push_back(step),
        }
    }

    /// The next message, if not enough of them are on their way.
    pub fn next(&mut self) -> Option<Message> {
        if self.in_flight.len() >= IN_FLIGHT_MAX {
            return None;
        }
        let step = self.waiting.pop_front()?;
        let message = step.message.clone();
        self.in_flight.push_back(step);
        Some(message)
    }

    /// The broker answered to a message: its step, if it is one of these.
    pub fn acknowledged(&mut self, message: &Message) -> Option<AnnouncementStep> {
        let mut in_flight = self.in_flight.iter();
        let place = in_flight.position(|step| step.message.topic == message.topic)?;
        self.in_flight.remove(place)
    }

    /// Whether something of a meter waits, or is on its way.
    pub fn is_busy(&self, meter: &str) -> bool {
        let mut steps = self.waiting.iter().chain(&self.in_flight);
        steps.any(|step| &*step.meter == meter)
    }

    /// Whether nothing waits, or is on its way.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.waiting.clear();
        self.in_flight.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(topic: &str, payload: &'static str) -> AnnouncementStep {
        AnnouncementStep {
            message: Message::retained(&topic.into(), payload),
            meter: "main".into(),
            effect: Effect::Cleared(None),
        }
    }

    /// Home Assistant starts again and again while a hundred entities are announced.
    #[test]
    fn announcing_again_makes_no_longer_queue_and_each_topic_has_its_turn() {
        let mut queue = AnnouncementQueue::default();
        let topics: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let mut sent = Vec::new();
        for round in 0..60 {
            let payload = if round < 59 { "old" } else { "new" };
            for topic in &topics {
                queue.push(step(topic, payload));
            }
            assert!(queue.waiting.len() <= topics.len());
            for _ in 0..2 {
                let message = queue.next().unwrap();
                assert!(queue.acknowledged(&message).is_some());
                sent.push(message);
            }
        }
        for topic in &topics {
            assert!(sent.iter().any(|it| *it.topic == **topic), "{topic}");
        }
        sent.clear();
        while let Some(message) = queue.next() {
            queue.acknowledged(&message);
            sent.push(message);
        }
        assert!(queue.is_empty() && sent.iter().all(|it| &*it.payload == b"new"));
        assert!((98..=100).contains(&sent.len()), "{}", sent.len());
    }

    #[test]
    fn four_are_on_their_way() {
        let mut queue = AnnouncementQueue::default();
        (0..6).for_each(|number| queue.push(step(&number.to_string(), "")));
        let first = queue.next().unwrap();
        assert_eq!((1..).map_while(|_| queue.next()).count(), 3);
        assert!(queue.acknowledged(&first).is_some() && queue.is_busy("main"));
        assert!(queue.next().is_some() && queue.next().is_none());
    }
}
