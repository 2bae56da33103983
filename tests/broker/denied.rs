//! Brokers whose rules throw messages away: nothing counts as delivered that is not proven to arrive.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::sink::BrokerState;
use nix::sys::signal::Signal;

use super::support::broker::{Broker, Subscriber};
use super::support::daemon::WAIT_TIMEOUT;
use super::support::scripted_broker::{Reaction, ScriptedBroker, Seen, refuse_version_5};
use super::support::sink::{Sink, settings};
use super::{BRIDGE, STATE, await_detail};

const HISTORY: &str = "linky/main/history";

/// Waits until the store has counted so many records.
fn await_pending(sink: &Sink, count: u64) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while sink.pending() < count {
        assert!(Instant::now() < deadline, "{} are kept", sink.pending());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn rules_that_deny_our_topics_are_named_and_nothing_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let rules = directory.path().join("acl");
    let allowed = "topic readwrite #\n";
    fs::write(&rules, "topic readwrite sensors/#\ntopic read #\n").unwrap();
    let broker = Broker::ruled(&format!(
        "allow_anonymous true\nacl_file {}\n",
        rules.display()
    ));
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&settings(broker.port));
    sink.await_state(BrokerState::Refused, WAIT_TIMEOUT);
    await_detail(&sink, &["ACL", "linky/#"]);
    let denied: Vec<u64> = (0..3).map(|_| sink.frame()).collect();
    await_pending(&sink, 3);
    assert!(subscriber.rest().is_empty());
    fs::write(&rules, allowed).unwrap();
    broker.signal(Signal::SIGHUP);
    sink.await_state(BrokerState::Connected, 2 * WAIT_TIMEOUT);
    for seq in denied {
        subscriber.until(|received| received.topic == HISTORY && received.json()["seq"] == seq);
    }
    assert_eq!(sink.dropped(), 0);
}

#[test]
fn an_acknowledgement_of_what_is_thrown_away_is_no_delivery() {
    let broker = ScriptedBroker::new(|seen| {
        refuse_version_5(seen).unwrap_or(match seen {
            Seen::Publish(_) => Reaction::ThrowAway,
            Seen::Connect(_) => Reaction::Take,
        })
    });
    let mut sink = Sink::start(&settings(broker.port));
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let thrown_away: Vec<u64> = (0..3).map(|_| sink.frame()).collect();
    sink.await_state(BrokerState::Refused, WAIT_TIMEOUT);
    await_detail(&sink, &["ACL", BRIDGE]);
    sink.frame();
    broker.publish(STATE);
    await_pending(&sink, thrown_away.len() as u64);
    broker.react(|seen| refuse_version_5(seen).unwrap_or(Reaction::Take));
    sink.await_state(BrokerState::Connected, 2 * WAIT_TIMEOUT);
    broker.publish(HISTORY);
}
