//! What the broker sends during a session, the same in all versions of the protocol.

use bytes::Bytes;

use super::reason_code::ReasonCode;

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
