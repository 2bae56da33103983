//! The limits of the history: full, off, or not started.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::config::{MqttSettings, Qos};
use linky_sensor::sink::BrokerState;
use linky_sensor::store::Log;

use crate::account::Accounts;
use crate::outage::{BOOT, REPLAY_TIMEOUT, await_empty, files, frames, running, seconds, stage};
use crate::support::broker::{Broker, Subscriber, free_port};
use crate::support::daemon::WAIT_TIMEOUT;
use crate::support::proxy::Proxy;
use crate::support::sink::{Sink, settings};

#[test]
fn when_the_history_is_full_the_oldest_is_dropped_and_counted() {
    let (_broker, subscriber, proxy) = stage();
    let directory = tempfile::tempdir().unwrap();
    let settings = MqttSettings {
        history: Some(64 << 10),
        ..settings(proxy.port)
    };
    let (mut sink, _) = running(&settings, directory.path(), BOOT, &subscriber);
    proxy.cut();
    sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
    let first = sink.frame();
    let last = (0..500)
        .map(|_| {
            thread::sleep(Duration::from_millis(1)); // the pace of the meter
            sink.frame()
        })
        .last()
        .unwrap();
    proxy.mend();
    let mut accounts = Accounts::default();
    accounts.receive(&subscriber, REPLAY_TIMEOUT, |all| {
        let account = all.boots.get(BOOT);
        account.is_some_and(|account| account.replayed.contains(&last))
    });
    await_empty(&sink, directory.path());
    let replayed = &accounts.of(BOOT).replayed;
    let oldest = replayed[0];
    assert!(oldest > first + 100, "{oldest}");
    assert_eq!(*replayed, (oldest..=last).collect::<Vec<u64>>());
    // Those before the outage that were in flight at its beginning are dropped too.
    let earlier = sink.dropped() - (oldest - first);
    assert!(earlier <= 3, "{earlier}");
}

#[test]
fn without_a_history_nothing_is_written_and_what_is_lost_is_counted() {
    let (broker, subscriber, _) = stage();
    drop(subscriber);
    for settings in [
        MqttSettings {
            history: None,
            ..settings(broker.port)
        },
        MqttSettings {
            qos: Qos::AtMostOnce,
            ..settings(broker.port)
        },
    ] {
        let directory = tempfile::tempdir().unwrap();
        let proxy = Proxy::to(broker.port, &[]);
        let settings = MqttSettings {
            url: crate::support::sink::settings(proxy.port).url,
            ..settings
        };
        let subscriber = Subscriber::at(&broker);
        let (mut sink, _) = running(&settings, directory.path(), BOOT, &subscriber);
        proxy.cut();
        sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
        let first = sink.frame();
        let last = frames(&mut sink, 100, Duration::from_millis(200));
        let deadline = Instant::now() + WAIT_TIMEOUT;
        while sink.dropped() < last - first + 1 {
            assert!(Instant::now() < deadline, "{}", sink.dropped());
            thread::sleep(Duration::from_millis(5));
        }
        assert!(!directory.path().join("history").exists());
        proxy.mend();
        sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
        let mut accounts = Accounts::default();
        accounts.receive(&subscriber, WAIT_TIMEOUT, |all| {
            let account = all.boots.get(BOOT);
            account.is_some_and(|account| account.live.contains(&last))
        });
        assert_eq!(accounts.of(BOOT).replayed, [0; 0]);
    }
}

#[test]
fn where_no_broker_ever_acknowledged_anything_nothing_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut sink = Sink::with_history(&settings(port), directory.path(), BOOT);
    frames(&mut sink, 100, seconds(2));
    sink.stop();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    assert_eq!((sink.pending(), sink.dropped()), (0, 0));
    // Once one has, it is remembered.
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let (mut sink, _) = running(&settings(broker.port), directory.path(), "two", &subscriber);
    sink.stop();
    assert_eq!(files(directory.path()), ["position"]);
    let mut sink = Sink::with_history(&settings(port), directory.path(), "three");
    let last = frames(&mut sink, 100, Duration::from_millis(100));
    sink.stop();
    let mut log = Log::open(directory.path().join("history"), 1 << 20);
    let records = log.read(0, usize::MAX, usize::MAX);
    let events = records
        .iter()
        .filter(|record| String::from_utf8_lossy(&record.payload).contains("event_type"));
    assert_eq!((records.len() - events.count()) as u64, last);
}
