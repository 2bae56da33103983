//! The sentence: what it comes to.

use super::line_finding::fault_text;
use crate::meter::LineFault;
use crate::tic::Mode;
use crate::words::Words;

/// What it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoctorVerdict {
    /// All is well.
    Well,
    /// It works, without parity.
    WithoutParity,
    /// The line is bad.
    BadLine,
    /// Labels are missing.
    Incomplete,
    /// A phase has no voltage.
    Phase,
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
    /// Everything is good.
    AllWell {
        /// It is published on MQTT.
        is_published: bool,
    },
    /// It works, and something deserves a look.
    Works,
    /// It has just begun.
    Starting,
    /// The configuration has faults.
    Configuration,
    /// The daemon runs with the configuration of before.
    Outdated,
    /// The daemon does not run.
    Service,
    /// The daemon cannot be asked.
    Bus,
    /// There is no adapter; nothing else is wrong.
    OnlyAdapter,
    /// There is no adapter, and more is wrong.
    Adapter,
    /// No port is named.
    Unnamed,
    /// The port was found.
    PortFound,
    /// The daemon listens to this mode only.
    ModeFixed(Mode),
    /// The daemon does not get its port.
    PortOfDaemon,
    /// Nothing comes at the daemon.
    Quiet,
    /// Nothing good comes at the daemon.
    Unread,
    /// The broker is the culprit.
    Broker {
        /// The meter is received.
        is_meter_fine: bool,
        /// In which way.
        fault: BrokerFault,
        /// States that wait for it.
        waiting: u64,
    },
}

/// In which way the broker, or the session with it, is the culprit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerFault {
    /// It is not reached.
    Away,
    /// The password is wrong.
    Password,
    /// The daemon was not given the password.
    Credential,
    /// Nothing may be published.
    Rights,
    /// TLS.
    Tls,
    /// Two clients of one id.
    ClientId,
    /// Two daemons on one topic.
    Conflict,
    /// It refuses.
    Refusal,
    /// The daemon is not connected yet.
    Session,
}

impl DoctorVerdict {
    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::WithoutParity => "no_parity",
            Self::BadLine => "bad_line",
            Self::Incomplete => "labels_missing",
            Self::Phase => "phase_lost",
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
            Self::AllWell { .. } => "all_well",
            Self::Works => "works",
            Self::Starting => "starting",
            Self::Configuration => "configuration",
            Self::Outdated => "outdated",
            Self::Service => "service",
            Self::Bus => "bus",
            Self::OnlyAdapter | Self::Adapter => "adapter",
            Self::Unnamed => "unnamed",
            Self::PortFound => "port_found",
            Self::ModeFixed(_) => "mode_fixed",
            Self::PortOfDaemon => "port",
            Self::Quiet => "wires",
            Self::Unread => "unreadable",
            Self::Broker { .. } => "broker",
        }
    }

    /// The sentence, for people; more lines than one for a long one.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Well => words.verdict_well(),
            Self::WithoutParity => words.verdict_parity(),
            Self::BadLine => words.verdict_bad_line(),
            Self::Incomplete => words.verdict_incomplete(),
            Self::Phase => words.verdict_phase(),
            Self::Clock => words.verdict_clock(),
            Self::Wires => words.verdict_wires(),
            Self::WiresOfServer => words.verdict_wires_of_server(),
            Self::Unreadable(None) => words.verdict_unreadable(),
            Self::Unreadable(Some(fault)) => {
                words.verdict_unreadable_for(&fault_text(*fault, words))
            }
            Self::PlainText => words.verdict_text(),
            Self::Settings => words.verdict_settings(),
            Self::PortBusy => words.verdict_port_busy(),
            Self::PortOfService => words.verdict_port_of_service(),
            Self::Port => words.verdict_port(),
            Self::Server => words.verdict_server(),
            Self::AllWell { is_published: true } => words.verdict_all_well(),
            Self::AllWell { .. } => words.verdict_well_without_mqtt(),
            Self::Works => words.verdict_works(),
            Self::Starting => words.verdict_starting(),
            Self::Configuration => words.verdict_configuration(),
            Self::Outdated => words.verdict_outdated(),
            Self::Service => words.verdict_service(),
            Self::Bus => words.verdict_bus(),
            Self::OnlyAdapter => words.verdict_only_adapter(),
            Self::Adapter => words.verdict_adapter(),
            Self::Unnamed => words.verdict_unnamed(),
            Self::PortFound => words.verdict_port_found(),
            Self::ModeFixed(mode) => words.verdict_mode(mode.as_str(), other(*mode).as_str()),
            Self::PortOfDaemon => words.verdict_port_of_daemon(),
            Self::Quiet => words.verdict_quiet(),
            Self::Unread => words.verdict_unread(),
            Self::Broker {
                is_meter_fine,
                fault,
                waiting,
            } => {
                let meter = is_meter_fine.then(|| words.meter_is_fine());
                let waiting =
                    (*waiting > 0).then(|| words.states_wait(*waiting, &words.count(*waiting)));
                let sentences = [meter, Some(fault.text(words)), waiting];
                sentences
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" ")
            }
        }
    }
}

impl BrokerFault {
    fn text(self, words: Words) -> String {
        match self {
            Self::Away => words.broker_fault_away(),
            Self::Password => words.broker_fault_password(),
            Self::Credential => words.broker_fault_credential(),
            Self::Rights => words.broker_fault_rights(),
            Self::Tls => words.broker_fault_tls(),
            Self::ClientId => words.broker_fault_client_id(),
            Self::Conflict => words.broker_fault_conflict(),
            Self::Refusal => words.broker_fault_refusal(),
            Self::Session => words.broker_fault_session(),
        }
    }
}

fn other(mode: Mode) -> Mode {
    match mode {
        Mode::Standard => Mode::Historique,
        Mode::Historique => Mode::Standard,
    }
}
