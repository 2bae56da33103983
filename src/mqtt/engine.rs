//! The sans-io part of a session: decides what is published and when.
//!
//! Inputs: Updates, what the broker sends, the clock. Output: messages in the [`Outbox`], which the session writes.
//! Times are since the start of the session's clock.

use std::sync::Arc;
use std::time::Duration;

use log::debug;

use super::announcer::Announcer;
use super::discovery::Learning;
use super::incoming::{Incoming, Publication, ReasonCode};
use super::message::Message;
use super::outbox::Outbox;
use super::publisher::Publisher;
use super::reporter::ConflictReporter;
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
    announcer: Announcer,
    conflicts: ConflictReporter,
    /// The topic of the daemon's own availability.
    bridge: Arc<str>,
    /// The topic where Home Assistant announces its start.
    home_assistant: Option<String>,
    obsolete: Option<ObsoleteTopic>,
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
        let home_assistant = Some(&settings.home_assistant).filter(|home| home.enabled);
        Self {
            outbox,
            publishers,
            announcer,
            conflicts,
            bridge,
            home_assistant: home_assistant.map(|home| topic::home_assistant_status(&home.prefix)),
            obsolete,
            is_stopping: false,
        }
    }

    /// The topics to subscribe to in each session.
    pub fn subscriptions(&self) -> Vec<&str> {
        let home_assistant = self.home_assistant.as_deref().into_iter();
        home_assistant
            .chain(self.publishers.iter().map(|it| &**it.state_topic()))
            .chain(self.announcer.subscriptions())
            .collect()
    }

    /// A meter has an Update.
    pub fn on_update(&mut self, update: &Update, now: Duration) {
        if self.is_stopping {
            return;
        }
        let mut messages = Vec::new();
        let publisher = self.publishers.get_mut(update.meter);
        let learning = publisher.map(|it| it.push(update, now, &mut messages));
        self.push_all(messages, now);
        match learning {
            Some(Learning::Changed) => self.announce(update.meter),
            Some(Learning::Settled) => self.announce_if_gone(update.meter),
            Some(Learning::Same) | None => {}
        }
        self.push_announcements(now);
    }

    /// A session starts.
    pub fn on_connected(&mut self, now: Duration) {
        self.outbox.on_connected(now);
        self.announcer.on_connected();
        self.publish_all(now);
        if let Some(obsolete) = &self.obsolete {
            let removal = Message::retained(&obsolete.topic, "");
            self.outbox.push(removal, now);
        }
    }

    /// The session has ended.
    pub fn on_disconnected(&mut self) {
        self.outbox.on_disconnected();
        self.announcer.on_disconnected();
    }

    /// The broker sent something.
    pub fn on_incoming(&mut self, incoming: &Incoming, now: Duration) {
        match incoming {
            Incoming::Acknowledged { packet_id, reason } => {
                if reason.is_failure() {
                    debug!("the broker answers to {packet_id} with {reason:?}");
                }
                self.on_acknowledged(*packet_id, *reason, now);
            }
            Incoming::Publication(publication) => {
                self.on_publication(publication, now);
            }
        }
    }

    fn on_acknowledged(&mut self, packet_id: u16, reason: ReasonCode, now: Duration) {
        let Some(message) = self.outbox.acknowledged(packet_id) else {
            debug!("the broker acknowledged {packet_id}, which is not in flight");
            return;
        };
        let is_removal = |obsolete: &mut ObsoleteTopic| obsolete.topic == message.topic;
        if let Some(obsolete) = self.obsolete.take_if(is_removal) {
            obsolete.removed.set();
        }
        for meter in self.announcer.on_acknowledged(&message, reason) {
            self.announce(meter);
        }
        self.push_announcements(now);
    }

    /// Somebody published on a topic that this session subscribed to.
    fn on_publication(&mut self, publication: &Publication, now: Duration) {
        if self.is_stopping {
            return;
        }
        if self.is_home_assistant_start(publication) {
            self.publish_all(now);
        }
        let mut publishers = self.publishers.iter();
        let of_state = publishers.position(|it| **it.state_topic() == *publication.topic);
        if let Some(meter) = of_state {
            self.on_state(meter, &publication.payload);
            return self.push_announcements(now);
        }
        if let Some(meter) = self.announcer.on_publication(publication) {
            self.announce(meter);
        }
        self.push_announcements(now);
    }

    /// A state came from the topic of a meter. While another daemon publishes there too, nothing is announced.
    fn on_state(&mut self, meter: usize, payload: &[u8]) {
        let Some(publisher) = self.publishers.get_mut(meter) else {
            return;
        };
        match publisher.on_state(payload) {
            Some(true) => self
                .conflicts
                .began(publisher.meter(), publisher.state_topic()),
            Some(false) => {
                self.conflicts
                    .ended(publisher.meter(), publisher.state_topic());
                self.announce(meter);
            }
            None => {}
        }
    }

    /// Publishes and stores what is due.
    pub fn on_timer(&mut self, now: Duration) {
        self.outbox.on_timer(now);
        if self.is_stopping {
            return;
        }
        let mut messages = Vec::new();
        for publisher in &mut self.publishers {
            publisher.on_timer(now, &mut messages);
        }
        self.push_all(messages, now);
    }

    /// When [`on_timer`](Self::on_timer) or the outbox is due.
    pub fn deadline(&self) -> Option<Duration> {
        let running = self.publishers.iter().filter(|_| !self.is_stopping);
        let publishers = running.filter_map(Publisher::deadline);
        publishers.chain(self.outbox.deadline()).min()
    }

    /// Publishes that everything is offline; further Updates are ignored.
    pub fn stop(&mut self, now: Duration) {
        let mut messages = Vec::new();
        for publisher in &mut self.publishers {
            publisher.stop(&mut messages);
        }
        messages.push(Message::retained(&self.bridge, topic::OFFLINE));
        self.push_all(messages, now);
        self.outbox.stop_replay();
        self.is_stopping = true;
    }

    /// Whether [`stop`](Self::stop) was called.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping
    }

    /// Publishes the current content of all retained topics, the announcements last.
    fn publish_all(&mut self, now: Duration) {
        self.push_all(self.birth_messages(), now);
        for meter in 0..self.publishers.len() {
            self.announce(meter);
        }
        self.push_announcements(now);
    }

    fn announce(&mut self, meter: usize) {
        let publisher = self.publishers.get(meter);
        let publisher = publisher.filter(|_| self.announcer.takes(meter));
        if let Some((publisher, announcement)) =
            publisher.and_then(|it| Some((it, it.announcement()?)))
        {
            self.announcer
                .announce(meter, &announcement, publisher.is_settled());
        }
    }

    /// Announces a meter whose facts have settled, if that takes something away.
    fn announce_if_gone(&mut self, meter: usize) {
        let publisher = self
            .publishers
            .get(meter)
            .filter(|_| self.announcer.takes(meter));
        let announcement = publisher.and_then(Publisher::announcement);
        if let Some(announcement) = announcement
            && self.announcer.has_gone(meter, &announcement)
        {
            self.announcer.announce(meter, &announcement, true);
        }
    }

    /// Gives the outbox as many announcements as may be on their way.
    fn push_announcements(&mut self, now: Duration) {
        while !self.is_stopping
            && let Some(message) = self.announcer.next()
        {
            self.outbox.push(message, now);
        }
    }

    /// The content of all retained topics but the announcements.
    fn birth_messages(&self) -> Vec<Message> {
        let mut messages = vec![Message::retained(&self.bridge, topic::ONLINE)];
        for publisher in &self.publishers {
            publisher.birth_messages(&mut messages);
        }
        messages
    }

    /// Home Assistant has just started, and has no entities yet. A retained message is older than this session.
    fn is_home_assistant_start(&self, publication: &Publication) -> bool {
        self.home_assistant.as_deref() == Some(&*publication.topic)
            && !publication.retain
            && publication.payload == topic::ONLINE
    }

    fn push_all(&mut self, messages: Vec<Message>, now: Duration) {
        for message in messages {
            self.outbox.push(message, now);
        }
    }
}
