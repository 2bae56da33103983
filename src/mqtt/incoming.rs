//! What the broker sends during a session, the same in all versions of the protocol.

use bytes::Bytes;

/// Something that the broker sent, as far as it matters outside the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// It acknowledged a message, or refused it. Of QoS 0, for which there is no acknowledgement: it is written.
    Acknowledged {
        /// The message's; 0 with QoS 0.
        packet_id: u16,
        /// Its answer.
        reason: ReasonCode,
    },
    /// It answered to the topics of the subscription, in their order.
    Subscribed(Vec<ReasonCode>),
    /// A message on a topic that this session subscribed to.
    Publication(Publication),
}

/// A message that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The topic.
    pub topic: String,
    /// The payload.
    pub payload: Bytes,
    /// It was published before this session subscribed.
    pub retain: bool,
}

/// The code of an answer (MQTT 5, 2.4). MQTT 3.1.1 has none for a message: it counts as success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonCode(pub u8);

impl ReasonCode {
    /// It is done.
    pub const SUCCESS: Self = Self(0);

    /// The packet is larger than the broker takes.
    pub const TOO_LARGE: Self = Self(0x95);

    /// Whether it is a refusal that is over some time later: too many messages, or too much of something.
    pub fn is_transient(self) -> bool {
        [0x96, 0x97, 0x9f].contains(&self.0)
    }

    /// Whether it is a refusal.
    pub fn is_failure(self) -> bool {
        self.0 >= 0x80
    }
}
