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
    /// The daemon receives it.
    Live {
        /// The power of the moment, in VA.
        power: Option<u64>,
        /// Damaged frames since the start.
        damaged: u64,
        /// The share of good groups, in percent, if it is poor.
        poor: Option<u64>,
        /// The phases, from 1, that have no voltage.
        lost_phases: Vec<u64>,
    },
    /// The daemon receives no byte: its `Silent`.
    Quiet,
    /// The daemon receives bytes, and no good group among them: its `Unreadable`.
    Unread,
    /// The daemon receives groups, and no whole frame: its `WithoutFrame`.
    NoFrame,
    /// The daemon receives a login prompt: its `PlainText`.
    Login,
    /// The daemon has just opened the port.
    Starting,
    /// There is no port to read.
    WithoutPort,
    /// There is no daemon to ask.
    Unasked,
    /// The daemon does not read it: it is not in its configuration.
    NotOfService,
}

impl MeterFinding {
    /// How the check ended.
    pub fn state(&self) -> CheckState {
        match self {
            Self::Received { .. } => CheckState::Ok,
            Self::Live {
                poor: None,
                lost_phases,
                ..
            } if lost_phases.is_empty() => CheckState::Ok,
            Self::Unreadable { .. }
            | Self::WithoutFrame { .. }
            | Self::Live { .. }
            | Self::Starting => CheckState::Warning,
            Self::Silent { .. }
            | Self::PlainText(_)
            | Self::Quiet
            | Self::Unread
            | Self::NoFrame
            | Self::Login => CheckState::Failed,
            Self::WithoutPort | Self::Unasked | Self::NotOfService => CheckState::Skipped,
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
            Self::Live { lost_phases, .. } if !lost_phases.is_empty() => "phase_lost",
            Self::Live { poor: None, .. } => "live",
            Self::Live { .. } => "bad_line",
            Self::Quiet => "silent",
            Self::Unread => "unreadable",
            Self::NoFrame => "no_frame",
            Self::Login => "text",
            Self::Starting => "starting",
            Self::WithoutPort => "no_port",
            Self::Unasked => "not_asked",
            Self::NotOfService => "not_of_service",
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
            Self::Live {
                power,
                damaged,
                poor,
                lost_phases,
            } => {
                let live = live_text(*power, *damaged, *poor, words);
                match lost_phases.as_slice() {
                    [] => live,
                    lost => words.with_lost_phases(&live, lost),
                }
            }
            Self::Quiet => words.meter_quiet(),
            Self::Unread => words.meter_unread(),
            Self::NoFrame => words.meter_no_frame(),
            Self::Login => words.meter_login(),
            Self::Starting => words.meter_starting(),
            Self::WithoutPort => words.meter_without_port(),
            Self::Unasked => words.meter_unasked(),
            Self::NotOfService => words.meter_not_of_service(),
        }
    }
}

fn live_text(power: Option<u64>, damaged: u64, poor: Option<u64>, words: Words) -> String {
    let damaged = match damaged {
        0 => words.no_damaged_frame(),
        count => words.damaged_frames(count, &words.count(count)),
    };
    let live = match power {
        Some(power) => words.meter_live(&format!("{} VA", words.count(power)), &damaged),
        None => words.meter_live_only(&damaged),
    };
    match poor {
        Some(quality) => {
            let quality = i64::try_from(quality).unwrap_or_default();
            words.meter_poor(&live, &words.percent(quality))
        }
        None => live,
    }
}
