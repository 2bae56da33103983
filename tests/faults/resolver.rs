//! The resolver is slow, silent or wrong: the daemon goes on, the cause is named, and the session comes as soon as it can.
//!
//! What is asked is the resolver of the system (getaddrinfo), and what it asks is a name server of the test's own.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use super::flow::is_complete;
use super::named::{Machine, NAME, PATIENT, lines, until_logged};
use super::support::daemon::{WAIT_TIMEOUT, meter, within};
use super::support::line::Wired;
use super::support::name_server::Answer;
use super::support::stage::on_stage;
use super::systemd::{Watch, watchdog_of_the_unit};

const LOSS: &str = "no session with";
const CONNECTED: &str = "connected to mqtt://";
const USED_AGAIN: &str = "the addresses of the last look-up are used";
const LATE: &str = "the look-up of broker.example had no answer";

/// The signs of life that are awaited while a fault lasts.
const SIGNS: usize = 3;

#[test]
fn an_answer_that_is_too_late_serves_the_next_attempt() {
    on_stage(
        "resolver::an_answer_that_is_too_late_serves_the_next_attempt",
        |_| {
            let mut machine = Machine::new(PATIENT);
            let way = machine.way(([127, 0, 0, 2], 0));
            machine.names.set_address(NAME, "127.0.0.2");
            machine.names.hold();
            // Capitals are allowed in both.
            let home = machine.home(&format!("MQTT://Broker.Example:{}", way.port), &[]);
            let mut daemon = home.start_ready();
            daemon.until_notice("STATUS=main: receiving");
            until_logged(&home, LATE, 1);
            // The resolver itself has not given up.
            machine.names.delay(Duration::ZERO);
            until_logged(&home, CONNECTED, 1);
            assert_eq!(machine.names.asked(NAME), 1, "{}", home.log());
            assert_eq!(lines(&home, LOSS).len(), 1, "{}", home.log());
            machine.until_flowing();
        },
    );
}

#[test]
fn a_resolver_without_an_answer_holds_nothing_up_and_is_named() {
    on_stage(
        "resolver::a_resolver_without_an_answer_holds_nothing_up_and_is_named",
        |_| {
            // The resolver gives up after the daemon does, between two attempts.
            let mut machine = Machine::new("timeout:12 attempts:1");
            let way = machine.way(([127, 0, 0, 2], 0));
            machine.names.set(NAME, Answer::Silence);
            machine.names.set("meter.example", Answer::Silence);
            let server = Path::new("tcp://meter.example:1");
            let url = format!("mqtt://{NAME}:{}", way.port);
            let home = machine.home(&url, &[meter("remote", server)]);
            let mut daemon = home.start_ready();
            daemon.until_notice("STATUS=main: receiving");
            until_logged(&home, LATE, 1);
            machine.until_cause_is("name_unknown");
            machine.until_link_has("remote", "the look-up of meter.example had no answer");
            let mut watch = Watch::over(&mut daemon, watchdog_of_the_unit());
            for _ in 0..SIGNS {
                watch.until_alive();
                machine.until_flowing_on_bus();
            }
            let page = machine.status(&home);
            assert!(
                page.contains("no address was found for this name"),
                "{page}"
            );
            let page = machine.doctor(&home);
            assert!(page.contains(LATE), "{page}");
            machine.names.set_address(NAME, "127.0.0.2");
            until_logged(&home, CONNECTED, 1);
            machine.until_cause_is("none");
            // One cause, one line: that the resolver gave up in the end is no other.
            assert_eq!(lines(&home, LOSS).len(), 1, "{}", home.log());
            machine.until_flowing();
        },
    );
}

#[test]
fn a_resolver_that_falls_silent_takes_no_address_away() {
    on_stage(
        "resolver::a_resolver_that_falls_silent_takes_no_address_away",
        |_| {
            let mut machine = Machine::new(PATIENT);
            let way = machine.way(([127, 0, 0, 2], 0));
            machine.names.set_address(NAME, "127.0.0.2");
            let home = machine.home(&format!("mqtt://{NAME}:{}", way.port), &[]);
            let _daemon = home.start_ready();
            let from = machine.until_flowing();
            // Silence last: its look-up would be the one that the next attempt waits for.
            for (round, answer) in [Answer::Failure, Answer::NoSuchName, Answer::Silence]
                .into_iter()
                .enumerate()
            {
                machine.names.set(NAME, answer);
                way.cut();
                until_logged(&home, LOSS, round + 1);
                way.mend();
                until_logged(&home, CONNECTED, round + 2);
                assert!(lines(&home, USED_AGAIN).len() > round, "{}", home.log());
                assert!(machine.names.asked(NAME) > 0, "{}", home.log());
                machine.until_flowing();
            }
            is_complete(&mut machine.record, from, "main");
        },
    );
}

#[test]
fn what_the_name_server_answers_is_named_once_each() {
    on_stage(
        "resolver::what_the_name_server_answers_is_named_once_each",
        |_| {
            let mut machine = Machine::new("timeout:1 attempts:1");
            let way = machine.way(([127, 0, 0, 2], 0));
            let home = machine.home(&format!("mqtt://{NAME}:{}", way.port), &[]);
            let _daemon = home.start_ready();
            let cases = [
                (Answer::NoSuchName, "Name or service not known"),
                (Answer::Failure, "Temporary failure in name resolution"),
                (
                    Answer::Addresses(Vec::new()),
                    "No address associated with hostname",
                ),
            ];
            for (answer, words) in cases.clone() {
                machine.names.set(NAME, answer);
                until_logged(&home, words, 1);
                machine.until_cause_is("name_unknown");
                let page = machine.doctor(&home);
                assert!(page.contains(words), "{page}");
            }
            machine.names.set_address(NAME, "127.0.0.2");
            until_logged(&home, CONNECTED, 1);
            machine.until_flowing();
            for (_, words) in cases {
                assert_eq!(lines(&home, words).len(), 1, "{}", home.log());
            }
        },
    );
}

#[test]
fn a_name_in_local_has_its_own_advice_and_is_found_later() {
    on_stage(
        "resolver::a_name_in_local_has_its_own_advice_and_is_found_later",
        |_| {
            let machine = Machine::new(PATIENT);
            let server = TcpListener::bind("127.0.0.4:0").unwrap();
            let port = server.local_addr().unwrap().port();
            let device = format!("TCP://Meter.local:{port}");
            let broker = format!("mqtt://broker.local:{port}");
            let home = machine.home(&broker, &[meter("remote", Path::new(&device))]);
            let _daemon = home.start_ready();
            until_logged(&home, "the look-up of broker.local failed", 1);
            let named = lines(&home, LOSS);
            assert!(named[0].contains("the package libnss-mdns"), "{named:?}");
            machine.until_link_has("remote", "the package libnss-mdns");
            machine.names.set_address("meter.local", "127.0.0.4");
            let (mut line, _) = server.accept().unwrap();
            let mut wired = Wired::usual();
            wired.send_four(&mut line);
            within(WAIT_TIMEOUT, "the meter behind the name", || {
                (machine.of_meter("remote", "Link")? == "receiving").then_some(())
            });
        },
    );
}
