//! The load curve: from a simulated meter on a pseudo-terminal through the daemon, each point reaches a subscriber once.

use std::path::Path;
use std::time::Duration;

use linky_sensor::simulator::{Scenario, parse_start};
use nix::sys::signal::Signal;

use crate::account::Accounts;
use crate::daemon::records;
use crate::outage::REPLAY_TIMEOUT;
use crate::support::broker::{Broker, Subscriber};
use crate::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use crate::support::line::Playing;
use crate::support::proxy::Proxy;

/// A producer's meter that is plugged in at this time: it holds the last two points of each direction.
fn playing(device: &Path, start: &str) -> Playing {
    let scenario = Scenario {
        producer: true,
        start: parse_start(start, 0).unwrap(),
        ..Scenario::default()
    };
    Playing::on(device, scenario)
}

/// Receives until so many more states are live: what a point would have come with.
fn receive_states(accounts: &mut Accounts, subscriber: &Subscriber, count: usize) {
    let live = |all: &Accounts| -> usize { all.boots.values().map(|start| start.live.len()).sum() };
    let enough = live(accounts) + count;
    accounts.receive(subscriber, WAIT_TIMEOUT, |all| live(all) >= enough);
}

#[test]
fn each_point_is_received_once_over_a_restart_and_an_outage() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let proxy = Proxy::to(broker.port, &[]);
    let place = tempfile::tempdir().unwrap();
    let device = place.path().join("linky");
    let home = Home::new(&config(&[meter("main", &device)], proxy.port));
    let mut accounts = Accounts::default();

    let mut daemon = home.start_ready();
    let half_past_five = playing(&device, "2026-01-15T17:29:50");
    accounts.receive(&subscriber, WAIT_TIMEOUT, |all| {
        all.has_point("2026-01-15T17:30:00+01:00")
    });
    receive_states(&mut accounts, &subscriber, 5);
    daemon.stop();
    let mut daemon = home.start_ready();
    receive_states(&mut accounts, &subscriber, 5);
    drop(half_past_five);
    let six = playing(&device, "2026-01-15T17:59:50");
    accounts.receive(&subscriber, WAIT_TIMEOUT, |all| {
        all.has_point("2026-01-15T18:00:00+01:00")
    });
    receive_states(&mut accounts, &subscriber, 5);
    daemon.signal(Signal::SIGKILL);
    daemon.end(WAIT_TIMEOUT);
    let _daemon = home.start_ready();
    receive_states(&mut accounts, &subscriber, 5);
    assert!(accounts.points.iter().all(|point| !point.is_replayed));

    proxy.cut();
    drop(six);
    let _half_past_six = playing(&device, "2026-01-15T18:29:50");
    within(WAIT_TIMEOUT, "the points on the disk", || {
        let kept = records(&home).into_iter();
        let is_point = |payload: &[u8]| String::from_utf8_lossy(payload).contains("direction");
        (kept.filter(|record| is_point(&record.payload)).count() == 2).then_some(())
    });
    proxy.mend();
    accounts.receive(&subscriber, REPLAY_TIMEOUT, |all| {
        all.has_point("2026-01-15T18:30:00+01:00")
    });
    // What may be replayed twice comes within this time.
    let rest = std::time::Instant::now() + Duration::from_secs(2);
    accounts.receive(&subscriber, WAIT_TIMEOUT, |_| {
        std::time::Instant::now() > rest
    });
    let times = [
        "2026-01-15T16:30:00+01:00",
        "2026-01-15T17:00:00+01:00",
        "2026-01-15T17:30:00+01:00",
        "2026-01-15T18:00:00+01:00",
        "2026-01-15T18:30:00+01:00",
    ];
    assert_eq!(accounts.times_of_points(), times);
    let replayed = accounts.points.iter().filter(|point| point.is_replayed);
    assert!(
        replayed.clone().all(|point| point.time == times[4]),
        "{:?}",
        accounts.points
    );
    assert_eq!(
        replayed.count(),
        2,
        "they completed while the broker was away"
    );
}
