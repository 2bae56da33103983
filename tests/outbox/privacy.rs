//! States that were stored while identifiers were allowed, and are delivered when they are not any more.

use std::collections::BTreeSet;

use linky_sensor::config::MqttSettings;
use linky_sensor::config::Teleinfo2mqttCompatible;
use linky_sensor::sink::BrokerState;
use linky_sensor::tic::Mode;

use crate::outage::REPLAY_TIMEOUT;
use crate::support::broker::{Broker, Subscriber};
use crate::support::daemon::{WAIT_TIMEOUT, within};
use crate::support::sink::{Sink, settings};

const ADDRESS: &str = "041776199277";
const PRM: &str = "12345678901234";
const HISTORY: &str = "linky/main/history";

#[test]
fn what_was_stored_with_identifiers_leaves_without_them_and_is_not_lost() {
    let mut broker = Broker::start();
    let directory = tempfile::tempdir().unwrap();
    let allowed = MqttSettings {
        teleinfo2mqtt_compatible: Some(Teleinfo2mqttCompatible::default()),
        ..settings(broker.port)
    };
    let mut sink = Sink::with_history(&allowed, directory.path(), "b1");
    let groups = [
        ("ADSC", ADDRESS),
        ("EAST", "000012345"),
        ("NTARF", "01"),
        ("PRM", PRM),
    ];
    let subscriber = Subscriber::at(&broker);
    for _ in 0..4 {
        sink.groups(Mode::Standard, &groups);
    }
    let is_complete = |payload: &str| payload.contains(ADDRESS) && payload.contains(PRM);
    subscriber.until(|it| it.topic == "linky/main/state" && is_complete(&it.payload));
    drop(subscriber);
    broker.stop();
    sink.await_state(BrokerState::Disconnected, WAIT_TIMEOUT);
    for _ in 0..5 {
        sink.groups(Mode::Standard, &groups);
    }
    within(WAIT_TIMEOUT, "they are stored", || {
        (sink.pending() >= 5).then_some(())
    });
    sink.stop();
    let stored = sink.pending();
    drop(sink);
    broker.start_again();
    let subscriber = Subscriber::at(&broker);
    let mut sink = Sink::with_history(&settings(broker.port), directory.path(), "b2");
    sink.frame();
    let mut seqs = BTreeSet::new();
    within(REPLAY_TIMEOUT, "all are delivered", || {
        for it in subscriber.rest() {
            let is_ours = !it.topic.starts_with("homeassistant/") && !it.retained;
            assert!(
                !is_ours || !(it.payload.contains(ADDRESS) || it.payload.contains(PRM)),
                "{it:?}"
            );
            if it.topic == HISTORY && it.json()["boot"] == "b1" {
                seqs.insert(it.json()["seq"].as_u64());
            }
        }
        (seqs.len() as u64 >= stored).then_some(())
    });
}
