//! The daemon with metrics: where they are, that they wait for their address, and that nothing else does.

use std::net::{SocketAddr, TcpListener, TcpStream};

use linky_sensor::simulator::Scenario;

use super::support::broker::{Broker, free_port};
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::Playing;
use super::support::record::Record;
use super::support::scrape::scrape;

fn settings(device: &std::path::Path, port: u16, listen: &str) -> String {
    config(&[meter("main", device)], port) + &format!("[metrics]\nlisten = \"{listen}\"\n")
}

#[test]
fn the_metrics_are_those_of_the_states_on_mqtt() {
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let _meter = Playing::on(&device, Scenario::default());
    let broker = Broker::start();
    let mut record = Record::at(&broker);
    for listen in ["127.0.0.1", "[::1]"] {
        let address: SocketAddr = format!("{listen}:{}", free_port()).parse().unwrap();
        let home = Home::new(&settings(&device, broker.port, &address.to_string()));
        let from = record.now();
        let mut daemon = home.start_ready();
        let energy = "linky_energy_watt_hours_total{meter=\"main\"}";
        let answer = within(WAIT_TIMEOUT, "a scrape with the energy", || {
            scrape(address).filter(|answer| answer.sample(energy).is_some())
        });
        let scraped: u64 = answer.sample(energy).unwrap().parse().unwrap();
        // Each frame is published: one of the states has the very value.
        record.until_state(from, "main", "the same energy on MQTT", |state| {
            state["energy_counter"] == scraped
        });
        let info = format!(
            "linky_build_info{{version=\"{}\"}}",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(answer.sample(&info), Some("1"));
        let connected = "linky_broker_state{state=\"connected\"}";
        within(WAIT_TIMEOUT, "the broker is connected", || {
            (scrape(address)?.sample(connected) == Some("1")).then_some(())
        });
        assert!(home.log().contains(&format!("http://{address}/metrics")));
        daemon.stop();
        assert!(TcpStream::connect(address).is_err(), "it has ended");
    }
}

#[test]
fn an_address_that_is_taken_is_waited_for_and_nothing_else_waits() {
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let _meter = Playing::on(&device, Scenario::default());
    let broker = Broker::start();
    let mut record = Record::at(&broker);
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let taken = TcpListener::bind(address).unwrap();
    let home = Home::new(&settings(&device, broker.port, &address.to_string()));
    let mut daemon = home.start_ready();
    record.until_state(0, "main", "states", |state| state["energy"].is_number());
    let cause = format!("no metrics ({address} is in use by another program");
    let mut last_status = || {
        let mut notices = daemon.notices().iter();
        notices
            .rfind(|line| line.starts_with("STATUS="))
            .cloned()
            .unwrap_or_default()
    };
    within(WAIT_TIMEOUT, "the status", || {
        last_status().contains(&cause).then_some(())
    });
    drop(taken);
    within(WAIT_TIMEOUT, "a scrape", || {
        scrape(address).filter(|answer| answer.status == 200)
    });
    within(WAIT_TIMEOUT, "a status without it", || {
        (!last_status().contains("no metrics")).then_some(())
    });
    let warned = home.log();
    let warned = warned.lines().filter(|line| line.contains("is in use"));
    assert_eq!(warned.count(), 1, "logged once");
    daemon.stop();
}

#[test]
fn an_address_that_is_not_there_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let broker = Broker::start();
    let absent = directory.path().join("absent");
    // TEST-NET-1: on no machine.
    let home = Home::new(&settings(&absent, broker.port, "192.0.2.7:9867"));
    let mut daemon = home.start_ready();
    within(WAIT_TIMEOUT, "the status", || {
        let mut notices = daemon.notices().iter();
        notices
            .any(|line| line.contains("no metrics (192.0.2.7 is no address of this computer now)"))
            .then_some(())
    });
    daemon.stop();
}

#[test]
fn without_the_key_nothing_is_listened_on() {
    let directory = tempfile::tempdir().unwrap();
    let broker = Broker::start();
    let home = Home::new(&config(
        &[meter("main", &directory.path().join("absent"))],
        broker.port,
    ));
    let daemon = home.start_ready();
    let own: Vec<String> = std::fs::read_dir(format!("/proc/{}/fd", daemon.id()))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .map(|link| link.to_string_lossy().into_owned())
        .collect();
    for table in ["tcp", "tcp6"] {
        let table = std::fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
        for line in table.lines().skip(1) {
            // proc(5): the fourth column is the state, 0A one that listens; the tenth is the inode.
            let columns: Vec<&str> = line.split_whitespace().collect();
            let socket = format!("socket:[{}]", columns[9]);
            assert!(columns[3] != "0A" || !own.contains(&socket), "{line}");
        }
    }
}
