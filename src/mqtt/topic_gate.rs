//! The way from the publisher of a meter to the outbox: open, or closed while another daemon publishes the meter.
//!
//! Inputs: messages about the meter, and what its [`TopicClaim`] and [`BootWatch`] take. Output: messages in the [`Outbox`].
//! While the broker's answer is awaited, messages wait in order. While the meter is withheld, its records are stored, to
//! be replayed on the topic of the history, and its other messages are dropped: when it is published again, it begins with
//! the current content of all its topics.

use std::sync::Arc;
use std::time::Duration;

use super::boot_watch::{BootWatch, StateAuthor};
use super::message::Message;
use super::outbox::Outbox;
use super::publisher::Publisher;
use super::topic_claim::{ClaimPhase, TopicClaim};
use crate::config::MqttSettings;

/// Messages that wait for the broker's first answer, at most; what comes above is treated as withheld.
const WAITING_MAX: usize = 256;

/// See the module.
#[derive(Debug)]
pub struct TopicGate {
    boot: String,
    state_topic: Arc<str>,
    claim: TopicClaim,
    watch: BootWatch,
    waiting: Vec<Message>,
    /// The phase at the last [`follow`](Self::follow).
    phase: ClaimPhase,
    /// The same of the conflict.
    had_conflict: bool,
}

/// What is to be done about a meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GateChange {
    /// It was withheld and is published: with the current content of its topics.
    pub is_released: bool,
    /// It may be announced.
    pub is_announced: bool,
    /// Another daemon came, or went.
    pub conflict: Option<bool>,
}

impl TopicGate {
    /// The gate of what this publisher publishes.
    pub fn new(publisher: &Publisher, settings: &MqttSettings) -> Self {
        let boot = publisher.boot();
        Self {
            boot: boot.to_owned(),
            state_topic: publisher.state_topic().clone(),
            claim: TopicClaim::new(boot, settings),
            watch: BootWatch::new(boot),
            waiting: Vec::new(),
            phase: ClaimPhase::Disconnected,
            had_conflict: false,
        }
    }

    /// What this daemon is to the meter's topics.
    pub fn claim(&mut self) -> &mut TopicClaim {
        &mut self.claim
    }

    /// When the claim is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.claim.deadline()
    }

    /// Whether another daemon keeps this one from publishing the meter.
    pub fn is_closed(&self) -> bool {
        matches!(
            self.claim.phase(),
            ClaimPhase::Withheld | ClaimPhase::Second
        )
    }

    /// Whether the meter may be announced.
    pub fn is_alone(&self) -> bool {
        self.claim.phase() == ClaimPhase::Publishing && !self.watch.is_conflict()
    }

    /// A state came from the topic of the meter.
    pub fn on_state(&mut self, payload: &[u8], is_retained: bool, has_other: bool, now: Duration) {
        let author = self.watch.author(payload);
        self.claim.on_state(&author, is_retained, has_other, now);
        if let StateAuthor::Foreign(id) = &author
            && self.claim.phase() == ClaimPhase::Publishing
        {
            self.watch.push_foreign(id);
        }
    }

    /// The broker has taken a message about a meter; of QoS 0: it is written. Returns whether it was a state of this one.
    pub fn on_acknowledged(&mut self, message: &Message) -> bool {
        let is_state = message.topic == self.state_topic;
        if is_state {
            self.watch.push_own();
        }
        is_state
    }

    /// The session has ended, for the outbox too.
    pub fn on_disconnected(&mut self, outbox: &mut Outbox, now: Duration) {
        self.claim.on_disconnected();
        self.phase = ClaimPhase::Disconnected;
        for message in self.waiting.drain(..) {
            outbox.push(message, now);
        }
    }

    /// Takes a message about the meter.
    pub fn push(&mut self, message: Message, outbox: &mut Outbox, now: Duration) {
        match self.claim.phase() {
            ClaimPhase::Looking if self.waiting.len() < WAITING_MAX => self.waiting.push(message),
            ClaimPhase::Looking | ClaimPhase::Withheld | ClaimPhase::Second => {
                outbox.withhold(message);
            }
            ClaimPhase::Disconnected => outbox.push(message, now),
            ClaimPhase::Publishing => {
                if message.topic == self.state_topic {
                    self.claim.on_published();
                }
                outbox.push(message, now);
            }
        }
    }

    /// Does what a change of the claim demands. To be called after each that may be one.
    pub fn follow(&mut self, outbox: &mut Outbox, now: Duration) -> GateChange {
        let phase = self.claim.phase();
        let before = std::mem::replace(&mut self.phase, phase);
        let mut change = GateChange::default();
        if phase == ClaimPhase::Publishing && before != phase {
            change.is_announced = true;
            if matches!(before, ClaimPhase::Withheld | ClaimPhase::Second) {
                change.is_released = true;
                self.watch = BootWatch::new(&self.boot);
            }
        }
        if phase != ClaimPhase::Looking {
            for message in std::mem::take(&mut self.waiting) {
                self.push(message, outbox, now);
            }
        }
        // Whether one that was second still is, shows with the answer of the broker.
        if !matches!(phase, ClaimPhase::Disconnected | ClaimPhase::Looking) {
            let has_conflict = phase == ClaimPhase::Second || self.watch.is_conflict();
            if has_conflict != std::mem::replace(&mut self.had_conflict, has_conflict) {
                change.conflict = Some(has_conflict);
                change.is_announced |= !has_conflict;
            }
        }
        change
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::Sample;
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn a_conflict_ends_with_what_the_broker_took_and_not_with_what_waits() {
        let settings = MqttSettings::default();
        let bridge = "linky/bridge/host/availability".into();
        let publisher = Publisher::new(&settings, "Linky", Sample::new().last(), &bridge);
        let mut outbox = Outbox::new(&settings, None, Arc::default(), false);
        let mut gate = TopicGate::new(&publisher, &settings);
        gate.claim().on_connected(NOW);
        gate.claim().on_looked(false, NOW);
        gate.follow(&mut outbox, NOW);
        for seq in 0..=3 {
            let state = format!(r#"{{"boot":"theirs","seq":{seq}}}"#);
            gate.on_state(state.as_bytes(), false, false, NOW);
        }
        assert_eq!(gate.follow(&mut outbox, NOW).conflict, Some(true));

        let state = Message::retained(publisher.state_topic(), "{}");
        for _ in 0..100 {
            gate.push(state.clone(), &mut outbox, NOW);
        }
        assert_eq!(gate.follow(&mut outbox, NOW).conflict, None);
        assert!(!gate.on_acknowledged(&Message::retained(&bridge, "online")));
        for _ in 0..100 {
            assert!(gate.on_acknowledged(&state));
        }
        assert_eq!(gate.follow(&mut outbox, NOW).conflict, Some(false));
    }
}
