//! The checks of the doctor, in their order, and what each can find.

use super::check_state::CheckState;
use super::contract_finding::ContractFinding;
use super::line_finding::LineFinding;
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use crate::words::Words;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
    /// The port.
    Port,
    /// The meter behind it.
    Meter,
    /// The line to it.
    Line,
    /// What it counts.
    Contract,
}

impl CheckName {
    /// Its word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Port => "port",
            Self::Meter => "meter",
            Self::Line => "line",
            Self::Contract => "contract",
        }
    }

    /// Its name for people.
    pub fn text(self, words: Words) -> String {
        match self {
            Self::Port => words.check_port(),
            Self::Meter => words.check_meter(),
            Self::Line => words.check_line(),
            Self::Contract => words.check_contract(),
        }
    }
}

/// What a check found.
#[derive(Debug)]
pub enum CheckFinding {
    /// About the port.
    Port(PortFinding),
    /// About the meter.
    Meter(MeterFinding),
    /// About the line.
    Line(LineFinding),
    /// About the contract.
    Contract(ContractFinding),
}

impl CheckFinding {
    /// What was checked.
    pub fn check(&self) -> CheckName {
        match self {
            Self::Port(_) => CheckName::Port,
            Self::Meter(_) => CheckName::Meter,
            Self::Line(_) => CheckName::Line,
            Self::Contract(_) => CheckName::Contract,
        }
    }

    /// How it ended.
    pub fn state(&self) -> CheckState {
        match self {
            Self::Port(finding) => finding.state(),
            Self::Meter(finding) => finding.state(),
            Self::Line(finding) => finding.state(),
            Self::Contract(finding) => finding.state(),
        }
    }

    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Port(finding) => finding.word(),
            Self::Meter(finding) => finding.word(),
            Self::Line(finding) => finding.word(),
            Self::Contract(finding) => finding.word(),
        }
    }

    /// What it is, for people; more lines than one for a list.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Port(finding) => finding.text(words),
            Self::Meter(finding) => finding.text(words),
            Self::Line(finding) => finding.text(words),
            Self::Contract(finding) => finding.text(words),
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
