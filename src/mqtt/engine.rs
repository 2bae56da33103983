//! The sans-io part of a session: decides what is published and when.
//!
//! Inputs: Updates, what the broker sends, the clock. Output: messages in the [`Outbox`], which the session writes.
//! Times are since the start of the session's clock.

mod announcing;
mod incoming;

use std::sync::Arc;
use std::time::Duration;

use super::announcer::Announcer;
use super::arrival_watch::ArrivalWatch;
use super::broker_finding::BrokerFinding;
use super::codec::TopicFilter;
use super::discovery::Learning;
use super::home_assistant_start::HomeAssistantStart;
use super::message::Message;
use super::other_bridges::OtherBridges;
use super::outbox::Outbox;
use super::publisher::Publisher;
use super::reporter::ConflictReporter;
use super::topic_gate::TopicGate;
use crate::config::MqttSettings;
use crate::meter::Update;
use crate::names::topic;
use crate::store::Marker;

/// See the module.
#[derive(Debug)]
pub struct Engine {
    /// Messages that are waiting, in flight or in the history.
    pub outbox: Outbox,
    publishers: Vec<Publisher>,
    /// In the order of the publishers.
    gates: Vec<TopicGate>,
    others: OtherBridges,
    announcer: Announcer,
    conflicts: ConflictReporter,
    /// The topic of the daemon's own availability.
    bridge: Arc<str>,
    home_assistant: HomeAssistantStart,
    obsolete: Option<ObsoleteTopic>,
    arrival: ArrivalWatch,
    /// The topics of this session's subscription.
    subscribed: Vec<TopicFilter>,
    is_stopping: bool,
}

/// A retained topic that an earlier version left at the broker, to be removed once.
#[derive(Debug)]
pub struct ObsoleteTopic {
    /// The topic.
    pub topic: Arc<str>,
    /// Set when the broker acknowledged the removal.
    pub removed: Marker,
}

impl Engine {
    /// An engine without a session. The publishers are in the order of the meters' numbers.
    pub fn new(
        settings: &MqttSettings,
        bridge: Arc<str>,
        publishers: Vec<Publisher>,
        announcer: Announcer,
        conflicts: ConflictReporter,
        outbox: Outbox,
        obsolete: Option<ObsoleteTopic>,
    ) -> Self {
        let arrival = ArrivalWatch::new(&bridge, &settings.base_topic);
        Self {
            outbox,
            gates: (publishers.iter().map(|it| TopicGate::new(it, settings))).collect(),
            publishers,
            others: OtherBridges::new(&settings.base_topic, &bridge),
            announcer,
            conflicts,
            bridge,
            home_assistant: HomeAssistantStart::new(&settings.home_assistant),
            obsolete,
            arrival,
            subscribed: Vec::new(),
            is_stopping: false,
        }
    }

    /// The topics to subscribe to in a session that starts. Our own availability is the proof that what is published arrives; of
    /// the states only those of others are of interest.
    pub fn subscribe(&mut self) -> &[TopicFilter] {
        let bridges = [&*self.bridge, self.others.filter()].into_iter();
        let states = self.publishers.iter().map(|it| &**it.state_topic());
        let follows = self.announcer.follows_home_assistant();
        let status = follows.then(|| self.home_assistant.topic());
        let topics = bridges.chain(status).chain(self.announcer.subscriptions());
        let topics = topics.map(TopicFilter::new);
        self.subscribed = topics.chain(states.map(TopicFilter::of_others)).collect();
        &self.subscribed
    }

    /// What the broker was found to do, since the last call.
    pub fn take_findings(&mut self) -> Vec<BrokerFinding> {
        self.arrival.take_findings()
    }

    /// A meter has an Update.
    pub fn on_update(&mut self, update: &Update, now: Duration) {
        if self.is_stopping {
            return;
        }
        let mut messages = Vec::new();
        let publisher = self.publishers.get_mut(update.meter);
        let learning = publisher.map(|it| {
            let learning = it.push(update, now, &mut messages);
            (learning, it.take_labels_changed())
        });
        self.push_of(update.meter, messages, now);
        let (learning, is_labels) = learning.unwrap_or((Learning::Same, false));
        if is_labels {
            self.announce_labels(update.meter);
        }
        match learning {
            Learning::Changed => self.announce(update.meter, now),
            Learning::Settled => self.announce_if_gone(update.meter, now),
            Learning::Same => {}
        }
        self.push_announcements(now);
    }

    /// A session starts. `has_reasons`: acknowledgements in it have reasons, so a success is one.
    pub fn on_connected(&mut self, has_reasons: bool, now: Duration) {
        self.arrival.on_connected(has_reasons);
        self.outbox.on_connected(now);
        self.outbox.demand_proof();
        self.announcer.on_connected();
        self.home_assistant.on_connected(now);
        self.others.clear();
        for gate in &mut self.gates {
            gate.claim().on_connected(now);
        }
        self.follow_gates(now);
        self.publish_all(now);
        if let Some(obsolete) = &self.obsolete {
            let removal = Message::retained(&obsolete.topic, "");
            self.outbox.push(removal, now);
        }
    }

    /// The session has ended.
    pub fn on_disconnected(&mut self, now: Duration) {
        self.arrival.on_disconnected();
        self.outbox.on_disconnected();
        for gate in &mut self.gates {
            gate.on_disconnected(&mut self.outbox, now);
        }
        self.announcer.on_disconnected();
    }

    /// Does what the gates demand, after one may have opened or closed.
    fn follow_gates(&mut self, now: Duration) {
        for meter in 0..self.gates.len() {
            self.follow_gate(meter, now);
        }
        self.outbox
            .hold_replay(self.gates.iter().any(TopicGate::is_closed));
        self.push_announcements(now);
    }

    fn follow_gate(&mut self, meter: usize, now: Duration) {
        let gate = self.gates.get_mut(meter);
        let (Some(gate), Some(publisher)) = (gate, self.publishers.get(meter)) else {
            return;
        };
        let change = gate.follow(&mut self.outbox, now);
        let topic = publisher.state_topic();
        match change.conflict {
            Some(true) => self
                .conflicts
                .began(publisher.meter(), topic, gate.is_closed()),
            Some(false) => self.conflicts.ended(publisher.meter(), topic),
            None => {}
        }
        if change.is_released {
            let mut messages = Vec::new();
            publisher.birth_messages(&mut messages);
            self.push_of(meter, messages, now);
        }
        if change.is_announced && !self.is_stopping {
            self.announce_all_of(meter, now);
        }
    }

    /// Publishes and stores what is due.
    pub fn on_timer(&mut self, now: Duration) {
        self.outbox.on_timer(now);
        self.arrival.on_timer(&mut self.outbox, now);
        if self.is_stopping {
            return;
        }
        self.arrival.probe(&mut self.outbox, now);
        let has_other = self.others.is_any();
        for gate in &mut self.gates {
            gate.claim().on_timer(has_other, now);
        }
        self.follow_gates(now);
        self.push_of_each(now, |publisher, messages| publisher.on_timer(now, messages));
        self.narrow_words(now);
        for meter in self.announcer.take_repeated_removals(now) {
            self.announce(meter, now);
        }
        self.push_announcements(now);
        self.follow_home_assistant(now);
        if self.arrival.take_again(now) {
            self.publish_all(now);
        }
    }

    /// After a start of Home Assistant: publishes everything.
    fn follow_home_assistant(&mut self, now: Duration) {
        if self.home_assistant.take(now) {
            self.announcer.begin_repeated_removals(now);
            self.publish_all(now);
        }
    }

    /// When [`on_timer`](Self::on_timer) or the outbox is due.
    pub fn deadline(&self) -> Option<Duration> {
        let running = self.publishers.iter().filter(|_| !self.is_stopping);
        let publishers = running.filter_map(Publisher::deadline);
        let gates = self.gates.iter().filter(|_| !self.is_stopping);
        let publishers = publishers.chain(gates.filter_map(TopicGate::deadline));
        let others = [
            self.arrival.deadline(),
            self.home_assistant.deadline(),
            self.announcer.deadline(),
        ];
        let others = others.into_iter().flatten().filter(|_| !self.is_stopping);
        publishers.chain(self.outbox.deadline()).chain(others).min()
    }

    /// Publishes that everything is offline; further Updates are ignored.
    pub fn stop(&mut self, now: Duration) {
        self.push_of_each(now, Publisher::stop);
        let offline = Message::retained(&self.bridge, topic::OFFLINE);
        self.outbox.push(offline, now);
        self.outbox.stop_replay();
        self.is_stopping = true;
    }

    /// Whether [`stop`](Self::stop) was called.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping
    }

    /// Publishes the current content of all retained topics, the announcements last.
    fn publish_all(&mut self, now: Duration) {
        let online = Message::retained(&self.bridge, topic::ONLINE);
        self.outbox.push(online, now);
        self.push_of_each(now, |publisher, messages| {
            publisher.birth_messages(messages);
        });
        for meter in 0..self.publishers.len() {
            self.announce_all_of(meter, now);
        }
        self.push_announcements(now);
    }

    /// Publishes everything, if what is published did not arrive before.
    fn publish_if(&mut self, was_denied: bool, now: Duration) {
        if was_denied && !self.is_stopping {
            self.publish_all(now);
        }
    }

    /// Pushes the messages of each publisher.
    fn push_of_each(
        &mut self,
        now: Duration,
        messages: impl Fn(&mut Publisher, &mut Vec<Message>),
    ) {
        for (publisher, gate) in self.publishers.iter_mut().zip(&mut self.gates) {
            let mut out = Vec::new();
            messages(publisher, &mut out);
            for message in out {
                gate.push(message, &mut self.outbox, now);
            }
        }
    }

    /// Pushes messages about a meter.
    fn push_of(&mut self, meter: usize, messages: Vec<Message>, now: Duration) {
        if let Some(gate) = self.gates.get_mut(meter) {
            for message in messages {
                gate.push(message, &mut self.outbox, now);
            }
        }
    }
}
