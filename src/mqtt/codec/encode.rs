//! From packets to bytes, by the packets of the client library.
//!
//! Its writers fail only for a packet of more than 256 MB, which nothing here makes: their results are dropped.

use bytes::{Bytes, BytesMut};
use rumqttc::mqttbytes as old;
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes as new;
use rumqttc::v5::mqttbytes::v5;

use super::ProtocolVersion;
use super::decode::PublishAnswer;
use crate::config::Qos;

/// CONNECT (3.1). The session is always a clean one. There are no properties: a broker that takes MQTT 5 for MQTT 3.1.1 then
/// finds a packet that it can read, and answers.
#[derive(Clone, Copy)]
pub struct ConnectPacket<'a> {
    pub client_id: &'a str,
    /// In seconds.
    pub keep_alive: u16,
    pub last_will: Option<LastWill<'a>>,
    pub username: Option<&'a str>,
    pub password: Option<&'a str>,
}

/// The message that the broker publishes when the session is lost (3.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastWill<'a> {
    pub topic: &'a str,
    pub payload: &'a str,
    pub qos: Qos,
    pub retain: bool,
}

/// PUBLISH (3.3). Cloning it copies no payload.
#[derive(Clone)]
pub struct PublishPacket<'a> {
    pub topic: &'a str,
    pub payload: Bytes,
    pub qos: Qos,
    pub retain: bool,
    /// Written unless `qos` is 0.
    pub packet_id: u16,
}

/// A topic to subscribe to (3.8.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicFilter {
    /// The topic, or a filter of topics.
    pub topic: String,
    /// The broker leaves out what this client publishes there. Only MQTT 5 has that.
    pub no_local: bool,
}

impl TopicFilter {
    /// With all that is published there.
    pub fn new(topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            no_local: false,
        }
    }

    /// With what others publish there, where the version has that.
    pub fn of_others(topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            no_local: true,
        }
    }
}

/// Writes packets of one version.
#[derive(Clone, Copy, Debug)]
pub struct Encoder(pub ProtocolVersion);

impl Encoder {
    /// Writes CONNECT: the first packet of a connection, into an empty buffer.
    pub fn connect(self, connect: &ConnectPacket<'_>, out: &mut BytesMut) {
        let user = connect.username.unwrap_or_default();
        let password = connect.password.unwrap_or_default();
        match self.0 {
            ProtocolVersion::V3 => {
                let mut packet = v4::Connect::new(connect.client_id);
                packet.keep_alive = connect.keep_alive;
                packet.last_will = connect.last_will.map(|will| {
                    v4::LastWill::new(will.topic, will.payload, old_qos(will.qos), will.retain)
                });
                packet.login = connect.username.map(|_| v4::Login::new(user, password));
                drop(packet.write(out));
            }
            ProtocolVersion::V5 => {
                let packet = v5::Connect {
                    keep_alive: connect.keep_alive,
                    client_id: connect.client_id.to_owned(),
                    clean_start: true,
                    properties: None,
                };
                let will = connect.last_will.map(|will| {
                    let qos = new_qos(will.qos);
                    v5::LastWill::new(will.topic, will.payload, qos, will.retain, None)
                });
                let login = connect.username.map(|_| v5::Login::new(user, password));
                drop(packet.write(&will, &login, out));
            }
        }
    }

    /// The size of PUBLISH in bytes, with its header.
    pub fn publish_size(self, publish: &PublishPacket<'_>) -> usize {
        match self.0 {
            ProtocolVersion::V3 => old_publish(publish).size(),
            ProtocolVersion::V5 => new_publish(publish).size(),
        }
    }

    /// Adds PUBLISH.
    pub fn publish(self, publish: &PublishPacket<'_>, out: &mut BytesMut) {
        match self.0 {
            ProtocolVersion::V3 => drop(old_publish(publish).write(out)),
            ProtocolVersion::V5 => drop(new_publish(publish).write(out)),
        }
    }

    /// Adds PUBREL: the second half of QoS 2.
    pub fn release(self, packet_id: u16, out: &mut BytesMut) {
        match self.0 {
            ProtocolVersion::V3 => drop(v4::PubRel::new(packet_id).write(out)),
            ProtocolVersion::V5 => drop(v5::PubRel::new(packet_id, None).write(out)),
        }
    }

    /// Adds the answer to a message of the broker, or to its PUBREL: the same in both versions.
    pub fn answer(self, answer: PublishAnswer, out: &mut BytesMut) {
        match answer {
            PublishAnswer::Acknowledge(packet_id) => drop(v4::PubAck::new(packet_id).write(out)),
            PublishAnswer::Receive(packet_id) => drop(v4::PubRec::new(packet_id).write(out)),
            PublishAnswer::Complete(packet_id) => drop(v4::PubComp::new(packet_id).write(out)),
        }
    }

    /// Adds SUBSCRIBE with QoS 0 for all of the topics.
    pub fn subscribe(self, packet_id: u16, topics: &[TopicFilter], out: &mut BytesMut) {
        let topics = topics.iter();
        match self.0 {
            ProtocolVersion::V3 => {
                let qos = old::QoS::AtMostOnce;
                let filters = topics.map(|it| v4::SubscribeFilter::new(it.topic.clone(), qos));
                let mut packet = v4::Subscribe::new_many(filters);
                packet.pkid = packet_id;
                drop(packet.write(out));
            }
            ProtocolVersion::V5 => {
                let qos = new::QoS::AtMostOnce;
                let filters = topics.map(|it| v5::Filter {
                    nolocal: it.no_local,
                    ..v5::Filter::new(it.topic.clone(), qos)
                });
                let mut packet = v5::Subscribe::new_many(filters, None);
                packet.pkid = packet_id;
                drop(packet.write(out));
            }
        }
    }

    /// Adds PINGREQ, the same in both versions.
    pub fn ping(self, out: &mut BytesMut) {
        drop(v5::PingReq::write(out));
    }

    /// Adds DISCONNECT, the same in both versions: the broker drops the last will.
    pub fn disconnect(self, out: &mut BytesMut) {
        drop(v4::Disconnect.write(out));
    }
}

fn old_publish(publish: &PublishPacket<'_>) -> v4::Publish {
    let payload = publish.payload.clone();
    let mut packet = v4::Publish::from_bytes(publish.topic, old_qos(publish.qos), payload);
    packet.retain = publish.retain;
    packet.pkid = publish.packet_id;
    packet
}

fn new_publish(publish: &PublishPacket<'_>) -> v5::Publish {
    let payload = publish.payload.clone();
    let mut packet = v5::Publish::new(publish.topic, new_qos(publish.qos), payload, None);
    packet.retain = publish.retain;
    packet.pkid = publish.packet_id;
    packet
}

/// The library has a type for each version.
fn old_qos(qos: Qos) -> old::QoS {
    match qos {
        Qos::AtMostOnce => old::QoS::AtMostOnce,
        Qos::AtLeastOnce => old::QoS::AtLeastOnce,
        Qos::ExactlyOnce => old::QoS::ExactlyOnce,
    }
}

fn new_qos(qos: Qos) -> new::QoS {
    match qos {
        Qos::AtMostOnce => new::QoS::AtMostOnce,
        Qos::AtLeastOnce => new::QoS::AtLeastOnce,
        Qos::ExactlyOnce => new::QoS::ExactlyOnce,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WILL: LastWill<'static> = LastWill {
        topic: "t",
        payload: "off",
        qos: Qos::AtLeastOnce,
        retain: true,
    };

    fn connect(version: ProtocolVersion, last_will: Option<LastWill<'_>>) -> Vec<u8> {
        let mut out = BytesMut::new();
        let packet = ConnectPacket {
            client_id: "id",
            keep_alive: 30,
            last_will,
            username: Some("u"),
            password: Some("pw"),
        };
        Encoder(version).connect(&packet, &mut out);
        out.to_vec()
    }

    #[test]
    fn a_connect_is_as_the_specification_has_it() {
        assert_eq!(
            connect(ProtocolVersion::V3, Some(WILL)),
            b"\x10\x1d\0\x04MQTT\x04\xee\0\x1e\0\x02id\0\x01t\0\x03off\0\x01u\0\x02pw"
        );
        assert_eq!(
            connect(ProtocolVersion::V5, Some(WILL)),
            b"\x10\x1f\0\x04MQTT\x05\xee\0\x1e\0\0\x02id\0\0\x01t\0\x03off\0\x01u\0\x02pw"
        );
        assert_eq!(
            connect(ProtocolVersion::V3, None),
            b"\x10\x15\0\x04MQTT\x04\xc2\0\x1e\0\x02id\0\x01u\0\x02pw"
        );
    }

    #[test]
    fn a_publish_has_the_size_that_was_foretold() {
        for version in [ProtocolVersion::V3, ProtocolVersion::V5] {
            for length in [0, 100, 124, 16_380, 300_000] {
                for qos in [Qos::AtMostOnce, Qos::AtLeastOnce] {
                    let payload = Bytes::from(vec![b'x'; length]);
                    let publish = PublishPacket {
                        topic: "a",
                        payload: payload.clone(),
                        qos,
                        retain: false,
                        packet_id: 7,
                    };
                    let mut out = BytesMut::new();
                    Encoder(version).publish(&publish, &mut out);
                    assert_eq!(
                        out.len(),
                        Encoder(version).publish_size(&publish),
                        "{length}"
                    );
                }
            }
        }
        let mut out = BytesMut::new();
        let publish = PublishPacket {
            topic: "a/b",
            payload: Bytes::from_static(b"xyz"),
            qos: Qos::AtLeastOnce,
            retain: true,
            packet_id: 258,
        };
        Encoder(ProtocolVersion::V3).publish(&publish, &mut out);
        Encoder(ProtocolVersion::V5).publish(&publish, &mut out);
        assert_eq!(
            out.to_vec(),
            b"\x33\x0a\0\x03a/b\x01\x02xyz\x33\x0b\0\x03a/b\x01\x02\0xyz"
        );
    }

    #[test]
    fn a_subscription_names_its_topics() {
        let mut out = BytesMut::new();
        let topics = [TopicFilter::new("a"), TopicFilter::of_others("bc")];
        Encoder(ProtocolVersion::V3).subscribe(257, &topics, &mut out);
        assert_eq!(out.split(), b"\x82\x0b\x01\x01\0\x01a\0\0\x02bc\0"[..]);
        // Bit 2 of the options: No Local.
        Encoder(ProtocolVersion::V5).subscribe(257, &topics, &mut out);
        assert_eq!(out, b"\x82\x0c\x01\x01\0\0\x01a\0\0\x02bc\x04"[..]);
    }
}
