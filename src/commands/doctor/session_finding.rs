//! What can be found about the broker, and its text.

use super::check_state::CheckState;
use crate::mqtt::TrialFailure;
use crate::sink::BrokerCause;
use crate::words::Words;

/// What was found about the broker at this address.
#[derive(Clone, Debug)]
pub struct SessionFinding {
    /// Its address, as it is configured.
    pub url: String,
    /// The user, if one is configured.
    pub user: Option<String>,
    /// What it does.
    pub state: SessionState,
}

/// What the broker does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// MQTT is off.
    Off,
    /// The daemon has a session, and what it publishes arrives.
    Connected,
    /// It takes what this command publishes; the daemon does not run.
    Answers,
    /// It takes what this command publishes; the daemon runs and has no session.
    OnlyForUs,
    /// It was not tried: only root can read the password, or the files of TLS.
    Untried,
    /// The stored password is right, and the daemon was not given it.
    NotGiven,
    /// Another daemon publishes these meters on the same topics.
    Conflict(Vec<String>),
    /// It cannot be used.
    Failed {
        /// Why.
        cause: BrokerCause,
        /// The topic on which nothing could be published, if that is what failed.
        topic: Option<String>,
        /// What TLS lacks, or the resolver answers, in English.
        detail: Option<String>,
    },
}

impl SessionState {
    /// That of a session of this command which failed.
    pub fn of_failure(failure: &TrialFailure) -> Self {
        match failure {
            TrialFailure::NotPublished(cause, topic) => Self::Failed {
                cause: *cause,
                topic: Some(topic.clone()),
                detail: None,
            },
            TrialFailure::NoSession(cause, detail) => Self::Failed {
                cause: *cause,
                topic: None,
                detail: [BrokerCause::Tls, BrokerCause::NameUnknown]
                    .contains(cause)
                    .then(|| detail.clone()),
            },
        }
    }
}

impl SessionFinding {
    /// How the check ended.
    pub fn state(&self) -> CheckState {
        match &self.state {
            SessionState::Connected | SessionState::Answers => CheckState::Ok,
            SessionState::Off | SessionState::Untried => CheckState::Skipped,
            SessionState::OnlyForUs => CheckState::Warning,
            SessionState::NotGiven | SessionState::Conflict(_) | SessionState::Failed { .. } => {
                CheckState::Failed
            }
        }
    }

    /// The word for it in JSON; of a failure that of the cause, as `BrokerCause` on D-Bus.
    pub fn word(&self) -> &'static str {
        match &self.state {
            SessionState::Off => "off",
            SessionState::Connected => "connected",
            SessionState::Answers => "answers",
            SessionState::OnlyForUs => "not_connected",
            SessionState::Untried => "not_tried",
            SessionState::NotGiven => "password_not_given",
            SessionState::Conflict(_) => "topic_conflict",
            SessionState::Failed { cause, .. } => cause.as_str(),
        }
    }

    /// What it is, for people.
    pub fn text(&self, words: Words) -> String {
        let url = &self.url;
        match &self.state {
            SessionState::Off => words.broker_off(),
            SessionState::Connected => words.broker_connected(url),
            SessionState::Answers => words.broker_answers(url),
            SessionState::OnlyForUs => words.broker_only_for_us(url),
            SessionState::Untried => words.broker_untried(url),
            SessionState::NotGiven => words.broker_password_not_given(url),
            SessionState::Conflict(meters) => words.broker_conflict(url, &meters.join(", ")),
            SessionState::Failed {
                cause,
                topic,
                detail,
            } => {
                let text = self.failure(*cause, topic.as_deref().unwrap_or("…"), words);
                match detail {
                    Some(detail) => format!("{text}\n({})", words.translated(detail)),
                    None => text,
                }
            }
        }
    }

    fn failure(&self, cause: BrokerCause, topic: &str, words: Words) -> String {
        let url = &self.url;
        match (cause, &self.user) {
            (BrokerCause::NameUnknown, _) => words.broker_name_unknown(url),
            (BrokerCause::Unreachable, _) => words.broker_unreachable(url),
            (BrokerCause::RefusedConnection, _) => words.broker_refuses_connection(url),
            (BrokerCause::Timeout, _) => words.broker_silent(url),
            (BrokerCause::Closed, _) => words.broker_closes(url),
            (BrokerCause::Tls, _) => words.broker_tls(url),
            (BrokerCause::NotMqtt, _) => words.broker_not_mqtt(url),
            (BrokerCause::BadCredentials | BrokerCause::NoPassword, None) => {
                words.broker_wants_user(url)
            }
            (BrokerCause::BadCredentials, Some(user)) => words.broker_refuses_password(url, user),
            (BrokerCause::NoPassword, Some(user)) => words.broker_without_password(url, user),
            (BrokerCause::ClientIdRefused, _) => words.broker_refuses_client_id(url),
            (BrokerCause::ClientIdTaken, _) => words.broker_client_id_taken(url),
            (BrokerCause::NotAuthorized, _) => words.broker_denies(url, topic),
            (BrokerCause::NoPublish, _) => words.broker_throws_away(url, topic),
            (BrokerCause::Busy, _) => words.broker_busy(url),
            (BrokerCause::Refused | BrokerCause::Nothing | BrokerCause::Disabled, _) => {
                words.broker_refuses(url)
            }
        }
    }
}
