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
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::outbox::tests::Memory;
    use super::super::window::WIDTH;
    use super::*;
    use crate::config::MqttSettings;

    fn state(seq: usize) -> Message {
        let text = seq.to_string();
        Message::state(
            &"linky/main/state".into(),
            &"main".into(),
            text.into(),
            true,
        )
    }

    fn online() -> Message {
        Message::standing(&"linky/main/availability".into(), "online")
    }

    /// A queue with a session, its history, and the next number of a packet.
    struct Scene {
        queue: Queue,
        history: Memory,
        dropped: Arc<AtomicU64>,
        packet: u16,
    }

    const MILLI: Duration = Duration::from_millis(1);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    impl Scene {
        fn new() -> Self {
            Self::with(&MqttSettings::default())
        }

        fn with(settings: &MqttSettings) -> Self {
            let (history, dropped) = (Memory::default(), Arc::<AtomicU64>::default());
            let outbox = Outbox::new(settings, Some(Box::new(history.clone())), dropped.clone());
            let mut queue = Queue::new(settings.qos, outbox);
            queue.open(vec![online()], at(0));
            Self {
                queue,
                history,
                dropped,
                packet: 0,
            }
        }

        fn push(&mut self, seqs: impl IntoIterator<Item = usize>, now: Duration) {
            for seq in seqs {
                self.queue.push(state(seq), now);
            }
        }

        /// Sends all that can be, and says what.
        fn send(&mut self, now: Duration) -> Vec<String> {
            self.queue.pass(now);
            let sent = std::iter::from_fn(|| self.queue.next(now));
            let sent: Vec<Message> = sent.collect();
            for _ in &sent {
                self.packet += 1;
                self.queue.written(self.packet);
            }
            sent.iter().map(text).collect()
        }

        fn acknowledge(&mut self, packets: std::ops::RangeInclusive<u16>) {
            for packet in packets {
                assert!(self.queue.acknowledged(packet), "{packet}");
            }
        }

        fn waiting(&self) -> Vec<String> {
            let waiting = self.history.waiting();
            waiting
                .iter()
                .map(|text| text.replace("main\n", ""))
                .collect()
        }
    }

    fn text(message: &Message) -> String {
        let text = String::from_utf8(message.payload.clone()).unwrap();
        if message.topic.ends_with("history") {
            format!("late {text}")
        } else {
            text
        }
    }

    fn texts(seqs: impl IntoIterator<Item = usize>) -> Vec<String> {
        seqs.into_iter().map(|seq| seq.to_string()).collect()
    }

    #[test]
    fn messages_go_in_order_and_those_for_which_there_is_no_room_to_the_history() {
        let mut scene = Scene::new();
        scene.push(1..WIDTH, at(0));
        let sent = scene.send(at(0));
        assert_eq!(sent.len(), WIDTH);
        assert_eq!(sent[..2], ["online", "1"]);
        assert_eq!(scene.waiting(), texts([]));
        scene.push([WIDTH], at(0));
        assert_eq!(scene.waiting(), texts(1..=WIDTH), "all that are older too");
        scene.acknowledge(1..=10);
        assert_eq!(scene.waiting(), texts(10..=WIDTH), "delivered after all");
        scene.push([WIDTH + 1], at(0));
        assert_eq!(scene.send(at(0)), texts([WIDTH + 1]));
    }

    #[test]
    fn without_a_history_they_wait_for_room() {
        let mut scene = Scene::with(&MqttSettings {
            history: None,
            ..MqttSettings::default()
        });
        scene.push(0..100, at(0));
        assert_eq!(scene.send(at(0)).len(), WIDTH);
        scene.acknowledge(1..=1);
        assert_eq!(scene.send(at(0)), texts([WIDTH - 1]));
        assert_eq!(scene.dropped.load(Ordering::Relaxed), 0);
        scene.queue.close();
        assert_eq!(scene.dropped.load(Ordering::Relaxed), 100);
    }

    #[test]
    fn what_was_in_flight_goes_to_the_history_before_what_is_newer_and_comes_late() {
        let mut scene = Scene::new();
        scene.push(0..3, at(0));
        scene.send(at(0));
        scene.acknowledge(2..=2);
        scene.push([3], at(0));
        scene.queue.close();
        assert_eq!(scene.send(at(0)), texts([]));
        scene.push(4..6, at(1));
        assert_eq!(scene.waiting(), texts(1..=5));
        scene.queue.open(vec![online()], at(2));
        scene.push([6], at(2));
        assert_eq!(scene.send(at(2)), ["online", "6"]);
        scene.packet = 0;
        assert_eq!(scene.send(at(12) - MILLI), texts([]));
        scene.queue.close();
        assert_eq!(scene.waiting(), texts(1..=6), "in order");
    }

    #[test]
    fn late_ones_flow_beside_live_ones_and_are_forgotten_when_acknowledged() {
        let mut scene = Scene::new();
        scene.queue.close();
        scene.push(1..=3, at(0));
        scene.queue.open(vec![], at(0));
        scene.push([4], at(10));
        assert_eq!(scene.queue.deadline(), Some(at(10)));
        assert_eq!(scene.send(at(10)), ["4", "late 1"]);
        assert_eq!(scene.send(at(10) + 50 * MILLI), ["late 2"]);
        scene.acknowledge(1..=2);
        assert_eq!(scene.waiting(), texts([2, 3]));
        scene.queue.close();
        scene.queue.open(vec![], at(20));
        scene.packet = 0;
        assert_eq!(scene.send(at(30)), ["late 2"], "again");
    }

    #[test]
    fn a_state_that_is_not_acknowledged_in_time_is_in_the_history_too() {
        let mut scene = Scene::new();
        scene.push([1], at(0));
        scene.send(at(0));
        scene.acknowledge(1..=1);
        assert_eq!(scene.queue.deadline(), Some(LAG));
        scene.send(LAG - MILLI);
        assert_eq!(scene.waiting(), texts([]));
        scene.send(LAG);
        assert_eq!(scene.waiting(), texts([1]));
        assert_eq!(
            scene.queue.deadline(),
            Some(LAG + 8 * at(1)),
            "the late ones"
        );
        scene.push([2], LAG);
        assert_eq!(scene.send(LAG), texts([]), "the broker hangs");
        assert_eq!(scene.waiting(), texts([1, 2]));
        scene.acknowledge(2..=2);
        assert_eq!(scene.waiting(), texts([2]));
        scene.push([3], at(5));
        assert_eq!(scene.send(at(5)), texts([3]), "it goes on");
    }

    #[test]
    fn a_late_one_does_not_fly_beside_itself() {
        let mut scene = Scene::new();
        let lagging = at(8) + 300 * MILLI;
        scene.send(lagging);
        scene.push([1], at(10) + 200 * MILLI);
        scene.send(at(10) + 200 * MILLI);
        // The oldest hangs, so the newer one is kept with it; then the oldest alone is acknowledged.
        scene.send(lagging + LAG);
        assert_eq!(scene.waiting(), texts([1]));
        scene.acknowledge(1..=1);
        assert_eq!(scene.send(lagging + LAG), texts([]), "it is in flight");
        scene.acknowledge(2..=2);
        assert_eq!(scene.waiting(), texts([]));
    }

    #[test]
    fn late_ones_leave_half_of_the_window_and_hurry_no_one() {
        let mut scene = Scene::new();
        scene.queue.close();
        scene.push(0..WIDTH, at(0));
        scene.queue.open(vec![], at(0));
        let mut late = 0;
        for tick in 0..20 {
            late += scene.send(at(10) + tick * 50 * MILLI).len();
        }
        assert_eq!(late, 20);
        for tick in 20..38 {
            let now = at(10) + tick * 50 * MILLI;
            late += scene.send(now).len();
            assert!(scene.queue.deadline().is_some_and(|at| at > now));
        }
        assert_eq!(late, WIDTH / 2);
    }

    #[test]
    fn at_the_stop_nothing_late_is_sent_and_what_is_left_is_kept() {
        let mut scene = Scene::new();
        scene.queue.close();
        scene.push([1], at(0));
        scene.queue.open(vec![], at(0));
        scene.queue.rest();
        scene.push([2], at(10));
        assert_eq!(scene.send(at(10)), texts([2]));
        scene.queue.close();
        assert_eq!(scene.waiting(), texts([1, 2]));
    }

    #[test]
    fn a_broker_that_does_not_acknowledge_is_stuck_after_the_patience() {
        let mut scene = Scene::new();
        scene.send(at(0));
        scene.acknowledge(1..=1);
        assert!(!scene.queue.is_stuck(at(3600)), "idle");
        let start = at(3600);
        scene.push([1], start);
        scene.send(start);
        assert!(!scene.queue.is_stuck(start + PATIENCE - MILLI));
        assert!(scene.queue.is_stuck(start + PATIENCE));
        scene.queue.close();
        assert!(!scene.queue.is_stuck(start + PATIENCE));
    }

    #[test]
    fn a_broker_that_does_not_keep_up_is_stuck() {
        let mut scene = Scene::new();
        (0..=WAITING).for_each(|_| scene.queue.push(online(), at(0)));
        assert!(scene.queue.is_stuck(at(0)));
    }
}
