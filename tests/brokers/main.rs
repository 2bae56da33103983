//! The daemon with brokers that others wrote, from a registry. `scripts/test-brokers` installs and runs them; what came of
//! it is in docs/record/brokers.md.
//!
//! | broker | MQTT |
//! |---|---|
//! | rumqttd (in iotcore, PyPI), Rust | 5 |
//! | rumqttd, its listener of the older version | 3.1.1 |
//! | amqtt (PyPI), Python | 3.1.1 |
//!
//! With each quality of service: the session, states, discovery, what is retained, a restart of the broker that has forgotten
//! all, what was missed, the last will.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::PathBuf;

use linky_sensor::simulator::Scenario;

use support::broker::{Broker, Received, Subscriber, free_port};
use support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use support::line::Playing;
use support::proxy::Proxy;

const STATE: &str = "linky/main/state";
const HISTORY: &str = "linky/main/history";
const AVAILABILITY: &str = "linky/main/availability";
const BRIDGE: &str = "linky/bridge/test/availability";
const DISCOVERY: &str = "homeassistant/device/linky_main/config";

/// A broker, and the port for subscribers of MQTT 3.1.1.
struct Installed {
    broker: Broker,
    subscriber_port: u16,
}

/// Where `scripts/test-brokers` installs.
fn installed(file: &str) -> String {
    let directory = env::var_os("BROKERS").expect("run it by scripts/test-brokers");
    let path = PathBuf::from(directory).join(file);
    path.to_str().unwrap().to_owned()
}

fn amqtt() -> Installed {
    let (port, directory) = (free_port(), tempfile::tempdir().unwrap());
    let rules = format!(
        "listeners:\n  default:\n    type: tcp\n    bind: 127.0.0.1:{port}\nplugins:\n  \
         amqtt.plugins.authentication.AnonymousAuthPlugin:\n    allow_anonymous: true\n"
    );
    let file = directory.path().join("amqtt.yaml");
    fs::write(&file, rules).unwrap();
    let command = vec![
        installed("python/bin/amqtt"),
        "-c".to_owned(),
        file.to_str().unwrap().to_owned(),
    ];
    Installed {
        broker: Broker::other(port, directory, command),
        subscriber_port: port,
    }
}

/// With a listener for each version.
fn rumqttd(is_v5: bool) -> Installed {
    let (older, newer, directory) = (free_port(), free_port(), tempfile::tempdir().unwrap());
    let mut rules =
        "id = 0\n[router]\nid = 0\nmax_connections = 20\nmax_outgoing_packet_count = 200\n\
                     max_segment_size = 104857600\nmax_segment_count = 10\n"
            .to_owned();
    for (version, port) in [("v4", older), ("v5", newer)] {
        rules.push_str(&format!(
            "[{version}.1]\nname = \"{version}\"\nlisten = \"127.0.0.1:{port}\"\nnext_connection_delay_ms = 1\n\
             [{version}.1.connections]\nconnection_timeout_ms = 5000\nmax_payload_size = 1048576\n\
             max_inflight_count = 100\n"
        ));
    }
    let file = directory.path().join("rumqttd.toml");
    fs::write(&file, rules).unwrap();
    let command = [
        &*installed("python/bin/python"),
        "-m",
        "iotcore",
        "--config",
        file.to_str().unwrap(),
    ];
    let command = command.map(str::to_owned).to_vec();
    let port = if is_v5 { newer } else { older };
    Installed {
        broker: Broker::other(port, directory, command),
        subscriber_port: older,
    }
}

/// A state of the meter that receives: its number.
fn seq(received: &Received) -> Option<u64> {
    if ![STATE, HISTORY].contains(&&*received.topic) {
        return None;
    }
    received.json()["seq"].as_u64()
}

/// Waits until a subscriber has received all of these, retained or not.
fn await_all(subscriber: &Subscriber, retained: bool) {
    let mut missing = vec![
        (STATE, "\"link\":\"receiving\""),
        (AVAILABILITY, "online"),
        (BRIDGE, "online"),
        (DISCOVERY, "\"energy\""),
    ];
    while !missing.is_empty() {
        let received = subscriber.until(|received| {
            missing.iter().any(|(topic, part)| {
                let is_it = received.topic == *topic && received.payload.contains(part);
                is_it && (!retained || received.retained)
            })
        });
        missing.retain(|(topic, _)| received.topic != *topic);
    }
}

/// The whole life of a session with each quality of service.
fn lives_with(start: impl Fn() -> Installed) {
    for qos in 0..=2 {
        println!("QoS {qos}");
        let Installed {
            mut broker,
            subscriber_port,
        } = start();
        let proxy = Proxy::to(broker.port, &[]);
        let directory = tempfile::tempdir().unwrap();
        let device = directory.path().join("linky");
        let _meter = Playing::on(&device, Scenario::default());
        let settings = config(&[meter("main", &device)], proxy.port);
        let home = Home::new(&format!("{settings}qos = {qos}\n"));
        let at_port = || Subscriber::on_port(subscriber_port, None);

        let subscriber = at_port();
        let daemon = home.start_ready();
        await_all(&subscriber, false);
        await_all(&at_port(), true);
        let newest = subscriber.rest().iter().filter_map(seq).max();
        let before = newest.unwrap_or_else(|| {
            subscriber.until(|received| seq(received).is_some()).json()["seq"]
                .as_u64()
                .unwrap()
        });

        proxy.cut();
        broker.stop();
        let history = home.state().join("history");
        if qos > 0 {
            within(WAIT_TIMEOUT, "missed states are kept", || {
                let files = fs::read_dir(&history).ok()?;
                let size = files
                    .flatten()
                    .filter_map(|file| Some(file.metadata().ok()?.len()));
                (size.sum::<u64>() > 8192).then_some(())
            });
        }
        broker.start_again();
        let subscriber = at_port();
        proxy.mend();
        await_all(&subscriber, false);
        await_all(&at_port(), true);
        if qos > 0 {
            let mut seen = BTreeSet::from([before]);
            let mut has_late = false;
            within(3 * WAIT_TIMEOUT, "what was missed", || {
                for received in subscriber.rest() {
                    has_late |= received.topic == HISTORY;
                    seen.extend(seq(&received).filter(|seq| *seq >= before));
                }
                let newest = *seen.last().unwrap();
                // The newest states are still on their way.
                let gaps = (before..newest.saturating_sub(100)).filter(|seq| !seen.contains(seq));
                (has_late && newest > before + 200 && gaps.count() == 0).then_some(())
            });
        }

        drop(daemon); // by SIGKILL
        subscriber.until(|received| received.topic == BRIDGE && received.payload == "offline");
        let log = home.log();
        assert!(!log.contains("panicked"), "{log}");
    }
}

#[test]
fn rumqttd_of_mqtt_5() {
    lives_with(|| rumqttd(true));
}

#[test]
fn rumqttd_of_mqtt_3() {
    lives_with(|| rumqttd(false));
}

#[test]
fn amqtt_of_mqtt_3() {
    lives_with(amqtt);
}
