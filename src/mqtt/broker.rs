//! The state of the session, told to those who watch it and, when it changes, to the journal.

use log::{info, warn};
use rumqttc::{ConnectReturnCode, ConnectionError, Error as WireError, StateError, TlsError};
use tokio::sync::watch;

use super::{handshake, tls};
use crate::config::MqttSettings;
use crate::names::journal;

/// The state of the session with the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerState {
    /// The configuration says not to have one.
    Disabled,
    /// There is none.
    Disconnected,
    /// There is one.
    Connected,
    /// The broker does not want us, or we do not trust it: somebody has to put that right.
    Refused,
}

impl BrokerState {
    /// The word that is published.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Disconnected => "disconnected",
            Self::Connected => "connected",
            Self::Refused => "refused",
        }
    }
}

/// Why there is no session. In the texts "it" is the broker.
#[derive(Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was lost, or could not be made: why.
    Lost(String),
    /// It cannot be made until somebody does something: why, and what.
    Refused(String),
}

impl From<&ConnectionError> for Cause {
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

impl From<tls::Error> for Cause {
    fn from(error: tls::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

/// What the broker refuses; `None` for what passes.
fn refused(code: ConnectReturnCode) -> Option<&'static str> {
    match code {
        ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized => Some(
            "the user name or the password. Set username in [mqtt], and store the password with: sudo linky-sensor set-password",
        ),
        ConnectReturnCode::BadClientId => Some("the client id. Set client-id in [mqtt]"),
        ConnectReturnCode::RefusedProtocolVersion => Some("the protocol. It must speak MQTT 3.1.1"),
        ConnectReturnCode::ServiceUnavailable | ConnectReturnCode::Success => None,
    }
}

/// Tells the state.
#[derive(Debug)]
pub struct Voice {
    state: watch::Sender<BrokerState>,
    /// What the journal knows: the state, and why it is refused.
    told: Option<(BrokerState, Option<String>)>,
    broker: String,
    user: String,
}

impl Voice {
    /// Tells `state`, which is disconnected from now on.
    pub fn new(settings: &MqttSettings, state: watch::Sender<BrokerState>) -> Self {
        state.send_replace(BrokerState::Disconnected);
        let user = settings.username.as_ref();
        Self {
            state,
            told: None,
            broker: settings.url.to_string(),
            user: user.map_or(String::new(), |user| format!(" as {user}")),
        }
    }

    /// There is a session.
    pub fn connected(&mut self) {
        if self.is_new(BrokerState::Connected, None) {
            let (broker, user) = (&self.broker, &self.user);
            info!(MESSAGE_ID = journal::BROKER_CONNECTED; "connected to {broker}{user}");
        }
    }

    /// There is none.
    pub fn disconnected(&mut self, cause: &Cause) {
        let is_new = match cause {
            Cause::Lost(_) => self.is_new(BrokerState::Disconnected, None),
            Cause::Refused(why) => self.is_new(BrokerState::Refused, Some(why)),
        };
        if !is_new {
            return;
        }
        let broker = &self.broker;
        match cause {
            Cause::Lost(why) => {
                warn!(MESSAGE_ID = journal::BROKER_LOST; "no session with {broker}: {why}; trying again");
            }
            Cause::Refused(why) => {
                warn!(MESSAGE_ID = journal::BROKER_REFUSED; "no session with {broker}: {why}");
            }
        }
    }

    /// The session was ended.
    pub fn ended(&self) {
        self.state.send_replace(BrokerState::Disconnected);
    }

    fn is_new(&mut self, state: BrokerState, refusal: Option<&str>) -> bool {
        self.state.send_if_modified(|known| {
            let is_new = *known != state;
            *known = state;
            is_new
        });
        let now = Some((state, refusal.map(str::to_owned)));
        let is_new = self.told != now;
        self.told = now;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do_and_a_busy_broker_is_only_away() {
        let cause = |code| Cause::from(&ConnectionError::ConnectionRefused(code));
        for code in [
            ConnectReturnCode::BadUserNamePassword,
            ConnectReturnCode::NotAuthorized,
        ] {
            let Cause::Refused(what) = cause(code) else {
                panic!("{code:?} is no refusal");
            };
            assert!(what.contains("set-password"), "{what}");
        }
        let busy = cause(ConnectReturnCode::ServiceUnavailable);
        assert!(matches!(busy, Cause::Lost(_)), "{busy:?}");
    }

    #[test]
    fn a_change_is_told_once() {
        let (sender, state) = watch::channel(BrokerState::Disabled);
        let mut voice = Voice::new(&MqttSettings::default(), sender);
        assert_eq!(*state.borrow(), BrokerState::Disconnected);
        let is_lost_anew = |voice: &mut Voice| voice.is_new(BrokerState::Disconnected, None);
        assert!(is_lost_anew(&mut voice), "the first failure");
        assert!(!is_lost_anew(&mut voice), "the next ones");
        voice.connected();
        assert_eq!(*state.borrow(), BrokerState::Connected);
        voice.disconnected(&Cause::Refused("the password".to_owned()));
        assert_eq!(*state.borrow(), BrokerState::Refused);
        let mut is_refused_anew = |why| voice.is_new(BrokerState::Refused, Some(why));
        assert!(!is_refused_anew("the password"));
        assert!(is_refused_anew("the client id"), "another refusal");
        assert!(is_lost_anew(&mut voice));
    }
}
