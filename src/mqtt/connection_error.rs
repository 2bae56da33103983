//! From the errors of the client library, of the password and of the files of TLS to a [`DisconnectReason`].

use rumqttc::{ConnectReturnCode, ConnectionError, Error as WireError, StateError, TlsError};

use super::disconnect_reason::DisconnectReason;
use super::handshake::DEMANDS;
use super::{handshake, tls};
use crate::config::PasswordError;

impl From<&ConnectionError> for DisconnectReason {
    fn from(error: &ConnectionError) -> Self {
        Self::Lost(match error {
            ConnectionError::ConnectionRefused(code) => match refused(*code) {
                Some(what) => return Self::Refused(format!("it refuses {what}")),
                None => "it is not available".to_owned(),
            },
            ConnectionError::Tls(TlsError::NativeTls(error)) => return handshake::failed(error),
            ConnectionError::Io(error)
            | ConnectionError::MqttState(
                StateError::Io(error) | StateError::Deserialization(WireError::Io(error)),
            )
            | ConnectionError::Tls(TlsError::Io(error)) => return handshake::broken(error),
            ConnectionError::MqttState(StateError::ConnectionAborted) => {
                "it closed the connection".to_owned()
            }
            ConnectionError::NetworkTimeout
            | ConnectionError::FlushTimeout
            | ConnectionError::MqttState(StateError::AwaitPingResp) => "no answer".to_owned(),
            error => error.to_string(),
        })
    }
}

impl From<ConnectionError> for DisconnectReason {
    fn from(error: ConnectionError) -> Self {
        Self::from(&error)
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

/// The reason of a failed attempt over TLS. In TLS 1.3 a broker checks our certificate after the handshake; when it
/// refuses it, its alert is often lost with the connection.
pub fn attempt_failed(error: &ConnectionError, shows_certificate: bool) -> DisconnectReason {
    let is_cut = matches!(
        error,
        ConnectionError::MqttState(
            StateError::ConnectionAborted | StateError::Deserialization(WireError::Io(_))
        )
    );
    match DisconnectReason::from(error) {
        DisconnectReason::Lost(_) if is_cut => DisconnectReason::Lost(format!(
            "it ended the connection as soon as there was TLS. {}",
            if shows_certificate {
                "It may refuse our client certificate: see its log"
            } else {
                DEMANDS
            }
        )),
        cause => cause,
    }
}

/// What the broker refuses; `None` for what may pass.
fn refused(code: ConnectReturnCode) -> Option<&'static str> {
    match code {
        ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized => Some(
            "the user name or the password. Set username in [mqtt], and store the password with: sudo linky-sensor set-password",
        ),
        ConnectReturnCode::BadClientId => Some("the client id. Set client-id in [mqtt]"),
        ConnectReturnCode::RefusedProtocolVersion => {
            Some("the protocol. It must support MQTT 3.1.1")
        }
        ConnectReturnCode::ServiceUnavailable | ConnectReturnCode::Success => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_gives_the_remedy_and_a_busy_broker_is_only_away() {
        let reason = |code| DisconnectReason::from(&ConnectionError::ConnectionRefused(code));
        for code in [
            ConnectReturnCode::BadUserNamePassword,
            ConnectReturnCode::NotAuthorized,
        ] {
            let DisconnectReason::Refused(what) = reason(code) else {
                panic!("{code:?} is no refusal");
            };
            assert!(what.contains("set-password"), "{what}");
        }
        let busy = reason(ConnectReturnCode::ServiceUnavailable);
        assert!(matches!(busy, DisconnectReason::Lost(_)), "{busy:?}");
    }
}
