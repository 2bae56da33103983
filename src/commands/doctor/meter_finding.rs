//! What can be found about the meter behind a port, and its text.

use super::check_state::CheckState;
use crate::tic::Mode;
use crate::words::Words;

/// What was found about a meter.
#[derive(Debug)]
pub enum MeterFinding {
    /// It is received.
    Received {
        /// Who made it, and in which year.
        maker: Option<(String, u64)>,
        /// Its mode.
        mode: Mode,
    },
    /// Nothing comes.
    Silent {
        /// For how long it was read.
        seconds: u64,
        /// It was read at both speeds; a server has none of ours.
        has_speed: bool,
    },
    /// Bytes come, and no group among them.
    Unreadable {
        /// How many.
        bytes: u64,
        /// In which time.
        seconds: u64,
    },
    /// Groups come, and no frame ends.
    WithoutFrame {
        /// In which time.
        seconds: u64,
    },
    /// Text comes.
    PlainText(String),
}

impl MeterFinding {
    /// How the check ended.
    pub fn state(&self) -> CheckState {
        match self {
            Self::Received { .. } => CheckState::Ok,
            Self::Unreadable { .. } | Self::WithoutFrame { .. } => CheckState::Warning,
            Self::Silent { .. } | Self::PlainText(_) => CheckState::Failed,
        }
    }

    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::Silent { .. } => "silent",
            Self::Unreadable { .. } => "unreadable",
            Self::WithoutFrame { .. } => "no_frame",
            Self::PlainText(_) => "text",
        }
    }

    /// What it is, for people.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Received { maker, mode } => {
                let baud = words.baud(mode.baud());
                match maker {
                    Some((maker, year)) => {
                        words.meter_known(maker, &year.to_string(), mode.as_str(), &baud)
                    }
                    None => words.meter_nameless(mode.as_str(), &baud),
                }
            }
            Self::Silent {
                seconds,
                has_speed: true,
            } => words.meter_silent(*seconds),
            Self::Silent { seconds, .. } => words.meter_silent_server(*seconds),
            Self::Unreadable { bytes, seconds } => {
                words.meter_unreadable(&words.count(*bytes), *seconds)
            }
            Self::WithoutFrame { seconds } => words.meter_without_frame(*seconds),
            Self::PlainText(quote) => words.meter_text(quote),
        }
    }
}
