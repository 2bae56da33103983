//! A mosquitto that takes less than it might, as MQTT 5 announces it.

use linky_sensor::config::{MqttSettings, Qos};
use linky_sensor::sink::BrokerState;

use super::support::broker::{Broker, Subscriber};
use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::sink::{Sink, settings};
use super::{AVAILABILITY, BRIDGE, DISCOVERY, STATE, await_detail};

fn broker(rule: &str) -> Broker {
    Broker::ruled(&format!("allow_anonymous true\n{rule}\n"))
}

/// States arrive, and the limit is named with these words; the settled meter has been announced by then.
fn states_arrive(broker: &Broker, settings: &MqttSettings, words: &[&str]) -> (Sink, Subscriber) {
    let subscriber = Subscriber::at(broker);
    let mut sink = Sink::start(settings);
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    let last = (0..6).map(|_| sink.frame()).last().unwrap();
    subscriber.until(|received| received.topic == STATE && received.json()["seq"] == last);
    await_detail(&sink, words);
    assert_eq!(sink.health.broker(), BrokerState::Connected);
    (sink, subscriber)
}

#[test]
fn a_broker_of_small_packets_gets_the_states_without_the_announcement() {
    let broker = broker("max_packet_size 6000");
    let words = ["6000", DISCOVERY, "max_packet_size"];
    let (sink, subscriber) = states_arrive(&broker, &settings(broker.port), &words);
    assert!(
        subscriber
            .rest()
            .iter()
            .all(|received| received.topic != DISCOVERY)
    );
    assert_eq!(sink.dropped(), 0);
}

#[test]
fn a_broker_that_keeps_nothing_gets_everything_unretained() {
    let broker = broker("retain_available false");
    let (_sink, subscriber) = states_arrive(&broker, &settings(broker.port), &["retain_available"]);
    drop(subscriber);
    let late = Subscriber::at(&broker);
    late.publish("test/end", "x", false);
    late.until(|received| {
        assert!(!received.retained, "{received:?}");
        received.topic == "test/end"
    });
}

#[test]
fn a_lower_quality_of_service_is_used_for_the_will_too() {
    for (highest, qos) in [
        (0, Qos::AtLeastOnce),
        (0, Qos::AtMostOnce),
        (1, Qos::ExactlyOnce),
    ] {
        let broker = broker(&format!("max_qos {highest}"));
        let settings = MqttSettings {
            qos,
            ..settings(broker.port)
        };
        let word = format!("qos = {highest}");
        let words = [&*word];
        let lowered = if qos == Qos::AtMostOnce {
            &words[..0]
        } else {
            &words[..]
        };
        let (_sink, subscriber) = states_arrive(&broker, &settings, lowered);
        drop(subscriber);
    }
}

#[test]
fn a_shorter_keep_alive_is_kept_to() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let broker = broker(&format!(
        "max_keepalive 10\nlog_dest file {}\nlog_type all",
        log.path().display()
    ));
    let words = ["keep-alive = \"10s\""];
    let (mut sink, subscriber) = states_arrive(&broker, &settings(broker.port), &words);
    // Nothing is published: the broker would end the session, were it not for these.
    within(WAIT_TIMEOUT, "two pings", || {
        let log = std::fs::read_to_string(log.path()).unwrap();
        (log.matches("Received PINGREQ from test").count() >= 2).then_some(())
    });
    let last = sink.frame();
    subscriber.until(|received| {
        assert_ne!((&*received.topic, &*received.payload), (BRIDGE, "offline"));
        received.topic == STATE && received.json()["seq"] == last
    });
    subscriber.rest();
    assert!(
        subscriber
            .next_within(std::time::Duration::ZERO)
            .is_none_or(|it| it.topic != AVAILABILITY)
    );
}

#[test]
fn few_messages_in_flight_cost_nothing() {
    let broker = broker("max_inflight_messages 1");
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::start(&settings(broker.port));
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    for _ in 0..40 {
        let last = sink.frame();
        subscriber.until(|received| received.topic == STATE && received.json()["seq"] == last);
    }
    assert_eq!(sink.dropped(), 0);
}
