//! What becomes of the states and events that cannot be delivered now.
//!
//! This is the one place that decides it. They are kept in memory, and not all of them:
//!
//! - what was on its way when the session was lost is sent again, in order, up to [`RESENT`] messages;
//! - of the states made while there is no session, the newest of each meter is kept;
//! - of the events made while there is no session, the newest [`EVENTS`] are kept.
//!
//! What is given up is counted. What is kept goes out on its own topic at the next connection, as it was first made: its
//! time, boot and seq tell when that was.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::message::{Message, Worth};

/// So many messages that were on their way are kept at most.
pub const RESENT: usize = 256;

/// So many events are kept at most.
pub const EVENTS: usize = 64;

/// What is kept for the next session.
#[derive(Debug, Default)]
pub struct Outbox {
    /// What was on its way.
    resent: VecDeque<Message>,
    /// What was made since.
    fresh: VecDeque<Message>,
    dropped: Arc<AtomicU64>,
}

impl Outbox {
    /// An empty outbox that adds what it gives up to `dropped`.
    pub fn new(dropped: Arc<AtomicU64>) -> Self {
        Self {
            dropped,
            ..Self::default()
        }
    }

    /// The session is lost with these on their way, in order.
    pub fn put_back(&mut self, messages: impl Iterator<Item = Message>) {
        self.resent.extend(messages.filter(Message::is_record));
        while self.resent.len() > RESENT {
            self.resent.pop_front();
            self.give_up();
        }
    }

    /// A message is made while there is no session.
    pub fn keep(&mut self, message: Message) {
        match message.worth {
            Worth::State => self.remove_oldest(1, |kept| kept.topic == message.topic),
            Worth::Event => self.remove_oldest(EVENTS, |kept| kept.worth == Worth::Event),
            Worth::Standing | Worth::Passing => return,
        }
        self.fresh.push_back(message);
    }

    /// Makes room for one more message of the kind if there are `limit` of them.
    fn remove_oldest(&mut self, limit: usize, is_of_kind: impl Fn(&Message) -> bool) {
        if self.fresh.iter().filter(|kept| is_of_kind(kept)).count() >= limit
            && let Some(oldest) = self.fresh.iter().position(is_of_kind)
        {
            self.fresh.remove(oldest);
            self.give_up();
        }
    }

    /// Everything that is kept, in order: there is a session again.
    pub fn take(&mut self) -> impl Iterator<Item = Message> {
        self.resent.drain(..).chain(self.fresh.drain(..))
    }

    fn give_up(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(meter: &str, text: &str) -> Message {
        Message::state(&meter.into(), text.into(), true)
    }

    fn event(text: &str) -> Message {
        Message::event(&"event".into(), text.into())
    }

    fn outbox() -> (Outbox, Arc<AtomicU64>) {
        let dropped = Arc::new(AtomicU64::new(0));
        (Outbox::new(dropped.clone()), dropped)
    }

    #[test]
    fn the_newest_state_of_each_meter_is_kept_and_the_others_counted() {
        let (mut outbox, dropped) = outbox();
        for message in [
            state("a", "1"),
            state("b", "1"),
            state("a", "2"),
            event("x"),
            state("a", "3"),
        ] {
            outbox.keep(message);
        }
        let kept: Vec<Message> = outbox.take().collect();
        assert_eq!(kept, [state("b", "1"), event("x"), state("a", "3")]);
        assert_eq!(dropped.load(Ordering::Relaxed), 2);
        assert_eq!(outbox.take().count(), 0);
    }

    #[test]
    fn the_newest_events_are_kept_in_order() {
        let (mut outbox, dropped) = outbox();
        for number in 0..EVENTS + 3 {
            outbox.keep(event(&number.to_string()));
        }
        let kept: Vec<Message> = outbox.take().collect();
        assert_eq!(kept.len(), EVENTS);
        assert_eq!(kept.first(), Some(&event("3")));
        assert_eq!(dropped.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn what_was_on_its_way_comes_first_and_all_of_it() {
        let (mut outbox, dropped) = outbox();
        let standing = Message::standing(&"availability".into(), "online");
        let passing = Message::passing(&"tic".into(), vec![]);
        let on_their_way = [
            state("a", "1"),
            standing.clone(),
            event("x"),
            passing.clone(),
            state("a", "2"),
        ];
        outbox.put_back(on_their_way.into_iter());
        for message in [state("a", "3"), state("a", "4"), standing, passing] {
            outbox.keep(message);
        }
        let kept: Vec<Message> = outbox.take().collect();
        assert_eq!(
            kept,
            [
                state("a", "1"),
                event("x"),
                state("a", "2"),
                state("a", "4")
            ]
        );
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let (mut outbox, dropped) = outbox();
        for number in 0..RESENT + 10 {
            outbox.put_back([event(&number.to_string())].into_iter());
        }
        assert_eq!(outbox.take().count(), RESENT);
        assert_eq!(dropped.load(Ordering::Relaxed), 10);
    }
}
