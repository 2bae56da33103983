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
