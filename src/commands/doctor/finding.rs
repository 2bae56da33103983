//! The checks of the doctor, in their order, and what each can find.

use super::check_state::CheckState;
use super::configuration_finding::ConfigurationFinding;
use super::contract_finding::ContractFinding;
use super::line_finding::LineFinding;
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use super::service_finding::ServiceFinding;
use super::session_finding::SessionFinding;
use crate::words::Words;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
    /// The configuration.
    Configuration,
    /// The daemon.
    Service,
    /// The port.
    Port,
    /// The meter behind it.
    Meter,
    /// The line to it.
    Line,
    /// What it counts.
    Contract,
    /// The broker.
    Broker,
}

impl CheckName {
    /// Its word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Service => "service",
            Self::Port => "port",
            Self::Meter => "meter",
            Self::Line => "line",
            Self::Contract => "contract",
            Self::Broker => "broker",
        }
    }

    /// Its name for people.
    pub fn text(self, words: Words) -> String {
        match self {
            Self::Configuration => words.name_of_configuration(),
            Self::Service => words.name_of_service(),
            Self::Port => words.name_of_port(),
            Self::Meter => words.name_of_meter(),
            Self::Line => words.name_of_line(),
            Self::Contract => words.name_of_contract(),
            Self::Broker => words.name_of_broker(),
        }
    }
}

/// What a check found.
#[derive(Debug)]
pub enum CheckFinding {
    /// About the configuration.
    Configuration(ConfigurationFinding),
    /// About the daemon.
    Service(ServiceFinding),
    /// About the port.
    Port(PortFinding),
    /// About the meter.
    Meter(MeterFinding),
    /// About the line.
    Line(LineFinding),
    /// About the contract.
    Contract(ContractFinding),
    /// About the broker.
    Broker(SessionFinding),
}

impl CheckFinding {
    /// What was checked.
    pub fn check(&self) -> CheckName {
        match self {
            Self::Configuration(_) => CheckName::Configuration,
            Self::Service(_) => CheckName::Service,
            Self::Port(_) => CheckName::Port,
            Self::Meter(_) => CheckName::Meter,
            Self::Line(_) => CheckName::Line,
            Self::Contract(_) => CheckName::Contract,
            Self::Broker(_) => CheckName::Broker,
        }
    }

    /// How it ended.
    pub fn state(&self) -> CheckState {
        match self {
            Self::Configuration(finding) => finding.state(),
            Self::Service(finding) => finding.state(),
            Self::Port(finding) => finding.state(),
            Self::Meter(finding) => finding.state(),
            Self::Line(finding) => finding.state(),
            Self::Contract(finding) => finding.state(),
            Self::Broker(finding) => finding.state(),
        }
    }

    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Configuration(finding) => finding.word(),
            Self::Service(finding) => finding.word(),
            Self::Port(finding) => finding.word(),
            Self::Meter(finding) => finding.word(),
            Self::Line(finding) => finding.word(),
            Self::Contract(finding) => finding.word(),
            Self::Broker(finding) => finding.word(),
        }
    }

    /// What it is, for people; more lines than one for a list.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Configuration(finding) => finding.text(words),
            Self::Service(finding) => finding.text(words),
            Self::Port(finding) => finding.text(words),
            Self::Meter(finding) => finding.text(words),
            Self::Line(finding) => finding.text(words),
            Self::Contract(finding) => finding.text(words),
            Self::Broker(finding) => finding.text(words),
        }
    }
}

impl From<PortFinding> for CheckFinding {
    fn from(finding: PortFinding) -> Self {
        Self::Port(finding)
    }
}

impl From<MeterFinding> for CheckFinding {
    fn from(finding: MeterFinding) -> Self {
        Self::Meter(finding)
    }
}

impl From<LineFinding> for CheckFinding {
    fn from(finding: LineFinding) -> Self {
        Self::Line(finding)
    }
}

impl From<ContractFinding> for CheckFinding {
    fn from(finding: ContractFinding) -> Self {
        Self::Contract(finding)
    }
}

impl From<ConfigurationFinding> for CheckFinding {
    fn from(finding: ConfigurationFinding) -> Self {
        Self::Configuration(finding)
    }
}

impl From<ServiceFinding> for CheckFinding {
    fn from(finding: ServiceFinding) -> Self {
        Self::Service(finding)
    }
}

impl From<SessionFinding> for CheckFinding {
    fn from(finding: SessionFinding) -> Self {
        Self::Broker(finding)
    }
}
