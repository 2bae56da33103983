//! What the broker sends, and what follows: acknowledgements, refusals, publications.

use std::time::Duration;

use log::debug;

use super::{Engine, ObsoleteTopic};
use crate::mqtt::incoming::{Incoming, Publication};
use crate::mqtt::message::Message;
use crate::mqtt::reason_code::ReasonCode;

impl Engine {
    /// The broker sent something.
    pub fn on_incoming(&mut self, incoming: &Incoming, now: Duration) {
        self.look(incoming, now);
        match incoming {
            Incoming::Acknowledged { packet_id, reason } if reason.is_failure() => {
                self.on_refused(*packet_id, *reason, now);
            }
            Incoming::Acknowledged { packet_id, .. } => self.on_acknowledged(*packet_id, now),
            Incoming::Subscribed(reasons) => {
                self.arrival.on_subscribed(&self.subscribed, reasons);
            }
            Incoming::Publication(publication) => {
                if *publication.topic == *self.bridge && !publication.retain {
                    let bridge = &self.bridge;
                    let was_denied = self.arrival.on_arrived(bridge, &mut self.outbox, now);
                    self.publish_if(was_denied, now);
                }
                self.on_publication(publication, now);
            }
        }
    }

    /// What the broker has retained comes before its first answer, and before what is published in the session. Of QoS 0,
    /// whose packet id is 0, there is no answer.
    fn look(&mut self, incoming: &Incoming, now: Duration) {
        let has_looked = match incoming {
            Incoming::Acknowledged { packet_id, .. } => *packet_id != 0,
            Incoming::Publication(it) => *it.topic == *self.bridge && !it.retain,
            Incoming::Subscribed(_) => false,
        };
        if has_looked {
            let has_other = self.others.is_any();
            for gate in &mut self.gates {
                gate.claim().on_looked(has_other, now);
            }
            self.follow_gates(now);
        }
    }

    fn on_refused(&mut self, packet_id: u16, reason: ReasonCode, now: Duration) {
        let Some(message) = self.outbox.refused(packet_id) else {
            return;
        };
        self.on_announced(&message, reason, now);
        self.arrival
            .on_refused(&message, reason, &mut self.outbox, now);
    }

    fn on_acknowledged(&mut self, packet_id: u16, now: Duration) {
        let Some(message) = self.outbox.acknowledged(packet_id) else {
            debug!("the broker acknowledged {packet_id}, which is not in flight");
            return;
        };
        let outbox = &mut self.outbox;
        let was_denied = self
            .arrival
            .on_acknowledged(&message, packet_id, outbox, now);
        self.publish_if(was_denied, now);
        let is_removal = |obsolete: &mut ObsoleteTopic| obsolete.topic == message.topic;
        if let Some(obsolete) = self.obsolete.take_if(is_removal) {
            obsolete.removed.set();
        }
        let mut gates = self.gates.iter_mut();
        if let Some(meter) = gates.position(|gate| gate.on_acknowledged(&message)) {
            self.follow_gate(meter, now);
        }
        self.on_announced(&message, ReasonCode::SUCCESS, now);
    }

    /// The last message of the outbox does not fit the limits of the broker.
    pub fn on_left_out(&mut self, now: Duration) {
        if let Some(message) = self.outbox.left_out() {
            self.on_announced(&message, ReasonCode::TOO_LARGE, now);
        }
    }

    /// The broker answered to a message, which may be an announcement.
    fn on_announced(&mut self, message: &Message, reason: ReasonCode, now: Duration) {
        for meter in self.announcer.on_acknowledged(message, reason) {
            self.announce(meter, now);
        }
        self.push_announcements(now);
    }

    /// Somebody published on a topic that this session subscribed to.
    fn on_publication(&mut self, publication: &Publication, now: Duration) {
        if self.is_stopping {
            return;
        }
        if self.others.push(publication) {
            for gate in &mut self.gates {
                gate.claim().on_others_gone();
            }
            self.follow_gates(now);
        }
        self.home_assistant.push(publication, now);
        self.announcer
            .set_home_assistant_there(self.home_assistant.is_there());
        self.follow_home_assistant(now);
        let mut publishers = self.publishers.iter();
        let of_state = publishers.position(|it| **it.state_topic() == *publication.topic);
        if let Some(meter) = of_state {
            let has_other = self.others.is_any();
            if let Some(gate) = self.gates.get_mut(meter) {
                gate.on_state(&publication.payload, publication.retain, has_other, now);
            }
            return self.follow_gates(now);
        }
        if let Some(meter) = self.announcer.on_publication(publication) {
            self.announce(meter, now);
        }
        self.push_announcements(now);
    }
}
