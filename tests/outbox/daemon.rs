//! The daemon itself, with a simulated meter on a pseudo-terminal: killed in the middle of an outage.

use std::fs;
use std::time::Duration;

use linky_sensor::simulator::Scenario;
use linky_sensor::store::{Log, Record};

use crate::account::Accounts;
use crate::support::broker::{Broker, Subscriber};
use crate::support::bus::PrivateBus;
use crate::support::busctl::Busctl;
use crate::support::daemon::{Home, config, meter, within};
use crate::support::line::Playing;
use crate::support::proxy::Proxy;

const DELIVERY_TIMEOUT: Duration = Duration::from_secs(240);

const ROOT: &str = "/io/github/linky_sensor/Linky1";
const MANAGER: &str = "io.github.linky_sensor.Linky1.Manager";

/// The size of the history on the disk, in bytes.
fn history_size(home: &Home) -> u64 {
    let entries = fs::read_dir(home.state().join("history"));
    let lengths = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
    lengths.sum()
}

fn await_history_size(home: &Home, bytes: u64) {
    within(DELIVERY_TIMEOUT, "a longer history", || {
        (history_size(home) >= bytes).then_some(())
    });
}

/// The undelivered records, in order, read from a copy of the history.
pub fn records(home: &Home) -> Vec<Record> {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(home.state().join("history")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let mut log = Log::open(copy.path().to_owned(), 64 << 20);
    log.read(0, usize::MAX, usize::MAX)
}

#[test]
fn killed_during_an_outage_the_daemon_loses_nothing() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let proxy = Proxy::to(broker.port, &[]);
    let bus = PrivateBus::permissive();
    let busctl = Busctl::at(&bus.address());
    let place = tempfile::tempdir().unwrap();
    let device = place.path().join("linky");
    let _playing = Playing::on(&device, Scenario::default());
    let home = Home::new(&config(&[meter("main", &device)], proxy.port)).on_bus(bus.address());
    let pending = || {
        let manager = busctl.properties(ROOT, MANAGER);
        manager["HistoryPending"].1.as_u64().unwrap()
    };

    let daemon = home.start_ready();
    let mut accounts = Accounts::default();
    accounts.receive(&subscriber, DELIVERY_TIMEOUT, |all| {
        all.boots.values().any(|account| account.live.len() > 20)
    });
    let first = accounts.boots.keys().next().unwrap().clone();
    proxy.cut();
    await_history_size(&home, 20_000);
    let before = daemon.memory("VmRSS");
    await_history_size(&home, 200_000);
    let after = daemon.memory("VmRSS");
    assert!(
        after < before + before / 4,
        "{before} kB, then {after} kB: it is kept on the disk"
    );
    assert!(pending() > 60, "{}", pending());
    drop(daemon); // by SIGKILL
    let kept = records(&home);

    let _daemon = home.start_ready();
    assert!(pending() >= kept.len() as u64, "{}", pending());
    await_history_size(&home, 230_000);
    proxy.mend();
    let drained = Duration::from_millis(60) * u32::try_from(kept.len()).unwrap();
    accounts.receive(&subscriber, DELIVERY_TIMEOUT + drained, |all| {
        let second = all.boots.iter().find(|(boot, _)| **boot != first);
        second.is_some_and(|(_, second)| second.has_all(1..=10) && second.live.len() > 20)
    });

    let account = accounts.of(&first);
    account.assert_in_order();
    let received = account.received();
    let (oldest, newest) = (*received.first().unwrap(), *received.last().unwrap());
    assert!(account.has_all(oldest..=newest), "{account:?}");
    assert!(account.duplicates() <= 64, "{}", account.duplicates());
    let replayed = account.replayed.iter();
    let replayed: Vec<String> = replayed
        .map(|seq| format!("main\n{}", account.texts[seq]))
        .collect();
    let texts = kept
        .into_iter()
        .map(|record| String::from_utf8(record.payload).unwrap());
    let texts: Vec<String> = texts.filter(|text| !text.contains("event_type")).collect();
    assert!(texts.len() > 60);
    assert_eq!(replayed, texts, "each as it was first made");
    assert_eq!(accounts.points.len(), 2, "each once: {:?}", accounts.points);
    assert!(
        accounts.order.is_sorted_by_key(|boot| *boot != first),
        "the first start comes first"
    );
    let second = accounts.boots.iter().find(|(boot, _)| **boot != first);
    second.unwrap().1.assert_in_order();
}
