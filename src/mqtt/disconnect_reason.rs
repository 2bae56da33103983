//! Why there is no session with the broker: a word for programs, and one line for people.

use std::net::SocketAddr;

use crate::sink::BrokerCause;

/// Why there is no session. In the texts, "it" is the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisconnectReason {
    /// It was lost, or could not be established. It is tried again with a back-off.
    Lost(BrokerCause, String),
    /// The broker or the configuration prevents it until it is changed: what to do.
    Refused(BrokerCause, String),
}

impl DisconnectReason {
    /// The same, of one of the addresses of the broker.
    pub fn at(self, address: SocketAddr) -> Self {
        match self {
            Self::Lost(cause, why) => Self::Lost(cause, format!("at {address}: {why}")),
            Self::Refused(cause, why) => Self::Refused(cause, format!("at {address}: {why}")),
        }
    }
}
