//! The window: the messages that are in flight, oldest first, and their packet ids. Sans-io; time is an argument.
//!
//! Each message has a packet id that no other one has, and an acknowledgement is matched by id. A message of QoS 0 has the id
//! 0 and is acknowledged when it is written.

use std::collections::VecDeque;
use std::time::Duration;

use super::message::{Delivery, Message};
use crate::config::Qos;

/// Messages in flight, at most.
pub const IN_FLIGHT_MAX: usize = 64;

/// The same for QoS 2. A broker cannot refuse such a message: one that is over its limit is dropped and completed all the
/// same. The limit of mosquitto is 20.
const IN_FLIGHT_MAX_QOS_2: usize = 10;

/// Packet ids are 1 to this. Four windows wide, so that an id is not reused soon after its acknowledgement.
pub const PACKET_ID_RANGE: u16 = 256;

#[derive(Debug)]
struct InFlight {
    message: Message,
    packet_id: u16,
    since: Duration,
}

/// See the module.
#[derive(Debug)]
pub struct InFlightWindow {
    messages: VecDeque<InFlight>,
    qos: Qos,
    /// Messages of this session, at most.
    size: usize,
    last_packet_id: u16,
}

impl InFlightWindow {
    /// An empty window, for messages of this quality of service.
    pub fn new(qos: Qos) -> Self {
        Self {
            messages: VecDeque::with_capacity(IN_FLIGHT_MAX),
            qos,
            size: size_of(qos),
            last_packet_id: 0,
        }
    }

    /// The quality of service of this session, and how many messages the broker takes in flight.
    pub fn set_limits(&mut self, qos: Qos, in_flight_max: usize) {
        self.qos = qos;
        self.size = size_of(qos).min(in_flight_max.max(1));
    }

    /// Takes a message that is to be written now. Returns its packet id.
    pub fn push(&mut self, message: Message, now: Duration) -> u16 {
        let packet_id = self.next_packet_id();
        self.messages.push_back(InFlight {
            message,
            packet_id,
            since: now,
        });
        packet_id
    }

    /// Takes the message with this packet id out; `None` if there is none.
    pub fn take(&mut self, packet_id: u16) -> Option<Message> {
        let mut messages = self.messages.iter();
        let index = messages.position(|in_flight| in_flight.packet_id == packet_id)?;
        Some(self.messages.remove(index)?.message)
    }

    /// Takes the newest message out.
    pub fn take_newest(&mut self) -> Option<Message> {
        Some(self.messages.pop_back()?.message)
    }

    /// The oldest message, and when it was written.
    pub fn oldest(&self) -> Option<(&Message, Duration)> {
        let oldest = self.messages.front()?;
        Some((&oldest.message, oldest.since))
    }

    /// All messages, oldest first.
    pub fn messages_mut(&mut self) -> impl Iterator<Item = &mut Message> {
        self.messages.iter_mut().map(|it| &mut it.message)
    }

    /// Whether one of the messages is delivered in this way.
    pub fn holds(&self, delivery: &Delivery) -> bool {
        let mut messages = self.messages.iter();
        messages.any(|it| it.message.delivery == *delivery)
    }

    /// Drops all messages.
    pub fn clear(&mut self) {
        self.messages.clear();
    }

    /// How many messages are in flight.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// How many more may be.
    pub fn room(&self) -> usize {
        self.size.saturating_sub(self.messages.len())
    }

    /// Whether more than half of it is free.
    pub fn is_half_free(&self) -> bool {
        self.room() > self.size / 2
    }

    /// How many messages may be in flight where the broker sets no limit.
    pub fn size_without_broker(&self) -> usize {
        size_of(self.qos)
    }

    fn next_packet_id(&mut self) -> u16 {
        if self.qos == Qos::AtMostOnce {
            return 0;
        }
        // The window is smaller than the range, so one of them is free.
        for _ in 0..PACKET_ID_RANGE {
            self.last_packet_id = self.last_packet_id % PACKET_ID_RANGE + 1;
            let mut messages = self.messages.iter();
            if messages.all(|in_flight| in_flight.packet_id != self.last_packet_id) {
                break;
            }
        }
        self.last_packet_id
    }
}

/// Messages in flight with this quality of service, at most.
fn size_of(qos: Qos) -> usize {
    match qos {
        Qos::AtMostOnce | Qos::AtLeastOnce => IN_FLIGHT_MAX,
        Qos::ExactlyOnce => IN_FLIGHT_MAX_QOS_2,
    }
}
