//! What is to be sent, in order, and what is in flight.
//!
//! While there is a session, messages wait here until the window has room. A state or an event does not wait: if the
//! window is full, or the oldest message in it is not acknowledged within [`LAG`], it goes to the outbox, and so it does
//! while there is no session. One rule keeps the outbox in order: **before a newer record goes there, all that are here
//! do**. Those in flight stay in flight too: an acknowledgement that comes after all takes them out again.
//!
//! Late messages come from the outbox when nothing else waits, and leave half of the window to the others.
//!
//! Bounded: a broker that does not keep up is a broken session ([`Queue::is_stuck`]).

use std::collections::VecDeque;
use std::time::Duration;

use super::message::{Message, Worth};
use super::outbox::Outbox;
use super::window::Window;
use crate::config::Qos;

/// So long without an acknowledgement, and states and events are no longer held in memory alone.
const LAG: Duration = Duration::from_secs(2);

/// So long without an acknowledgement, and the connection is dropped: a broker that hangs does not close it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// So many messages wait at most for room in the window.
const WAITING: usize = 1024;

/// The messages on their way to the broker.
#[derive(Debug)]
pub struct Queue {
    is_open: bool,
    waiting: VecDeque<Message>,
    window: Window,
    outbox: Outbox,
}

impl Queue {
    /// A queue without a session, of messages of this quality; `outbox` takes what cannot be delivered.
    pub fn new(qos: Qos, outbox: Outbox) -> Self {
        Self {
            is_open: false,
            waiting: VecDeque::new(),
            window: Window::new(qos),
            outbox,
        }
    }

    /// Whether there is a session.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// There is a session: the introduction goes first.
    pub fn open(&mut self, introduction: Vec<Message>, now: Duration) {
        self.is_open = true;
        self.waiting.extend(introduction);
        self.outbox.open(now);
    }

    /// The session is lost, or ended.
    pub fn close(&mut self) {
        self.is_open = false;
        self.keep_all();
        self.window.clear();
        self.waiting.clear();
        self.outbox.close();
    }

    /// Something is to be sent.
    pub fn push(&mut self, mut message: Message, now: Duration) {
        if self.is_open && (!self.outbox.keeps() || self.has_way(now)) {
            self.waiting.push_back(message);
            return;
        }
        match message.worth {
            Worth::Record(_) => {
                self.keep_all();
                self.outbox.keep(&mut message);
            }
            Worth::Standing if self.is_open => self.waiting.push_back(message),
            Worth::Standing | Worth::Kept(_) | Worth::Passing => {}
        }
    }

    /// Time passes.
    pub fn pass(&mut self, now: Duration) {
        if self.lags_at().is_some_and(|at| at <= now) {
            self.keep_all();
        }
    }

    /// The next message to hand over, which is in flight from now on; `None` if there is none, or no room.
    pub fn next(&mut self, now: Duration) -> Option<Message> {
        if !self.is_open {
            return None;
        }
        let next = match self.window.room() {
            0 => None,
            _ => self.waiting.pop_front(),
        };
        let message = next.or_else(|| self.late(now))?;
        self.window.push(message.clone(), now);
        Some(message)
    }

    /// Nothing late is sent any more in this session.
    pub fn rest(&mut self) {
        self.outbox.rest();
    }

    /// See [`Window::written`].
    pub fn written(&mut self, packet: u16) {
        self.window.written(packet);
    }

    /// The broker acknowledged this number. Whether that delivered a message.
    pub fn acknowledged(&mut self, packet: u16) -> bool {
        let delivered = self.window.acknowledged(packet);
        if let Some(message) = &delivered {
            self.outbox.delivered(message);
        }
        delivered.is_some()
    }

    /// Whether everything is delivered.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.window.is_empty()
    }

    /// When [`pass`](Self::pass), [`next`](Self::next) or [`is_stuck`](Self::is_stuck) has something to do.
    pub fn deadline(&self) -> Option<Duration> {
        let stuck = self.stuck_at().into_iter();
        let late = self.outbox.deadline();
        stuck.chain(self.lags_at()).chain(late).min()
    }

    /// Whether the broker has stopped taking messages: the connection is worth nothing any more.
    pub fn is_stuck(&self, now: Duration) -> bool {
        self.waiting.len() > WAITING || self.stuck_at().is_some_and(|at| at <= now)
    }

    fn stuck_at(&self) -> Option<Duration> {
        self.window.oldest().map(|since| since + PATIENCE)
    }

    /// When a state or an event has been in memory alone for too long.
    fn lags_at(&self) -> Option<Duration> {
        let is_record = |message: &Message| matches!(message.worth, Worth::Record(_));
        let since = self.window.oldest()?;
        (self.outbox.keeps() && self.window.messages().any(is_record)).then_some(since + LAG)
    }

    /// Whether the broker acknowledges what it gets.
    fn flows(&self, now: Duration) -> bool {
        self.window.oldest().is_none_or(|since| now < since + LAG)
    }

    /// Whether one more message can be sent at once.
    fn has_way(&self, now: Duration) -> bool {
        self.flows(now) && self.window.room() > self.waiting.len()
    }

    /// Puts all states and events that are in memory alone in the outbox, in order.
    fn keep_all(&mut self) {
        let here = self.window.messages_mut().chain(&mut self.waiting);
        here.for_each(|message| self.outbox.keep(message));
        self.waiting
            .retain(|waiting| !matches!(waiting.worth, Worth::Kept(_)));
    }

    /// The next late message, if it is time for one, and nothing is in its way.
    fn late(&mut self, now: Duration) -> Option<Message> {
        if !(self.waiting.is_empty() && self.window.is_half_empty() && self.flows(now)) {
            self.outbox.put_off(now);
            return None;
        }
        let late = self.outbox.next(now)?;
        // One that is in flight is not sent beside itself.
        let is_flying = self
            .window
            .messages()
            .any(|flying| flying.worth == late.worth);
        (!is_flying).then_some(late)
    }
}

#[cfg(test)]
mod tests;
