//! The messages in flight: handed to the client library and not known to be delivered.
//!
//! The library numbers the packets itself, and says the number only when it writes one. It writes in the order in which
//! it was given, so the first message here without a number is the one that was written. An acknowledgement is paired
//! by number, never by position. Whatever is here when the connection is lost was not delivered as far as anyone knows.
//!
//! A message of QoS 0 is delivered when it is written: there is nothing else to know.

use std::collections::VecDeque;
use std::time::Duration;

use super::message::Message;
use crate::config::Qos;

/// So many messages are in flight at most.
pub const WIDTH: usize = 64;

/// So many of QoS 2: a broker has no way to refuse one, so it drops what is more than it wants at once, and completes it
/// all the same. mosquitto wants 20.
const WIDTH_EXACTLY_ONCE: usize = 10;

#[derive(Debug)]
struct InFlight {
    message: Message,
    packet: Option<u16>,
    since: Duration,
}

/// The messages in flight, oldest first.
#[derive(Debug)]
pub struct Window {
    flying: VecDeque<InFlight>,
    width: usize,
}

impl Window {
    /// A window for messages of this quality.
    pub fn new(qos: Qos) -> Self {
        let width = match qos {
            Qos::AtMostOnce | Qos::AtLeastOnce => WIDTH,
            Qos::ExactlyOnce => WIDTH_EXACTLY_ONCE,
        };
        Self {
            flying: VecDeque::with_capacity(width),
            width,
        }
    }

    /// How many more messages may be handed over.
    pub fn room(&self) -> usize {
        self.width.saturating_sub(self.flying.len())
    }

    /// Whether there is room for more than half as many messages as can be in flight.
    pub fn is_half_empty(&self) -> bool {
        self.room() > self.width / 2
    }

    /// Whether everything that was handed over is delivered.
    pub fn is_empty(&self) -> bool {
        self.flying.is_empty()
    }

    /// A message is handed over.
    pub fn push(&mut self, message: Message, now: Duration) {
        self.flying.push_back(InFlight {
            message,
            packet: None,
            since: now,
        });
    }

    /// The library wrote a message, with this number; 0 is that of all messages of QoS 0.
    pub fn written(&mut self, packet: u16) {
        let first = self
            .flying
            .iter()
            .position(|flying| flying.packet.is_none());
        match (first, packet) {
            (Some(at), 0) => drop(self.flying.remove(at)),
            (Some(at), packet) => {
                if let Some(flying) = self.flying.get_mut(at) {
                    flying.packet = Some(packet);
                }
            }
            (None, _) => {}
        }
    }

    /// The broker acknowledged this number. The message that it delivers; a number that is not in flight delivers none.
    pub fn acknowledged(&mut self, packet: u16) -> Option<Message> {
        let at = self
            .flying
            .iter()
            .position(|flying| flying.packet == Some(packet));
        Some(self.flying.remove(at?)?.message)
    }

    /// Since when the oldest message is in flight.
    pub fn oldest(&self) -> Option<Duration> {
        self.flying.front().map(|flying| flying.since)
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.flying.iter().map(|flying| &flying.message)
    }

    /// The same, to change what they are worth.
    pub fn messages_mut(&mut self) -> impl Iterator<Item = &mut Message> {
        self.flying.iter_mut().map(|flying| &mut flying.message)
    }

    /// Ends the flight of all.
    pub fn clear(&mut self) {
        self.flying.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        Message::passing(&"t".into(), text.into())
    }

    fn window(texts: &[&str]) -> Window {
        let mut window = Window::new(Qos::AtLeastOnce);
        for text in texts {
            window.push(message(text), Duration::ZERO);
        }
        window
    }

    fn left(window: &Window) -> Vec<Message> {
        window.messages().cloned().collect()
    }

    #[test]
    fn an_acknowledgement_delivers_the_message_that_bears_its_number() {
        let mut window = window(&["a", "b", "c"]);
        window.written(7);
        window.written(8);
        assert_eq!(window.acknowledged(9), None);
        assert_eq!(window.acknowledged(8), Some(message("b")));
        assert_eq!(window.acknowledged(8), None, "only once");
        assert_eq!(left(&window), [message("a"), message("c")]);
    }

    #[test]
    fn what_was_not_written_is_not_delivered_by_an_old_number() {
        let mut window = window(&["a"]);
        assert_eq!(window.acknowledged(1), None);
        window.written(2);
        assert_eq!(window.acknowledged(1), None);
        assert_eq!(left(&window), [message("a")]);
    }

    #[test]
    fn a_message_of_qos_0_is_delivered_when_written() {
        let mut window = window(&["a", "b"]);
        window.written(0);
        assert_eq!(left(&window), [message("b")]);
    }

    #[test]
    fn it_is_full_at_its_width_and_knows_its_oldest() {
        let mut window = Window::new(Qos::AtLeastOnce);
        assert_eq!(window.oldest(), None);
        for second in 0..WIDTH as u64 {
            assert!(window.room() > 0);
            window.push(message("a"), Duration::from_secs(second));
        }
        assert_eq!(window.room(), 0);
        window.written(1);
        window.acknowledged(1);
        assert!(window.room() > 0);
        assert_eq!(window.oldest(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn fewer_messages_of_qos_2_are_in_flight() {
        let mut window = Window::new(Qos::ExactlyOnce);
        let pushed = (0..WIDTH).take_while(|_| {
            let has_room = window.room() > 0;
            window.push(message("a"), Duration::ZERO);
            has_room
        });
        assert!(pushed.count() <= 20);
    }
}
