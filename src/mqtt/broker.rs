//! The state of the session, told to those who watch it and, when it or its cause changes, to the journal.
//!
//! Attempts follow each other for as long as a broker is away, so a cause is told when it is another than the last one that
//! was told, not at each attempt. Two that take turns are told once each: one that was told before is told again only
//! when two attempts in a row end by it.

use log::{info, warn};
use rumqttc::{ConnectReturnCode, ConnectionError, Error as WireError, StateError, TlsError};

use super::{handshake, tls};
use crate::config::MqttSettings;
use crate::names::journal;
use crate::sink::{BrokerState, Health};

/// So many causes are told between two sessions as soon as they are found; more are no news but noise.
const CAUSES: usize = 8;

/// Why there is no session. In the texts "it" is the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    health: Health,
    /// The causes that the journal was told since the last session, the last one at the end.
    told: Vec<Cause>,
    /// How the last attempt ended.
    last: Option<Cause>,
    broker: String,
    user: String,
}

impl Voice {
    /// Sets the state in `health`, which is disconnected from now on.
    pub fn new(settings: &MqttSettings, health: Health) -> Self {
        health.set_broker(BrokerState::Disconnected);
        let user = settings.username.as_ref();
        Self {
            health,
            told: Vec::new(),
            last: None,
            broker: settings.url.to_string(),
            user: user.map_or(String::new(), |user| format!(" as {user}")),
        }
    }

    /// There is a session.
    pub fn connected(&mut self) {
        self.told.clear();
        self.last = None;
        if self.publish(BrokerState::Connected) {
            let (broker, user) = (&self.broker, &self.user);
            info!(MESSAGE_ID = journal::BROKER_CONNECTED; "connected to {broker}{user}");
        }
    }

    /// There is none.
    pub fn disconnected(&mut self, cause: &Cause) {
        self.publish(match cause {
            Cause::Lost(_) => BrokerState::Disconnected,
            Cause::Refused(_) => BrokerState::Refused,
        });
        if !self.is_news(cause) {
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
        self.publish(BrokerState::Disconnected);
    }

    /// Returns whether it is another state.
    fn publish(&self, state: BrokerState) -> bool {
        self.health.set_broker(state)
    }

    /// Whether the journal is to be told this cause.
    fn is_news(&mut self, cause: &Cause) -> bool {
        let is_lasting = self.last.as_ref() == Some(cause);
        let is_first = self.told.len() < CAUSES && !self.told.contains(cause);
        let is_news = self.told.last() != Some(cause) && (is_first || is_lasting);
        if is_news {
            self.told.retain(|told| told != cause);
            if self.told.len() >= CAUSES {
                self.told.remove(0);
            }
            self.told.push(cause.clone());
        }
        self.last = Some(cause.clone());
        is_news
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
    fn the_state_is_published() {
        let health = Health::default();
        let mut voice = Voice::new(&MqttSettings::default(), health.clone());
        assert_eq!(health.broker(), BrokerState::Disconnected);
        voice.connected();
        assert_eq!(health.broker(), BrokerState::Connected);
        voice.disconnected(&Cause::Refused("the password".to_owned()));
        assert_eq!(health.broker(), BrokerState::Refused);
        voice.disconnected(&Cause::Lost("no answer".to_owned()));
        assert_eq!(health.broker(), BrokerState::Disconnected);
    }

    /// Which of the attempts that end by these causes, one after the other, the journal is told of.
    fn told_of(voice: &mut Voice, causes: &[Cause]) -> Vec<bool> {
        let told = causes.iter().map(|cause| voice.is_news(cause));
        told.collect()
    }

    #[test]
    fn a_cause_is_told_when_it_is_another() {
        let mut voice = Voice::new(&MqttSettings::default(), Health::default());
        let [down, unknown] = ["it is down", "no such name"].map(|why| Cause::Lost(why.to_owned()));
        let refused = Cause::Refused("the password".to_owned());
        let attempts = [&down, &down, &unknown, &unknown, &refused, &refused];
        let attempts = attempts.map(Clone::clone);
        assert_eq!(
            told_of(&mut voice, &attempts),
            [true, false, true, false, true, false]
        );
        assert_eq!(
            told_of(&mut voice, &[down.clone(), down.clone(), down.clone()]),
            [false, true, false],
            "told before: once it lasts"
        );
        voice.connected();
        assert_eq!(told_of(&mut voice, &[down]), [true], "lost anew");
    }

    #[test]
    fn causes_that_take_turns_or_never_end_do_not_fill_the_journal() {
        let mut voice = Voice::new(&MqttSettings::default(), Health::default());
        let cause = |number: usize| Cause::Lost(format!("cause {number}"));
        for number in 0..100 {
            let is_told = voice.is_news(&cause(number % 2));
            assert_eq!(is_told, number < 2, "attempt {number}");
        }
        let told = (2..100).filter(|number| voice.is_news(&cause(*number)));
        assert_eq!(told.count(), CAUSES - 2);
        assert!(voice.is_news(&cause(99)), "it lasts");
    }
}
