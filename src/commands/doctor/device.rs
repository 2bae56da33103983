//! One port: who has it, whether it may be opened, what comes from it, and what that points to.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::adapter::Adapter;
use super::check_state::CheckState;
use super::contract_finding::ContractFinding;
use super::finding::CheckFinding;
use super::holders::{self, Holder, Holders};
use super::line_finding::LineFinding;
use super::listening::{Reception, listen};
use super::machine::Machine;
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use super::port_remedies;
use super::ports;
use super::remedy::Remedy;
use super::report::{CheckLine, Conclusion};
use super::verdict::DoctorVerdict;
use crate::config::Device;
use crate::home::Home;
use crate::meter::{self, Identity, Input, Key, Memory, Meter, Moment, Snapshot, Value};
use crate::serial::{self, Refusal};
use crate::tic::{Flow, Frame, Label, Mode, Role, Sent};

/// The name of the meter that the frames are shown by.
const NAME: &str = "doctor";

/// What was found, and what it comes to.
pub struct Examined {
    /// The checks that could be made.
    pub checks: Vec<CheckLine>,
    /// What they come to.
    pub conclusion: Conclusion,
}

impl Examined {
    /// Whether it works, well or not.
    pub fn is_well(&self) -> bool {
        let states = self.checks.iter().map(|checked| checked.finding.state());
        let mut states = states.filter(|state| *state != CheckState::Ok);
        let is_received = |checked: &CheckLine| {
            matches!(
                checked.finding,
                CheckFinding::Meter(MeterFinding::Received { .. })
            )
        };
        self.checks.iter().any(is_received) && states.all(|state| state == CheckState::Warning)
    }

    fn of(findings: Vec<CheckFinding>, verdict: DoctorVerdict, remedies: Vec<Remedy>) -> Self {
        Self {
            checks: findings.into_iter().map(CheckLine::of).collect(),
            conclusion: Conclusion { verdict, remedies },
        }
    }
}

/// Why a port is not opened.
fn refused(finding: PortFinding, machine: &Machine) -> Examined {
    let (verdict, remedies) = match &finding {
        PortFinding::OfService(..) => (
            DoctorVerdict::PortOfService,
            vec![Remedy::AskService, Remedy::StopService],
        ),
        PortFinding::Held(_, holders) => (
            DoctorVerdict::PortBusy,
            vec![Remedy::StopHolder(holders.clone())],
        ),
        PortFinding::Elsewhere(_, ports) => (
            DoctorVerdict::Port,
            port_remedies::of_other_ports(ports, machine),
        ),
        PortFinding::Refused(refusal) => {
            let verdict = match refusal {
                Refusal::Closed(_) | Refusal::Network { .. } => DoctorVerdict::Server,
                Refusal::Console(_) | Refusal::LoginPrompt { .. } | Refusal::Held(_) => {
                    DoctorVerdict::PortBusy
                }
                _ => DoctorVerdict::Port,
            };
            (verdict, port_remedies::of_refusal(refusal, machine))
        }
        _ => (DoctorVerdict::Port, Vec::new()),
    };
    Examined::of(vec![finding.into()], verdict, remedies)
}

/// Whether a port may be opened: who it is, or why not. `tcp://` needs no look.
pub fn look_at(device: &Path) -> Result<Adapter, PortFinding> {
    let target = serial::resolve(device).map_err(PortFinding::Refused)?;
    if let Some(refusal) = ports::refusal(&target) {
        return Err(PortFinding::Refused(refusal));
    }
    match holders::of(&target) {
        Holders::Processes(holders) if holders.iter().any(Holder::is_service) => {
            Err(PortFinding::OfService(device.to_owned(), Some(target)))
        }
        Holders::Processes(holders) => Err(PortFinding::Held(device.to_owned(), holders)),
        Holders::None | Holders::Hidden => Ok(Adapter::of(&target)),
    }
}

/// Reads a port that may be read. `show` is called for each second of it.
pub fn examine(
    device: &Device,
    adapter: Option<Adapter>,
    machine: &Machine,
    show: impl FnMut(Mode, bool),
) -> Examined {
    let reception = match listen(device, show) {
        Ok(reception) => reception,
        Err(refusal) => return refused(PortFinding::Refused(refusal), machine),
    };
    let is_server = adapter.is_none();
    let port = match adapter {
        None => PortFinding::Server(device.to_string()),
        Some(adapter) if reception.is_changed => PortFinding::Changed(adapter),
        Some(adapter) => PortFinding::Free(adapter),
    };
    match reception.frames.back() {
        Some(frame) => received(port, &reception, frame, is_server),
        None => not_received(port, &reception, is_server),
    }
}

/// A port that is not opened. Where there is none of this name, those that are there are shown; a container sees its own alone.
pub fn not_opened(finding: PortFinding, machine: &Machine) -> Examined {
    let finding = match finding {
        PortFinding::Refused(refusal @ (Refusal::Missing(_) | Refusal::NotAPort(_)))
            if machine.home == Home::Machine =>
        {
            PortFinding::Elsewhere(refusal, ports::all())
        }
        finding => finding,
    };
    refused(finding, machine)
}

fn received(port: PortFinding, reception: &Reception, frame: &Frame, is_server: bool) -> Examined {
    let groups = &reception.groups;
    let shown = shown(reception, frame);
    let mut contract = contract(frame, &shown);
    if groups.rejected.total() > 0 {
        contract.missing.clear();
    }
    let (good, total) = (u64::from(groups.good), groups.total());
    let line = if groups.rejected.total() > 0 {
        let is_checked = frame.is_parity_checked();
        LineFinding::Bad {
            good,
            total,
            fault: meter::LineFault::of_groups(groups, frame.mode(), is_checked),
        }
    } else if frame.is_parity_checked() {
        LineFinding::Clean(total)
    } else {
        LineFinding::WithoutParity(total)
    };
    let (verdict, remedies) = match &line {
        LineFinding::Bad { fault, .. } => {
            let remedies = match fault {
                Some(fault) => port_remedies::of_fault(*fault, is_server),
                None => vec![Remedy::CheckContacts],
            };
            (DoctorVerdict::BadLine, remedies)
        }
        _ if !contract.missing.is_empty() => (DoctorVerdict::Incomplete, vec![Remedy::FindFilter]),
        _ if !contract.lost_phases.is_empty() => (DoctorVerdict::Phase, vec![Remedy::CallGrid]),
        _ if contract.is_clock_degraded => (DoctorVerdict::Clock, vec![Remedy::WaitForClock]),
        LineFinding::WithoutParity(_) => {
            (DoctorVerdict::WithoutParity, vec![Remedy::NothingForParity])
        }
        LineFinding::Clean(_) => (DoctorVerdict::Well, Vec::new()),
    };
    let text = |key| shown.reading.get(key).map(Value::to_string);
    let maker = text(Key::MANUFACTURER).zip(shown.reading.int(Key::MANUFACTURE_YEAR));
    let meter = MeterFinding::Received {
        maker,
        mode: frame.mode(),
    };
    let findings = vec![port.into(), meter.into(), line.into(), contract.into()];
    Examined::of(findings, verdict, remedies)
}

fn not_received(port: PortFinding, reception: &Reception, is_server: bool) -> Examined {
    let seconds = reception.seconds();
    let fault = reception.fault();
    let is_changed = reception.is_changed;
    let (meter, verdict, remedies) = if reception.bytes == 0 {
        let finding = MeterFinding::Silent {
            seconds,
            has_speed: !is_server,
        };
        if is_server {
            let remedies = vec![Remedy::CheckServer, Remedy::CheckTerminals];
            (finding, DoctorVerdict::WiresOfServer, remedies)
        } else {
            let remedies = vec![
                Remedy::CheckTerminals,
                Remedy::StripWires,
                Remedy::CheckAdapterWires,
            ];
            (finding, DoctorVerdict::Wires, remedies)
        }
    } else if let Some(quote) = &reception.quote {
        let remedies = if reception.is_login {
            let unit = "serial-getty@….service".to_owned();
            vec![Remedy::StopLogin(unit), Remedy::CheckWhatAnswers]
        } else {
            vec![Remedy::CheckWhatAnswers]
        };
        let finding = MeterFinding::PlainText(quote.clone());
        (finding, DoctorVerdict::PlainText, remedies)
    } else if reception.has_groups {
        let finding = MeterFinding::WithoutFrame { seconds };
        (finding, DoctorVerdict::BadLine, vec![Remedy::CheckContacts])
    } else {
        let finding = MeterFinding::Unreadable {
            bytes: reception.bytes,
            seconds,
        };
        let remedies = match fault {
            Some(fault) => port_remedies::of_fault(fault, is_server),
            None => vec![Remedy::Tighten, Remedy::Invert, Remedy::Compare],
        };
        (finding, DoctorVerdict::Unreadable(fault), remedies)
    };
    let (verdict, remedies) = if is_changed {
        let remedies = std::iter::once(Remedy::FindStty).chain(remedies);
        (DoctorVerdict::Settings, remedies.collect())
    } else {
        (verdict, remedies)
    };
    Examined::of(vec![port.into(), meter.into()], verdict, remedies)
}

/// The state of a meter that got these frames, the last of them as often as a value must come.
fn shown(reception: &Reception, last: &Frame) -> Arc<Snapshot> {
    const FRAMES_NEEDED: usize = 3;
    let identity = Identity::new(NAME, NAME);
    let mut meter = Meter::new(identity, &Memory::default());
    let repeated = FRAMES_NEEDED.saturating_sub(reception.frames.len());
    let frames = reception.frames.iter();
    let frames = frames.chain(std::iter::repeat_n(last, repeated));
    for (second, frame) in (0..).zip(frames) {
        let now = Moment {
            wall: None,
            mono: Duration::from_secs(second),
        };
        meter.push(Input::Frame(frame.clone()), now);
    }
    meter.last().clone()
}

fn contract(frame: &Frame, shown: &Snapshot) -> ContractFinding {
    let reading = &shown.reading;
    let is_set = |key| matches!(reading.get(key), Some(Value::Bool(true)));
    ContractFinding {
        contract: reading.get(Key::CONTRACT).map(Value::to_string),
        kind: match (frame.mode(), reading.get(Key::CONTRACT_TYPE)) {
            (Mode::Historique, Some(Value::Enum(kind))) => Some(kind),
            _ => None,
        },
        subscribed: reading.int(Key::SUBSCRIBED_POWER),
        phases: reading.int(Key::PHASES),
        power: reading.int(Key::APPARENT_POWER),
        is_producer: is_set(Key::PRODUCER),
        is_clock_degraded: is_set(Key::CLOCK_DEGRADED),
        lost_phases: meter::lost_phases(frame),
        missing: missing(frame),
    }
}

/// The labels without which a meter is of little use, and which every meter of the mode sends; those of each phase too if it has
/// three.
fn missing(frame: &Frame) -> Vec<&'static str> {
    let mut sent = frame.groups().filter_map(|group| group.label());
    let is_three_phase = sent.any(Label::is_three_phase);
    let is_of_phase = |label: &Label| {
        let is_measured = matches!(
            label.role(),
            Role::Current | Role::Voltage | Role::ApparentPower
        );
        is_three_phase && is_measured && label.phase().is_some() && label.sent() == Sent::Always
    };
    let is_needed = |label: &Label| {
        let role = label.role();
        let is_contract = [Label::OPTARIF, Label::PTEC, Label::LTARF, Label::NTARF];
        matches!(
            role,
            Role::Meter | Role::Clock | Role::CalendarName | Role::Total(Flow::Withdrawn)
        ) || is_contract.contains(label)
            || is_of_phase(label)
    };
    let labels = Label::all(frame.mode()).filter(is_needed);
    labels
        .filter(|label| frame.get(*label).is_none())
        .map(Label::name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::{Decoder, Parity};

    #[test]
    fn no_recorded_meter_lacks_a_label() {
        let captures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/captures");
        let mut frames = 0;
        for entry in std::fs::read_dir(captures).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "tic") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for mode in Mode::ALL {
                let decoded = Decoder::new(mode, Parity::Auto).push(&bytes);
                for frame in decoded {
                    if !frame.is_damaged() && !frame.is_short() && frame.groups().len() > 0 {
                        assert_eq!(missing(&frame), [""; 0], "{}", path.display());
                        frames += 1;
                    }
                }
            }
        }
        assert!(frames > 20, "{frames}");
    }
}
