//! The session and its history against a real mosquitto, over a connection that breaks.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::config::{MqttSettings, Qos};
use linky_sensor::sink::BrokerState;
use nix::sys::signal::Signal;

use crate::account::Accounts;
use crate::support::broker::{Broker, Subscriber};
use crate::support::daemon::WAIT_TIMEOUT;
use crate::support::proxy::Proxy;
use crate::support::sink::{Sink, settings};

pub const BOOT: &str = "b00t";

/// Longer than a reconnection, the delay before the replay and a short history take.
pub const REPLAY_TIMEOUT: Duration = Duration::from_secs(240);

/// From the start of a session to the first record, and from one to the next.
const REPLAY_DELAY: Duration = Duration::from_secs(10);
const REPLAY_INTERVAL: Duration = Duration::from_millis(50);

/// Sends `rate` frames a second for this time, none less where the machine is busy; the last seq.
pub fn frames(sink: &mut Sink, rate: u32, time: Duration) -> u64 {
    let interval = Duration::from_secs(1) / rate;
    let (began, mut sent) = (Instant::now(), 0);
    loop {
        let last = sink.frame();
        sent += 1;
        let next = began + interval * sent;
        thread::sleep(next.saturating_duration_since(Instant::now())); // the pace of the meter
        if interval * sent >= time {
            return last;
        }
    }
}

pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A broker, a subscriber with a connection of its own, and a connection for the sink that can be broken.
pub fn stage() -> (Broker, Subscriber, Proxy) {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let proxy = Proxy::to(broker.port, &[]);
    (broker, subscriber, proxy)
}

/// A session that has delivered something.
pub fn running(
    settings: &MqttSettings,
    directory: &Path,
    boot: &str,
    subscriber: &Subscriber,
) -> (Sink, Accounts) {
    let mut accounts = Accounts::default();
    let sink = start(settings, directory, boot, subscriber, &mut accounts);
    (sink, accounts)
}

/// The same, after others.
fn start(
    settings: &MqttSettings,
    directory: &Path,
    boot: &str,
    subscriber: &Subscriber,
    accounts: &mut Accounts,
) -> Sink {
    let mut sink = Sink::with_history(settings, directory, boot);
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let last = sink.frame();
    let is_received = |accounts: &Accounts| {
        let account = accounts.boots.get(boot);
        account.is_some_and(|account| account.live.contains(&last))
    };
    accounts.receive(subscriber, WAIT_TIMEOUT, is_received);
    sink
}

/// Receives until all states up to this one have come.
fn receive_all(accounts: &mut Accounts, subscriber: &Subscriber, last: u64) {
    accounts.receive(subscriber, REPLAY_TIMEOUT, |all| {
        all.of(BOOT).has_all(1..=last)
    });
}

/// Waits until everything is delivered, and nothing is left on the disk.
pub fn await_empty(sink: &Sink, directory: &Path) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    let is_log = |name: &str| name.ends_with(".log");
    while sink.pending() > 0 || files(directory).iter().any(|name| is_log(name)) {
        assert!(Instant::now() < deadline, "{} pending", sink.pending());
        thread::sleep(Duration::from_millis(5));
    }
}

pub fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory.join("history"))
        .into_iter()
        .flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn an_outage_of_thirty_seconds_loses_nothing() {
    let (_broker, subscriber, proxy) = stage();
    let directory = tempfile::tempdir().unwrap();
    let (mut sink, mut accounts) =
        running(&settings(proxy.port), directory.path(), BOOT, &subscriber);
    frames(&mut sink, 10, seconds(2));
    proxy.cut();
    frames(&mut sink, 10, seconds(29));
    let event = sink.change_tariff();
    frames(&mut sink, 10, seconds(1));
    assert!(sink.pending() > 250, "{}", sink.pending());
    proxy.mend();
    let last = frames(&mut sink, 10, seconds(30));
    accounts.receive(&subscriber, REPLAY_TIMEOUT, |all| {
        all.of(BOOT).has_all(1..=last) && !all.of(BOOT).replayed_events.is_empty()
    });
    let account = accounts.of(BOOT);
    account.assert_in_order();
    assert!(account.replayed.len() > 250, "{}", account.replayed.len());
    assert!(account.duplicates() <= 64, "{}", account.duplicates());
    assert_eq!(
        account.replayed_events[0],
        ("tariff_changed".to_owned(), event)
    );
    assert_eq!(
        account
            .events
            .iter()
            .filter(|(_, seq)| *seq == event)
            .count(),
        0
    );
    assert_eq!((sink.dropped(), sink.health.updates_lagged()), (0, 0));
    await_empty(&sink, directory.path());
}

#[test]
fn records_are_replayed_after_ten_seconds_twenty_a_second_beside_live_ones() {
    let (_broker, subscriber, proxy) = stage();
    let directory = tempfile::tempdir().unwrap();
    let (mut sink, _) = running(&settings(proxy.port), directory.path(), BOOT, &subscriber);
    proxy.cut();
    sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
    frames(&mut sink, 100, seconds(2));
    let mended = Instant::now();
    proxy.mend();
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let mut come = Vec::new();
    let mut live = 0;
    while come.len() < 100 {
        sink.frame();
        while let Some(received) = subscriber.next_within(Duration::from_millis(20)) {
            match &*received.topic {
                crate::account::HISTORY => come.push(mended.elapsed()),
                crate::account::STATE if !come.is_empty() => live += 1,
                _ => {}
            }
        }
        assert!(mended.elapsed() < REPLAY_TIMEOUT, "{}", come.len());
    }
    // However late a busy machine is, none comes sooner. That none is due later is seen in the tests of the outbox.
    assert!(come[0] >= REPLAY_DELAY, "{:?}", come[0]);
    assert!(come[99] >= REPLAY_DELAY + REPLAY_INTERVAL * 99, "{come:?}");
    assert!(live > 20, "{live} beside them");
}

#[test]
fn a_broker_that_starts_again_without_its_memory_gets_what_it_missed() {
    for qos in [Qos::AtLeastOnce, Qos::ExactlyOnce] {
        let mut broker = Broker::start();
        let directory = tempfile::tempdir().unwrap();
        let settings = MqttSettings {
            qos,
            ..settings(broker.port)
        };
        let subscriber = Subscriber::at(&broker);
        let (mut sink, _) = running(&settings, directory.path(), BOOT, &subscriber);
        drop(subscriber);
        broker.stop();
        sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
        let first = sink.frame();
        let missed = frames(&mut sink, 20, seconds(2));
        broker.start_again();
        let subscriber = Subscriber::at(&broker);
        let mut accounts = Accounts::default();
        accounts.receive(&subscriber, REPLAY_TIMEOUT, |all| {
            let account = all.boots.get(BOOT);
            account.is_some_and(|account| account.replayed.contains(&missed))
        });
        let account = accounts.of(BOOT);
        account.assert_in_order();
        let outage: Vec<u64> = account
            .replayed
            .iter()
            .copied()
            .filter(|seq| *seq >= first)
            .collect();
        assert_eq!(outage, (first..=missed).collect::<Vec<u64>>(), "{qos:?}");
        assert_eq!(
            account.live.last(),
            Some(&missed),
            "the last one is current"
        );
        let json: serde_json::Value = serde_json::from_str(&account.texts[&first]).unwrap();
        assert!(
            json["time"].is_string() && json["meter"] == "main",
            "{json}"
        );
        await_empty(&sink, directory.path());
    }
}

#[test]
fn a_connection_that_stalls_for_some_seconds_loses_and_repeats_nothing() {
    let (_broker, subscriber, proxy) = stage();
    let directory = tempfile::tempdir().unwrap();
    let (mut sink, mut accounts) =
        running(&settings(proxy.port), directory.path(), BOOT, &subscriber);
    for _ in 0..2 {
        frames(&mut sink, 10, seconds(1));
        proxy.hold();
        frames(&mut sink, 10, seconds(6));
        assert!(sink.pending() > 30, "{}", sink.pending());
        proxy.mend();
        frames(&mut sink, 10, seconds(2));
        assert_eq!(sink.health.broker(), BrokerState::Connected);
    }
    let last = sink.frame();
    receive_all(&mut accounts, &subscriber, last);
    accounts.of(BOOT).assert_in_order();
    await_empty(&sink, directory.path());
    // All that was in flight was acknowledged in the end.
    assert_eq!(accounts.of(BOOT).duplicates(), 0);
    assert!(accounts.of(BOOT).replayed.len() > 60);
}

#[test]
fn a_connection_that_stalls_until_the_session_ends_repeats_only_what_was_in_flight() {
    let (_broker, subscriber, proxy) = stage();
    let directory = tempfile::tempdir().unwrap();
    let (mut sink, mut accounts) =
        running(&settings(proxy.port), directory.path(), BOOT, &subscriber);
    proxy.hold();
    let held = frames(&mut sink, 10, seconds(1));
    while sink.health.broker() == BrokerState::Connected {
        frames(&mut sink, 10, seconds(1));
    }
    proxy.mend();
    sink.await_state(BrokerState::Connected, REPLAY_TIMEOUT);
    let last = frames(&mut sink, 10, seconds(1));
    receive_all(&mut accounts, &subscriber, last);
    await_empty(&sink, directory.path());
    let account = accounts.of(BOOT);
    account.assert_in_order();
    assert!(account.duplicates() <= 64, "{}", account.duplicates());
    assert!(account.replayed.contains(&held));
}

#[test]
fn a_connection_that_is_too_slow_loses_nothing() {
    let (_broker, subscriber, proxy) = stage();
    let directory = tempfile::tempdir().unwrap();
    let (mut sink, mut accounts) =
        running(&settings(proxy.port), directory.path(), BOOT, &subscriber);
    proxy.slow();
    // Some 60 kB a second, of which 20 pass.
    let deadline = Instant::now() + REPLAY_TIMEOUT;
    while sink.pending() <= 100 {
        assert!(Instant::now() < deadline, "{}", sink.pending());
        frames(&mut sink, 40, seconds(1));
    }
    proxy.mend();
    let last = frames(&mut sink, 10, seconds(1));
    receive_all(&mut accounts, &subscriber, last);
    await_empty(&sink, directory.path());
    let account = accounts.of(BOOT);
    account.assert_in_order();
    assert!(account.duplicates() <= 64, "{}", account.duplicates());
    assert_eq!(sink.dropped(), 0);
}

#[test]
fn whatever_breaks_nothing_is_lost_and_the_order_holds() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    // The first is the length of CONNACK.
    let plan: &[usize] = &[11, 68, 209];
    let proxy = Proxy::to(broker.port, plan);
    let directory = tempfile::tempdir().unwrap();
    // A broker has acknowledged something before.
    fs::create_dir(directory.path().join("history")).unwrap();
    fs::write(directory.path().join("history/position"), "").unwrap();
    let mut sink = Sink::with_history(&settings(proxy.port), directory.path(), BOOT);
    let deadline = Instant::now() + REPLAY_TIMEOUT;
    while proxy.broken() < plan.len() {
        assert!(Instant::now() < deadline, "{} breaks", proxy.broken());
        frames(&mut sink, 50, Duration::from_millis(20));
    }
    sink.await_state(BrokerState::Connected, REPLAY_TIMEOUT);
    let last = frames(&mut sink, 50, seconds(1));
    let mut accounts = Accounts::default();
    let timeout = REPLAY_TIMEOUT + seconds(last / 20);
    accounts.receive(&subscriber, timeout, |all| {
        all.boots
            .get(BOOT)
            .is_some_and(|account| account.has_all(1..=last))
    });
    let account = accounts.of(BOOT);
    account.assert_in_order();
    let again = account.duplicates();
    assert!(
        again <= plan.len() * 64,
        "{again}: more than were in flight"
    );
    assert_eq!(sink.dropped(), 0);
}

#[test]
fn a_start_goes_on_where_the_last_one_stopped() {
    let (broker, subscriber, proxy) = stage();
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(proxy.port);
    let (mut sink, mut accounts) = running(&settings, directory.path(), "1", &subscriber);
    // The broker hangs at the stop: what it did not acknowledge is kept.
    broker.signal(Signal::SIGSTOP);
    let first = frames(&mut sink, 20, Duration::from_millis(500));
    sink.stop();
    assert!(sink.pending() >= 10, "{}", sink.pending());
    proxy.cut();
    broker.signal(Signal::SIGCONT);
    let mut sink = Sink::with_history(&settings, directory.path(), "2");
    let second = frames(&mut sink, 20, seconds(1));
    sink.stop();
    proxy.mend();
    let sink = start(&settings, directory.path(), "3", &subscriber, &mut accounts);
    accounts.receive(&subscriber, REPLAY_TIMEOUT, |all| {
        let account = all.boots.get("2");
        account.is_some_and(|account| account.replayed.contains(&second))
    });
    await_empty(&sink, directory.path());
    accounts.of("1").assert_in_order();
    assert!(accounts.of("1").replayed.contains(&first));
    assert_eq!(
        accounts.of("2").replayed,
        (1..=second).collect::<Vec<u64>>()
    );
    assert!(accounts.order.is_sorted(), "the first start comes first");
}
