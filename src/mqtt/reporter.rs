//! Reports the state of the session to [`Health`], and its changes and their reasons to the journal.
//!
//! Failed attempts repeat while a broker is away, so a reason is logged when it differs from the last one that was logged,
//! not at each attempt. Reasons that alternate are logged once each: one that was logged before is logged again only when
//! two attempts in a row fail for it.

use log::{error, info, warn};

use super::disconnect_reason::DisconnectReason;
use crate::config::MqttSettings;
use crate::names::journal;
use crate::sink::{BrokerState, Health};

/// Reasons that are logged at once between two sessions, at most.
const REASONS_MAX: usize = 8;

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

/// Reports meters whose states another daemon publishes on the same topic.
#[derive(Debug)]
pub struct ConflictReporter {
    health: Health,
}

impl ConflictReporter {
    /// Reports to `health` and the journal.
    pub fn new(health: Health) -> Self {
        Self { health }
    }

    /// Another daemon publishes there.
    pub fn began(&self, meter: &str, topic: &str) {
        self.health.set_topic_conflict(meter, true);
        error!(
            MESSAGE_ID = journal::TOPIC_CONFLICT, LINKY_METER = meter;
            "another daemon publishes on {topic}: values alternate, and nothing is announced to Home Assistant. Give the meter \
             another id in [[meter]] on one of them, or another base-topic in [mqtt]"
        );
    }

    /// The other daemon does not any more.
    pub fn ended(&self, meter: &str, topic: &str) {
        self.health.set_topic_conflict(meter, false);
        info!(
            MESSAGE_ID = journal::TOPIC_CONFLICT, LINKY_METER = meter;
            "only this daemon publishes on {topic} again"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
