//! The sentence: what it comes to.

use super::line_finding::fault_text;
use crate::meter::LineFault;
use crate::words::Words;

/// What it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoctorVerdict {
    /// All is well.
    Well,
    /// It works, without parity.
    WithoutParity,
    /// The line is bad.
    BadLine,
    /// Labels are missing.
    Incomplete,
    /// The meter has lost its time.
    Clock,
    /// Nothing comes through the adapter.
    Wires,
    /// Nothing comes from the server.
    WiresOfServer,
    /// Something comes, for this reason if it is seen.
    Unreadable(Option<LineFault>),
    /// Text comes.
    PlainText,
    /// Another program changes the settings.
    Settings,
    /// Others have the port.
    PortBusy,
    /// The daemon has it.
    PortOfService,
    /// The port cannot be opened.
    Port,
    /// The server cannot be reached.
    Server,
}

impl DoctorVerdict {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::WithoutParity => "no_parity",
            Self::BadLine => "bad_line",
            Self::Incomplete => "labels_missing",
            Self::Clock => "clock_degraded",
            Self::Wires => "wires",
            Self::WiresOfServer => "wires_of_server",
            Self::Unreadable(_) => "unreadable",
            Self::PlainText => "text",
            Self::Settings => "settings_changed",
            Self::PortBusy => "port_busy",
            Self::PortOfService => "port_of_service",
            Self::Port => "port",
            Self::Server => "server",
        }
    }

    /// The sentence, for people; more lines than one for a long one.
    pub fn text(self, words: Words) -> String {
        match self {
            Self::Well => words.verdict_well(),
            Self::WithoutParity => words.verdict_parity(),
            Self::BadLine => words.verdict_bad_line(),
            Self::Incomplete => words.verdict_incomplete(),
            Self::Clock => words.verdict_clock(),
            Self::Wires => words.verdict_wires(),
            Self::WiresOfServer => words.verdict_wires_of_server(),
            Self::Unreadable(None) => words.verdict_unreadable(),
            Self::Unreadable(Some(fault)) => {
                words.verdict_unreadable_for(&fault_text(fault, words))
            }
            Self::PlainText => words.verdict_text(),
            Self::Settings => words.verdict_settings(),
            Self::PortBusy => words.verdict_port_busy(),
            Self::PortOfService => words.verdict_port_of_service(),
            Self::Port => words.verdict_port(),
            Self::Server => words.verdict_server(),
        }
    }
}
