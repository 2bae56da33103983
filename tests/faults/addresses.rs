//! A name has several addresses, another than before, or one that only an interface makes whole.

use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::flow::is_complete;
use super::named::{Machine, NAME, PATIENT, lines, until_logged};
use super::support::broker::Broker;
use super::support::certificates::Authority;
use super::support::daemon::{Home, WAIT_TIMEOUT, meter, within};
use super::support::line::Wired;
use super::support::name_server::Answer;
use super::support::proxy::Proxy;
use super::support::scripted_broker::{Reaction, ScriptedBroker, Seen, refuse};
use super::support::stage::on_stage;

const LOSS: &str = "no session with";
const CONNECTED: &str = "connected to mqtt://";

/// The loopback is the first interface of a machine.
const LOOPBACK: u32 = 1;

/// Gives the loopback one more address, and waits until connections arrive there: the kernel lets programs bind it before it
/// has all the routes.
fn add_address(address: Ipv6Addr, prefix: u8) {
    let added = Command::new("ip")
        .args(["-6", "address", "add", &format!("{address}/{prefix}")])
        .args(["dev", "lo", "nodad"])
        .status()
        .expect("ip is not there: install the package iproute2");
    assert!(added.success(), "{address}: {added}");
    let scope = if address.is_unicast_link_local() {
        LOOPBACK
    } else {
        0
    };
    within(WAIT_TIMEOUT, "a way to the address", || {
        let server = TcpListener::bind(SocketAddrV6::new(address, 0, 0, scope)).ok()?;
        let there = server.local_addr().ok()?;
        TcpStream::connect_timeout(&there, Duration::from_millis(200)).ok()
    });
}

/// The address that is tried first: IPv6 goes before IPv4.
const FIRST: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);

/// Adds this address, and gives the name it and another one.
fn name_two(machine: &Machine, name: &str, second: &str) {
    add_address(FIRST, 128);
    let second: IpAddr = second.parse().unwrap();
    let both = vec![FIRST.into(), second];
    machine.names.set(name, Answer::Addresses(both));
}

/// A server at the first address that takes connections, and never reads or writes.
fn silent(port: u16) -> TcpListener {
    TcpListener::bind((FIRST, port)).unwrap()
}

/// The next connection.
fn accepted(server: &TcpListener) -> TcpStream {
    server.set_nonblocking(true).unwrap();
    within(WAIT_TIMEOUT, "a connection", || {
        Some(server.accept().ok()?.0)
    })
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
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
        queued.push(stream);
    }
    assert!(!queued.is_empty(), "no connection arrives at {address}");
    drop(inside);
    (runtime, listener, queued)
}

/// How many attempts to connect the kernel has dropped in this test's name space because a queue was full. A busy machine
/// would miss the attempt itself, which is over in a quarter of a second.
fn dropped_by_full_queues() -> u64 {
    let counters = fs::read_to_string("/proc/thread-self/net/netstat").unwrap();
    let mut lines = counters.lines().filter(|line| line.starts_with("TcpExt: "));
    let (names, counts) = (lines.next().unwrap(), lines.next().unwrap());
    let mut columns = names.split(' ').zip(counts.split(' '));
    let (_, count) = columns.find(|(name, _)| *name == "ListenDrops").unwrap();
    count.parse().unwrap()
}

/// A session by one address of the broker; then `moves` cuts this way and opens another one, and nothing is lost.
fn move_the_broker(options: &str, moves: impl FnOnce(&Machine, &Home, Proxy) -> Proxy) {
    let mut machine = Machine::new(options);
    let old = machine.way(([127, 0, 0, 2], 0));
    machine.names.set_address(NAME, "127.0.0.2");
    let home = machine.home(&format!("mqtt://{NAME}:{}", old.port), &[]);
    let _daemon = home.start_ready();
    let from = machine.until_flowing();
    let _new = moves(&machine, &home, old);
    until_logged(&home, CONNECTED, 2);
    machine.until_flowing();
    is_complete(&mut machine.record, from, "main");
}

#[test]
fn a_broker_that_moves_is_followed_with_the_next_attempt() {
    on_stage(
        "addresses::a_broker_that_moves_is_followed_with_the_next_attempt",
        |_| {
            move_the_broker(PATIENT, |machine, home, old| {
                let port = old.port;
                drop(old);
                until_logged(home, &format!("127.0.0.2:{port}: Connection refused"), 1);
                let new = machine.way(([127, 0, 0, 3], port));
                machine.names.set_address(NAME, "127.0.0.3");
                until_logged(home, CONNECTED, 2);
                assert_eq!(machine.names.asked(NAME), 1, "{}", home.log());
                new
            });
        },
    );
}

#[test]
fn a_broker_that_moves_while_the_resolver_is_silent_is_found_when_it_answers() {
    on_stage(
        "addresses::a_broker_that_moves_while_the_resolver_is_silent_is_found_when_it_answers",
        |_| {
            move_the_broker("timeout:1 attempts:1", |machine, home, old| {
                let port = old.port;
                machine.names.set(NAME, Answer::Silence);
                drop(old);
                let new = machine.way(([127, 0, 0, 3], port));
                // What is tried is old, and the journal has why.
                let stale = format!("(from an earlier look-up; now the look-up of {NAME} ");
                until_logged(home, &stale, 1);
                let refused = format!("127.0.0.2:{port}: Connection refused");
                assert!(lines(home, &stale)[0].contains(&refused), "{}", home.log());
                machine.names.set_address(NAME, "127.0.0.3");
                new
            });
        },
    );
}

#[test]
fn a_dead_address_hides_no_living_one() {
    on_stage("addresses::a_dead_address_hides_no_living_one", |_| {
        let mut machine = Machine::new(PATIENT);
        let way = machine.way(([127, 0, 0, 2], 0));
        name_two(&machine, NAME, "127.0.0.2");
        let _dead = unanswering((FIRST, way.port).into());
        let dropped = dropped_by_full_queues();
        let home = machine.home(&format!("mqtt://{NAME}:{}", way.port), &[]);
        let _daemon = home.start_ready();
        within(WAIT_TIMEOUT, "the dead one is tried", || {
            (dropped_by_full_queues() > dropped).then_some(())
        });
        until_logged(&home, CONNECTED, 1);
        machine.until_flowing();
        assert_eq!(lines(&home, LOSS).len(), 0, "{}", home.log());
    });
}

#[test]
fn a_silent_address_hides_no_living_one_for_long() {
    on_stage(
        "addresses::a_silent_address_hides_no_living_one_for_long",
        |_| {
            let mut machine = Machine::new(PATIENT);
            let way = machine.way(([127, 0, 0, 2], 0));
            name_two(&machine, NAME, "127.0.0.2");
            let _silent = silent(way.port);
            let home = machine.home(&format!("mqtt://{NAME}:{}", way.port), &[]);
            // It tries both in one run.
            let (page, url) = (machine.doctor(&home), format!("{NAME}:{}", way.port));
            assert!(page.contains(&format!("{url} answers")), "{page}");
            let _daemon = home.start_ready();
            until_logged(&home, CONNECTED, 1);
            let named = lines(&home, LOSS);
            let silence = format!("[{FIRST}]:{}: no answer to CONNECT", way.port);
            assert!(named.len() == 1 && named[0].contains(&silence), "{named:?}");
            machine.until_flowing();
        },
    );
}

#[test]
fn an_address_that_closes_or_refuses_tls_by_silence_is_tried_last() {
    on_stage(
        "addresses::an_address_that_closes_or_refuses_tls_by_silence_is_tried_last",
        |_| {
            let machine = Machine::new(PATIENT);
            let living = machine.way(([127, 0, 0, 2], 0));
            let port = living.port;
            name_two(&machine, NAME, "127.0.0.2");
            let closing = machine.way((FIRST, port));
            closing.cut();
            {
                let home = machine.home(&format!("mqtt://{NAME}:{port}"), &[]);
                let _daemon = home.start_ready();
                until_logged(&home, CONNECTED, 1);
                let named = lines(
                    &home,
                    &format!("{LOSS} mqtt://{NAME}:{port}: at [{FIRST}]:"),
                );
                assert_eq!(named.len(), 1, "{}", home.log());
            }
            // The second attempt arrives at the other address.
            let other = TcpListener::bind("127.0.0.2:0").unwrap();
            let port = other.local_addr().unwrap().port();
            let _silent = silent(port);
            let home = machine.home(&format!("mqtts://{NAME}:{port}"), &[]);
            let _daemon = home.start_ready();
            accepted(&other);
            let silence = format!("[{FIRST}]:{port}: no answer to the handshake of TLS");
            until_logged(&home, &silence, 1);
        },
    );
}

#[test]
fn an_address_whose_broker_closes_for_one_offer_and_takes_another_is_kept() {
    on_stage(
        "addresses::an_address_whose_broker_closes_for_one_offer_and_takes_another_is_kept",
        |_| {
            let machine = Machine::new(PATIENT);
            let older = ScriptedBroker::new(|seen| match seen {
                Seen::Connect(connect) if connect.level == 5 => Reaction::Close,
                _ => Reaction::Take,
            });
            let way = Proxy::at(([127, 0, 0, 2], 0).into(), older.port);
            name_two(&machine, NAME, "127.0.0.2");
            let silent = silent(way.port);
            let home = machine.home(&format!("mqtt://{NAME}:{}", way.port), &[]);
            let _daemon = home.start_ready();
            until_logged(&home, CONNECTED, 1);
            silent.set_nonblocking(true).unwrap();
            assert!(silent.accept().is_ok(), "it is tried first");
            assert!(silent.accept().is_err(), "it is tried once");
        },
    );
}

#[test]
fn an_address_whose_broker_refuses_is_not_left() {
    on_stage(
        "addresses::an_address_whose_broker_refuses_is_not_left",
        |_| {
            const BAD_CREDENTIALS: u8 = 4;
            let machine = Machine::new(PATIENT);
            let way = machine.way(([127, 0, 0, 2], 0));
            let refusing = ScriptedBroker::new(|_| refuse(BAD_CREDENTIALS));
            name_two(&machine, NAME, "127.0.0.2");
            drop(silent(way.port));
            let _to_it = Proxy::at((FIRST, way.port).into(), refusing.port);
            let home = machine.home(&format!("mqtt://{NAME}:{}", way.port), &[]);
            let _daemon = home.start_ready();
            machine.until_cause_is("bad_credentials");
            // Two offers of the first attempt, then one of the second.
            let levels = [(); 3].map(|()| refusing.connect().level);
            assert_eq!(levels, [5, 4, 4]);
            assert_eq!(lines(&home, CONNECTED).len(), 0, "{}", home.log());
            assert_eq!(lines(&home, LOSS).len(), 1, "{}", home.log());
        },
    );
}

#[test]
fn the_doctor_reports_the_address_that_answers_before_one_without_tls() {
    on_stage(
        "addresses::the_doctor_reports_the_address_that_answers_before_one_without_tls",
        |_| {
            let machine = Machine::new(PATIENT);
            let authority = Authority::new();
            let shown = authority.sign("server", &format!("DNS:{NAME}"));
            let broker = Broker::ruled(&format!(
                "allow_anonymous false\ncertfile {}\nkeyfile {}\n",
                shown.certificate.display(),
                shown.key.display()
            ));
            name_two(&machine, NAME, "127.0.0.1");
            let plain = silent(broker.port);
            thread::spawn(move || {
                let mut open = Vec::new();
                for mut client in plain.incoming().flatten() {
                    client.write_all(b"220 this is something else\r\n").unwrap();
                    open.push(client);
                }
            });
            let ca = authority.certificate();
            let (url, ca) = (format!("mqtts://{NAME}:{}", broker.port), ca.display());
            let home = machine.home(&format!("{url}\"\nca-file = \"{ca}"), &[]);
            let page = machine.doctor(&home);
            assert!(page.contains("answers, and wants a user name"), "{page}");
        },
    );
}

#[test]
fn a_meter_whose_name_has_a_silent_address_is_read_from_the_other() {
    on_stage(
        "addresses::a_meter_whose_name_has_a_silent_address_is_read_from_the_other",
        |_| {
            const METER: &str = "meter.example";
            let machine = Machine::new(PATIENT);
            let living = TcpListener::bind("127.0.0.4:0").unwrap();
            let port = living.local_addr().unwrap().port();
            name_two(&machine, METER, "127.0.0.4");
            let silent = silent(port);
            let device = format!("tcp://{METER}:{port}");
            let remote = meter("remote", Path::new(&device));
            let home = machine.home("mqtt://127.0.0.1:1", &[remote]);
            let _daemon = home.start_ready();
            let _taken = accepted(&silent);
            machine.until_link_has("remote", "no byte");
            let mut line = accepted(&living);
            let mut wired = Wired::usual();
            within(WAIT_TIMEOUT, "the meter at the other address", || {
                wired.send(&mut line);
                (machine.of_meter("remote", "Link")? == "receiving").then_some(())
            });
            // It closes: the server that was good is connected to again.
            drop(line);
            drop(accepted(&living));
            // Now it closed before anything good came.
            accepted(&silent);
            until_logged(&home, &format!("(127.0.0.4:{port}): the server closed"), 1);
        },
    );
}

#[test]
fn an_address_of_an_interface_is_reached_and_a_missing_interface_is_named() {
    on_stage(
        "addresses::an_address_of_an_interface_is_reached_and_a_missing_interface_is_named",
        |_| {
            let mut machine = Machine::new(PATIENT);
            let address = "fe80::1".parse().unwrap();
            add_address(address, 64);
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
