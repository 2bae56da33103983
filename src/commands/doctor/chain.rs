//! What the whole chain was found to be, and the lines for it: the same checks in the same order, whatever is wrong.

use super::check_state::CheckState;
use super::configuration_finding::ConfigurationFinding;
use super::finding::CheckFinding;
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use super::report::CheckLine;
use super::service_finding::ServiceFinding;
use super::session_finding::SessionFinding;

/// The chain, from the configuration to the broker.
#[derive(Debug)]
pub struct SurveyedChain {
    /// The files.
    pub configuration: ConfigurationFinding,
    /// The daemon.
    pub service: ServiceFinding,
    /// Each meter of the configuration.
    pub meters: Vec<SurveyedMeter>,
    /// The broker; `None` where the configuration cannot be read.
    pub session: Option<SessionFinding>,
    /// States that wait for the broker.
    pub waiting: u64,
}

/// A meter of the configuration.
#[derive(Debug)]
pub struct SurveyedMeter {
    /// Its id.
    pub id: String,
    /// Its port.
    pub port: PortFinding,
    /// What comes from it.
    pub meter: MeterFinding,
}

impl SurveyedChain {
    /// Whether every meter is received.
    pub fn is_received(&self) -> bool {
        let is_live =
            |surveyed: &SurveyedMeter| matches!(surveyed.meter, MeterFinding::Live { .. });
        !self.meters.is_empty() && self.meters.iter().all(is_live)
    }

    /// Whether a meter that is received has a phase without voltage.
    pub fn has_lost_phase(&self) -> bool {
        self.meters.iter().any(|surveyed| {
            matches!(&surveyed.meter, MeterFinding::Live { lost_phases, .. } if !lost_phases.is_empty())
        })
    }

    /// How the check of the broker ended.
    pub fn session_state(&self) -> CheckState {
        let session = self.session.as_ref();
        session.map_or(CheckState::Skipped, SessionFinding::state)
    }

    /// A line for each check.
    pub fn into_lines(self) -> Vec<CheckLine> {
        let mut lines = vec![
            CheckLine::of(self.configuration),
            CheckLine::of(self.service),
        ];
        let is_one = self.meters.len() == 1;
        for surveyed in self.meters {
            let meter = (!is_one).then_some(surveyed.id);
            let findings: [CheckFinding; 2] = [surveyed.port.into(), surveyed.meter.into()];
            lines.extend(findings.map(|finding| CheckLine {
                meter: meter.clone(),
                finding,
            }));
        }
        lines.extend(self.session.map(CheckLine::of));
        lines
    }
}
