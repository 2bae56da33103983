//! The MQTT sink against a real mosquitto: what a subscriber receives, whatever happens to the broker and the connection.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::config::{Interval, MqttSettings, NamedFile, Qos};
use linky_sensor::meter::{Input, Key};
use linky_sensor::sink::{BrokerCause, BrokerState};
use nix::sys::signal::Signal;
use support::broker::{Broker, Received, Subscriber, free_port};
use support::daemon::{STOP_TIMEOUT, WAIT_TIMEOUT, within};
use support::meter::standard;
use support::proxy::Proxy;
use support::sink::{Sink, settings};

const STATE: &str = "linky/main/state";
const EVENT: &str = "linky/main/event";
const AVAILABILITY: &str = "linky/main/availability";
const BRIDGE: &str = "linky/bridge/test/availability";
const DISCOVERY: &str = "homeassistant/device/linky_main/config";

/// The seqs of the states that are received, up to and including `last`.
fn seqs_up_to(subscriber: &Subscriber, last: u64) -> Vec<u64> {
    let mut seqs = Vec::new();
    while seqs.last() != Some(&last) {
        seqs.push(subscriber.next_on(STATE).json()["seq"].as_u64().unwrap());
    }
    seqs
}

// ---- delivery ------------------------------------------------------------------------------

#[test]
fn states_arrive_in_order_with_every_seq() {
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
        let broker = Broker::start();
        let subscriber = Subscriber::at(&broker);
        // Without a history, what finds no room in the window waits for it.
        let mut sink = Sink::start(&MqttSettings {
            qos,
            history: None,
            ..settings(broker.port)
        });
        sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
        for _ in 0..4 {
            for _ in 0..99 {
                sink.frame();
            }
            let last = sink.frame();
            let received = seqs_up_to(&subscriber, last);
            assert_eq!(
                received,
                (last - 99..=last).collect::<Vec<u64>>(),
                "{qos:?}"
            );
        }
        assert_eq!(sink.dropped(), 0);
        assert_eq!(sink.health.updates_lagged(), 0);
    }
}

#[test]
fn an_event_follows_its_state_and_is_not_retained() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&MqttSettings {
        interval: Interval::Every(Duration::from_secs(3600)),
        ..settings(broker.port)
    });
    sink.frame();
    subscriber.next_on(STATE);
    let seq = sink.change_tariff();
    assert_eq!(subscriber.next_on(STATE).json()["seq"], seq);
    let event = subscriber.next_on(EVENT).json();
    assert_eq!(event["event_type"], "tariff_changed");
    assert_eq!(
        (&event["from"], &event["to"]),
        (&"BASE".into(), &"HEURE CREUSE".into())
    );
    assert_eq!(
        (&event["boot"], &event["seq"]),
        (&"b00t".into(), &seq.into())
    );
    let late = Subscriber::at(&broker);
    assert!(late.next_on(STATE).retained);
    assert!(late.rest().iter().all(|received| received.topic != EVENT));
}

#[test]
fn a_quantity_that_moved_by_its_dead_band_arrives_before_the_interval_ends() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&MqttSettings {
        interval: Interval::Every(Duration::from_secs(3600)),
        on_change: [(Key::APPARENT_POWER, 50)].into(),
        ..settings(broker.port)
    });
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    for power in ["01000", "01000", "01000", "01000", "01049", "01050"] {
        sink.push(Input::Frame(standard(&[("SINSTS", "", power)])));
    }
    let mut powers = Vec::new();
    while powers.last() != Some(&1050) {
        let state = subscriber.next_on(STATE).json();
        // The first state has no keys of the meter yet.
        powers.extend(state["apparent_power"].as_u64());
    }
    assert!(!powers.contains(&1049), "{powers:?}");
}

/// The time, period, power and direction of each point, once, right from the frame that has it.
#[test]
fn a_point_of_the_load_curve_has_a_topic_of_its_own() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&MqttSettings {
        interval: Interval::Every(Duration::from_secs(3600)),
        ..settings(broker.port)
    });
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let mut curve = |date: &str, before: &str, last: &str| {
        for second in ["01", "02", "03", "04"] {
            let date = format!("{date}{second}");
            sink.push(Input::Frame(standard(&[
                ("DATE", &date, ""),
                ("CCASN", last, "00442"),
                ("CCASN-1", before, "00410"),
            ])));
        }
    };
    curve("H2611241200", "H261124113000", "H261124120000");
    curve("H2611241230", "H261124120000", "H261124123000");
    for (time, power) in [
        ("2026-11-24T11:30:00+01:00", 410),
        ("2026-11-24T12:00:00+01:00", 442),
        ("2026-11-24T12:30:00+01:00", 442),
    ] {
        let received = subscriber.next_on("linky/main/curve");
        assert!(!received.retained);
        let wanted = format!(
            "{{\"time\":\"{time}\",\"period\":1800,\"power\":{power},\"direction\":\"withdrawn\"}}"
        );
        assert_eq!(received.payload, wanted);
    }
    sink.stop();
    subscriber.next_on(AVAILABILITY);
    let rest = subscriber.rest();
    assert!(
        rest.iter()
            .all(|received| received.topic != "linky/main/curve")
    );
}

// ---- the broker comes and goes -------------------------------------------------------------

#[test]
fn a_broker_that_lost_its_memory_gets_everything_again() {
    let mut broker = Broker::start();
    let mut sink = Sink::start(&settings(broker.port));
    for _ in 0..4 {
        sink.frame();
    }
    let last = sink.frame();
    seqs_up_to(&Subscriber::at(&broker), last);
    let expected = [
        STATE,
        AVAILABILITY,
        BRIDGE,
        DISCOVERY,
        "linky/main/calendar",
    ];
    for round in 0..2 {
        let subscriber = Subscriber::at(&broker);
        let mut missing = BTreeSet::from(expected);
        while !missing.is_empty() {
            let received = subscriber.next();
            missing.remove(received.topic.as_str());
            match received.topic.as_str() {
                STATE => assert_eq!(received.json()["seq"], last, "the same as before"),
                AVAILABILITY | BRIDGE => assert_eq!(received.payload, "online"),
                DISCOVERY => assert!(received.json()["cmps"]["energy"].is_object()),
                _ => {}
            }
        }
        if round == 0 {
            drop(subscriber);
            broker.stop();
            sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
            broker.start_again();
            sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
        }
    }
}

#[test]
fn a_broker_that_hangs_is_left_and_found_again() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&settings(broker.port));
    sink.frame();
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    broker.signal(Signal::SIGSTOP);
    sink.frame();
    sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
    sink.await_beat();
    broker.signal(Signal::SIGCONT);
    let last = sink.frame();
    seqs_up_to(&subscriber, last);
    assert_eq!(sink.health.broker(), BrokerState::Connected);
}

/// CONNACK of MQTT 5, accepted.
const ACCEPTED: [u8; 5] = [0x20, 3, 0, 0, 0];

/// Before the session or right after its beginning: both are tried again ever more slowly.
#[test]
fn a_broker_that_closes_every_connection_is_tried_again_ever_more_slowly() {
    for takes_us_in in [false, true] {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut sink = Sink::start(&settings(server.local_addr().unwrap().port()));
        let mut attempts = Vec::new();
        while attempts.len() < 5 {
            let (mut client, _) = server.accept().unwrap();
            attempts.push(Instant::now());
            let mut connect = [0; 512];
            assert!(client.read(&mut connect).unwrap() > 0);
            if takes_us_in {
                client.write_all(&ACCEPTED).unwrap();
            }
            drop(client);
            sink.frame();
        }
        let pauses = attempts.windows(2).map(|pair| pair[1] - pair[0]);
        let pauses: Vec<f64> = pauses.map(|pause| pause.as_secs_f64()).collect();
        for (pause, least) in pauses.iter().zip([1.0, 2.0, 4.0, 8.0]) {
            assert!(*pause > least - 0.1, "too early: {pauses:?}");
        }
        sink.await_beat();
        sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
        assert!(sink.stop() < STOP_TIMEOUT);
    }
}

#[test]
fn a_broker_that_is_not_there_stops_nothing() {
    let mut sink = Sink::start(&settings(free_port()));
    sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
    let begun = Instant::now();
    within(WAIT_TIMEOUT, "the loop goes on", || {
        sink.frame();
        (sink.pulse.last_beat() > begun).then_some(())
    });
    assert_eq!(sink.health.broker(), BrokerState::Disconnected);
    assert!(sink.stop() < STOP_TIMEOUT);
}

/// The settings of a user at this broker whose password is in this file.
fn as_user(broker: &Broker, file: &Path) -> MqttSettings {
    MqttSettings {
        username: Some("linky".to_owned()),
        password_file: Some(NamedFile {
            key: "password-file",
            path: file.to_owned(),
            location: None,
        }),
        ..settings(broker.port)
    }
}

#[test]
fn a_wrong_password_is_refused_until_it_is_right() {
    let broker = Broker::with_password("linky", "right");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("password");
    std::fs::write(&file, "wrong\n").unwrap();
    let mut sink = Sink::start(&as_user(&broker, &file));
    sink.await_state(BrokerState::Refused, WAIT_TIMEOUT);
    assert_eq!(sink.health.broker_cause(), BrokerCause::BadCredentials);
    let last = sink.frame();
    broker.change_password("linky", "wrong");
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let subscriber = Subscriber::as_user(&broker, Some(("linky", "wrong")));
    assert_eq!(seqs_up_to(&subscriber, last), [last]);
}

#[test]
fn a_missing_password_file_is_a_refusal_until_it_is_there() {
    let broker = Broker::with_password("linky", "right");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("password");
    let mut sink = Sink::start(&as_user(&broker, &file));
    sink.await_state(BrokerState::Refused, WAIT_TIMEOUT);
    assert_eq!(sink.health.broker_cause(), BrokerCause::NoPassword);
    let last = sink.frame();
    std::fs::write(&file, "right\n").unwrap();
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let subscriber = Subscriber::as_user(&broker, Some(("linky", "right")));
    assert_eq!(seqs_up_to(&subscriber, last), [last]);
}

/// A pipe in place of a file, to which nobody writes: reading it never ends.
#[test]
fn a_file_that_cannot_be_read_to_its_end_holds_up_no_loop_and_no_stop() {
    let broker = Broker::with_password("linky", "right");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("password");
    nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut sink = Sink::start(&as_user(&broker, &file));
    let begun = Instant::now();
    within(WAIT_TIMEOUT, "the loop goes on meanwhile", || {
        sink.frame();
        (sink.pulse.last_beat() > begun).then_some(())
    });
    sink.await_state(BrokerState::Refused, WAIT_TIMEOUT);
    assert_eq!(sink.health.broker_cause(), BrokerCause::NoPassword);
    // The reading that is under way serves the next attempt.
    let last = sink.frame();
    std::fs::write(&file, "right\n").unwrap();
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let subscriber = Subscriber::as_user(&broker, Some(("linky", "right")));
    assert_eq!(seqs_up_to(&subscriber, last), [last]);
    std::fs::remove_file(&file).unwrap();
    assert!(sink.stop() < STOP_TIMEOUT);
}

// ---- messages ------------------------------------------------------------------------------

#[test]
fn home_assistant_gets_everything_again_when_it_starts() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&settings(broker.port));
    let last = (0..4).map(|_| sink.frame()).last().unwrap();
    seqs_up_to(&subscriber, last);
    subscriber.publish("homeassistant/status", "online", false);
    subscriber.until(|received| received.topic == "homeassistant/status");
    let mut missing = BTreeSet::from([STATE, AVAILABILITY, BRIDGE, DISCOVERY]);
    while !missing.is_empty() {
        let received = subscriber.next();
        missing.remove(received.topic.as_str());
        if received.topic == STATE {
            assert_eq!(received.json()["seq"], last);
        }
    }
}

#[test]
fn a_flood_of_starts_of_home_assistant_costs_no_session() {
    let broker = Broker::start();
    let mut sink = Sink::start(&settings(broker.port));
    let last = (0..4).map(|_| sink.frame()).last().unwrap();
    let subscriber = Subscriber::at(&broker);
    seqs_up_to(&subscriber, last);
    for _ in 0..3_000 {
        subscriber.publish("homeassistant/status", "online", false);
    }
    let mut rounds = 0;
    let newest = sink.frame();
    let is_newest =
        |received: &Received| received.topic == STATE && received.json()["seq"] == newest;
    // The state of the last round comes after that of the frame.
    let mut states = 0;
    while states < 2 {
        let received = subscriber.next();
        states += usize::from(is_newest(&received));
        if received.topic == BRIDGE {
            assert_eq!(received.payload, "online", "the session goes on");
            rounds += 1;
        }
    }
    assert!(rounds < 300, "{rounds} rounds for 3000 starts");
}

#[test]
fn a_lost_connection_publishes_the_last_will() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let proxy = Proxy::to(broker.port, &[25]);
    let mut sink = Sink::start(&settings(proxy.port));
    while proxy.broken() == 0 {
        sink.frame();
        thread::sleep(Duration::from_millis(2)); // the pace of the meter
    }
    subscriber.until(|received| received.topic == BRIDGE && received.payload == "offline");
    subscriber.until(|received| received.topic == BRIDGE && received.payload == "online");
}

#[test]
fn at_the_stop_all_is_offline_and_nothing_is_left_behind() {
    let broker = Broker::start();
    let mut sink = Sink::start(&settings(broker.port));
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let subscriber = Subscriber::at(&broker);
    sink.frame();
    subscriber.next_on(STATE);
    // Fewer than may be in flight: what is above goes to the history.
    let last = (0..50).map(|_| sink.frame()).last().unwrap();
    assert!(sink.stop() < STOP_TIMEOUT);
    assert_eq!(sink.health.broker(), BrokerState::Disconnected);
    let subscriber = Subscriber::at(&broker);
    assert_eq!(subscriber.next_on(STATE).json()["seq"], last);
    let subscriber = Subscriber::at(&broker);
    assert_eq!(subscriber.next_on(AVAILABILITY).payload, "offline");
    let subscriber = Subscriber::at(&broker);
    assert_eq!(subscriber.next_on(BRIDGE).payload, "offline");
}

#[test]
fn a_stop_does_not_wait_for_a_broker_that_hangs() {
    let broker = Broker::start();
    let mut sink = Sink::start(&settings(broker.port));
    sink.frame();
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    broker.signal(Signal::SIGSTOP);
    sink.frame();
    let taken = sink.stop();
    broker.signal(Signal::SIGCONT);
    assert!(taken < STOP_TIMEOUT, "{taken:?}");
}

#[test]
fn the_topic_of_the_client_id_of_earlier_versions_is_removed_once() {
    let machine_id = std::fs::read_to_string("/etc/machine-id")
        .expect("no machine id: systemd-machine-id-setup makes one");
    let obsolete = format!(
        "linky/bridge/linky-sensor-{}/availability",
        &machine_id[..8]
    );
    let broker = Broker::start();
    let directory = tempfile::tempdir().unwrap();
    let settings = MqttSettings {
        client_id: None,
        ..settings(broker.port)
    };
    let subscriber = Subscriber::at(&broker);
    for start in 0..2 {
        subscriber.publish(&obsolete, "offline", true);
        subscriber.next_on(&obsolete);
        let mut sink = Sink::with_history(&settings, directory.path(), "b00t");
        sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
        sink.stop();
        let is_bridge = |received: &Received| received.topic.starts_with("linky/bridge/");
        let removed =
            subscriber.until(|received| is_bridge(received) && received.payload != "online");
        assert_ne!(removed.topic == obsolete, start == 1, "{removed:?}");
        assert_eq!(removed.payload.is_empty(), start == 0);
    }
}
