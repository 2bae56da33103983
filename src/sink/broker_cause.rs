//! Why there is no session with the broker, or none that is of use: a word of a closed list, for programs and translators.
//!
//! The line for people is in the journal; both are made in the same place (`mqtt/connection_error.rs`, `handshake.rs`).

/// The cause. The word is `BrokerCause` on D-Bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BrokerCause {
    /// Nothing is wrong, or nothing was tried yet.
    Nothing,
    /// The configuration has no broker.
    #[default]
    Disabled,
    /// The name of its host has no address, or the look-up failed.
    NameUnknown,
    /// There is no way to its host.
    Unreachable,
    /// Its host refuses the connection: nothing listens on that port.
    RefusedConnection,
    /// It, or its host, does not answer in time.
    Timeout,
    /// It ended the connection.
    Closed,
    /// TLS fails, or a certificate is not accepted.
    Tls,
    /// What answers is no broker of a supported MQTT.
    NotMqtt,
    /// It refuses the user name or the password.
    BadCredentials,
    /// There is a user name, and the password is missing or cannot be read.
    NoPassword,
    /// It does not take the client id, or the keep-alive.
    ClientIdRefused,
    /// Another client has the same client id.
    ClientIdTaken,
    /// Its rules do not allow this client to publish or to subscribe.
    NotAuthorized,
    /// It is not available, shuts down or has too much to do.
    Busy,
    /// It refuses the session for another reason.
    Refused,
    /// It takes what is published, and nothing arrives.
    NoPublish,
}

impl BrokerCause {
    /// Every cause.
    pub const ALL: [Self; 17] = [
        Self::Nothing,
        Self::Disabled,
        Self::NameUnknown,
        Self::Unreachable,
        Self::RefusedConnection,
        Self::Timeout,
        Self::Closed,
        Self::Tls,
        Self::NotMqtt,
        Self::BadCredentials,
        Self::NoPassword,
        Self::ClientIdRefused,
        Self::ClientIdTaken,
        Self::NotAuthorized,
        Self::Busy,
        Self::Refused,
        Self::NoPublish,
    ];

    /// The word that is published.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Disabled => "disabled",
            Self::NameUnknown => "name_unknown",
            Self::Unreachable => "unreachable",
            Self::RefusedConnection => "refused_connection",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::Tls => "tls",
            Self::NotMqtt => "not_mqtt",
            Self::BadCredentials => "bad_credentials",
            Self::NoPassword => "no_password",
            Self::ClientIdRefused => "client_id_refused",
            Self::ClientIdTaken => "client_id_taken",
            Self::NotAuthorized => "not_authorized",
            Self::Busy => "busy",
            Self::Refused => "refused",
            Self::NoPublish => "no_publish",
        }
    }

    /// The cause with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_stands_for_one_cause() {
        for cause in BrokerCause::ALL {
            assert_eq!(BrokerCause::named(cause.as_str()), Some(cause));
        }
        assert_eq!(BrokerCause::named("other"), None);
    }
}
