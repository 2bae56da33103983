//! What can be found about the daemon, and its text.

use super::check_state::CheckState;
use crate::words::Words;

/// What was found about the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceFinding {
    /// It runs.
    Running {
        /// For how long, in seconds.
        seconds: Option<u64>,
        /// It waits for a port.
        is_patient: bool,
        /// Its version, if it is not that of this command.
        version: Option<String>,
    },
    /// It starts.
    Starting,
    /// It was stopped.
    Stopped,
    /// It was stopped, and does not start with the machine.
    Disabled,
    /// It ended with this code.
    Failed(i32),
    /// There is no unit.
    NotInstalled,
    /// It does not run, and there is no systemd to ask.
    NotRunning,
    /// The configuration takes it off the bus.
    OffBus,
    /// There is no bus.
    NoBus,
    /// The policy of the bus does not let us ask.
    Denied,
    /// It does not answer.
    Silent,
}

impl ServiceFinding {
    /// How the check ended.
    pub fn state(&self) -> CheckState {
        match self {
            Self::Running { version: None, .. } => CheckState::Ok,
            Self::Running { .. } | Self::Starting | Self::NoBus => CheckState::Warning,
            Self::OffBus => CheckState::Skipped,
            _ => CheckState::Failed,
        }
    }

    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Running { version: None, .. } => "running",
            Self::Running { .. } => "other_version",
            Self::Starting => "starting",
            Self::Stopped => "stopped",
            Self::Disabled => "disabled",
            Self::Failed(_) => "failed",
            Self::NotInstalled => "not_installed",
            Self::NotRunning => "not_running",
            Self::OffBus => "off_bus",
            Self::NoBus => "no_bus",
            Self::Denied => "denied",
            Self::Silent => "silent",
        }
    }

    /// What it is, for people.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Running {
                seconds,
                is_patient,
                version,
            } => {
                let running = match seconds {
                    Some(seconds) => words.service_running_for(&words.span(*seconds)),
                    None => words.service_running(),
                };
                match version {
                    Some(version) => {
                        words.service_other_version(&running, version, env!("CARGO_PKG_VERSION"))
                    }
                    None if *is_patient => words.service_patient(&running),
                    None => running,
                }
            }
            Self::Starting => words.service_starting(),
            Self::Stopped => words.service_stopped(),
            Self::Disabled => words.service_disabled(),
            Self::Failed(code) => words.service_failed(i64::from(*code)),
            Self::NotInstalled => words.service_missing(),
            Self::NotRunning => words.service_not_running(),
            Self::OffBus => words.service_off_bus(),
            Self::NoBus => words.service_no_bus(),
            Self::Denied => words.service_denied(),
            Self::Silent => words.service_silent(),
        }
    }
}
