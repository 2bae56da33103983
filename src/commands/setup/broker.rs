//! The broker: its address as people type it, and what a short session with it proves.

use super::plan::BrokerPlan;
use super::present::Present;
use crate::commands::doctor::{self, SessionFinding, SessionState};
use crate::config::{BrokerUrl, InvalidValue, Secret};
use crate::mqtt::{BrokerTrial, TrialFailure, try_broker};
use crate::sink::BrokerCause;
use crate::words::Words;

/// The name of this command in the topic of the message that is published and read back.
const PURPOSE: &str = "setup";

/// The broker that an option names, or that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokerOption {
    /// No MQTT.
    None,
    /// This one.
    At(BrokerUrl),
}

impl BrokerOption {
    /// A host, an address, or a word for none.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        match text {
            "none" => Ok(Self::None),
            _ => parse_address(text).map(Self::At),
        }
    }
}

/// An address as people type it: without a scheme it is `mqtt://`.
///
/// # Errors
/// What was expected instead.
pub fn parse_address(text: &str) -> Result<BrokerUrl, InvalidValue> {
    if text.contains("://") || text.contains('@') {
        BrokerUrl::parse(text)
    } else {
        BrokerUrl::parse(&format!("mqtt://{text}"))
    }
}

/// Connects to a broker, publishes a message and reads it back, with all other settings as configured. Blocks, for a minute or
/// so where nothing answers.
///
/// # Errors
/// The step that failed, and why.
pub fn prove(
    broker: &BrokerPlan,
    password: Option<Secret>,
    present: &Present,
) -> Result<BrokerTrial, TrialFailure> {
    let settings = broker.settings(&present.settings.mqtt);
    try_broker(&settings, password, PURPOSE)
}

/// Whether a broker answers there, even if it refuses the session.
pub fn answers(trial: &Result<BrokerTrial, TrialFailure>) -> bool {
    !matches!(
        trial.as_ref().map_err(TrialFailure::cause),
        Err(BrokerCause::NameUnknown
            | BrokerCause::Unreachable
            | BrokerCause::RefusedConnection
            | BrokerCause::Timeout
            | BrokerCause::Closed
            | BrokerCause::Tls
            | BrokerCause::NotMqtt)
    )
}

/// Why [`prove`] failed, for people, and the steps to take.
pub fn explained(
    broker: &BrokerPlan,
    failure: &TrialFailure,
    present: &Present,
    words: Words,
) -> (String, Vec<String>) {
    if let Some(found) = failure.unknown_authority() {
        let file = broker.ca_file.as_ref();
        let file = file.map(|path| path.display().to_string());
        let BrokerUrl { host, port, .. } = &broker.url;
        let found = words.translated(found);
        let text = words.setup_authority_unknown(host, *port, file.as_deref(), &found);
        return (text, vec![words.setup_do_name_authority()]);
    }
    let finding = SessionFinding {
        url: broker.url.to_string(),
        user: broker.username.clone(),
        state: SessionState::of_failure(failure),
    };
    let remedies =
        doctor::remedies_of_broker(failure.cause(), &broker.settings(&present.settings.mqtt));
    let steps = remedies.iter().map(|remedy| remedy.text(words)).collect();
    (finding.text(words), steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_no_scheme() {
        for (typed, url) in [
            ("nas.local", "mqtt://nas.local:1883"),
            ("192.0.2.7:1884", "mqtt://192.0.2.7:1884"),
            ("mqtts://nas.local", "mqtts://nas.local:8883"),
        ] {
            assert_eq!(parse_address(typed).unwrap().to_string(), url);
        }
        for wrong in ["", "a b", "http://nas", "linky@nas", "nas:port"] {
            assert!(parse_address(wrong).is_err(), "{wrong}");
        }
        assert_eq!(BrokerOption::parse("none").unwrap(), BrokerOption::None);
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let failed = |cause| Err(TrialFailure::NoSession(cause, String::new()));
        assert!(answers(&failed(BrokerCause::BadCredentials)));
        assert!(answers(&failed(BrokerCause::NotAuthorized)));
        assert!(!answers(&failed(BrokerCause::RefusedConnection)));
        assert!(!answers(&failed(BrokerCause::NameUnknown)));
    }
}
