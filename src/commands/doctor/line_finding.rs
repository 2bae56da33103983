//! What can be found about the line to a meter, and its text.

use super::check_state::CheckState;
use crate::meter::LineFault;
use crate::words::Words;

/// What was found about a line that gives frames: groups that are good, of these.
#[derive(Debug)]
pub enum LineFinding {
    /// All of them, with parity.
    Clean(u64),
    /// All of them; the adapter strips the parity bit.
    WithoutParity(u64),
    /// Not all of them.
    Bad {
        /// Those that are good.
        good: u64,
        /// All.
        total: u64,
        /// What the others point to.
        fault: Option<LineFault>,
    },
}

impl LineFinding {
    /// How the check ended.
    pub fn state(&self) -> CheckState {
        match self {
            Self::Clean(_) => CheckState::Ok,
            Self::WithoutParity(_) | Self::Bad { .. } => CheckState::Warning,
        }
    }

    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Clean(_) => "clean",
            Self::WithoutParity(_) => "no_parity",
            Self::Bad { .. } => "bad",
        }
    }

    /// The groups that are good, and all.
    pub fn groups(&self) -> (u64, u64) {
        match self {
            Self::Clean(all) | Self::WithoutParity(all) => (*all, *all),
            Self::Bad { good, total, .. } => (*good, *total),
        }
    }

    /// What it is, for people.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Clean(all) => words.line_clean(&words.count(*all), &words.count(*all)),
            Self::WithoutParity(all) => {
                words.line_without_parity(&words.count(*all), &words.count(*all))
            }
            Self::Bad { good, total, fault } => words.line_bad(
                &words.count(*good),
                &words.count(*total),
                &fault.map_or_else(|| words.fault_unknown(), |fault| fault_text(fault, words)),
            ),
        }
    }
}

/// What the errors of a line point to.
pub fn fault_text(fault: LineFault, words: Words) -> String {
    match fault {
        LineFault::Levels => words.fault_levels(),
        LineFault::ParityStripped => words.fault_parity(),
        LineFault::Noise => words.fault_noise(),
        LineFault::LostCharacters => words.fault_lost(),
        LineFault::TooSlow => words.fault_too_slow(),
        LineFault::ShortPulses => words.fault_short_pulses(),
        LineFault::SlowLine => words.fault_slow_line(),
        LineFault::OneLevel => words.fault_one_level(),
        LineFault::Inverted => words.fault_inverted(),
    }
}
