//! How the broker is reached, and as whom: from the settings to the options of the client library.

use std::hash::{BuildHasher, RandomState};
use std::{fs, io};

use rumqttc::{LastWill, MqttOptions, QoS};

use crate::config::{BrokerUrl, MqttSettings, Qos, Secret};
use crate::names::topic;

/// A discovery message of a three-phase meter is some 30 kB. The library's own limit is 10 KiB, and ends the session.
const MAX_PACKET: usize = 256 * 1024;

/// Four times the window: a number is not taken again while one of the messages before it could still bear it.
const NUMBERS: u16 = 256;

/// The name of the unique id of the machine, machine-id(5).
const MACHINE_ID: &str = "/etc/machine-id";

/// The client id: as configured, else made from the machine id, else drawn.
pub fn client_id(settings: &MqttSettings) -> String {
    settings
        .client_id
        .clone()
        .unwrap_or_else(|| topic::default_client_id(&machine_id(fs::read_to_string(MACHINE_ID))))
}

fn machine_id(file: io::Result<String>) -> String {
    let is_fit = |id: &String| id.len() >= 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    file.ok()
        .map(|text| text.trim().to_owned())
        .filter(is_fit)
        .unwrap_or_else(|| format!("{:016x}", RandomState::new().hash_one(0)))
}

/// The quality of service, in the library's words.
pub fn quality(qos: Qos) -> QoS {
    match qos {
        Qos::AtMostOnce => QoS::AtMostOnce,
        Qos::AtLeastOnce => QoS::AtLeastOnce,
        Qos::ExactlyOnce => QoS::ExactlyOnce,
    }
}

/// Everything that a connection over TCP needs; see [`tls`](super::tls) for the rest. The topic `bridge` gets the last
/// will.
pub fn options(
    settings: &MqttSettings,
    client_id: &str,
    password: Option<&Secret>,
    bridge: &str,
) -> MqttOptions {
    let mut options = MqttOptions::new(client_id, host(&settings.url), settings.url.port);
    options
        .set_keep_alive(settings.keep_alive)
        .set_clean_session(true)
        .set_inflight(NUMBERS)
        .set_max_packet_size(MAX_PACKET, MAX_PACKET)
        .set_last_will(LastWill::new(
            bridge,
            topic::OFFLINE,
            QoS::AtLeastOnce,
            true,
        ));
    if let Some(user) = &settings.username {
        options.set_credentials(user, password.map_or("", Secret::expose));
    }
    options
}

/// The host as the library wants it. It joins host and port with a colon, so an IPv6 address needs its brackets; but
/// with TLS it also looks for this text in the certificate, where there are none, and the look-up does without.
fn host(url: &BrokerUrl) -> String {
    if url.host.contains(':') && !url.tls {
        format!("[{}]", url.host)
    } else {
        url.host.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> MqttSettings {
        MqttSettings {
            url: BrokerUrl::parse(url).unwrap(),
            ..MqttSettings::default()
        }
    }

    #[test]
    fn the_host_and_the_port_are_those_of_the_url() {
        for (url, host, port) in [
            ("mqtt://broker.example.org", "broker.example.org", 1883),
            ("mqtt://[2001:db8::1]:1884", "[2001:db8::1]", 1884),
            ("mqtts://[2001:db8::1]", "2001:db8::1", 8883),
        ] {
            let options = options(&settings(url), "a", None, "b");
            assert_eq!(options.broker_address(), (host.to_owned(), port));
        }
    }

    #[test]
    fn the_last_will_is_kept_by_the_broker() {
        let options = options(
            &MqttSettings::default(),
            "a",
            None,
            "linky/bridge/a/availability",
        );
        let will = options.last_will().unwrap();
        assert_eq!(will.topic, "linky/bridge/a/availability");
        assert_eq!(will.message, "offline");
        assert!(will.retain && will.qos == QoS::AtLeastOnce);
    }

    #[test]
    fn a_machine_without_an_id_draws_one() {
        let (one, two) = (
            machine_id(Err(io::ErrorKind::NotFound.into())),
            machine_id(Ok("uninitialized\n".to_owned())),
        );
        assert!(one.len() >= 8 && two.len() >= 8 && one != two);
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(machine_id(Ok(format!("{id}\n"))), id);
    }
}
