//! `linky-sensor doctor`: what is there, whether a meter is received, and what to do.
//!
//! Input: this machine, and a port if one is named. Output: a line for each check, one sentence, and what to do; or one JSON
//! object. Each finding is a type of its own; the texts are in `words::doctor` alone.
//!
//! | file | |
//! |---|---|
//! | `survey` | the whole chain, without opening a port; its parts: |
//! | `daemon`, `session` | the daemon over D-Bus, the broker |
//! | `chain`, `diagnosis` | what was found, and which link of the chain is broken |
//! | `device` | one port: read, and what that points to; its parts: |
//! | `listening` | reading it |
//! | `holders`, `adapter`, `ports` | who has it open, what it is, which there are |
//! | `machine` | what advice depends on |
//! | `finding`, `check_state`, `*_finding` | the checks, and what each can find |
//! | `verdict`, `remedy` | the sentence, what to do |
//! | `port_remedies`, `broker_remedies` | what to do about a port, about a broker |
//! | `report` | how all this is printed |
//!
//! Invariants: a port that another process has open, or that a login prompt or the kernel uses, is never opened. No number of
//! a meter is printed.

mod adapter;
mod broker_remedies;
mod chain;
mod check_state;
mod configuration_finding;
mod contract_finding;
mod daemon;
mod device;
mod diagnosis;
mod finding;
mod holders;
mod line_finding;
mod listening;
mod machine;
mod meter_finding;
mod port_finding;
mod port_remedies;
mod ports;
mod remedy;
mod report;
mod service_finding;
mod session;
mod session_finding;
mod survey;
mod verdict;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use self::adapter::Adapter;
pub use self::broker_remedies::of_broker as remedies_of_broker;
pub use self::check_state::CheckState;
pub use self::configuration_finding::location_text;
pub use self::device::Examined;
use self::diagnosis::{BrokerPlace, diagnose};
pub use self::finding::CheckFinding;
pub use self::machine::Machine;
pub use self::meter_finding::MeterFinding;
pub use self::port_finding::refusal_text;
pub use self::port_remedies::of_no_adapter as remedies_of_no_adapter;
pub use self::ports::{ListedPort, all as all_ports, refusal};
use self::remedy::Remedy;
use self::report::{CheckLine, Conclusion};
pub use self::report::{Style, write_checks, write_conclusion};
pub use self::session_finding::{SessionFinding, SessionState};
pub use self::survey::survey_meters;
pub use self::verdict::DoctorVerdict;
use super::console::{CommandError, Console};
use super::prompt;
use crate::config::{self, Device, InvalidValue};
use crate::names::{exit, file};
use crate::tic::Mode;
use crate::words::Words;

/// What to look at.
#[derive(Clone, Debug, clap::Args)]
pub struct Doctor {
    /// The port to read, or tcp://host:port; without it, the whole chain is looked at and no port is opened
    #[arg(value_parser = parse_port)]
    device: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Looks, and prints what was found. Returns `OK` if all is well or works, else `FAILURE`.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let machine = Machine::here();
        let style = Style::of_stdout(console.words());
        let is_well = match &self.device {
            None => self.look_at_all(&machine, style, console)?,
            Some(device) => {
                let shown = (!self.json).then_some("");
                let examined = examine(device, &machine, style, shown, console)?;
                let is_well = examined.is_well();
                self.print(console, style, &machine, &examined)?;
                is_well
            }
        };
        Ok(if is_well { exit::OK } else { exit::FAILURE })
    }

    /// The whole chain. Offers to listen to the only port that may be the one, where somebody can answer.
    fn look_at_all(
        &self,
        machine: &Machine,
        style: Style,
        console: &mut Console,
    ) -> io::Result<bool> {
        let path = console.config().to_owned();
        let chain = survey::survey(&path);
        let settings = config::load(&path).ok();
        let place = BrokerPlace {
            path: &path,
            mqtt: settings.as_ref().map(|settings| &settings.mqtt),
        };
        let conclusion = diagnose(&chain, machine, &place);
        let can_answer = !self.json && io::stdin().is_terminal() && io::stdout().is_terminal();
        let candidate = survey::only_candidate(&chain)
            .filter(|_| can_answer && conclusion.verdict == DoctorVerdict::Unnamed);
        let checks = chain.into_lines();
        let is_well = checks
            .iter()
            .all(|line| line.finding.state() != CheckState::Failed)
            && conclusion.verdict != DoctorVerdict::Unnamed;
        if let Some((port, adapter)) = candidate {
            write_checks(console, style, &checks)?;
            writeln!(console)?;
            if is_agreed(console, &style.words.ask_to_listen())? {
                return listen_to_candidate(&port, adapter, machine, style, console);
            }
            write_conclusion(console, style, machine, &conclusion)?;
            return Ok(is_well);
        }
        let found = Examined { checks, conclusion };
        self.print(console, style, machine, &found)?;
        Ok(is_well)
    }

    fn print(
        &self,
        out: &mut dyn Write,
        style: Style,
        machine: &Machine,
        examined: &Examined,
    ) -> io::Result<()> {
        let Examined { checks, conclusion } = examined;
        if self.json {
            let report = report::to_json(checks, machine, conclusion);
            return writeln!(out, "{report}");
        }
        write_checks(out, style, checks)?;
        write_conclusion(out, style, machine, conclusion)
    }
}

/// The name of a port, also relative to the working directory. One without a folder is looked up in /dev later.
fn parse_port(text: &str) -> Result<PathBuf, InvalidValue> {
    match Device::parse(text) {
        Err(error) if text.contains('/') && !Path::new(text).exists() => Err(error),
        _ => Ok(PathBuf::from(text)),
    }
}

/// Whether somebody agrees. The end of the input is no.
fn is_agreed(console: &mut Console, question: &str) -> io::Result<bool> {
    match prompt::yes(console, question) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            writeln!(console)?;
            Ok(false)
        }
        answer => answer,
    }
}

/// Listens to a port that nobody named yet. Returns whether it is the one.
fn listen_to_candidate(
    port: &Path,
    adapter: Adapter,
    machine: &Machine,
    style: Style,
    console: &mut Console,
) -> io::Result<bool> {
    let device = Device::Path(port.to_owned());
    let Examined {
        checks,
        conclusion: other,
    } = show_listening(&device, style, console, |show| {
        device::examine(&device, Some(adapter), machine, show)
    })?;
    let is_meter = |line: &CheckLine| {
        matches!(
            &line.finding,
            CheckFinding::Meter(MeterFinding::Received { .. })
        )
    };
    let is_found = checks.iter().any(is_meter);
    write_checks(console, style, &checks)?;
    let conclusion = if is_found {
        Conclusion {
            verdict: DoctorVerdict::PortFound,
            remedies: vec![Remedy::Setup],
        }
    } else {
        other
    };
    write_conclusion(console, style, machine, &conclusion)?;
    Ok(is_found)
}

/// Whether this is the link that the udev rules of the package make.
fn is_link_of_package(device: &Path) -> bool {
    device == Path::new(file::DEVICE)
}

/// Reads a port, if it may be read. While it is read, each second is shown, on a line that begins with `shown`; `None`: it is
/// not.
pub fn examine(
    device: &Path,
    machine: &Machine,
    style: Style,
    shown: Option<&str>,
    out: &mut Console,
) -> io::Result<Examined> {
    let named = Device::parse(&device.to_string_lossy());
    let (device, adapter) = match named {
        Ok(network @ Device::Tcp { .. }) => (network, None),
        _ => {
            let device = ports::named(device);
            match device::look_at(&device) {
                Ok(adapter) => (Device::Path(device), Some(adapter)),
                Err(finding) => return Ok(device::not_opened(finding, machine)),
            }
        }
    };
    let Some(indent) = shown else {
        return Ok(device::examine(&device, adapter, machine, |_, _| {}));
    };
    write!(out, "{indent}")?;
    show_listening(&device, style, out, |show| {
        device::examine(&device, adapter, machine, show)
    })
}

/// Shows a sign for each second while `listen` reads a port.
fn show_listening<T>(
    device: &Device,
    style: Style,
    out: &mut Console,
    listen: impl FnOnce(&mut dyn FnMut(Mode, bool)) -> T,
) -> io::Result<T> {
    let mut dots = Dots::new(style.words);
    let mut written =
        write!(out, "{}", style.words.listening_to(&device.to_string())).and_then(|()| out.flush());
    let result = listen(&mut |speed, has_bytes| {
        if written.is_ok() {
            written = write!(out, "{}", dots.next(speed, has_bytes)).and_then(|()| out.flush());
        }
    });
    written?;
    writeln!(out)?;
    Ok(result)
}

/// A sign for each second that a port was read, after the speed.
struct Dots {
    words: Words,
    speed: Option<Mode>,
}

impl Dots {
    fn new(words: Words) -> Self {
        Self { words, speed: None }
    }

    fn next(&mut self, speed: Mode, has_bytes: bool) -> String {
        let dot = if has_bytes {
            self.words.symbol("●", "*")
        } else {
            self.words.symbol("·", ".")
        };
        if self.speed.replace(speed) == Some(speed) {
            dot.to_owned()
        } else {
            format!(" {} {dot}", self.words.baud(speed.baud()))
        }
    }
}

#[cfg(test)]
mod tests;
