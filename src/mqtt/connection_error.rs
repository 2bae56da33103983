//! From a failure, and the broker's own answers, to a [`DisconnectReason`]: one cause, one word, one advice.
//!
//! The codes are those of CONNACK (MQTT 3.1.1, 3.2.2.3) and the reason codes of MQTT 5 (2.4), which a broker also sends
//! with DISCONNECT.

use std::io;
use std::time::Duration;

use super::connection::ConnectionLoss;
use super::disconnect_reason::DisconnectReason;
use super::handshake::DEMANDS;
use super::reason_code::ReasonCode;
use super::reason_code::code;
use super::{handshake, tls};
use crate::config::PasswordError;
use crate::home::Home;
use crate::net::HostError;
use crate::sink::BrokerCause;

impl From<HostError> for DisconnectReason {
    fn from(error: HostError) -> Self {
        Self::Lost(unreached(&error), error.to_string())
    }
}

/// The word for a host that is not reached. Of several addresses the one that answered counts.
fn unreached(error: &HostError) -> BrokerCause {
    match error {
        HostError::Lookup(..) | HostError::LookupTimeout(..) => BrokerCause::NameUnknown,
        HostError::Connect { failures, .. } => {
            let is = |kind| move |(_, error): &(_, io::Error)| error.kind() == kind;
            if failures.iter().any(is(io::ErrorKind::ConnectionRefused)) {
                BrokerCause::RefusedConnection
            } else if failures.iter().any(is(io::ErrorKind::TimedOut)) {
                BrokerCause::Timeout
            } else {
                BrokerCause::Unreachable
            }
        }
        HostError::Thread(_) => BrokerCause::Unreachable,
    }
}

impl From<tls::Error> for DisconnectReason {
    fn from(error: tls::Error) -> Self {
        Self::Refused(BrokerCause::Tls, error.to_string())
    }
}

impl From<PasswordError> for DisconnectReason {
    fn from(error: PasswordError) -> Self {
        Self::Refused(BrokerCause::NoPassword, error.to_string())
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

impl ConnectRefusal<'_> {
    fn of_credentials(&self) -> (BrokerCause, String) {
        let Self {
            client_id, will, ..
        } = self;
        let cause = match self.credentials {
            Credentials::WithoutPassword(_) => BrokerCause::NoPassword,
            Credentials::None | Credentials::Complete => BrokerCause::BadCredentials,
        };
        let home = Home::current();
        let store = home.store_password();
        let what = match self.credentials {
            Credentials::None => format!(
                "it refuses the user name or the password, and none is configured. Set username in [mqtt], and {store}"
            ),
            Credentials::WithoutPassword(user) if home != Home::Machine => {
                format!(
                    "it refuses the user name {user} without a password: {store}, then {}",
                    home.restart()
                )
            }
            Credentials::WithoutPassword(user) => format!(
                "it refuses the user name {user} without a password: no password was given to the service. Store \
                 it with: sudo linky-sensor set-password, and restart the service. If that was done, this system gives services no credentials (some \
                 containers do not): set password-file in [mqtt]"
            ),
            Credentials::Complete => {
                let mut what = format!(
                    "it refuses the user name or the password. Set username in [mqtt], and {store}"
                );
                if [code::NOT_AUTHORIZED, code::NOT_AUTHORIZED_V3].contains(&self.code) {
                    what.push_str(&format!(
                        ". If both are right, it does not allow this user the client id {client_id} or the topic {will}"
                    ));
                }
                what
            }
        };
        (cause, what)
    }
}

impl From<ConnectRefusal<'_>> for DisconnectReason {
    fn from(refusal: ConnectRefusal<'_>) -> Self {
        let (id, seconds) = (refusal.client_id, refusal.keep_alive.as_secs());
        let (cause, what) = match refusal.code {
            code::PROTOCOL_V3 | code::PROTOCOL => (
                BrokerCause::NotMqtt,
                "it refuses the protocol. It must support MQTT 5 or MQTT 3.1.1".to_owned(),
            ),
            code::CLIENT_ID_V3 => {
                let what = format!(
                    "it refuses the client id {id}, or a keep-alive of {seconds} s as too long: this code stands for both. Set \
                     client-id or keep-alive in [mqtt]"
                );
                (BrokerCause::ClientIdRefused, what)
            }
            code::CLIENT_ID => {
                let what = format!("it refuses the client id {id}. Set client-id in [mqtt]");
                (BrokerCause::ClientIdRefused, what)
            }
            code::CREDENTIALS_V3
            | code::NOT_AUTHORIZED_V3
            | code::CREDENTIALS
            | code::NOT_AUTHORIZED => refusal.of_credentials(),
            code::BANNED => (
                BrokerCause::Refused,
                "it has banned this client. See its log".to_owned(),
            ),
            code::OTHER_SERVER | code::MOVED => (
                BrokerCause::Refused,
                "it refers to another server. Set that one as url in [mqtt]".to_owned(),
            ),
            code::UNAVAILABLE_V3 | code::UNAVAILABLE => {
                let what = with_text("it is not available", refusal.text);
                return Self::Lost(BrokerCause::Busy, what);
            }
            code => {
                if let Some((cause, what)) = transient(code) {
                    return Self::Lost(cause, with_text(what, refusal.text));
                }
                let what =
                    format!("it refuses the session with the code 0x{code:02X}. See its log");
                (BrokerCause::Refused, what)
            }
        };
        Self::Refused(cause, with_text(&what, refusal.text))
    }
}

/// What a code stands for that may be over at the next attempt.
fn transient(code: u8) -> Option<(BrokerCause, &'static str)> {
    let cause = match code {
        code::KEEP_ALIVE_TIMEOUT => BrokerCause::Timeout,
        code::ADMINISTRATIVE => BrokerCause::Closed,
        _ => BrokerCause::Busy,
    };
    let what = match code {
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
    };
    Some((cause, what))
}

/// Why a broker ended a session, by its code of MQTT 5.
pub fn ended(reason: ReasonCode, text: Option<&str>, client_id: &str) -> DisconnectReason {
    let (cause, what) = match reason.0 {
        code::TAKEN_OVER => {
            let what = format!(
                "another client took the session over with the client id {client_id}: another linky-sensor, or a copied SD \
                 card. Set another client-id in [mqtt] on one of them"
            );
            let what = with_text(&what, text);
            return DisconnectReason::Refused(BrokerCause::ClientIdTaken, what);
        }
        code::PACKET_SIZE => (
            BrokerCause::Closed,
            "it ended the session: a message was too large for it",
        ),
        code::RETAIN => (
            BrokerCause::Closed,
            "it ended the session: it keeps no retained messages",
        ),
        code::QOS => (
            BrokerCause::Closed,
            "it ended the session: it does not support this quality of service",
        ),
        code::RECEIVE_MAXIMUM => (
            BrokerCause::Closed,
            "it ended the session: too many messages were in flight",
        ),
        code::NOT_AUTHORIZED => (
            BrokerCause::NotAuthorized,
            "it ended the session: this client is not allowed to publish or subscribe there. Allow it the topics in the rules \
             (ACL) of the broker",
        ),
        code::OTHER_SERVER | code::MOVED => (
            BrokerCause::Closed,
            "it ended the session and refers to another server, as a cluster does that moves its clients",
        ),
        code::TOPIC_NAME => (
            BrokerCause::NotAuthorized,
            "it ended the session: it does not take a topic. Set base-topic in [mqtt]",
        ),
        code => match transient(code) {
            Some(found) => found,
            None => {
                let what = format!("it ended the session with the code 0x{code:02X}");
                return DisconnectReason::Lost(BrokerCause::Closed, with_text(&what, text));
            }
        },
    };
    DisconnectReason::Lost(cause, with_text(what, text))
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
    let (cause, why) = match loss {
        ConnectionLoss::Closed => (BrokerCause::Closed, "it closed the connection"),
        ConnectionLoss::Silent => (BrokerCause::Timeout, "no answer"),
        ConnectionLoss::Malformed => (BrokerCause::NotMqtt, "it sent something that is not MQTT"),
        ConnectionLoss::Broken(error) => return handshake::broken(error),
        ConnectionLoss::Ended(reason, text) => return ended(*reason, text.as_deref(), client_id),
    };
    DisconnectReason::Lost(cause, why.to_owned())
}

/// The reason of a CONNECT without an answer. In TLS 1.3 a broker checks our certificate after the handshake; when it
/// refuses it, its alert is often lost with the connection. `shows_certificate`: with TLS, whether there is a client
/// certificate.
pub fn unanswered(loss: ConnectionLoss, shows_certificate: Option<bool>) -> DisconnectReason {
    let is_cut = matches!(loss, ConnectionLoss::Closed | ConnectionLoss::Broken(_));
    let for_cause = |cause, why: &str| DisconnectReason::Lost(cause, why.to_owned());
    let reason = match loss {
        ConnectionLoss::Closed => for_cause(
            BrokerCause::Closed,
            "it closed the connection instead of an answer",
        ),
        ConnectionLoss::Silent => for_cause(
            BrokerCause::Timeout,
            "no answer to CONNECT. Is this the port of a broker?",
        ),
        ConnectionLoss::Malformed => for_cause(
            BrokerCause::NotMqtt,
            "what answers is no MQTT broker. Set the port of the broker in url, in [mqtt]",
        ),
        loss => lost(&loss, ""),
    };
    match (reason, shows_certificate) {
        (DisconnectReason::Lost(..), Some(shows_certificate)) if is_cut => {
            let why = format!(
                "it ended the connection as soon as there was TLS. {}",
                if shows_certificate {
                    "It may refuse our client certificate: see its log"
                } else {
                    DEMANDS
                }
            );
            DisconnectReason::Lost(BrokerCause::Tls, why)
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
        for (code, credentials, cause, words) in [
            (1, complete, BrokerCause::NotMqtt, &["MQTT 3.1.1"][..]),
            (0x84, complete, BrokerCause::NotMqtt, &["MQTT 3.1.1"]),
            (
                2,
                complete,
                BrokerCause::ClientIdRefused,
                &["the-id", "30 s", "keep-alive"],
            ),
            (0x85, complete, BrokerCause::ClientIdRefused, &["the-id"]),
            (4, complete, BrokerCause::BadCredentials, &["set-password"]),
            (
                5,
                complete,
                BrokerCause::BadCredentials,
                &["set-password", "topic linky/bridge"],
            ),
            (
                0x87,
                complete,
                BrokerCause::BadCredentials,
                &["set-password", "topic linky/bridge"],
            ),
            (
                5,
                Credentials::None,
                BrokerCause::BadCredentials,
                &["Set username"],
            ),
            (
                0x86,
                Credentials::WithoutPassword("me"),
                BrokerCause::NoPassword,
                &["no password", "password-file", "me"],
            ),
            (0x8a, complete, BrokerCause::Refused, &["banned"]),
            (0x9d, complete, BrokerCause::Refused, &["url"]),
            (0x81, complete, BrokerCause::Refused, &["0x81"]),
        ] {
            let DisconnectReason::Refused(found, what) = refusal(code, credentials) else {
                panic!("{code:#x} is no refusal");
            };
            assert_eq!(found, cause, "{code:#x}");
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
                matches!(&reason, DisconnectReason::Lost(BrokerCause::Closed, why) if why.contains("another server")),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn a_busy_broker_is_only_away() {
        for code in [3, 0x88, 0x89, 0x97, 0x9f] {
            let reason = refusal(code, Credentials::None);
            assert!(
                matches!(reason, DisconnectReason::Lost(BrokerCause::Busy, _)),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn a_session_that_another_client_takes_over_names_the_id() {
        let reason = ended(ReasonCode(code::TAKEN_OVER), Some("bye"), "the-id");
        assert!(
            matches!(&reason, DisconnectReason::Refused(BrokerCause::ClientIdTaken, why) if why.contains("copied SD card")
                && why.contains("the-id") && why.contains("bye")),
            "{reason:?}"
        );
    }

    #[test]
    fn a_host_that_is_not_reached_has_the_word_of_the_nearest_cause() {
        let address = "192.0.2.1:1883".parse().unwrap();
        let connect = |kinds: &[io::ErrorKind]| {
            let failures = kinds.iter().map(|kind| (address, (*kind).into()));
            unreached(&HostError::Connect {
                failures: failures.collect(),
                stale: None,
            })
        };
        let (refused, timed_out) = (io::ErrorKind::ConnectionRefused, io::ErrorKind::TimedOut);
        let unreachable = io::ErrorKind::HostUnreachable;
        assert_eq!(
            connect(&[timed_out, refused]),
            BrokerCause::RefusedConnection
        );
        assert_eq!(connect(&[unreachable, timed_out]), BrokerCause::Timeout);
        assert_eq!(connect(&[unreachable]), BrokerCause::Unreachable);
        let lookup = HostError::LookupTimeout("broker".to_owned(), Duration::ZERO);
        assert_eq!(unreached(&lookup), BrokerCause::NameUnknown);
    }

    #[test]
    fn what_answers_nothing_or_no_mqtt_has_its_word() {
        let cause = |loss, tls| match unanswered(loss, tls) {
            DisconnectReason::Lost(cause, _) => cause,
            reason @ DisconnectReason::Refused(..) => panic!("{reason:?}"),
        };
        assert_eq!(cause(ConnectionLoss::Closed, None), BrokerCause::Closed);
        assert_eq!(cause(ConnectionLoss::Silent, None), BrokerCause::Timeout);
        assert_eq!(cause(ConnectionLoss::Malformed, None), BrokerCause::NotMqtt);
        assert_eq!(cause(ConnectionLoss::Closed, Some(false)), BrokerCause::Tls);
        let broken = || ConnectionLoss::Broken(io::ErrorKind::ConnectionReset.into());
        assert_eq!(cause(broken(), Some(true)), BrokerCause::Tls);
        assert_eq!(cause(broken(), None), BrokerCause::Closed);
    }
}
