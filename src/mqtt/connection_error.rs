//! From a failure, and the broker's own answers, to a [`DisconnectReason`]: one cause, one advice.
//!
//! The codes are those of CONNACK (MQTT 3.1.1, 3.2.2.3) and the reason codes of MQTT 5 (2.4), which a broker also sends
//! with DISCONNECT.

use std::time::Duration;

use super::connection::ConnectionLoss;
use super::disconnect_reason::DisconnectReason;
use super::handshake::DEMANDS;
use super::reason_code::ReasonCode;
use super::reason_code::code;
use super::{handshake, tls};
use crate::config::PasswordError;
use crate::net::HostError;

impl From<HostError> for DisconnectReason {
    fn from(error: HostError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<tls::Error> for DisconnectReason {
    fn from(error: tls::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<PasswordError> for DisconnectReason {
    fn from(error: PasswordError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// The credentials that CONNECT had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials<'a> {
    /// No user name.
    None,
    /// A user name, and no password.
    WithoutPassword(&'a str),
    /// Both.
    Complete,
}

/// A CONNACK that is no session, and what was asked for.
#[derive(Clone, Copy, Debug)]
pub struct ConnectRefusal<'a> {
    pub code: u8,
    /// The broker's own text.
    pub text: Option<&'a str>,
    pub credentials: Credentials<'a>,
    pub client_id: &'a str,
    /// The topic of the last will.
    pub will: &'a str,
    pub keep_alive: Duration,
}

const SET_PASSWORD: &str = "store the password with: sudo linky-sensor set-password";

impl ConnectRefusal<'_> {
    fn of_credentials(&self) -> String {
        let Self {
            client_id, will, ..
        } = self;
        match self.credentials {
            Credentials::None => format!(
                "it refuses the user name or the password, and none is configured. Set username in [mqtt], and {SET_PASSWORD}"
            ),
            Credentials::WithoutPassword(user) => format!(
                "it refuses the user name {user} without a password: no password was given to the service. Store \
                 it with: sudo linky-sensor set-password, and restart the service. If that was done, this system gives services no credentials (some \
                 containers do not): set password-file in [mqtt]"
            ),
            Credentials::Complete => {
                let mut what = format!(
                    "it refuses the user name or the password. Set username in [mqtt], and {SET_PASSWORD}"
                );
                if [code::NOT_AUTHORIZED, code::NOT_AUTHORIZED_V3].contains(&self.code) {
                    what.push_str(&format!(
                        ". If both are right, it does not allow this user the client id {client_id} or the topic {will}"
                    ));
                }
                what
            }
        }
    }
}

impl From<ConnectRefusal<'_>> for DisconnectReason {
    fn from(refusal: ConnectRefusal<'_>) -> Self {
        let (id, seconds) = (refusal.client_id, refusal.keep_alive.as_secs());
        let what = match refusal.code {
            code::PROTOCOL_V3 | code::PROTOCOL => {
                "it refuses the protocol. It must support MQTT 5 or MQTT 3.1.1".to_owned()
            }
            code::CLIENT_ID_V3 => format!(
                "it refuses the client id {id}, or a keep-alive of {seconds} s as too long: this code stands for both. Set \
                 client-id or keep-alive in [mqtt]"
            ),
            code::CLIENT_ID => format!("it refuses the client id {id}. Set client-id in [mqtt]"),
            code::CREDENTIALS_V3
            | code::NOT_AUTHORIZED_V3
            | code::CREDENTIALS
            | code::NOT_AUTHORIZED => refusal.of_credentials(),
            code::BANNED => "it has banned this client. See its log".to_owned(),
            code::OTHER_SERVER | code::MOVED => {
                "it refers to another server. Set that one as url in [mqtt]".to_owned()
            }
            code::UNAVAILABLE_V3 | code::UNAVAILABLE => {
                return Self::Lost(with_text("it is not available", refusal.text));
            }
            code => match transient(code) {
                Some(what) => return Self::Lost(with_text(what, refusal.text)),
                None => format!("it refuses the session with the code 0x{code:02X}. See its log"),
            },
        };
        Self::Refused(with_text(&what, refusal.text))
    }
}

/// What a code stands for that may be over at the next attempt.
fn transient(code: u8) -> Option<&'static str> {
    Some(match code {
        code::UNAVAILABLE | code::BUSY => "it is busy",
        code::SHUTTING_DOWN => "it shuts down",
        code::KEEP_ALIVE_TIMEOUT => "it had no sign of life for too long",
        code::MESSAGE_RATE => {
            "it gets too many messages from this client. Set a longer interval in [mqtt]"
        }
        code::QUOTA => {
            "a limit of it is exceeded, such as the number of connections or messages. See its log"
        }
        code::CONNECTION_RATE => "it gets too many connections",
        code::ADMINISTRATIVE => "an administrator ended the session",
        _ => return None,
    })
}

/// Why a broker ended a session, by its code of MQTT 5.
pub fn ended(reason: ReasonCode, text: Option<&str>, client_id: &str) -> DisconnectReason {
    let what = match reason.0 {
        code::TAKEN_OVER => {
            let what = format!(
                "another client took the session over with the client id {client_id}: another linky-sensor, or a copied SD \
                 card. Set another client-id in [mqtt] on one of them"
            );
            return DisconnectReason::Refused(with_text(&what, text));
        }
        code::PACKET_SIZE => "it ended the session: a message was too large for it",
        code::RETAIN => "it ended the session: it keeps no retained messages",
        code::QOS => "it ended the session: it does not support this quality of service",
        code::RECEIVE_MAXIMUM => "it ended the session: too many messages were in flight",
        code::NOT_AUTHORIZED => {
            "it ended the session: this client is not allowed to publish or subscribe there. Allow it the topics in the rules \
             (ACL) of the broker"
        }
        code::OTHER_SERVER | code::MOVED => {
            "it ended the session and refers to another server, as a cluster does that moves its clients"
        }
        code::TOPIC_NAME => {
            "it ended the session: it does not take a topic. Set base-topic in [mqtt]"
        }
        code => match transient(code) {
            Some(what) => what,
            None => {
                let what = format!("it ended the session with the code 0x{code:02X}");
                return DisconnectReason::Lost(with_text(&what, text));
            }
        },
    };
    DisconnectReason::Lost(with_text(what, text))
}

/// Why the broker refuses a message or a subscription.
pub fn refused_topic(reason: ReasonCode) -> &'static str {
    match reason.0 {
        code::NOT_AUTHORIZED => "it is not allowed there",
        code::TOPIC_NAME => "it does not take the topic",
        code::PACKET_SIZE => "it is too large",
        code::QUOTA => "a limit of the broker is exceeded",
        code::PAYLOAD_FORMAT => "it does not take the content",
        _ => "it is refused",
    }
}

fn with_text(what: &str, text: Option<&str>) -> String {
    match text {
        Some(text) => format!("{what} (\"{text}\")"),
        None => what.to_owned(),
    }
}

/// The reason of a session that was lost.
pub fn lost(loss: &ConnectionLoss, client_id: &str) -> DisconnectReason {
    let why = match loss {
        ConnectionLoss::Closed => "it closed the connection",
        ConnectionLoss::Silent => "no answer",
        ConnectionLoss::Malformed => "it sent something that is not MQTT",
        ConnectionLoss::Broken(error) => return handshake::broken(error),
        ConnectionLoss::Ended(reason, text) => return ended(*reason, text.as_deref(), client_id),
    };
    DisconnectReason::Lost(why.to_owned())
}

/// The reason of a CONNECT without an answer. In TLS 1.3 a broker checks our certificate after the handshake; when it
/// refuses it, its alert is often lost with the connection. `shows_certificate`: with TLS, whether there is a client
/// certificate.
pub fn unanswered(loss: ConnectionLoss, shows_certificate: Option<bool>) -> DisconnectReason {
    let is_cut = matches!(loss, ConnectionLoss::Closed | ConnectionLoss::Broken(_));
    let reason = match loss {
        ConnectionLoss::Closed => {
            DisconnectReason::Lost("it closed the connection instead of an answer".to_owned())
        }
        ConnectionLoss::Silent => {
            DisconnectReason::Lost("no answer to CONNECT. Is this the port of a broker?".to_owned())
        }
        ConnectionLoss::Malformed => DisconnectReason::Lost(
            "what answers is no MQTT broker. Set the port of the broker in url, in [mqtt]"
                .to_owned(),
        ),
        loss => lost(&loss, ""),
    };
    match (reason, shows_certificate) {
        (DisconnectReason::Lost(_), Some(shows_certificate)) if is_cut => {
            DisconnectReason::Lost(format!(
                "it ended the connection as soon as there was TLS. {}",
                if shows_certificate {
                    "It may refuse our client certificate: see its log"
                } else {
                    DEMANDS
                }
            ))
        }
        (reason, _) => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u8, credentials: Credentials<'_>) -> DisconnectReason {
        let refusal = ConnectRefusal {
            code,
            text: None,
            credentials,
            client_id: "the-id",
            will: "linky/bridge/the-id/availability",
            keep_alive: Duration::from_secs(30),
        };
        refusal.into()
    }

    #[test]
    fn a_refusal_has_the_advice_for_its_causes() {
        let complete = Credentials::Complete;
        for (code, credentials, words) in [
            (1, complete, &["MQTT 3.1.1"][..]),
            (0x84, complete, &["MQTT 3.1.1"]),
            (2, complete, &["the-id", "30 s", "keep-alive"]),
            (0x85, complete, &["the-id"]),
            (4, complete, &["set-password"]),
            (5, complete, &["set-password", "topic linky/bridge"]),
            (0x87, complete, &["set-password", "topic linky/bridge"]),
            (5, Credentials::None, &["Set username"]),
            (
                0x86,
                Credentials::WithoutPassword("me"),
                &["no password", "password-file", "me"],
            ),
            (0x8a, complete, &["banned"]),
            (0x9d, complete, &["url"]),
            (0x81, complete, &["0x81"]),
        ] {
            let DisconnectReason::Refused(what) = refusal(code, credentials) else {
                panic!("{code:#x} is no refusal");
            };
            for word in words {
                assert!(what.contains(word), "{code:#x}: {what}");
            }
        }
    }

    #[test]
    fn a_cluster_that_moves_its_clients_is_connected_to_again() {
        for code in [code::OTHER_SERVER, code::MOVED] {
            let reason = ended(ReasonCode(code), None, "the-id");
            assert!(
                matches!(&reason, DisconnectReason::Lost(why) if why.contains("another server")),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn a_busy_broker_is_only_away() {
        for code in [3, 0x88, 0x89, 0x97, 0x9f] {
            let reason = refusal(code, Credentials::None);
            assert!(matches!(reason, DisconnectReason::Lost(_)), "{reason:?}");
        }
    }

    #[test]
    fn a_session_that_another_client_takes_over_names_the_id() {
        let reason = ended(ReasonCode(code::TAKEN_OVER), Some("bye"), "the-id");
        assert!(
            matches!(&reason, DisconnectReason::Refused(why) if why.contains("copied SD card")
                && why.contains("the-id") && why.contains("bye")),
            "{reason:?}"
        );
    }
}
