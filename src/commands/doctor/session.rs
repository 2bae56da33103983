//! The broker: how the daemon's session is, else what a short session of this command proves.

use super::daemon::{Daemon, is_connected};
use super::session_finding::{SessionFinding, SessionState};
use crate::config::{self, MqttSettings, PasswordError};
use crate::home::Home;
use crate::mqtt::{self, try_broker};
use crate::sink::BrokerCause;

/// The name of this command in the topic of its message.
const PURPOSE: &str = "doctor";

/// Finds how the broker is. Where the daemon's session works, there is no second one.
pub fn find(mqtt: &MqttSettings, daemon: Option<&Daemon>) -> SessionFinding {
    SessionFinding {
        url: mqtt.url.to_string(),
        user: mqtt.username.clone(),
        state: state(mqtt, daemon),
    }
}

fn state(mqtt: &MqttSettings, daemon: Option<&Daemon>) -> SessionState {
    if !mqtt.enabled {
        return SessionState::Off;
    }
    let cause = daemon.and_then(|daemon| BrokerCause::named(&daemon.overview.broker_cause));
    if let Some(daemon) = daemon {
        let conflicts = &daemon.overview.topic_conflicts;
        if !conflicts.is_empty() {
            return SessionState::Conflict(conflicts.clone());
        }
        if is_connected(daemon) {
            return SessionState::Connected;
        }
    }
    // A twin evicts the daemon alone: our own session has another client id.
    if cause == Some(BrokerCause::ClientIdTaken) {
        return failed(BrokerCause::ClientIdTaken);
    }
    let password = match config::stored_password(mqtt) {
        Ok(password) => password,
        Err(error) => return unreadable(&error, cause),
    };
    let lacks_password = password.is_none() && mqtt.username.is_some();
    if !nix::unistd::Uid::effective().is_root() && (lacks_password || is_kept_from_us(mqtt)) {
        return cause
            .filter(|cause| *cause != BrokerCause::Nothing)
            .map_or(SessionState::Untried, failed);
    }
    let is_stored = password.is_some();
    match try_broker(mqtt, password, PURPOSE) {
        Ok(_) if cause == Some(BrokerCause::NoPassword) && is_stored => SessionState::NotGiven,
        Ok(_) if daemon.is_some() => SessionState::OnlyForUs,
        Ok(_) => SessionState::Answers,
        Err(failure) => SessionState::of_failure(&failure),
    }
}

/// Whether this user may not read a file of TLS: the service, another user, perhaps may. In a container it is the same one.
fn is_kept_from_us(settings: &MqttSettings) -> bool {
    let is_denied = |error: &mqtt::Error| error.denied().is_some();
    Home::current() == Home::Machine && mqtt::check_files(settings).iter().any(is_denied)
}

fn failed(cause: BrokerCause) -> SessionState {
    SessionState::Failed {
        cause,
        topic: None,
        detail: None,
    }
}

/// The password cannot be read: by this user, or by nobody.
fn unreadable(error: &PasswordError, cause: Option<BrokerCause>) -> SessionState {
    match (error.denied(), cause) {
        (Some(_), None | Some(BrokerCause::Nothing)) => SessionState::Untried,
        (Some(_), Some(cause)) => failed(cause),
        (None, _) => failed(BrokerCause::NoPassword),
    }
}
