//! From bytes to packets, by the packets of the client library.
//!
//! A reason code is taken as the number that it is: the library makes a word of it, one type for each packet.

use bytes::{Buf, BytesMut};
use rumqttc::mqttbytes::Error as FormError;
use rumqttc::mqttbytes::{check, v4};
use rumqttc::v5::mqttbytes::v5;

use super::broker_limits::BrokerLimits;
use super::{MalformedPacket, PACKET_SIZE_MAX, ProtocolVersion};
use crate::mqtt::incoming::Publication;
use crate::mqtt::reason_code::ReasonCode;

/// The types of packets (2.1.2) whose form is looked at here.
const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBREL: u8 = 6;
const DISCONNECT: u8 = 14;

/// The characters that are kept of a broker's own text.
const REASON_STRING_MAX: usize = 120;

/// A packet that a broker sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    ConnAck(ConnAck),
    /// A message, and what the broker waits for if it has another quality of service than 0.
    Publish(Publication, Option<PublishAnswer>),
    /// A message that is too large to be read: so many bytes of it are still to come.
    TooLarge(usize),
    /// PUBACK or PUBCOMP: the end of the way of a message.
    Acknowledged(u16, ReasonCode),
    /// PUBREC: the middle of the way of a message of QoS 2.
    PubRec(u16, ReasonCode),
    /// PUBREL: the broker waits for the end of the way of its message of QoS 2.
    Release(u16),
    /// The answers to the topics of a subscription, in their order.
    SubAck(Vec<ReasonCode>),
    PingResp,
    /// Why the broker ends the session, and its own text. Only in MQTT 5.
    Disconnect(ReasonCode, Option<String>),
}

/// What a broker waits for that sends with a higher quality of service than was asked for (mosquitto:
/// `upgrade_outgoing_qos`). Without it the broker soon sends nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishAnswer {
    /// PUBACK, of QoS 1.
    Acknowledge(u16),
    /// PUBREC, of QoS 2.
    Receive(u16),
    /// PUBCOMP, the end of QoS 2.
    Complete(u16),
}

impl PublishAnswer {
    fn to(qos: u8, packet_id: u16) -> Option<Self> {
        match qos {
            0 => None,
            1 => Some(Self::Acknowledge(packet_id)),
            _ => Some(Self::Receive(packet_id)),
        }
    }
}

/// The answer to CONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnAck {
    /// 0 is a session; in MQTT 3.1.1 1 to 5 are refusals, in MQTT 5 those from 0x80 on.
    pub code: u8,
    /// The form of the answer, which may be another than that of CONNECT.
    pub version: ProtocolVersion,
    /// What it limits.
    pub limits: BrokerLimits,
    /// Its own text.
    pub reason: Option<String>,
}

/// Takes the next packet out of `buffer`; `None` if it is not there yet.
///
/// # Errors
/// It can be no packet.
pub fn decode(
    buffer: &mut BytesMut,
    version: ProtocolVersion,
) -> Result<Option<Packet>, MalformedPacket> {
    let kind = buffer.first().map_or(0, |first| first >> 4);
    // The flags are fixed but for PUBLISH: what is not MQTT mostly ends here.
    let flags = if kind == PUBREL { 0b10 } else { 0 };
    if kind != PUBLISH && buffer.first().is_some_and(|first| first & 0x0f != flags) {
        return Err(MalformedPacket);
    }
    let length = match check(buffer.iter(), PACKET_SIZE_MAX) {
        Ok(header) => header.frame_length(),
        Err(FormError::InsufficientBytes(_)) => return Ok(None),
        Err(FormError::PayloadSizeLimitExceeded(remaining)) if kind == PUBLISH => {
            let length = header_size(buffer) + remaining;
            let rest = length.saturating_sub(buffer.len());
            buffer.advance(length.min(buffer.len()));
            return Ok(Some(Packet::TooLarge(rest)));
        }
        Err(_) => return Err(MalformedPacket),
    };
    let mut frame = buffer.split_to(length);
    let body = frame
        .get(header_size(&frame)..)
        .unwrap_or_default()
        .to_vec();
    match (kind, version, &*body) {
        // The form of the answer shows its version: MQTT 3.1.1 has no properties.
        (CONNACK, _, [_, code]) => Ok(Packet::ConnAck(ConnAck::old(*code))),
        (CONNACK, _, [_, code, ..]) => Ok(Packet::ConnAck(ConnAck::new(*code, &mut frame)?)),
        (DISCONNECT, ProtocolVersion::V3, _) => Err(MalformedPacket),
        // The library wants properties behind a reason.
        (DISCONNECT, ProtocolVersion::V5, []) => Ok(Packet::Disconnect(ReasonCode::SUCCESS, None)),
        (DISCONNECT, ProtocolVersion::V5, [code]) => {
            Ok(Packet::Disconnect(ReasonCode(*code), None))
        }
        (_, ProtocolVersion::V3, body) => old_packet(&mut frame, body),
        (_, ProtocolVersion::V5, body) => new_packet(&mut frame, body),
    }
    .map(Some)
}

/// The type, and the length in up to four bytes.
fn header_size(frame: &[u8]) -> usize {
    let continued = frame.iter().skip(1).take_while(|byte| **byte & 0x80 != 0);
    2 + continued.count()
}

/// A packet of MQTT 3.1.1.
fn old_packet(frame: &mut BytesMut, body: &[u8]) -> Result<Packet, MalformedPacket> {
    Ok(match v4::Packet::read(frame, PACKET_SIZE_MAX)? {
        v4::Packet::Publish(publish) => {
            let answer = PublishAnswer::to(publish.qos as u8, publish.pkid);
            let publication = Publication {
                topic: publish.topic,
                payload: publish.payload,
                retain: publish.retain,
            };
            Packet::Publish(publication, answer)
        }
        v4::Packet::PubRel(release) => Packet::Release(release.pkid),
        v4::Packet::PubAck(answer) => Packet::Acknowledged(answer.pkid, ReasonCode::SUCCESS),
        v4::Packet::PubComp(answer) => Packet::Acknowledged(answer.pkid, ReasonCode::SUCCESS),
        v4::Packet::PubRec(answer) => Packet::PubRec(answer.pkid, ReasonCode::SUCCESS),
        v4::Packet::SubAck(answer) => sub_ack(body, answer.return_codes.len()),
        v4::Packet::PingResp => Packet::PingResp,
        _ => return Err(MalformedPacket),
    })
}

/// A packet of MQTT 5.
fn new_packet(frame: &mut BytesMut, body: &[u8]) -> Result<Packet, MalformedPacket> {
    let reason = body
        .get(2)
        .map_or(ReasonCode::SUCCESS, |code| ReasonCode(*code));
    Ok(match v5::Packet::read(frame, None)? {
        v5::Packet::Publish(publish) => {
            let answer = PublishAnswer::to(publish.qos as u8, publish.pkid);
            let publication = Publication {
                topic: str::from_utf8(&publish.topic)
                    .map_err(|_| MalformedPacket)?
                    .to_owned(),
                payload: publish.payload,
                retain: publish.retain,
            };
            Packet::Publish(publication, answer)
        }
        v5::Packet::PubRel(release) => Packet::Release(release.pkid),
        v5::Packet::PubAck(answer) => Packet::Acknowledged(answer.pkid, reason),
        v5::Packet::PubComp(answer) => Packet::Acknowledged(answer.pkid, reason),
        v5::Packet::PubRec(answer) => Packet::PubRec(answer.pkid, reason),
        v5::Packet::SubAck(answer) => sub_ack(body, answer.return_codes.len()),
        v5::Packet::PingResp(_) => Packet::PingResp,
        v5::Packet::Disconnect(end) => {
            let text = end
                .properties
                .and_then(|properties| properties.reason_string);
            Packet::Disconnect(
                ReasonCode(end.reason_code as u8),
                text.as_deref().and_then(printable),
            )
        }
        _ => return Err(MalformedPacket),
    })
}

/// The answers to a subscription are the last bytes.
fn sub_ack(body: &[u8], answers: usize) -> Packet {
    let start = body.len().saturating_sub(answers);
    let answers = body.get(start..).unwrap_or_default();
    Packet::SubAck(answers.iter().copied().map(ReasonCode).collect())
}

impl ConnAck {
    fn old(code: u8) -> Self {
        Self {
            code,
            version: ProtocolVersion::V3,
            limits: BrokerLimits::default(),
            reason: None,
        }
    }

    fn new(code: u8, frame: &mut BytesMut) -> Result<Self, MalformedPacket> {
        let v5::Packet::ConnAck(answer) = v5::Packet::read(frame, None)? else {
            return Err(MalformedPacket);
        };
        let properties = answer.properties;
        let limits = properties.as_ref().map(BrokerLimits::from);
        let text = properties.and_then(|properties| properties.reason_string);
        Ok(Self {
            code,
            version: ProtocolVersion::V5,
            limits: limits.unwrap_or_default(),
            reason: text.as_deref().and_then(printable),
        })
    }
}

/// The beginning of a text from outside, fit for a line of the journal.
fn printable(text: &str) -> Option<String> {
    let characters = text.trim().chars().take(REASON_STRING_MAX);
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    Some(characters.map(printable).collect::<String>()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use ProtocolVersion::{V3, V5};

    use super::*;
    use crate::config::Qos;

    fn read(bytes: &[u8], version: ProtocolVersion) -> Result<Option<Packet>, MalformedPacket> {
        decode(&mut bytes.into(), version)
    }

    fn packet(bytes: &[u8], version: ProtocolVersion) -> Packet {
        read(bytes, version).unwrap().unwrap()
    }

    #[test]
    fn the_form_of_a_connack_shows_its_version() {
        for version in [V3, V5] {
            let Packet::ConnAck(old) = packet(b"\x20\x02\0\x05", version) else {
                panic!();
            };
            assert_eq!((old.code, old.version), (5, V3));
            let Packet::ConnAck(new) = packet(b"\x20\x03\0\x84\0", version) else {
                panic!();
            };
            assert_eq!((new.code, new.version), (0x84, V5));
        }
    }

    #[test]
    fn the_limits_of_a_broker_are_read() {
        let bytes = b"\x20\x1e\0\0\x1b\x13\0\x14\x21\0\x0a\x24\0\x25\0\x27\0\0\x10\0\x12\0\x01x\x26\0\x01a\0\x01b\x22\0\x05";
        let mut bytes = bytes.to_vec();
        bytes[1] = u8::try_from(bytes.len() - 2).unwrap();
        bytes[4] = u8::try_from(bytes.len() - 5).unwrap();
        let Packet::ConnAck(answer) = packet(&bytes, V5) else {
            panic!();
        };
        assert_eq!(
            answer.limits,
            BrokerLimits {
                keep_alive: Some(20),
                receive_max: 10,
                qos_max: Qos::AtMostOnce,
                retain: false,
                packet_size_max: 4096,
            }
        );
    }

    #[test]
    fn answers_have_their_reasons_in_either_version() {
        let acknowledged = |id, code| Packet::Acknowledged(id, ReasonCode(code));
        assert_eq!(packet(b"\x40\x02\x01\x02", V3), acknowledged(258, 0));
        assert_eq!(packet(b"\x40\x02\x01\x02", V5), acknowledged(258, 0));
        assert_eq!(packet(b"\x40\x03\0\x02\x87", V5), acknowledged(2, 0x87));
        assert_eq!(packet(b"\x40\x04\0\x02\x10\0", V5), acknowledged(2, 0x10));
        assert_eq!(packet(b"\x70\x02\0\x02", V3), acknowledged(2, 0));
        let rec = Packet::PubRec(2, ReasonCode(0x97));
        assert_eq!(packet(b"\x50\x03\0\x02\x97", V5), rec);
        let answers = Packet::SubAck(vec![ReasonCode(0), ReasonCode(0x80)]);
        assert_eq!(packet(b"\x90\x04\0\x01\0\x80", V3), answers);
        assert_eq!(packet(b"\x90\x05\0\x01\0\0\x80", V5), answers);
        let ended = Packet::Disconnect(ReasonCode(0x8e), Some("a b".to_owned()));
        assert_eq!(packet(b"\xe0\x08\x8e\x06\x1f\0\x03a\nb", V5), ended);
        let plain = Packet::Disconnect(ReasonCode(0), None);
        assert_eq!(packet(b"\xe0\0", V5), plain);
        assert!(read(b"\xe0\0", V3).is_err(), "only a client sends it");
    }

    #[test]
    fn a_publication_is_read_in_either_version() {
        let wanted = |answer| {
            let publication = Publication {
                topic: "a/b".to_owned(),
                payload: "on".into(),
                retain: true,
            };
            Packet::Publish(publication, answer)
        };
        assert_eq!(packet(b"\x31\x07\0\x03a/bon", V3), wanted(None));
        assert_eq!(packet(b"\x31\x08\0\x03a/b\0on", V5), wanted(None));
        let first = wanted(Some(PublishAnswer::Acknowledge(258)));
        assert_eq!(packet(b"\x33\x09\0\x03a/b\x01\x02on", V3), first);
        let second = wanted(Some(PublishAnswer::Receive(3)));
        assert_eq!(packet(b"\x35\x0a\0\x03a/b\0\x03\0on", V5), second);
        for version in [V3, V5] {
            assert_eq!(packet(b"\x62\x02\0\x03", version), Packet::Release(3));
        }
    }

    #[test]
    fn a_message_that_is_too_large_leaves_the_next_packet_whole() {
        let size = PACKET_SIZE_MAX + 1;
        let mut bytes = vec![0x30, 0x81, 0x80, 0x10];
        bytes.extend(vec![b'x'; size]);
        let mut whole = BytesMut::from(&bytes[..]);
        whole.extend_from_slice(b"\xd0\0");
        assert_eq!(decode(&mut whole, V5), Ok(Some(Packet::TooLarge(0))));
        assert_eq!(decode(&mut whole, V5), Ok(Some(Packet::PingResp)));
        let mut torn = BytesMut::from(&bytes[..100]);
        assert_eq!(decode(&mut torn, V5), Ok(Some(Packet::TooLarge(size - 96))));
        assert!(torn.is_empty());
    }

    #[test]
    fn packets_are_taken_one_by_one_as_they_come() {
        let all = b"\xd0\0\x40\x02\0\x01\xd0\0";
        for cut in 0..all.len() {
            let mut buffer = BytesMut::from(&all[..cut]);
            let mut count = 0;
            while decode(&mut buffer, V3).unwrap().is_some() {
                count += 1;
            }
            buffer.extend_from_slice(&all[cut..]);
            while decode(&mut buffer, V3).unwrap().is_some() {
                count += 1;
            }
            assert_eq!((count, buffer.len()), (3, 0), "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_packet_is_an_error_and_no_panic() {
        for wrong in [
            &b"\x20\xff\xff\xff\xff"[..],
            b"HTTP/1.1 400",
            b"\x20\x01\0",
            b"\x30\x02\0\x09",
            b"\x40\x01\0",
            b"\x20\x05\0\0\x02\x27\0",
            b"\x20\x04\0\0\x01\x7f",
        ] {
            assert_eq!(read(wrong, V5), Err(MalformedPacket), "{wrong:x?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, first: u8) {
            for version in [V3, V5] {
                let mut buffer = BytesMut::from(&bytes[..]);
                while let Ok(Some(_)) = decode(&mut buffer, version) {}
                let length = u8::try_from(bytes.len().min(127)).unwrap();
                let mut framed = vec![first, length];
                framed.extend(bytes.iter().take(127));
                let _ = read(&framed, version);
            }
        }
    }
}
