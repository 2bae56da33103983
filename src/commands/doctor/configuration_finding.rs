//! What can be found about the configuration, and its text.

use super::check_state::CheckState;
use crate::config::Location;
use crate::tic::Mode;
use crate::words::Words;

/// What was found about the configuration.
#[derive(Clone, Debug)]
pub enum ConfigurationFinding {
    /// It is valid.
    Valid,
    /// There is no file, and the defaults are in force.
    Defaults,
    /// It is valid, and the daemon runs with that of before.
    Changed,
    /// It is valid, and imposes a mode on a meter that is not received.
    ModeFixed(Mode, Location),
    /// It has so many faults, the first of them here.
    Faults(usize, Location),
}

impl ConfigurationFinding {
    /// How the check ended.
    pub fn state(&self) -> CheckState {
        match self {
            Self::Valid | Self::Defaults => CheckState::Ok,
            Self::ModeFixed(..) | Self::Changed => CheckState::Warning,
            Self::Faults(..) => CheckState::Failed,
        }
    }

    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Defaults => "defaults",
            Self::Changed => "changed",
            Self::ModeFixed(..) => "mode_fixed",
            Self::Faults(..) => "faults",
        }
    }

    /// What it is, for people.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Valid => words.configuration_valid(),
            Self::Defaults => words.configuration_defaults(),
            Self::Changed => words.configuration_changed(),
            Self::ModeFixed(mode, location) => {
                words.configuration_mode_fixed(mode.as_str(), &location_text(location, words))
            }
            Self::Faults(count, location) => {
                words.configuration_faults(*count as u64, &location_text(location, words))
            }
        }
    }
}

/// A file, and the line if there is one.
pub fn location_text(location: &Location, words: Words) -> String {
    let file = location.path().display().to_string();
    match location.line() {
        Some(line) => words.at_line(&file, line as u64),
        None => file,
    }
}
