//! What is to be sent, in order, and what is in flight.
//!
//! While there is a session, messages wait here until the window has room. When the session is lost, all that is to be
//! delivered goes to the outbox, in order; at the next connection it comes back, behind what is said to introduce us.
//!
//! Bounded: a broker that does not keep up is a broken session ([`Queue::is_stuck`]).

use std::collections::VecDeque;
use std::time::Duration;

use super::message::Message;
use super::outbox::Outbox;
use super::window::Window;
use crate::config::Qos;

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

    /// There is a session: the introduction goes first, then what could not be delivered before.
    pub fn open(&mut self, introduction: Vec<Message>) {
        self.is_open = true;
        self.waiting.extend(introduction);
        self.waiting.extend(self.outbox.take());
    }

    /// The session is lost.
    pub fn close(&mut self) {
        self.is_open = false;
        let undelivered = self.window.drain().chain(self.waiting.drain(..));
        self.outbox.put_back(undelivered);
    }

    /// Something is to be sent.
    pub fn push(&mut self, message: Message) {
        if self.is_open {
            self.waiting.push_back(message);
        } else {
            self.outbox.keep(message);
        }
    }

    /// The next message to hand over, which is in flight from now on; `None` if there is none, or no room.
    pub fn next(&mut self, now: Duration) -> Option<Message> {
        if !self.is_open || !self.window.has_room() {
            return None;
        }
        let message = self.waiting.pop_front()?;
        self.window.push(message.clone(), now);
        Some(message)
    }

    /// See [`Window::written`].
    pub fn written(&mut self, packet: u16) {
        self.window.written(packet);
    }

    /// See [`Window::acknowledged`].
    pub fn acknowledged(&mut self, packet: u16) -> bool {
        self.window.acknowledged(packet)
    }

    /// Whether this message waits, and is the last word on its topic.
    pub fn ends_with(&self, message: &Message) -> bool {
        let last = self
            .waiting
            .iter()
            .rfind(|waiting| waiting.topic == message.topic);
        last == Some(message)
    }

    /// Whether everything is delivered.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.window.is_empty()
    }

    /// When the patience with the oldest message in flight ends.
    pub fn deadline(&self) -> Option<Duration> {
        self.window.oldest().map(|since| since + PATIENCE)
    }

    /// Whether the broker has stopped taking messages: the connection is worth nothing any more.
    pub fn is_stuck(&self, now: Duration) -> bool {
        self.waiting.len() > WAITING || self.deadline().is_some_and(|deadline| deadline <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::window::WIDTH;
    use super::*;

    fn state(seq: usize) -> Message {
        Message::state(&"linky/main/state".into(), seq.to_string().into(), true)
    }

    fn online() -> Message {
        Message::standing(&"linky/main/availability".into(), "online")
    }

    fn sent(queue: &mut Queue, now: Duration) -> Vec<Message> {
        std::iter::from_fn(|| queue.next(now)).collect()
    }

    #[test]
    fn messages_go_in_order_as_the_window_lets_them() {
        let mut queue = Queue::new(Qos::AtLeastOnce, Outbox::default());
        queue.open(vec![online()]);
        for seq in 0..100 {
            queue.push(state(seq));
        }
        let first = sent(&mut queue, Duration::ZERO);
        assert_eq!(first.len(), WIDTH);
        assert_eq!(first[..2], [online(), state(0)]);
        queue.written(1);
        assert!(queue.acknowledged(1));
        assert_eq!(sent(&mut queue, Duration::ZERO), [state(WIDTH - 1)]);
        assert!(!queue.is_empty());
    }

    #[test]
    fn what_was_in_flight_is_sent_again_before_what_waited() {
        let mut queue = Queue::new(Qos::AtLeastOnce, Outbox::default());
        queue.open(vec![online()]);
        (0..3).for_each(|seq| queue.push(state(seq)));
        assert_eq!(sent(&mut queue, Duration::ZERO).len(), 4);
        (1..=4).for_each(|packet| queue.written(packet));
        assert!(queue.acknowledged(2), "state 0");
        queue.push(state(3));
        queue.close();
        assert_eq!(queue.next(Duration::ZERO), None);
        queue.push(state(4));
        queue.push(state(5));
        queue.open(vec![online()]);
        let again = sent(&mut queue, Duration::ZERO);
        assert_eq!(again, [online(), state(1), state(2), state(3), state(5)]);
    }

    #[test]
    fn the_last_word_on_a_topic_is_the_newest_that_waits_there() {
        let mut queue = Queue::new(Qos::AtLeastOnce, Outbox::default());
        queue.open(vec![online()]);
        queue.push(state(1));
        assert!(queue.ends_with(&state(1)));
        queue.push(state(2));
        assert!(!queue.ends_with(&state(1)));
        assert!(queue.ends_with(&state(2)) && queue.ends_with(&online()));
    }

    #[test]
    fn a_broker_that_does_not_acknowledge_is_stuck_after_the_patience() {
        let mut queue = Queue::new(Qos::AtLeastOnce, Outbox::default());
        queue.open(vec![]);
        assert!(!queue.is_stuck(Duration::from_secs(3600)), "idle");
        queue.push(state(1));
        let start = Duration::from_secs(3600);
        sent(&mut queue, start);
        assert!(!queue.is_stuck(start + PATIENCE - Duration::from_millis(1)));
        assert!(queue.is_stuck(start + PATIENCE));
        queue.close();
        assert!(!queue.is_stuck(start + PATIENCE));
    }

    #[test]
    fn a_broker_that_does_not_keep_up_is_stuck() {
        let mut queue = Queue::new(Qos::AtLeastOnce, Outbox::default());
        queue.open(vec![]);
        (0..=WAITING).for_each(|seq| queue.push(state(seq)));
        assert!(queue.is_stuck(Duration::ZERO));
    }
}
