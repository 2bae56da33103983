//! The MQTT sink against a real mosquitto: what a subscriber hears, whatever happens to the broker and on the way to it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support {
    pub mod broker;
    pub mod proxy;
}

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use linky_sensor::config::{BrokerUrl, Interval, MqttSettings, Qos, Secret};
use linky_sensor::meter::{Identity, Input, Memory, Meter, Moment, Timestamp, Update};
use linky_sensor::mqtt::{BrokerState, Feed, Outbox, Session};
use linky_sensor::tic::{Decoder, Frame, Mode, Parity, push_group, with_parity};
use nix::sys::signal::Signal;
use support::broker::{Broker, Ear, PATIENCE, free_port};
use support::proxy::Proxy;
use tokio::sync::{broadcast, oneshot, watch};

const STATE: &str = "linky/main/state";
const EVENT: &str = "linky/main/event";
const AVAILABILITY: &str = "linky/main/availability";
const BRIDGE: &str = "linky/bridge/test/availability";
const DISCOVERY: &str = "homeassistant/device/linky_main/config";

// ---- the sink and a meter ------------------------------------------------------------------

/// The sink on a thread of its own, fed by hand. Stopped when dropped.
struct Sink {
    meter: Meter,
    start: Instant,
    feed: broadcast::Sender<Arc<Update>>,
    state: watch::Receiver<BrokerState>,
    beats: Arc<AtomicUsize>,
    dropped: Arc<AtomicU64>,
    lagged: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

fn settings(port: u16) -> MqttSettings {
    MqttSettings {
        url: BrokerUrl::parse(&format!("mqtt://127.0.0.1:{port}")).unwrap(),
        client_id: Some("test".to_owned()),
        interval: Interval::Frame,
        ..MqttSettings::default()
    }
}

impl Sink {
    fn start(settings: &MqttSettings) -> Self {
        Self::with_password(settings, None)
    }

    fn with_password(settings: &MqttSettings, password: Option<&Secret>) -> Self {
        let identity = Identity {
            id: "main".into(),
            boot: "b00t".into(),
            shows_identifiers: false,
        };
        let meter = Meter::new(identity, &Memory::default());
        let (feed, updates) = broadcast::channel(256);
        let feeds = vec![Feed {
            id: "main".to_owned(),
            name: "Linky".to_owned(),
            updates,
            last: meter.last().clone(),
        }];
        let (state_sender, state) = watch::channel(BrokerState::Disabled);
        let (dropped, lagged) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let outbox = Outbox::new(dropped.clone());
        let session = Session::new(
            settings,
            password,
            feeds,
            outbox,
            lagged.clone(),
            state_sender,
        )
        .unwrap();
        let beats = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = oneshot::channel::<()>();
        let count = beats.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(session.run(
                async {
                    let _ = stopped.await;
                },
                || {
                    count.fetch_add(1, Ordering::SeqCst);
                },
            ));
        });
        Self {
            meter,
            start: Instant::now(),
            feed,
            state,
            beats,
            dropped,
            lagged,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The port tells something; the seq of the Update that it makes.
    fn tell(&mut self, input: Input) -> u64 {
        let now = Moment {
            wall: Some(Timestamp::now()),
            mono: self.start.elapsed(),
        };
        let update = self.meter.push(input, now).unwrap();
        self.feed.send(update.clone()).unwrap();
        update.snapshot.seq
    }

    /// A frame ends.
    fn frame(&mut self) -> u64 {
        self.tell(Input::Frame(frame("      BASE      ")))
    }

    /// The tariff changes: a text is believed when it comes twice.
    fn change_tariff(&mut self) -> u64 {
        for _ in 0..2 {
            self.tell(Input::Frame(frame("  HEURE CREUSE  ")));
        }
        self.meter.last().seq
    }

    /// Waits for a state of the session.
    fn await_state(&self, wanted: BrokerState, patience: Duration) {
        let deadline = Instant::now() + patience;
        while *self.state.borrow() != wanted {
            assert!(Instant::now() < deadline, "it is never {wanted:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks it to stop, and says how long that took.
    fn stop(&mut self) -> Duration {
        let asked = Instant::now();
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        asked.elapsed()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn frame(tariff: &str) -> Frame {
    let mut bytes = vec![0x02];
    for (label, data) in [
        ("NGTF", "      BASE      "),
        ("LTARF", tariff),
        ("EAST", "000012345"),
        ("SINSTS", "00450"),
        ("PJOURF+1", &format!("00004001{}", " NONUTILE".repeat(10))),
    ] {
        push_group(Mode::Standard, label, None, data, &mut bytes);
    }
    bytes.push(0x03);
    let bytes: Vec<u8> = bytes.into_iter().map(with_parity).collect();
    let mut frames = Vec::new();
    Decoder::new(Mode::Standard, Parity::Check).push(&bytes, &mut |frame| frames.push(frame));
    frames.remove(0)
}

/// The seqs of the states that the ear hears, up to and including `last`.
fn seqs_up_to(ear: &Ear, last: u64) -> Vec<u64> {
    let mut seqs = Vec::new();
    while seqs.last() != Some(&last) {
        seqs.push(ear.next_on(STATE).json()["seq"].as_u64().unwrap());
    }
    seqs
}

// ---- delivery ------------------------------------------------------------------------------

#[test]
fn states_arrive_in_order_with_every_seq() {
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
        let broker = Broker::start();
        let ear = Ear::at(&broker);
        let mut sink = Sink::start(&MqttSettings {
            qos,
            ..settings(broker.port)
        });
        sink.await_state(BrokerState::Connected, PATIENCE);
        for _ in 0..4 {
            for _ in 0..99 {
                sink.frame();
            }
            let last = sink.frame();
            let heard = seqs_up_to(&ear, last);
            assert_eq!(heard, (last - 99..=last).collect::<Vec<u64>>(), "{qos:?}");
        }
        assert_eq!(sink.dropped.load(Ordering::Relaxed), 0);
        assert_eq!(sink.lagged.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn an_event_follows_its_state_and_is_not_kept() {
    let broker = Broker::start();
    let ear = Ear::at(&broker);
    let mut sink = Sink::start(&MqttSettings {
        interval: Interval::Every(Duration::from_secs(3600)),
        ..settings(broker.port)
    });
    sink.frame();
    ear.next_on(STATE);
    let seq = sink.change_tariff();
    assert_eq!(ear.next_on(STATE).json()["seq"], seq);
    let event = ear.next_on(EVENT).json();
    assert_eq!(event["event_type"], "tariff_changed");
    assert_eq!(
        (&event["from"], &event["to"]),
        (&"BASE".into(), &"HEURE CREUSE".into())
    );
    assert_eq!(
        (&event["boot"], &event["seq"]),
        (&"b00t".into(), &seq.into())
    );
    let late = Ear::at(&broker);
    assert!(late.next_on(STATE).retained);
    assert!(late.rest().iter().all(|heard| heard.topic != EVENT));
}

#[test]
fn whatever_breaks_on_the_way_what_is_lost_is_counted_and_the_order_holds() {
    let broker = Broker::start();
    let ear = Ear::at(&broker);
    let plan: &[usize] = &[4, 61, 202];
    let proxy = Proxy::to(broker.port, plan);
    let mut sink = Sink::start(&settings(proxy.port));
    let deadline = Instant::now() + 2 * PATIENCE;
    let mut last = sink.frame();
    let mut after = 0;
    while after < 200 {
        assert!(
            Instant::now() < deadline,
            "{} of the breaks",
            proxy.broken()
        );
        last = sink.frame();
        let is_whole = proxy.broken() == plan.len();
        after += usize::from(is_whole && *sink.state.borrow() == BrokerState::Connected);
        thread::sleep(Duration::from_millis(2)); // the pace of the meter
    }
    let heard = seqs_up_to(&ear, last);
    let mut distinct = BTreeSet::new();
    let mut again = 0;
    for seq in &heard {
        if distinct.last().is_some_and(|newest| seq <= newest) {
            assert!(distinct.contains(seq), "{seq} comes late");
            again += 1;
        }
        distinct.insert(*seq);
    }
    assert!(
        again <= plan.len() * 64,
        "{again} came twice: more than were in flight"
    );
    let missing = last - u64::try_from(distinct.len()).unwrap();
    assert_eq!(sink.dropped.load(Ordering::Relaxed), missing, "of {last}");
    assert!(
        missing > 0 && again > 0,
        "nothing was broken: {missing} {again}"
    );
}

#[test]
fn an_event_of_an_outage_arrives_after_it() {
    let mut broker = Broker::start();
    let mut sink = Sink::start(&settings(broker.port));
    sink.frame();
    sink.await_state(BrokerState::Connected, PATIENCE);
    broker.stop();
    sink.await_state(BrokerState::Disconnected, PATIENCE);
    let seq = sink.change_tariff();
    broker.start_again();
    let ear = Ear::at(&broker);
    let event = ear.until(|heard| heard.topic == EVENT && heard.payload.contains("tariff_changed"));
    assert_eq!(event.json()["seq"], seq);
}

// ---- the broker comes and goes -------------------------------------------------------------

#[test]
fn a_broker_that_forgot_everything_is_told_everything() {
    let mut broker = Broker::start();
    let mut sink = Sink::start(&settings(broker.port));
    for _ in 0..4 {
        sink.frame();
    }
    let last = sink.frame();
    seqs_up_to(&Ear::at(&broker), last);
    let expected = [
        STATE,
        AVAILABILITY,
        BRIDGE,
        DISCOVERY,
        "linky/main/calendar",
    ];
    for round in 0..2 {
        let ear = Ear::at(&broker);
        let mut missing = BTreeSet::from(expected);
        while !missing.is_empty() {
            let heard = ear.next();
            missing.remove(heard.topic.as_str());
            match heard.topic.as_str() {
                STATE => assert_eq!(heard.json()["seq"], last, "the same as before"),
                AVAILABILITY | BRIDGE => assert_eq!(heard.payload, "online"),
                DISCOVERY => assert!(heard.json()["cmps"]["energy"].is_object()),
                _ => {}
            }
        }
        if round == 0 {
            drop(ear);
            broker.stop();
            sink.await_state(BrokerState::Disconnected, PATIENCE);
            broker.start_again();
            sink.await_state(BrokerState::Connected, PATIENCE);
        }
    }
}

#[test]
fn a_broker_that_hangs_is_left_and_found_again() {
    let broker = Broker::start();
    let ear = Ear::at(&broker);
    let mut sink = Sink::start(&settings(broker.port));
    sink.frame();
    sink.await_state(BrokerState::Connected, PATIENCE);
    broker.signal(Signal::SIGSTOP);
    sink.frame();
    sink.await_state(BrokerState::Disconnected, Duration::from_secs(25));
    let beats = sink.beats.load(Ordering::SeqCst);
    assert!(beats > 4, "{beats} beats in 20 s");
    broker.signal(Signal::SIGCONT);
    let last = sink.frame();
    seqs_up_to(&ear, last);
    assert_eq!(*sink.state.borrow(), BrokerState::Connected);
}

#[test]
fn a_broker_that_is_not_there_stops_nothing() {
    let mut sink = Sink::start(&settings(free_port()));
    let deadline = Instant::now() + PATIENCE;
    while sink.beats.load(Ordering::SeqCst) < 5 {
        sink.frame();
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(*sink.state.borrow(), BrokerState::Disconnected);
    assert!(sink.stop() < Duration::from_secs(1));
}

#[test]
fn a_wrong_password_is_told_and_a_right_one_found() {
    let broker = Broker::with_password("linky", "right");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("password");
    std::fs::write(&file, "wrong\n").unwrap();
    let settings = MqttSettings {
        username: Some("linky".to_owned()),
        password_file: Some(file),
        ..settings(broker.port)
    };
    let password = linky_sensor::config::password(&settings).unwrap();
    let mut sink = Sink::with_password(&settings, password.as_ref());
    sink.await_state(BrokerState::Refused, PATIENCE);
    let last = sink.frame();
    broker.change_password("linky", "wrong");
    sink.await_state(BrokerState::Connected, Duration::from_secs(45));
    let ear = Ear::as_user(&broker, Some(("linky", "wrong")));
    assert_eq!(seqs_up_to(&ear, last), [last]);
}

// ---- what is said --------------------------------------------------------------------------

#[test]
fn home_assistant_that_starts_is_told_everything_again() {
    let broker = Broker::start();
    let ear = Ear::at(&broker);
    let mut sink = Sink::start(&settings(broker.port));
    let last = sink.frame();
    seqs_up_to(&ear, last);
    ear.say("homeassistant/status", "online", false);
    ear.until(|heard| heard.topic == "homeassistant/status");
    let mut missing = BTreeSet::from([STATE, AVAILABILITY, BRIDGE, DISCOVERY]);
    while !missing.is_empty() {
        let heard = ear.next();
        missing.remove(heard.topic.as_str());
        if heard.topic == STATE {
            assert_eq!(heard.json()["seq"], last);
        }
    }
}

#[test]
fn a_lost_way_is_told_by_the_last_will() {
    let broker = Broker::start();
    let ear = Ear::at(&broker);
    let proxy = Proxy::to(broker.port, &[25]);
    let mut sink = Sink::start(&settings(proxy.port));
    while proxy.broken() == 0 {
        sink.frame();
        thread::sleep(Duration::from_millis(2)); // the pace of the meter
    }
    ear.until(|heard| heard.topic == BRIDGE && heard.payload == "offline");
    ear.until(|heard| heard.topic == BRIDGE && heard.payload == "online");
}

#[test]
fn at_the_stop_all_is_offline_and_nothing_is_left_behind() {
    let broker = Broker::start();
    let mut sink = Sink::start(&settings(broker.port));
    sink.await_state(BrokerState::Connected, PATIENCE);
    let last = (0..100).map(|_| sink.frame()).last().unwrap();
    // What waits in the feed when the stop comes is not promised.
    seqs_up_to(&Ear::at(&broker), last);
    assert!(sink.stop() < Duration::from_secs(2));
    assert_eq!(*sink.state.borrow(), BrokerState::Disconnected);
    let ear = Ear::at(&broker);
    assert_eq!(ear.next_on(STATE).json()["seq"], last);
    let ear = Ear::at(&broker);
    assert_eq!(ear.next_on(AVAILABILITY).payload, "offline");
    let ear = Ear::at(&broker);
    assert_eq!(ear.next_on(BRIDGE).payload, "offline");
}

#[test]
fn a_stop_does_not_wait_for_a_broker_that_hangs() {
    let broker = Broker::start();
    let mut sink = Sink::start(&settings(broker.port));
    sink.frame();
    sink.await_state(BrokerState::Connected, PATIENCE);
    broker.signal(Signal::SIGSTOP);
    sink.frame();
    let taken = sink.stop();
    broker.signal(Signal::SIGCONT);
    assert!(taken < Duration::from_millis(3500), "{taken:?}");
}
