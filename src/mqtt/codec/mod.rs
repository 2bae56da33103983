//! The packets of MQTT, as bytes: what a client writes and reads, in the versions 3.1.1 and 5. Pure.
//!
//! Written are CONNECT, PUBLISH and the answers to it, PUBREL, SUBSCRIBE, PINGREQ and DISCONNECT; read is what a broker sends.
//! The client library, rumqttc, encodes and decodes them, in a set of types for each version; here both sets become one. The numbers of sections are those
//! of MQTT 5.0.
//!
//! | file | |
//! |---|---|
//! | `encode` | packets to bytes |
//! | `decode` | bytes to packets |
//! | `broker_limits` | what a broker limits |
//!
//! Invariants: nothing from the broker is trusted: a packet has at most [`PACKET_SIZE_MAX`] bytes (a larger message is
//! skipped), and what does not fit the form is a [`MalformedPacket`]. A payload is copied once, into the bytes that are written.

mod broker_limits;
mod decode;
mod encode;

pub use broker_limits::BrokerLimits;
pub use decode::{Packet, PublishAnswer, decode};
pub use encode::{ConnectPacket, Encoder, LastWill, PublishPacket, TopicFilter};

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

/// The broker sent something that is no packet of MQTT, or one that it must not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedPacket;

impl From<rumqttc::mqttbytes::Error> for MalformedPacket {
    fn from(_: rumqttc::mqttbytes::Error) -> Self {
        Self
    }
}

impl From<rumqttc::v5::mqttbytes::Error> for MalformedPacket {
    fn from(_: rumqttc::v5::mqttbytes::Error) -> Self {
        Self
    }
}
