//! The checks of the doctor, in their order, and what each can find.

use super::contract_finding::ContractFinding;
use super::line_finding::LineFinding;
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use crate::words::Words;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The port.
    Port,
    /// The meter behind it.
    Meter,
    /// The line to it.
    Line,
    /// What it counts.
    Contract,
}

impl Check {
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

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// It is as it should be.
    Ok,
    /// It works, or may work, and deserves a look.
    Warning,
    /// It does not work.
    Failed,
}

impl CheckState {
    /// Its word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// What a check found.
#[derive(Debug)]
pub enum Finding {
    /// About the port.
    Port(PortFinding),
    /// About the meter.
    Meter(MeterFinding),
    /// About the line.
    Line(LineFinding),
    /// About the contract.
    Contract(ContractFinding),
}

impl Finding {
    /// What was checked.
    pub fn check(&self) -> Check {
        match self {
            Self::Port(_) => Check::Port,
            Self::Meter(_) => Check::Meter,
            Self::Line(_) => Check::Line,
            Self::Contract(_) => Check::Contract,
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

impl From<PortFinding> for Finding {
    fn from(finding: PortFinding) -> Self {
        Self::Port(finding)
    }
}

impl From<MeterFinding> for Finding {
    fn from(finding: MeterFinding) -> Self {
        Self::Meter(finding)
    }
}

impl From<LineFinding> for Finding {
    fn from(finding: LineFinding) -> Self {
        Self::Line(finding)
    }
}

impl From<ContractFinding> for Finding {
    fn from(finding: ContractFinding) -> Self {
        Self::Contract(finding)
    }
}
