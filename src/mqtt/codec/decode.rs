//! From bytes to packets.

use bytes::BytesMut;

use super::field::{Fields, MalformedPacket};
use super::property::{self, BrokerLimits, PacketProperties};
use super::{PACKET_SIZE_MAX, ProtocolVersion, packet_type};
use crate::mqtt::incoming::{Publication, ReasonCode};

/// A packet that a broker sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    ConnAck(ConnAck),
    Publish(Publication),
    /// PUBACK or PUBCOMP: the end of the way of a message.
    Acknowledged(u16, ReasonCode),
    /// PUBREC: the middle of the way of a message of QoS 2.
    PubRec(u16, ReasonCode),
    /// The answers to the topics of a subscription, in their order.
    SubAck(Vec<ReasonCode>),
    PingResp,
    /// Why the broker ends the session, and its own text. Only in MQTT 5.
    Disconnect(ReasonCode, Option<String>),
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
    let Some((header, remaining)) = fixed_header(buffer)? else {
        return Ok(None);
    };
    let Some(first) = buffer.first().copied() else {
        return Ok(None);
    };
    let end = header + remaining;
    if buffer.len() < end {
        return Ok(None);
    }
    let mut fields = Fields::new(buffer.split_to(end).freeze());
    drop(fields.take(header)?);
    packet(first, fields, version).map(Some)
}

/// The length of the header and of what follows it, if both are there (2.1.4).
fn fixed_header(buffer: &[u8]) -> Result<Option<(usize, usize)>, MalformedPacket> {
    // The flags are 0 but for PUBLISH: what is not MQTT mostly ends here.
    if let Some(first) = buffer.first()
        && first >> 4 != packet_type::PUBLISH
        && first & 0x0f != 0
    {
        return Err(MalformedPacket);
    }
    let mut remaining = 0;
    for (index, byte) in buffer.iter().skip(1).enumerate() {
        remaining |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let is_fit = remaining <= PACKET_SIZE_MAX;
            return is_fit
                .then_some(Some((index + 2, remaining)))
                .ok_or(MalformedPacket);
        }
        if index == 3 {
            return Err(MalformedPacket);
        }
    }
    Ok(None)
}

fn packet(
    first: u8,
    mut fields: Fields,
    version: ProtocolVersion,
) -> Result<Packet, MalformedPacket> {
    let is_v5 = version == ProtocolVersion::V5;
    Ok(match first >> 4 {
        packet_type::CONNACK => Packet::ConnAck(conn_ack(&mut fields)?),
        packet_type::PUBLISH => Packet::Publish(publish(first, &mut fields, is_v5)?),
        packet_type::PUBACK | packet_type::PUBCOMP => {
            let (packet_id, reason) = acknowledgement(&mut fields)?;
            Packet::Acknowledged(packet_id, reason)
        }
        packet_type::PUBREC => {
            let (packet_id, reason) = acknowledgement(&mut fields)?;
            Packet::PubRec(packet_id, reason)
        }
        packet_type::SUBACK => {
            fields.two_bytes()?;
            if is_v5 {
                property::read(&mut fields)?;
            }
            Packet::SubAck(fields.rest().iter().copied().map(ReasonCode).collect())
        }
        packet_type::PINGRESP => Packet::PingResp,
        packet_type::DISCONNECT if is_v5 => {
            let (reason, properties) = reason_and_properties(&mut fields)?;
            Packet::Disconnect(reason, properties.reason)
        }
        _ => return Err(MalformedPacket),
    })
}

fn conn_ack(fields: &mut Fields) -> Result<ConnAck, MalformedPacket> {
    fields.byte()?;
    let code = fields.byte()?;
    // MQTT 3.1.1 ends here.
    let (version, properties) = if fields.is_empty() {
        (ProtocolVersion::V3, PacketProperties::default())
    } else {
        (ProtocolVersion::V5, property::read(fields)?)
    };
    Ok(ConnAck {
        code,
        version,
        limits: properties.limits,
        reason: properties.reason,
    })
}

fn publish(first: u8, fields: &mut Fields, is_v5: bool) -> Result<Publication, MalformedPacket> {
    let topic = fields.text()?;
    let topic = str::from_utf8(&topic)
        .map_err(|_| MalformedPacket)?
        .to_owned();
    // With QoS 0, the only one subscribed to, there is no packet id.
    if first >> 1 & 0b11 != 0 {
        fields.two_bytes()?;
    }
    if is_v5 {
        property::read(fields)?;
    }
    Ok(Publication {
        topic,
        payload: fields.rest().clone(),
        retain: first & 1 != 0,
    })
}

fn acknowledgement(fields: &mut Fields) -> Result<(u16, ReasonCode), MalformedPacket> {
    let packet_id = fields.two_bytes()?;
    let (reason, _) = reason_and_properties(fields)?;
    Ok((packet_id, reason))
}

/// Both may be left out at the end of a packet.
fn reason_and_properties(
    fields: &mut Fields,
) -> Result<(ReasonCode, PacketProperties), MalformedPacket> {
    if fields.is_empty() {
        return Ok((ReasonCode::SUCCESS, PacketProperties::default()));
    }
    let reason = ReasonCode(fields.byte()?);
    let properties = match fields.is_empty() {
        true => PacketProperties::default(),
        false => property::read(fields)?,
    };
    Ok((reason, properties))
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
        let wanted = Packet::Publish(Publication {
            topic: "a/b".to_owned(),
            payload: "on".into(),
            retain: true,
        });
        assert_eq!(packet(b"\x31\x07\0\x03a/bon", V3), wanted);
        assert_eq!(packet(b"\x31\x08\0\x03a/b\0on", V5), wanted);
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
            b"\x30\xff\xff\xff\x7f",
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
