//! Ports that an adapter may be on, and the proof that a meter is behind one.

use std::io;
use std::path::Path;

use super::present::Present;
use crate::commands::console::Console;
use crate::commands::doctor::{
    self, CheckFinding, DoctorVerdict, Examined, ListedPort, Machine, MeterFinding, Style,
};
use crate::config::Device;
use crate::tic::Mode;
use crate::words::Words;

/// What listening to a port gave.
pub enum PortProof {
    /// A meter is received.
    Received(ReceivedMeter),
    /// None is; what was found instead.
    Missing(Box<Examined>),
}

/// What is known of a meter that is received.
pub struct ReceivedMeter {
    /// Its mode, where it was listened to; the daemon has others.
    pub mode: Option<Mode>,
    /// The sentence for people.
    pub sentence: String,
    /// Groups that were good, and all; where it was listened to.
    pub groups: Option<(u64, u64)>,
}

/// A port that may be chosen.
pub struct PortChoice {
    /// What is configured for it: the name that stays the same, if there is one.
    pub device: Device,
    /// Its short name.
    pub shown: String,
    /// What it is, for people.
    pub text: String,
}

/// The ports of this machine that are free, or that the daemon reads.
pub fn choices(words: Words) -> Vec<PortChoice> {
    let ports = doctor::all_ports();
    let usable = ports
        .iter()
        .filter(|port| port.is_free() || port.is_of_service());
    usable.map(|port| choice(port, words)).collect()
}

fn choice(port: &ListedPort, words: Words) -> PortChoice {
    PortChoice {
        device: Device::Path(port.best_name().to_owned()),
        shown: port.device.display().to_string(),
        text: port.adapter.text(words),
    }
}

/// Whether two devices are the same port.
pub fn is_same(one: &Device, other: &Device) -> bool {
    let target = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match (one, other) {
        (Device::Path(one), Device::Path(other)) => target(one) == target(other),
        _ => one == other,
    }
}

/// Listens to a port until a meter is received, or for some seconds. A port that the daemon reads is not opened: the daemon is
/// asked. While it is listened to, each second is shown, on a line that begins with `shown`; `None`: it is not.
pub fn prove(
    device: &Device,
    present: &Present,
    machine: &Machine,
    shown: Option<&str>,
    console: &mut Console,
) -> io::Result<PortProof> {
    let words = console.words();
    let style = Style::of_stdout(words);
    let named = device.to_string();
    let examined = doctor::examine(Path::new(&named), machine, style, shown, console)?;
    if let DoctorVerdict::PortOfService = examined.conclusion.verdict
        && let Some(received) = through_service(device, present, words)
    {
        return Ok(PortProof::Received(received));
    }
    Ok(match received(&examined, words) {
        Some(received) => PortProof::Received(received),
        None => PortProof::Missing(Box::new(examined)),
    })
}

/// What the daemon receives from this port.
fn through_service(device: &Device, present: &Present, words: Words) -> Option<ReceivedMeter> {
    let mut meters = present.settings.meters.iter();
    let meter = meters.find(|meter| is_same(&meter.device, device))?;
    let mut surveyed = doctor::survey_meters(&present.settings).into_iter();
    let found = surveyed.find(|surveyed| surveyed.id == meter.id.as_str())?;
    let MeterFinding::Live { .. } = found.meter else {
        return None;
    };
    Some(ReceivedMeter {
        mode: None,
        sentence: words.setup_live(&found.meter.text(words)),
        groups: None,
    })
}

/// What was received, if a meter was.
fn received(examined: &Examined, words: Words) -> Option<ReceivedMeter> {
    let findings = || examined.checks.iter().map(|checked| &checked.finding);
    let (mode, maker) = findings().find_map(|finding| match finding {
        CheckFinding::Meter(MeterFinding::Received { mode, maker }) => Some((*mode, maker)),
        _ => None,
    })?;
    let line = findings().find_map(|finding| match finding {
        CheckFinding::Line(line) => Some(line),
        _ => None,
    })?;
    let contract = findings().find_map(|finding| match finding {
        CheckFinding::Contract(contract) => Some(contract.text(words)),
        _ => None,
    });
    let maker = maker
        .as_ref()
        .map(|(maker, year)| words.setup_maker(maker, &year.to_string()));
    let details: Vec<String> = maker.into_iter().chain(contract).collect();
    Some(ReceivedMeter {
        mode: Some(mode),
        sentence: words.setup_received(mode.as_str(), &details.join(", "), &line.text(words)),
        groups: Some(line.groups()),
    })
}
