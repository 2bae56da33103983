//! The broker has several addresses, another than before, or one that only an interface makes whole.

use std::fs;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::flow::is_complete;
use super::named::{Machine, NAME, PATIENT, lines, until_logged};
use super::support::daemon::{WAIT_TIMEOUT, meter, within};
use super::support::name_server::Answer;
use super::support::stage::on_stage;

const LOSS: &str = "no session with";
const CONNECTED: &str = "connected to mqtt://";

/// The loopback is the first interface of a machine.
const LOOPBACK: u32 = 1;

/// Gives the loopback one more address.
fn add_address(address: &str) {
    let added = Command::new("ip")
        .args(["-6", "address", "add", address, "dev", "lo", "nodad"])
        .status()
        .expect("ip is not there: install the package iproute2");
    assert!(added.success(), "{address}: {added}");
}

/// A listener whose queue is full: it does not answer.
fn unanswering(address: SocketAddr) -> impl Sized {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    let inside = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v6().unwrap();
    socket.bind(address).unwrap();
    let listener = socket.listen(1).unwrap();
    // An address that was just added takes its time.
    let mut queued = vec![within(WAIT_TIMEOUT, "a connection", || {
        TcpStream::connect(address).ok()
    })];
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
        queued.push(stream);
    }
    drop(inside);
    (runtime, listener, queued)
}

/// Whether a connection over IPv6 to this port is being made, and not answered.
fn is_being_tried(port: u16) -> bool {
    const SYN_SENT: &str = "02";
    let sockets = fs::read_to_string("/proc/net/tcp6").unwrap();
    sockets.lines().any(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        columns[2].ends_with(&format!(":{port:04X}")) && columns[3] == SYN_SENT
    })
}

#[test]
fn a_broker_that_moves_is_followed_with_the_next_attempt() {
    on_stage(
        "addresses::a_broker_that_moves_is_followed_with_the_next_attempt",
        |_| {
            let mut machine = Machine::new(PATIENT);
            let old = machine.way(([127, 0, 0, 2], 0));
            let port = old.port;
            machine.names.set_address(NAME, "127.0.0.2");
            let home = machine.home(&format!("mqtt://{NAME}:{port}"), &[]);
            let _daemon = home.start_ready();
            let from = machine.until_flowing();
            drop(old);
            until_logged(&home, &format!("127.0.0.2:{port}: Connection refused"), 1);
            let _new = machine.way(([127, 0, 0, 3], port));
            machine.names.set_address(NAME, "127.0.0.3");
            until_logged(&home, CONNECTED, 2);
            assert_eq!(machine.names.asked(NAME), 1, "{}", home.log());
            machine.until_flowing();
            is_complete(&mut machine.record, from, "main");
        },
    );
}

#[test]
fn a_broker_that_moves_while_the_resolver_is_silent_is_found_when_it_answers() {
    on_stage(
        "addresses::a_broker_that_moves_while_the_resolver_is_silent_is_found_when_it_answers",
        |_| {
            let mut machine = Machine::new("timeout:1 attempts:1");
            let old = machine.way(([127, 0, 0, 2], 0));
            let port = old.port;
            machine.names.set_address(NAME, "127.0.0.2");
            let home = machine.home(&format!("mqtt://{NAME}:{port}"), &[]);
            let _daemon = home.start_ready();
            let from = machine.until_flowing();
            machine.names.set(NAME, Answer::Silence);
            drop(old);
            let _new = machine.way(([127, 0, 0, 3], port));
            // What is tried is old, and the journal has why.
            let stale = format!("(from an earlier look-up; now the look-up of {NAME} ");
            until_logged(&home, &stale, 1);
            let refused = format!("127.0.0.2:{port}: Connection refused");
            assert!(lines(&home, &stale)[0].contains(&refused), "{}", home.log());
            machine.names.set_address(NAME, "127.0.0.3");
            until_logged(&home, CONNECTED, 2);
            machine.until_flowing();
            is_complete(&mut machine.record, from, "main");
        },
    );
}

#[test]
fn a_dead_address_hides_no_living_one() {
    on_stage("addresses::a_dead_address_hides_no_living_one", |_| {
        let mut machine = Machine::new(PATIENT);
        add_address("2001:db8::2/128");
        let way = machine.way(([127, 0, 0, 2], 0));
        let dead: Ipv6Addr = "2001:db8::2".parse().unwrap();
        let _dead = unanswering((dead, way.port).into());
        let both = vec![dead.into(), "127.0.0.2".parse().unwrap()];
        machine.names.set(NAME, Answer::Addresses(both));
        assert!(!is_being_tried(way.port));
        let home = machine.home(&format!("mqtt://{NAME}:{}", way.port), &[]);
        let _daemon = home.start_ready();
        within(WAIT_TIMEOUT, "the dead one is tried", || {
            is_being_tried(way.port).then_some(())
        });
        until_logged(&home, CONNECTED, 1);
        machine.until_flowing();
        assert_eq!(lines(&home, LOSS).len(), 0, "{}", home.log());
    });
}

#[test]
fn an_address_of_an_interface_is_reached_and_a_missing_interface_is_named() {
    on_stage(
        "addresses::an_address_of_an_interface_is_reached_and_a_missing_interface_is_named",
        |_| {
            let mut machine = Machine::new(PATIENT);
            add_address("fe80::1/64");
            let address = "fe80::1".parse().unwrap();
            let way = machine.way(SocketAddrV6::new(address, 0, 0, LOOPBACK));
            let nowhere = meter("remote", Path::new("tcp://[fe80::2%nowhere0]:1"));
            let url = format!("MQTT://[FE80::1%25lo]:{}", way.port);
            let home = machine.home(&url, &[nowhere]);
            let _daemon = home.start_ready();
            until_logged(&home, &format!("{CONNECTED}[fe80::1%lo]:{}", way.port), 1);
            machine.until_flowing();
            machine.until_link_has("remote", "Is there a network interface nowhere0?");
        },
    );
}
