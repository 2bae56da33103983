//! From packets to bytes.

use super::{ProtocolVersion, packet_type};
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

/// PUBLISH (3.3).
#[derive(Clone, Copy)]
pub struct PublishPacket<'a> {
    pub topic: &'a str,
    pub payload: &'a [u8],
    pub qos: Qos,
    pub retain: bool,
    /// Written unless `qos` is 0.
    pub packet_id: u16,
}

/// Writes packets of one version.
#[derive(Clone, Copy, Debug)]
pub struct Encoder(pub ProtocolVersion);

impl Encoder {
    /// Whether there are properties.
    fn is_v5(self) -> bool {
        self.0 == ProtocolVersion::V5
    }

    /// Adds CONNECT.
    pub fn connect(self, connect: &ConnectPacket<'_>, out: &mut Vec<u8>) {
        let mut body = Vec::with_capacity(128);
        text(&mut body, "MQTT");
        let mut flags = 0b10;
        if let Some(will) = &connect.last_will {
            flags |= 0b100 | bits(will.qos) << 3 | u8::from(will.retain) << 5;
        }
        flags |= u8::from(connect.password.is_some()) << 6;
        flags |= u8::from(connect.username.is_some()) << 7;
        body.push(if self.is_v5() { 5 } else { 4 });
        body.push(flags);
        body.extend(connect.keep_alive.to_be_bytes());
        self.no_properties(&mut body);
        text(&mut body, connect.client_id);
        if let Some(will) = &connect.last_will {
            self.no_properties(&mut body);
            text(&mut body, will.topic);
            text(&mut body, will.payload);
        }
        for credential in [connect.username, connect.password].into_iter().flatten() {
            text(&mut body, credential);
        }
        packet(packet_type::CONNECT, 0, &body, out);
    }

    /// The size of PUBLISH in bytes, with its header.
    pub fn publish_size(self, publish: &PublishPacket<'_>) -> usize {
        let remaining = self.publish_remaining(publish);
        let mut header = 2;
        let mut rest = remaining >> 7;
        while rest > 0 {
            header += 1;
            rest >>= 7;
        }
        header + remaining
    }

    fn publish_remaining(self, publish: &PublishPacket<'_>) -> usize {
        let packet_id = match publish.qos {
            Qos::AtMostOnce => 0,
            Qos::AtLeastOnce | Qos::ExactlyOnce => 2,
        };
        2 + publish.topic.len() + packet_id + usize::from(self.is_v5()) + publish.payload.len()
    }

    /// Adds PUBLISH.
    pub fn publish(self, publish: &PublishPacket<'_>, out: &mut Vec<u8>) {
        let flags = bits(publish.qos) << 1 | u8::from(publish.retain);
        out.push(packet_type::PUBLISH << 4 | flags);
        variable_int(out, self.publish_remaining(publish));
        text(out, publish.topic);
        if publish.qos != Qos::AtMostOnce {
            out.extend(publish.packet_id.to_be_bytes());
        }
        self.no_properties(out);
        out.extend_from_slice(publish.payload);
    }

    /// Adds PUBREL: the second half of QoS 2.
    pub fn release(self, packet_id: u16, out: &mut Vec<u8>) {
        packet(packet_type::PUBREL, 0b10, &packet_id.to_be_bytes(), out);
    }

    /// Adds SUBSCRIBE with QoS 0 for all of the topics.
    pub fn subscribe(self, packet_id: u16, topics: &[&str], out: &mut Vec<u8>) {
        let mut body = Vec::from(packet_id.to_be_bytes());
        self.no_properties(&mut body);
        for topic in topics {
            text(&mut body, topic);
            body.push(0);
        }
        packet(packet_type::SUBSCRIBE, 0b10, &body, out);
    }

    /// Adds PINGREQ.
    pub fn ping(self, out: &mut Vec<u8>) {
        packet(packet_type::PINGREQ, 0, &[], out);
    }

    /// Adds DISCONNECT: the broker drops the last will.
    pub fn disconnect(self, out: &mut Vec<u8>) {
        packet(packet_type::DISCONNECT, 0, &[], out);
    }

    fn no_properties(self, out: &mut Vec<u8>) {
        if self.is_v5() {
            out.push(0);
        }
    }
}

fn bits(qos: Qos) -> u8 {
    match qos {
        Qos::AtMostOnce => 0,
        Qos::AtLeastOnce => 1,
        Qos::ExactlyOnce => 2,
    }
}

fn packet(packet_type: u8, flags: u8, body: &[u8], out: &mut Vec<u8>) {
    out.push(packet_type << 4 | flags);
    variable_int(out, body.len());
    out.extend_from_slice(body);
}

/// A length in one to four bytes of seven bits (1.5.5).
fn variable_int(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// A text behind its length (1.5.4). What is longer than the length can count is cut: the configuration allows nothing so
/// long.
fn text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    out.extend(length.to_be_bytes());
    out.extend(bytes.iter().take(usize::from(length)));
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
        let mut out = Vec::new();
        let packet = ConnectPacket {
            client_id: "id",
            keep_alive: 30,
            last_will,
            username: Some("u"),
            password: Some("pw"),
        };
        Encoder(version).connect(&packet, &mut out);
        out
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
                    let payload = vec![b'x'; length];
                    let publish = PublishPacket {
                        topic: "a",
                        payload: &payload,
                        qos,
                        retain: false,
                        packet_id: 7,
                    };
                    let mut out = Vec::new();
                    Encoder(version).publish(&publish, &mut out);
                    assert_eq!(
                        out.len(),
                        Encoder(version).publish_size(&publish),
                        "{length}"
                    );
                }
            }
        }
        let mut out = Vec::new();
        let publish = PublishPacket {
            topic: "a/b",
            payload: b"xyz",
            qos: Qos::AtLeastOnce,
            retain: true,
            packet_id: 258,
        };
        Encoder(ProtocolVersion::V3).publish(&publish, &mut out);
        Encoder(ProtocolVersion::V5).publish(&publish, &mut out);
        assert_eq!(
            out,
            b"\x33\x0a\0\x03a/b\x01\x02xyz\x33\x0b\0\x03a/b\x01\x02\0xyz"
        );
    }

    #[test]
    fn a_subscription_names_its_topics() {
        let mut out = Vec::new();
        Encoder(ProtocolVersion::V3).subscribe(257, &["a", "bc"], &mut out);
        Encoder(ProtocolVersion::V5).subscribe(257, &["a"], &mut out);
        assert_eq!(
            out,
            b"\x82\x0b\x01\x01\0\x01a\0\0\x02bc\0\x82\x07\x01\x01\0\0\x01a\0"
        );
    }
}
