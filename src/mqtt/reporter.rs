//! Reports the state of the session to [`Health`], and its changes and their reasons to the journal.
//!
//! Failed attempts repeat while a broker is away, so a reason is logged when it differs from the last one that was logged,
//! not at each attempt. Reasons that alternate are logged once each: one that was logged before is logged again only when
//! two attempts in a row fail for it. What a broker limits is logged once for each limit as long as the process runs: it is
//! the same in the next session.

use log::{error, info, warn};

use super::broker_finding::BrokerFinding;
use super::disconnect_reason::DisconnectReason;
use crate::config::MqttSettings;
use crate::names::journal;
use crate::sink::{BrokerCause, BrokerState, Health};

/// Reasons that are logged at once between two sessions, at most.
const REASONS_MAX: usize = 8;

/// Limits of a broker that are logged, at most.
const LIMITS_MAX: usize = 16;

/// See the module.
#[derive(Debug)]
pub struct ConnectionReporter {
    health: Health,
    /// The reasons that were logged since the last session, the newest last.
    logged: Vec<DisconnectReason>,
    /// The reason of the last failure.
    last: Option<DisconnectReason>,
    /// The limits that were logged.
    limits: Vec<String>,
    /// The limits of this session.
    current: Vec<String>,
    /// Why nothing arrives in this session.
    denial: Option<String>,
    broker: String,
    user: String,
}

impl ConnectionReporter {
    /// Reports to `health`: disconnected, for a start.
    pub fn new(settings: &MqttSettings, health: Health) -> Self {
        health.set_broker(BrokerState::Disconnected, BrokerCause::Nothing);
        let user = settings.username.as_ref();
        Self {
            health,
            logged: Vec::new(),
            last: None,
            limits: Vec::new(),
            current: Vec::new(),
            denial: None,
            broker: settings.url.to_string(),
            user: user.map_or(String::new(), |user| format!(" as {user}")),
        }
    }

    /// A session starts.
    pub fn connected(&mut self) {
        self.logged.clear();
        self.last = None;
        self.current.clear();
        self.show();
        if self
            .health
            .set_broker(BrokerState::Connected, BrokerCause::Nothing)
        {
            let (broker, user) = (&self.broker, &self.user);
            info!(MESSAGE_ID = journal::BROKER_CONNECTED; "connected to {broker}{user}");
        }
    }

    /// Something was found out about the broker.
    pub fn found(&mut self, finding: BrokerFinding) {
        match finding {
            BrokerFinding::Limit(limit) => self.limited(limit),
            BrokerFinding::Denied(why) => self.denied(why),
            BrokerFinding::Proven => {
                if self.denial.take().is_some()
                    && self
                        .health
                        .set_broker(BrokerState::Connected, BrokerCause::Nothing)
                {
                    let broker = &self.broker;
                    info!(MESSAGE_ID = journal::BROKER_CONNECTED; "what is published arrives at {broker}");
                }
            }
        }
        self.show();
    }

    fn limited(&mut self, limit: String) {
        if !self.limits.contains(&limit) && self.limits.len() < LIMITS_MAX {
            let broker = &self.broker;
            warn!(MESSAGE_ID = journal::BROKER_LIMITS; "{broker} sets a limit: {limit}");
            self.limits.push(limit.clone());
        }
        if !self.current.contains(&limit) && self.current.len() < LIMITS_MAX {
            self.current.push(limit);
        }
    }

    fn denied(&mut self, why: String) {
        self.health
            .set_broker(BrokerState::Refused, BrokerCause::NoPublish);
        if self.denial.as_ref() != Some(&why) {
            if self.denial.is_none() {
                let broker = &self.broker;
                warn!(MESSAGE_ID = journal::BROKER_DENIES; "no proof that messages arrive at {broker}: {why}");
            }
            self.denial = Some(why);
        }
    }

    /// Puts what limits this session into [`Health`].
    fn show(&self) {
        let current = self.current.iter().map(String::as_str);
        let all: Vec<&str> = self.denial.as_deref().into_iter().chain(current).collect();
        self.health.set_broker_detail(&all.join("; "));
    }

    /// The session was lost, or an attempt failed.
    pub fn disconnected(&mut self, reason: &DisconnectReason) {
        let (state, cause) = match reason {
            DisconnectReason::Lost(cause, _) => (BrokerState::Disconnected, *cause),
            DisconnectReason::Refused(cause, _) => (BrokerState::Refused, *cause),
        };
        self.health.set_broker(state, cause);
        self.current.clear();
        self.denial = None;
        self.show();
        if !self.is_news(reason) {
            return;
        }
        let broker = &self.broker;
        match reason {
            DisconnectReason::Lost(_, why) => {
                warn!(MESSAGE_ID = journal::BROKER_LOST; "no session with {broker}: {why}; trying again");
            }
            DisconnectReason::Refused(_, why) => {
                warn!(MESSAGE_ID = journal::BROKER_REFUSED; "no session with {broker}: {why}");
            }
        }
    }

    /// The sink stops.
    pub fn ended(&self) {
        self.health
            .set_broker(BrokerState::Disconnected, BrokerCause::Nothing);
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

    /// Another daemon publishes there. `is_withheld`: so this one does not.
    pub fn began(&self, meter: &str, topic: &str, is_withheld: bool) {
        self.health.set_topic_conflict(meter, true);
        let effect = if is_withheld {
            "this one came second and publishes nothing of the meter"
        } else {
            "values alternate, and nothing is announced to Home Assistant"
        };
        error!(
            MESSAGE_ID = journal::TOPIC_CONFLICT, LINKY_METER = meter;
            "another daemon publishes on {topic}: {effect}. Give the meter \
             another id in [[meter]] on one of them, or another base-topic in [mqtt]"
        );
    }

    /// The other daemon does not any more.
    pub fn ended(&self, meter: &str, topic: &str) {
        self.health.set_topic_conflict(meter, false);
        info!(
            MESSAGE_ID = journal::TOPIC_CONFLICT, LINKY_METER = meter;
            "no other daemon publishes on {topic}: this one does"
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
        reporter.disconnected(&DisconnectReason::Refused(
            BrokerCause::BadCredentials,
            "the password".to_owned(),
        ));
        assert_eq!(health.broker(), BrokerState::Refused);
        assert_eq!(health.broker_cause(), BrokerCause::BadCredentials);
        reporter.disconnected(&DisconnectReason::Lost(
            BrokerCause::Timeout,
            "no answer".to_owned(),
        ));
        assert_eq!(health.broker(), BrokerState::Disconnected);
    }

    #[test]
    fn a_denial_is_a_refusal_until_something_arrives_and_a_limit_is_none() {
        let (mut reporter, health) = reporter();
        reporter.connected();
        for _ in 0..2 {
            reporter.found(BrokerFinding::Limit("small".to_owned()));
        }
        assert_eq!(health.broker(), BrokerState::Connected);
        assert_eq!(&*health.broker_detail(), "small");
        reporter.found(BrokerFinding::Denied("an ACL".to_owned()));
        assert_eq!(health.broker(), BrokerState::Refused);
        assert_eq!(health.broker_cause(), BrokerCause::NoPublish);
        assert_eq!(&*health.broker_detail(), "an ACL; small");
        reporter.found(BrokerFinding::Proven);
        assert_eq!(health.broker(), BrokerState::Connected);
        reporter.disconnected(&DisconnectReason::Lost(
            BrokerCause::Timeout,
            "it is away".to_owned(),
        ));
        assert!(health.broker_detail().is_empty());
        assert_eq!(reporter.limits, ["small"], "logged once");
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
        let [down, unknown] = ["it is down", "no such name"]
            .map(|why| DisconnectReason::Lost(BrokerCause::Timeout, why.to_owned()));
        let refused =
            DisconnectReason::Refused(BrokerCause::BadCredentials, "the password".to_owned());
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
        let reason = |number: usize| {
            DisconnectReason::Lost(BrokerCause::Timeout, format!("reason {number}"))
        };
        for number in 0..100 {
            let is_logged = reporter.is_news(&reason(number % 2));
            assert_eq!(is_logged, number < 2, "attempt {number}");
        }
        let logged = (2..100).filter(|number| reporter.is_news(&reason(*number)));
        assert_eq!(logged.count(), REASONS_MAX - 2);
        assert!(reporter.is_news(&reason(99)), "it lasts");
    }
}
