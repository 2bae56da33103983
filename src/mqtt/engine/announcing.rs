//! When a meter is announced: what the engine asks of the announcer, and gives the outbox of its messages.
//!
//! While another daemon publishes the meter too, it is not announced.

use std::time::Duration;

use super::Engine;
use crate::mqtt::publisher::Publisher;
use crate::mqtt::topic_gate::TopicGate;

impl Engine {
    /// Whether a meter can be announced. While another daemon publishes it too, it is not.
    pub(super) fn may_announce(&self, meter: usize) -> bool {
        self.announcer.takes(meter) && self.gates.get(meter).is_some_and(TopicGate::is_alone)
    }

    /// Announces a meter, in the format of teleinfo2mqtt too.
    pub(super) fn announce_all_of(&mut self, meter: usize, now: Duration) {
        self.announce(meter, now);
        self.announce_labels(meter);
    }

    pub(super) fn announce_labels(&mut self, meter: usize) {
        let is_alone = self.gates.get(meter).is_some_and(TopicGate::is_alone);
        let publisher = self.publishers.get(meter).filter(|_| is_alone);
        if let Some(labels) = publisher.and_then(Publisher::label_announcements) {
            self.announcer.announce_labels(meter, labels);
        }
    }

    pub(super) fn announce(&mut self, meter: usize, now: Duration) {
        let publisher = self.publishers.get(meter);
        let publisher = publisher.filter(|_| self.may_announce(meter));
        if let Some((publisher, announcement)) =
            publisher.and_then(|it| Some((it, it.announcement()?)))
        {
            self.announcer
                .announce(meter, announcement, publisher.is_settled(), now);
        }
    }

    /// Announces a meter whose facts have settled, if that takes something away.
    pub(super) fn announce_if_gone(&mut self, meter: usize, now: Duration) {
        let publisher = self
            .publishers
            .get(meter)
            .filter(|_| self.may_announce(meter));
        let announcement = publisher.and_then(Publisher::announcement);
        if let Some(announcement) = announcement
            && self.announcer.has_gone(meter, &announcement)
        {
            self.announcer.announce(meter, announcement, true, now);
        }
    }

    /// Announces the meters whose entities are to lose words. The state goes before: no entity shows such a word then.
    pub(super) fn narrow_words(&mut self, now: Duration) {
        for meter in self.announcer.take_narrowing(now) {
            let state = self.publishers.get(meter).and_then(Publisher::last_state);
            self.push_of(meter, state.into_iter().collect(), now);
            self.announce(meter, now);
        }
        self.push_announcements(now);
    }

    /// Gives the outbox as many announcements as may be on their way.
    pub(super) fn push_announcements(&mut self, now: Duration) {
        while !self.is_stopping
            && let Some(message) = self.announcer.next()
        {
            self.outbox.push(message, now);
        }
    }
}
