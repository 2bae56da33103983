//! Messages to the broker: waiting, in flight, and in the history on disk. Sans-io; time is an argument.
//!
//! ```text
//!  push ──▶ waiting ── next ──▶ in flight ── acknowledged ──▶ delivered
//!                │                  │
//!                └── spilled ───────┴──▶ history ── next, from REPLAY_DELAY on ──▶ in flight, on the topic `history`
//! ```
//! - The messages in flight are in an [`InFlightWindow`].
//! - A state, an event or a point of the load curve (a *record*) does not wait. It is stored in the history while there
//!   is no session, while the window is full, and while the oldest message in flight is older than [`SPILL_AFTER`]. Before
//!   a record is stored, all older ones are, so the history is in order. Stored records stay in flight: a late acknowledgement removes them from
//!   the history again.
//! - Records are replayed from [`REPLAY_DELAY`] after the start of a session, so that subscribers are back first, one
//!   every [`REPLAY_INTERVAL`], when nothing else waits and half of the window is free.
//! - Without a history (`qos = 0`, `history = "off"`) records wait for the window like all others, and are dropped and
//!   counted at the end of the session.
//! - MQTT 3.1.1 acknowledges what the broker throws away, so a session may demand a proof. Until it is there,
//!   acknowledged records are held back, and none is replayed; if it does not come, they count as not delivered.
//! - A session whose broker does not acknowledge for [`ACK_TIMEOUT`], or lets more than [`WAITING_MAX`] messages wait, is stuck.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::history_record;
use super::in_flight::InFlightWindow;
use super::message::{Delivery, Message};
use crate::config::{MqttSettings, Qos};
use crate::names::topic;
use crate::store::HistoryHandle;

/// The time without an acknowledgement after which records are stored.
const SPILL_AFTER: Duration = Duration::from_secs(2);

/// The time without an acknowledgement after which the session is stuck: a broker that hangs does not close it.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(20);

/// The time from the first acknowledgement to the proof that messages arrive.
const PROOF_TIMEOUT: Duration = Duration::from_secs(10);

/// Acknowledged records that are held back without a proof, at most.
const UNPROVEN_MAX: usize = 256;

/// Messages that wait for the window, at most.
const WAITING_MAX: usize = 1024;

/// The time from the start of a session to the first replayed record.
const REPLAY_DELAY: Duration = Duration::from_secs(10);

/// The time between two replayed records: 20 a second.
const REPLAY_INTERVAL: Duration = Duration::from_millis(50);

/// Whether acknowledged messages arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// It is taken for granted, or was given.
    Given,
    /// It is awaited, from the first acknowledgement on until then.
    Awaited(Option<Duration>),
    /// It did not come in time.
    Missing,
}

/// See the module.
#[derive(Debug)]
pub struct Outbox {
    is_connected: bool,
    waiting: VecDeque<Message>,
    in_flight: InFlightWindow,
    /// Acknowledged records without a proof, oldest first.
    unproven: Vec<Message>,
    proof: Proof,
    history: Option<HistoryHandle>,
    dropped: Arc<AtomicU64>,
    base_topic: String,
    /// Whether records may have the serial number and the PRM of a meter.
    shows_identifiers: bool,
    /// When the next record may be replayed in this session.
    replay_at: Option<Duration>,
    is_replay_held: bool,
}

impl Outbox {
    /// An outbox without a session. `history` is used if the settings have one; `dropped` counts lost records.
    pub fn new(
        settings: &MqttSettings,
        history: Option<HistoryHandle>,
        dropped: Arc<AtomicU64>,
        shows_identifiers: bool,
    ) -> Self {
        let has_history = settings.qos != Qos::AtMostOnce && settings.history.is_some();
        Self {
            is_connected: false,
            waiting: VecDeque::new(),
            in_flight: InFlightWindow::new(settings.qos),
            unproven: Vec::new(),
            proof: Proof::Given,
            history: history.filter(|_| has_history),
            dropped,
            base_topic: settings.base_topic.clone(),
            shows_identifiers,
            replay_at: None,
            is_replay_held: false,
        }
    }

    /// A session starts.
    pub fn on_connected(&mut self, now: Duration) {
        self.is_connected = true;
        self.replay_at = Some(now + REPLAY_DELAY);
        self.proof = Proof::Given;
    }

    /// The quality of service of this session, and how many messages the broker takes in flight.
    pub fn set_limits(&mut self, qos: Qos, in_flight_max: usize) {
        self.in_flight.set_limits(qos, in_flight_max);
    }

    /// An acknowledgement is no delivery in this session until [`prove`](Self::prove).
    pub fn demand_proof(&mut self) {
        self.proof = Proof::Awaited(None);
    }

    /// The message that proves it was acknowledged, and is to come back.
    pub fn await_proof(&mut self, now: Duration) {
        if self.proof == Proof::Awaited(None) {
            self.proof = Proof::Awaited(Some(now + PROOF_TIMEOUT));
        }
    }

    /// What is acknowledged arrives.
    pub fn prove(&mut self) {
        for message in std::mem::take(&mut self.unproven) {
            delivered(&message, &mut self.history);
        }
        self.proof = Proof::Given;
    }

    /// The proof did not come in time: what was acknowledged is stored. True once.
    pub fn is_disproved(&mut self, now: Duration) -> bool {
        let is_due = matches!(self.proof, Proof::Awaited(Some(until)) if until <= now);
        if is_due {
            self.proof = Proof::Missing;
            self.store_unproven();
            self.unproven.clear();
        }
        is_due
    }

    /// The session has ended: records that were not acknowledged are stored, all else is dropped.
    pub fn on_disconnected(&mut self) {
        self.is_connected = false;
        self.replay_at = None;
        self.spill();
        self.unproven.clear();
        self.in_flight.clear();
        self.waiting.clear();
        if let Some(history) = &mut self.history {
            history.rewind();
        }
    }

    /// Stops replaying for the rest of the session.
    pub fn stop_replay(&mut self) {
        self.replay_at = None;
    }

    /// Replays again from the oldest record, some time from now.
    pub fn resume_replay(&mut self, now: Duration) {
        if self.is_connected {
            self.replay_at = Some(now + REPLAY_DELAY);
        }
        if let Some(history) = &mut self.history {
            history.rewind();
        }
    }

    /// Replays nothing until it is called with false: what is stored may be of a meter that another daemon publishes.
    pub fn hold_replay(&mut self, is_held: bool) {
        self.is_replay_held = is_held;
    }

    /// Stores a record that must not be published; other messages are dropped. What other meters have in flight is left alone.
    pub fn withhold(&mut self, mut message: Message) {
        store(&mut message, &mut self.history, &self.dropped);
    }

    /// Takes a message.
    pub fn push(&mut self, mut message: Message, now: Duration) {
        if self.is_connected && (self.history.is_none() || self.can_send(now)) {
            self.waiting.push_back(message);
            return;
        }
        match message.delivery {
            Delivery::Record(_) => {
                self.spill();
                store(&mut message, &mut self.history, &self.dropped);
            }
            Delivery::Retained if self.is_connected => self.waiting.push_back(message),
            Delivery::Retained | Delivery::Stored(_) | Delivery::BestEffort => {}
        }
    }

    /// Stores the records of a broker that has not acknowledged them in time.
    pub fn on_timer(&mut self, now: Duration) {
        if self.history.is_some() && !self.is_acknowledging(now) {
            self.spill();
        }
    }

    /// The next message to write and its packet id; it is in flight from now on. `None` if there is none, or no room.
    pub fn next(&mut self, now: Duration) -> Option<(u16, Message)> {
        if !self.is_connected {
            return None;
        }
        let next = match self.in_flight.room() {
            0 => None,
            _ => self.waiting.pop_front(),
        };
        let message = next.or_else(|| self.replay(now))?;
        Some((self.in_flight.push(message.clone(), now), message))
    }

    /// The broker acknowledged this packet id. Its message; `None` if none in flight has this id.
    pub fn acknowledged(&mut self, packet_id: u16) -> Option<Message> {
        let message = self.in_flight.take(packet_id)?;
        if let Some(history) = &mut self.history {
            history.begin();
        }
        match self.proof {
            Proof::Given => delivered(&message, &mut self.history),
            Proof::Awaited(_) if self.unproven.len() < UNPROVEN_MAX => {
                if self.history.is_some() && message.is_record() {
                    self.unproven.push(message.clone());
                }
            }
            Proof::Awaited(_) | Proof::Missing => {
                self.store_unproven();
                store(&mut message.clone(), &mut self.history, &self.dropped);
            }
        }
        Some(message)
    }

    /// The broker refused this packet id: a record is stored, and none is replayed in this session. The message; `None` if
    /// none in flight has this id.
    pub fn refused(&mut self, packet_id: u16) -> Option<Message> {
        let message = self.in_flight.take(packet_id)?;
        if let Some(history) = &mut self.history {
            history.begin();
        }
        if message.is_record() {
            self.stop_replay();
        }
        self.store_unproven();
        store(&mut message.clone(), &mut self.history, &self.dropped);
        Some(message)
    }

    /// The last message of [`next`](Self::next) is not written: it does not fit the broker's limits. It is returned. A record
    /// is given up and counted.
    pub fn left_out(&mut self) -> Option<Message> {
        let message = self.in_flight.take_newest()?;
        if message.is_record() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            delivered(&message, &mut self.history);
        }
        Some(message)
    }

    /// The oldest message in flight.
    pub fn oldest_in_flight(&self) -> Option<&Message> {
        self.in_flight.oldest().map(|(message, _)| message)
    }

    /// Whether nothing waits or is in flight; acknowledged records may still lack their proof.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.len() == 0
    }

    /// When [`is_stuck`](Self::is_stuck) or [`next`](Self::next) is due. [`SPILL_AFTER`] is checked with each update and
    /// pulse, not by a timer of its own: it would be armed and cancelled with every message.
    pub fn deadline(&self) -> Option<Duration> {
        let pending = self.history.as_ref().map_or(0, HistoryHandle::pending);
        let replay = self
            .replay_at
            .filter(|_| pending > 0 && self.proof == Proof::Given && !self.is_replay_held);
        let proof = match self.proof {
            Proof::Awaited(until) => until,
            Proof::Given | Proof::Missing => None,
        };
        let stuck = self.stuck_at().into_iter();
        stuck.chain(replay).chain(proof).min()
    }

    /// True if the connection is dead though the client reported no error.
    pub fn is_stuck(&self, now: Duration) -> bool {
        self.waiting.len() > WAITING_MAX || self.stuck_at().is_some_and(|at| at <= now)
    }

    fn oldest(&self) -> Option<Duration> {
        self.in_flight.oldest().map(|(_, since)| since)
    }

    fn stuck_at(&self) -> Option<Duration> {
        self.oldest().map(|since| since + ACK_TIMEOUT)
    }

    fn is_acknowledging(&self, now: Duration) -> bool {
        self.oldest().is_none_or(|since| now < since + SPILL_AFTER)
    }

    /// Whether one more message would be written at once, or soon where the broker takes fewer in flight.
    fn can_send(&self, now: Duration) -> bool {
        let before = self.in_flight.len() + self.waiting.len();
        self.is_acknowledging(now) && before < self.in_flight.size_without_broker()
    }

    /// Stores all records that are in memory only, in order.
    fn spill(&mut self) {
        self.store_unproven();
        for message in self.in_flight.messages_mut().chain(&mut self.waiting) {
            store(message, &mut self.history, &self.dropped);
        }
        self.waiting
            .retain(|message| !matches!(message.delivery, Delivery::Stored(_)));
    }

    fn store_unproven(&mut self) {
        for message in &mut self.unproven {
            store(message, &mut self.history, &self.dropped);
        }
    }

    /// The next record of the history, if one is due and nothing is in its way.
    fn replay(&mut self, now: Duration) -> Option<Message> {
        let due = self
            .replay_at
            .filter(|due| *due <= now && self.proof == Proof::Given && !self.is_replay_held)?;
        let has_room = self.waiting.is_empty() && self.in_flight.is_half_free();
        let is_idle = has_room && self.is_acknowledging(now);
        let record = match &mut self.history {
            Some(history) if is_idle => history.read(),
            _ => None,
        };
        let Some(record) = record else {
            self.replay_at = Some(now + REPLAY_INTERVAL);
            return None;
        };
        // 20 a second on average; a longer delay is not caught up.
        self.replay_at = Some((due + REPLAY_INTERVAL).max(now + REPLAY_INTERVAL / 2));
        let stored = Delivery::Stored(record.number);
        if self.in_flight.holds(&stored) {
            return None;
        }
        let payload = Bytes::from(record.payload);
        let Some((meter, json)) = history_record::parse(&payload, self.shows_identifiers) else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            if let Some(history) = &mut self.history {
                history.ack(record.number);
            }
            return None;
        };
        let topic = topic::history(&self.base_topic, meter).into();
        Some(Message::replayed(topic, json, record.number))
    }
}

/// Removes a message that is delivered from the history.
fn delivered(message: &Message, history: &mut Option<HistoryHandle>) {
    if let (Delivery::Stored(number), Some(history)) = (&message.delivery, history) {
        history.ack(*number);
    }
}

/// Stores a record that is in memory only; drops and counts it if there is no history. Leaves other messages alone.
fn store(message: &mut Message, history: &mut Option<HistoryHandle>, dropped: &AtomicU64) {
    let Delivery::Record(meter) = &message.delivery else {
        return;
    };
    let number = match history {
        Some(history) => history.append(history_record::encode(meter, &message.payload)),
        None => {
            dropped.fetch_add(1, Ordering::Relaxed);
            None
        }
    };
    message.delivery = number.map_or(Delivery::BestEffort, Delivery::Stored);
}

#[cfg(test)]
mod tests;
