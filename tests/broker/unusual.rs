//! What strangers saw brokers do with other programs: unasked for, or against the specification.

use linky_sensor::config::{MqttSettings, Qos};
use linky_sensor::sink::BrokerState;

use super::support::broker::{Broker, Subscriber};
use super::support::daemon::WAIT_TIMEOUT;
use super::support::scripted_broker::{Reaction, ScriptedBroker, Seen};
use super::support::sink::{Sink, settings};
use super::{BRIDGE, DISCOVERY, STATE, await_detail};

const HOME_ASSISTANT: &str = "homeassistant/status";
const HISTORY: &str = "linky/main/history";

/// Frames until the meter is announced.
fn settle(sink: &mut Sink, subscriber: &Subscriber) {
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    for _ in 0..20 {
        let last = sink.frame();
        subscriber.until(|received| received.topic == STATE && received.json()["seq"] == last);
    }
}

/// Home Assistant starts, and is given everything in the same session.
fn is_announced_again(subscriber: &Subscriber) {
    subscriber.publish(HOME_ASSISTANT, "online", false);
    subscriber.until(|received| {
        assert_ne!((&*received.topic, &*received.payload), (BRIDGE, "offline"));
        received.topic == DISCOVERY
    });
}

#[test]
fn a_broker_that_raises_the_quality_of_service_goes_on_sending() {
    for qos in [Qos::AtLeastOnce, Qos::ExactlyOnce] {
        let rules = "allow_anonymous true\nupgrade_outgoing_qos true\nmax_inflight_messages 5\n";
        let broker = Broker::ruled(rules);
        let subscriber = Subscriber::at(&broker);
        let mut sink = Sink::start(&MqttSettings {
            qos,
            ..settings(broker.port)
        });
        settle(&mut sink, &subscriber);
        subscriber.rest();
        is_announced_again(&subscriber);
    }
}

#[test]
fn a_huge_message_on_a_topic_that_is_read_ends_no_session() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let huge = "x".repeat(400_000);
    subscriber.publish(HOME_ASSISTANT, &huge, true);
    let mut sink = Sink::start(&settings(broker.port));
    settle(&mut sink, &subscriber);
    subscriber.publish(HOME_ASSISTANT, &huge, false);
    subscriber.until(|received| received.payload.len() == huge.len() && !received.retained);
    subscriber.rest();
    is_announced_again(&subscriber);
}

/// CONNACK of MQTT 5 without a limit.
fn accept(seen: &Seen) -> Option<Reaction> {
    matches!(seen, Seen::Connect(_)).then(|| Reaction::Accept(Vec::new()))
}

#[test]
fn what_a_broker_has_no_room_for_comes_later() {
    let takes = |seen: &Seen| accept(seen).unwrap_or(Reaction::Take);
    let broker = ScriptedBroker::new(takes);
    let mut sink = Sink::start(&settings(broker.port));
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    sink.frame();
    broker.publish(STATE);
    broker.react(|seen| accept(seen).unwrap_or(Reaction::Refuse(0x97)));
    let refused = sink.frame();
    await_detail(&sink, &["limit", "interval"]);
    assert_eq!(sink.health.broker(), BrokerState::Connected);
    broker.react(takes);
    assert!(refused > 0);
    broker.publish(HISTORY);
    assert_eq!(sink.dropped(), 0);
}

#[test]
fn limits_that_the_specification_forbids_are_read_with_sense() {
    // Server Keep Alive 0, Receive Maximum 0, Maximum QoS 2, and two user properties.
    let limits = b"\x13\0\0\x21\0\0\x24\x02\x26\0\x01a\0\x01b\x26\0\x01a\0\x01c".to_vec();
    let broker = ScriptedBroker::new(move |seen| match seen {
        Seen::Connect(_) => Reaction::Accept(limits.clone()),
        Seen::Publish(_) => Reaction::Take,
    });
    let mut sink = Sink::start(&settings(broker.port));
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    for _ in 0..10 {
        sink.frame();
        broker.publish(STATE);
    }
    assert_eq!(sink.health.broker(), BrokerState::Connected);
}
