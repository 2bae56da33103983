//! Reports the state of the session to [`Health`], and its changes and their reasons to the journal.
//!
//! Failed attempts repeat while a broker is away, so a reason is logged when it differs from the last one that was logged,
//! not at each attempt. Reasons that alternate are logged once each: one that was logged before is logged again only when
//! two attempts in a row fail for it.

use log::{info, warn};
use rumqttc::{ConnectReturnCode, ConnectionError, Error as WireError, StateError, TlsError};

use super::{handshake, tls};
use crate::config::{MqttSettings, PasswordError};
use crate::names::journal;
use crate::sink::{BrokerState, Health};

/// Reasons that are logged at once between two sessions, at most.
const REASONS_MAX: usize = 8;

/// Why there is no session. In the texts, "it" is the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisconnectReason {
    /// It was lost, or could not be established. It is tried again with a back-off.
    Lost(String),
    /// The broker or the configuration prevents it until it is changed: what to do.
    Refused(String),
}

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

/// See the module.
#[derive(Debug)]
pub struct ConnectionReporter {
    health: Health,
    /// The reasons that were logged since the last session, the newest last.
    logged: Vec<DisconnectReason>,
    /// The reason of the last failure.
    last: Option<DisconnectReason>,
    broker: String,
    user: String,
}

impl ConnectionReporter {
    /// Reports to `health`: disconnected, for a start.
    pub fn new(settings: &MqttSettings, health: Health) -> Self {
        health.set_broker(BrokerState::Disconnected);
        let user = settings.username.as_ref();
        Self {
            health,
            logged: Vec::new(),
            last: None,
            broker: settings.url.to_string(),
            user: user.map_or(String::new(), |user| format!(" as {user}")),
        }
    }

    /// A session starts.
    pub fn connected(&mut self) {
        self.logged.clear();
        self.last = None;
        if self.health.set_broker(BrokerState::Connected) {
            let (broker, user) = (&self.broker, &self.user);
            info!(MESSAGE_ID = journal::BROKER_CONNECTED; "connected to {broker}{user}");
        }
    }

    /// The session was lost, or an attempt failed.
    pub fn disconnected(&mut self, reason: &DisconnectReason) {
        self.health.set_broker(match reason {
            DisconnectReason::Lost(_) => BrokerState::Disconnected,
            DisconnectReason::Refused(_) => BrokerState::Refused,
        });
        if !self.is_news(reason) {
            return;
        }
        let broker = &self.broker;
        match reason {
            DisconnectReason::Lost(why) => {
                warn!(MESSAGE_ID = journal::BROKER_LOST; "no session with {broker}: {why}; trying again");
            }
            DisconnectReason::Refused(why) => {
                warn!(MESSAGE_ID = journal::BROKER_REFUSED; "no session with {broker}: {why}");
            }
        }
    }

    /// The sink stops.
    pub fn ended(&self) {
        self.health.set_broker(BrokerState::Disconnected);
    }

    /// Whether this reason is to be logged.
    fn is_news(&mut self, reason: &DisconnectReason) -> bool {
        let is_lasting = self.last.as_ref() == Some(reason);
        let is_first = self.logged.len() < REASONS_MAX && !self.logged.contains(reason);
        let is_news = self.logged.last() != Some(reason) && (is_first || is_lasting);
        if is_news {
            self.logged.retain(|logged| logged != reason);
            if self.logged.len() >= REASONS_MAX {
                self.logged.remove(0);
            }
            self.logged.push(reason.clone());
        }
        self.last = Some(reason.clone());
        is_news
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

    #[test]
    fn the_state_is_in_health() {
        let (mut reporter, health) = reporter();
        assert_eq!(health.broker(), BrokerState::Disconnected);
        reporter.connected();
        assert_eq!(health.broker(), BrokerState::Connected);
        reporter.disconnected(&DisconnectReason::Refused("the password".to_owned()));
        assert_eq!(health.broker(), BrokerState::Refused);
        reporter.disconnected(&DisconnectReason::Lost("no answer".to_owned()));
        assert_eq!(health.broker(), BrokerState::Disconnected);
    }

    fn reporter() -> (ConnectionReporter, Health) {
        let health = Health::default();
        let reporter = ConnectionReporter::new(&MqttSettings::default(), health.clone());
        (reporter, health)
    }

    /// Which of the attempts that fail for these reasons, one after the other, are logged.
    fn logged(reporter: &mut ConnectionReporter, reasons: &[DisconnectReason]) -> Vec<bool> {
        let logged = reasons.iter().map(|reason| reporter.is_news(reason));
        logged.collect()
    }

    #[test]
    fn a_reason_is_logged_when_it_changes() {
        let (mut reporter, _) = reporter();
        let [down, unknown] =
            ["it is down", "no such name"].map(|why| DisconnectReason::Lost(why.to_owned()));
        let refused = DisconnectReason::Refused("the password".to_owned());
        let attempts = [&down, &down, &unknown, &unknown, &refused, &refused];
        let attempts = attempts.map(Clone::clone);
        assert_eq!(
            logged(&mut reporter, &attempts),
            [true, false, true, false, true, false]
        );
        assert_eq!(
            logged(&mut reporter, &[down.clone(), down.clone(), down.clone()]),
            [false, true, false],
            "logged before: once it lasts"
        );
        reporter.connected();
        assert_eq!(logged(&mut reporter, &[down]), [true], "lost again");
    }

    #[test]
    fn alternating_or_ever_new_reasons_do_not_fill_the_journal() {
        let (mut reporter, _) = reporter();
        let reason = |number: usize| DisconnectReason::Lost(format!("reason {number}"));
        for number in 0..100 {
            let is_logged = reporter.is_news(&reason(number % 2));
            assert_eq!(is_logged, number < 2, "attempt {number}");
        }
        let logged = (2..100).filter(|number| reporter.is_news(&reason(*number)));
        assert_eq!(logged.count(), REASONS_MAX - 2);
        assert!(reporter.is_news(&reason(99)), "it lasts");
    }
}
