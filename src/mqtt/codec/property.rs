//! The properties of MQTT 5 (2.2.2.2): those that limit a client are read, the others are skipped.

use bytes::Bytes;

use super::field::{Fields, MalformedPacket};
use crate::config::Qos;

const SERVER_KEEP_ALIVE: u8 = 0x13;
const REASON_STRING: u8 = 0x1f;
const RECEIVE_MAXIMUM: u8 = 0x21;
const MAXIMUM_QOS: u8 = 0x24;
const RETAIN_AVAILABLE: u8 = 0x25;
const MAXIMUM_PACKET_SIZE: u8 = 0x27;

/// The characters that are kept of a broker's own text.
const REASON_STRING_MAX: usize = 120;

/// What a broker limits in a session, as its CONNACK has it (3.2.2.3). MQTT 3.1.1 has no words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokerLimits {
    /// The seconds of silence that it allows, instead of those that were asked for.
    pub keep_alive: Option<u16>,
    /// Messages of QoS 1 and 2 in flight.
    pub receive_max: u16,
    /// The highest quality of service.
    pub qos_max: Qos,
    /// Whether it keeps retained messages.
    pub retain: bool,
    /// The size of a packet, in bytes.
    pub packet_size_max: u32,
}

impl Default for BrokerLimits {
    fn default() -> Self {
        Self {
            keep_alive: None,
            receive_max: u16::MAX,
            qos_max: Qos::ExactlyOnce,
            retain: true,
            packet_size_max: u32::MAX,
        }
    }
}

/// What is used of the properties of a packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketProperties {
    pub limits: BrokerLimits,
    /// The broker's own text about its answer: printable, short.
    pub reason: Option<String>,
}

/// Reads the properties that are next in `fields`.
///
/// # Errors
/// They are not in the form of the specification.
pub fn read(fields: &mut Fields) -> Result<PacketProperties, MalformedPacket> {
    let length = fields.variable_int()?;
    let mut fields = fields.take(length)?;
    let mut properties = PacketProperties::default();
    let limits = &mut properties.limits;
    while !fields.is_empty() {
        match fields.byte()? {
            SERVER_KEEP_ALIVE => limits.keep_alive = Some(fields.two_bytes()?),
            RECEIVE_MAXIMUM => limits.receive_max = fields.two_bytes()?.max(1),
            MAXIMUM_QOS => {
                limits.qos_max = match fields.byte()? {
                    0 => Qos::AtMostOnce,
                    1 => Qos::AtLeastOnce,
                    _ => Qos::ExactlyOnce,
                }
            }
            RETAIN_AVAILABLE => limits.retain = fields.byte()? != 0,
            MAXIMUM_PACKET_SIZE => limits.packet_size_max = fields.four_bytes()?.max(1),
            REASON_STRING => properties.reason = printable(&fields.text()?),
            // One byte.
            0x01 | 0x17 | 0x19 | 0x28 | 0x29 | 0x2a => drop(fields.take(1)?),
            0x22 | 0x23 => drop(fields.take(2)?),
            0x02 | 0x11 | 0x18 => drop(fields.take(4)?),
            0x0b => drop(fields.variable_int()?),
            // A text or bytes; the user property is two texts.
            0x03 | 0x08 | 0x09 | 0x12 | 0x15 | 0x16 | 0x1a | 0x1c => drop(fields.text()?),
            0x26 => drop((fields.text()?, fields.text()?)),
            _ => return Err(MalformedPacket),
        }
    }
    Ok(properties)
}

/// The beginning of a text from outside, fit for a line of the journal.
fn printable(text: &Bytes) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let characters = text.trim().chars().take(REASON_STRING_MAX);
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    Some(characters.map(printable).collect::<String>()).filter(|text| !text.is_empty())
}
