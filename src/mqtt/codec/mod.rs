//! The packets of MQTT, as bytes: what a client writes and reads, in the versions 3.1.1 and 5. Pure.
//!
//! ```text
//! packet = type and flags (1 byte)  remaining length (1 to 4 bytes)  body
//! ```
//! Written are CONNECT, PUBLISH, PUBREL, SUBSCRIBE, PINGREQ and DISCONNECT; read is what a broker sends. The versions differ
//! in properties and reason codes, and share the rest; the numbers of sections are those of MQTT 5.0.
//!
//! | file | |
//! |---|---|
//! | `encode` | packets to bytes |
//! | `decode` | bytes to packets |
//! | `field` | the fields of a packet |
//! | `property` | the properties of MQTT 5 |
//!
//! Invariants: nothing from the broker is trusted: a length is checked before it is used, a packet has at most
//! [`PACKET_SIZE_MAX`] bytes, and what does not fit the form is a [`MalformedPacket`]. A payload is copied once, into the
//! bytes that are written.

mod decode;
mod encode;
mod field;
mod property;

pub use decode::{Packet, decode};
pub use encode::{ConnectPacket, Encoder, LastWill, PublishPacket};
pub use field::MalformedPacket;
pub use property::BrokerLimits;

/// The size of a packet that is read, in bytes, at most. What is subscribed to is far smaller.
pub const PACKET_SIZE_MAX: usize = 256 * 1024;

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolVersion {
    /// MQTT 3.1.1.
    V3,
    /// MQTT 5.0.
    V5,
}

/// The types of packets (2.1.2).
mod packet_type {
    pub const CONNECT: u8 = 1;
    pub const CONNACK: u8 = 2;
    pub const PUBLISH: u8 = 3;
    pub const PUBACK: u8 = 4;
    pub const PUBREC: u8 = 5;
    pub const PUBREL: u8 = 6;
    pub const PUBCOMP: u8 = 7;
    pub const SUBSCRIBE: u8 = 8;
    pub const SUBACK: u8 = 9;
    pub const PINGREQ: u8 = 12;
    pub const PINGRESP: u8 = 13;
    pub const DISCONNECT: u8 = 14;
}
