use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::mqtt::in_flight::{IN_FLIGHT_MAX, PACKET_ID_RANGE};
use crate::store::testing::ManualStore;

fn state(seq: usize) -> Message {
    let (topic, meter) = ("linky/main/state".into(), "main".into());
    Message::record(&topic, &meter, seq.to_string().into(), true)
}

fn online() -> Message {
    Message::retained(&"linky/main/availability".into(), "online")
}

/// An outbox with a session, its history, and the packet ids that were used.
struct TestOutbox {
    outbox: Outbox,
    store: ManualStore,
    dropped: Arc<AtomicU64>,
    packet_ids: Vec<u16>,
}

const MILLI: Duration = Duration::from_millis(1);

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl TestOutbox {
    fn new() -> Self {
        Self::with(&MqttSettings::default())
    }

    fn with(settings: &MqttSettings) -> Self {
        let (store, history) = ManualStore::new(4096, true);
        let dropped = Arc::<AtomicU64>::default();
        let mut outbox = Outbox::new(settings, Some(history), dropped.clone(), false);
        outbox.on_connected(at(0));
        outbox.push(online(), at(0));
        Self {
            outbox,
            store,
            dropped,
            packet_ids: Vec::new(),
        }
    }

    /// A session that begins at 0, after an outage in which these came.
    fn after_outage(seqs: impl IntoIterator<Item = usize>) -> Self {
        let mut scene = Self::new();
        scene.outbox.on_disconnected();
        scene.push(seqs, at(0));
        scene.outbox.on_connected(at(0));
        scene
    }

    /// A session that lacks its proof, with two records sent and so many messages acknowledged.
    fn unproven(acknowledged: usize) -> Self {
        let mut scene = Self::new();
        scene.outbox.demand_proof();
        scene.push([1, 2], at(0));
        scene.send(at(0));
        scene.acknowledge(0..acknowledged);
        scene
    }

    fn push(&mut self, seqs: impl IntoIterator<Item = usize>, now: Duration) {
        for seq in seqs {
            self.outbox.push(state(seq), now);
        }
    }

    /// Takes all messages that are due.
    fn send(&mut self, now: Duration) -> Vec<String> {
        self.outbox.on_timer(now);
        self.store.run_jobs();
        let mut sent = Vec::new();
        while let Some((packet_id, message)) = self.outbox.next(now) {
            self.packet_ids.push(packet_id);
            sent.push(text(&message));
        }
        self.store.run_jobs();
        sent
    }

    /// The same for what is replayed, after the batch was read from the disk.
    fn replay(&mut self, now: Duration) -> Vec<String> {
        assert_eq!(self.send(now), texts([]), "not read yet");
        self.send(now + REPLAY_INTERVAL)
    }

    /// Acknowledges the messages that were sent as these, counted from 0.
    fn acknowledge(&mut self, sent: std::ops::Range<usize>) {
        for index in sent {
            let packet_id = self.packet_ids[index];
            assert!(self.outbox.acknowledged(packet_id).is_some(), "{index}");
        }
    }

    fn reconnect(&mut self, now: Duration) {
        self.outbox.on_disconnected();
        self.outbox.on_connected(now);
    }

    fn stored(&mut self) -> Vec<String> {
        let records = self.store.records();
        let texts = records.iter().map(|text| text.replace("main\n", ""));
        texts.collect()
    }
}

fn text(message: &Message) -> String {
    let text = str::from_utf8(&message.payload).unwrap();
    if message.topic.ends_with("/history") {
        assert!(&*message.topic == "linky/main/history" && !message.retain);
        format!("late {text}")
    } else {
        text.to_owned()
    }
}

fn texts(seqs: impl IntoIterator<Item = usize>) -> Vec<String> {
    seqs.into_iter().map(|seq| seq.to_string()).collect()
}

#[test]
fn an_acknowledgement_delivers_the_message_with_its_packet_id_once() {
    let mut scene = TestOutbox::new();
    scene.push(1..=2, at(0));
    scene.send(at(0));
    let packet_id = scene.packet_ids[1];
    let unknown = scene.packet_ids.iter().max().unwrap() + 1;
    assert_eq!(scene.outbox.acknowledged(unknown), None);
    let delivered = scene.outbox.acknowledged(packet_id).unwrap();
    assert_eq!(delivered.payload, "1");
    assert_eq!(scene.outbox.acknowledged(packet_id), None);
    assert!(!scene.outbox.is_empty());
}

#[test]
fn a_payload_is_shared_and_not_copied() {
    let mut scene = TestOutbox::new();
    scene.send(at(0));
    let message = state(1);
    let payload = message.payload.as_ptr();
    scene.outbox.push(message, at(0));
    let (packet_id, sent) = scene.outbox.next(at(0)).unwrap();
    assert_eq!(sent.payload.as_ptr(), payload);
    let delivered = scene.outbox.acknowledged(packet_id).unwrap();
    assert_eq!(delivered.payload.as_ptr(), payload);
}

#[test]
fn packet_ids_in_flight_are_distinct_whatever_the_order_of_acknowledgements() {
    let mut scene = TestOutbox::new();
    scene.send(at(0));
    let first = scene.packet_ids[0];
    for seq in 0..3 * usize::from(PACKET_ID_RANGE) {
        scene.push([seq], at(0));
        scene.send(at(0));
        let sent = scene.packet_ids.len();
        let packet_id = scene.packet_ids[sent - 1];
        assert!(packet_id != first && (1..=PACKET_ID_RANGE).contains(&packet_id));
        scene.acknowledge(sent - 1..sent);
    }
}

#[test]
fn a_message_of_qos_0_is_delivered_when_it_is_written() {
    let mut scene = TestOutbox::with(&MqttSettings {
        qos: Qos::AtMostOnce,
        ..MqttSettings::default()
    });
    scene.push([1], at(0));
    scene.send(at(0));
    assert_eq!(scene.packet_ids, [0, 0]);
    assert_eq!(scene.outbox.acknowledged(0).unwrap().payload, "online");
    assert_eq!(scene.outbox.acknowledged(0).unwrap().payload, "1");
}

#[test]
fn fewer_messages_of_qos_2_are_in_flight() {
    let mut scene = TestOutbox::with(&MqttSettings {
        qos: Qos::ExactlyOnce,
        ..MqttSettings::default()
    });
    scene.push(0..IN_FLIGHT_MAX, at(0));
    assert!(scene.send(at(0)).len() <= 20);
}

#[test]
fn records_for_which_the_window_has_no_room_are_stored_with_all_older_ones() {
    let mut scene = TestOutbox::new();
    scene.push(1..IN_FLIGHT_MAX, at(0));
    let sent = scene.send(at(0));
    assert_eq!(sent.len(), IN_FLIGHT_MAX);
    assert_eq!(sent[..2], ["online", "1"]);
    assert_eq!(scene.stored(), texts([]));
    scene.push([IN_FLIGHT_MAX], at(0));
    assert_eq!(
        scene.stored(),
        texts(1..=IN_FLIGHT_MAX),
        "all older ones too"
    );
    scene.acknowledge(0..10);
    assert_eq!(
        scene.stored(),
        texts(10..=IN_FLIGHT_MAX),
        "delivered after all"
    );
    scene.push([IN_FLIGHT_MAX + 1], at(0));
    assert_eq!(scene.send(at(0)), texts([IN_FLIGHT_MAX + 1]));
}

#[test]
fn without_a_history_records_wait_for_the_window() {
    let mut scene = TestOutbox::with(&MqttSettings {
        history: None,
        ..MqttSettings::default()
    });
    scene.push(0..100, at(0));
    assert_eq!(scene.send(at(0)).len(), IN_FLIGHT_MAX);
    scene.acknowledge(0..1);
    assert_eq!(scene.send(at(0)), texts([IN_FLIGHT_MAX - 1]));
    assert_eq!(scene.dropped.load(Ordering::Relaxed), 0);
    scene.outbox.on_disconnected();
    assert_eq!(scene.dropped.load(Ordering::Relaxed), 100);
    assert_eq!(scene.stored(), texts([]));
}

#[test]
fn recording_starts_with_the_first_acknowledgement() {
    let (mut store, history) = ManualStore::new(16, false);
    let settings = MqttSettings::default();
    let mut outbox = Outbox::new(&settings, Some(history), Arc::default(), false);
    outbox.push(state(1), at(0));
    outbox.on_connected(at(0));
    outbox.push(online(), at(0));
    let (packet_id, _) = outbox.next(at(0)).unwrap();
    assert!(!store.has_begun());
    outbox.acknowledged(packet_id);
    assert!(store.has_begun());
    outbox.on_disconnected();
    outbox.push(state(2), at(1));
    assert_eq!(store.records(), ["main\n2"]);
}

#[test]
fn records_in_flight_are_stored_before_newer_ones_when_the_session_is_lost() {
    let mut scene = TestOutbox::new();
    scene.push(0..3, at(0));
    scene.send(at(0));
    scene.acknowledge(1..2);
    scene.push([3], at(0));
    scene.outbox.on_disconnected();
    assert_eq!(scene.send(at(0)), texts([]));
    scene.push(4..6, at(1));
    assert_eq!(scene.stored(), texts(1..=5));
    scene.outbox.on_connected(at(2));
    scene.push([6], at(2));
    assert_eq!(scene.send(at(2)), texts([6]));
    assert_eq!(scene.send(at(12) - MILLI), texts([]));
    scene.outbox.on_disconnected();
    assert_eq!(scene.stored(), texts(1..=6), "in order");
}

#[test]
fn stored_records_are_replayed_beside_live_ones_until_they_are_acknowledged() {
    let mut scene = TestOutbox::new();
    scene.outbox.on_disconnected();
    scene.push(1..=3, at(0));
    assert_eq!(scene.outbox.deadline(), None, "no session");
    scene.outbox.on_connected(at(0));
    scene.store.run_jobs();
    assert_eq!(scene.outbox.deadline(), Some(REPLAY_DELAY));
    scene.push([4], at(10));
    assert_eq!(scene.send(at(10)), ["4"]);
    assert_eq!(scene.send(at(10) + REPLAY_INTERVAL), ["late 1"]);
    assert_eq!(scene.send(at(10) + 2 * REPLAY_INTERVAL - MILLI), texts([]));
    assert_eq!(scene.send(at(10) + 2 * REPLAY_INTERVAL), ["late 2"]);
    scene.acknowledge(0..2);
    assert_eq!(scene.stored(), texts([2, 3]));
    scene.reconnect(at(20));
    assert_eq!(scene.replay(at(30)), ["late 2"], "again");
}

#[test]
fn a_record_that_is_not_acknowledged_in_time_is_stored() {
    let mut scene = TestOutbox::new();
    scene.push([1], at(0));
    scene.send(at(0));
    scene.acknowledge(0..1);
    scene.send(SPILL_AFTER - MILLI);
    assert_eq!(scene.stored(), texts([]));
    scene.send(SPILL_AFTER);
    assert_eq!(scene.stored(), texts([1]));
    assert_eq!(scene.outbox.deadline(), Some(REPLAY_DELAY));
    scene.push([2], SPILL_AFTER);
    assert_eq!(scene.send(SPILL_AFTER), texts([]), "the broker hangs");
    assert_eq!(scene.stored(), texts([1, 2]));
    scene.acknowledge(1..2);
    assert_eq!(scene.stored(), texts([2]));
    scene.push([3], at(5));
    assert_eq!(scene.send(at(5)), texts([3]), "it goes on");
}

#[test]
fn a_record_in_flight_is_not_replayed() {
    let mut scene = TestOutbox::new();
    let blocked = at(8) + 300 * MILLI;
    scene.send(blocked);
    scene.push([1], at(10) + 200 * MILLI);
    scene.send(at(10) + 200 * MILLI);
    // The oldest is not acknowledged, so the newer one is stored with it; then the oldest alone is acknowledged.
    scene.send(blocked + SPILL_AFTER);
    assert_eq!(scene.stored(), texts([1]));
    scene.acknowledge(0..1);
    assert_eq!(scene.replay(blocked + SPILL_AFTER), texts([]));
    scene.acknowledge(1..2);
    assert_eq!(scene.stored(), texts([]));
}

#[test]
fn replay_leaves_half_of_the_window_free_and_does_not_spin() {
    let mut scene = TestOutbox::after_outage(0..IN_FLIGHT_MAX);
    let mut replayed = scene.replay(at(10)).len();
    for tick in 2..21 {
        replayed += scene.send(at(10) + tick * REPLAY_INTERVAL).len();
    }
    assert_eq!(replayed, 20);
    for tick in 21..39 {
        let now = at(10) + tick * REPLAY_INTERVAL;
        replayed += scene.send(now).len();
        assert!(scene.outbox.deadline().is_some_and(|at| at > now));
    }
    assert_eq!(replayed, IN_FLIGHT_MAX / 2);
}

#[test]
fn a_history_that_is_delivered_needs_no_timer() {
    let mut scene = TestOutbox::after_outage([1]);
    assert_eq!(scene.replay(at(10)), ["late 1"]);
    scene.acknowledge(0..1);
    scene.store.run_jobs();
    assert_eq!(scene.outbox.deadline(), None);
}

#[test]
fn a_record_of_another_format_is_dropped_and_counted() {
    let (mut store, mut history) = ManualStore::new(16, true);
    history.append(b"no line feed".to_vec());
    history.append(b"main\n{1}".to_vec());
    let dropped = Arc::<AtomicU64>::default();
    let settings = MqttSettings::default();
    let mut outbox = Outbox::new(&settings, Some(history), dropped.clone(), false);
    outbox.on_connected(at(0));
    store.run_jobs();
    for tick in 0..2 {
        assert_eq!(outbox.next(at(10) + tick * REPLAY_INTERVAL), None);
        store.run_jobs();
    }
    let (_, replayed) = outbox.next(at(10) + 2 * REPLAY_INTERVAL).unwrap();
    assert_eq!(text(&replayed), "late {1}");
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
    assert_eq!(store.records(), ["main\n{1}"]);
}

#[test]
fn after_the_stop_nothing_is_replayed_and_the_rest_is_stored() {
    let mut scene = TestOutbox::after_outage([1]);
    scene.outbox.stop_replay();
    scene.push([2], at(10));
    assert_eq!(scene.send(at(10)), texts([2]));
    scene.outbox.on_disconnected();
    assert_eq!(scene.stored(), texts([1, 2]));
}

#[test]
fn a_broker_that_does_not_acknowledge_is_stuck_after_a_while() {
    let mut scene = TestOutbox::new();
    scene.send(at(0));
    scene.acknowledge(0..1);
    assert!(!scene.outbox.is_stuck(at(3600)), "idle");
    let start = at(3600);
    scene.push([1], start);
    scene.send(start);
    assert_eq!(scene.outbox.deadline(), Some(start + ACK_TIMEOUT));
    assert!(!scene.outbox.is_stuck(start + ACK_TIMEOUT - MILLI));
    assert!(scene.outbox.is_stuck(start + ACK_TIMEOUT));
    scene.outbox.on_disconnected();
    assert!(!scene.outbox.is_stuck(start + ACK_TIMEOUT));
}

#[test]
fn a_broker_that_does_not_keep_up_is_stuck() {
    let mut scene = TestOutbox::new();
    (0..=WAITING_MAX).for_each(|_| scene.outbox.push(online(), at(0)));
    assert!(scene.outbox.is_stuck(at(0)));
}

#[test]
fn an_acknowledgement_is_a_delivery_once_it_is_proven() {
    let mut scene = TestOutbox::unproven(3);
    scene.outbox.await_proof(at(0));
    scene.outbox.prove();
    assert!(!scene.outbox.is_disproved(at(3600)));
    scene.outbox.on_disconnected();
    assert_eq!(scene.stored(), texts([]));
}

#[test]
fn what_is_acknowledged_and_never_proven_is_stored_in_order_and_not_replayed() {
    let mut scene = TestOutbox::unproven(3);
    scene.outbox.await_proof(at(0));
    assert_eq!(scene.outbox.deadline(), Some(PROOF_TIMEOUT));
    assert!(!scene.outbox.is_disproved(PROOF_TIMEOUT - MILLI));
    assert!(scene.outbox.is_disproved(PROOF_TIMEOUT));
    assert!(!scene.outbox.is_disproved(PROOF_TIMEOUT), "once");
    scene.push([3], at(20));
    assert_eq!(scene.send(at(20)), texts([3]), "states go on");
    scene.acknowledge(3..4);
    assert_eq!(scene.replay(at(30)), texts([]));
    assert_eq!(scene.stored(), texts([1, 2, 3]));
    scene.outbox.prove();
    assert_eq!(scene.replay(at(40)), ["late 1"]);
}

#[test]
fn a_session_that_ends_before_the_proof_keeps_what_was_acknowledged() {
    let mut scene = TestOutbox::unproven(2);
    scene.reconnect(at(1));
    assert_eq!(scene.stored(), texts([1, 2]));
}

#[test]
fn a_refused_record_is_stored_and_one_that_does_not_fit_is_counted() {
    let mut scene = TestOutbox::new();
    scene.push([1, 2], at(0));
    scene.send(at(0));
    scene.acknowledge(0..1);
    let refused = scene.outbox.refused(scene.packet_ids[1]).unwrap();
    assert_eq!(text(&refused), "1");
    scene.outbox.left_out();
    assert!(scene.outbox.is_empty());
    assert_eq!(scene.dropped.load(Ordering::Relaxed), 1);
    assert_eq!(scene.stored(), texts([1]));
    assert_eq!(scene.replay(at(10)), texts([]), "it would be refused too");
    scene.outbox.resume_replay(at(20));
    assert_eq!(scene.replay(at(30)), ["late 1"]);
}

#[test]
fn the_window_is_no_wider_than_the_broker_takes() {
    let mut scene = TestOutbox::new();
    scene.outbox.set_limits(Qos::AtLeastOnce, 2);
    scene.push([1, 2, 3], at(0));
    assert_eq!(scene.send(at(0)), ["online", "1"]);
    scene.acknowledge(0..2);
    assert_eq!(scene.send(at(0)), ["2", "3"]);
}
