//! `linky-sensor doctor`: what is there, whether a meter is received, and what to do.
//!
//! Input: this machine, and a port if one is named. Output: a line for each check, one sentence, and what to do; or one JSON
//! object. Each finding is a type of its own; the texts are in `words::doctor` alone.
//!
//! | file | |
//! |---|---|
//! | `device` | one port: read, and what that points to; its parts: |
//! | `listening` | reading it |
//! | `holders`, `adapter`, `ports` | who has it open, what it is, which there are |
//! | `machine` | what advice depends on |
//! | `finding`, `check_state`, `*_finding` | the checks, and what each can find |
//! | `verdict`, `remedy` | the sentence, and what to do |
//! | `report` | how all this is printed |
//!
//! Invariants: a port that another process has open, or that a login prompt or the kernel uses, is never opened. No number of
//! a meter is printed.

mod adapter;
mod check_state;
mod contract_finding;
mod device;
mod finding;
mod holders;
mod line_finding;
mod listening;
mod machine;
mod meter_finding;
mod port_finding;
mod ports;
mod remedy;
mod report;
mod verdict;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use self::device::Examined;
use self::holders::Holders;
use self::machine::Machine;
use self::ports::ListedPort;
pub use self::ports::refusal;
use self::report::Style;
use super::console::{CommandError, Console};
use crate::config::Device;
use crate::names::{exit, file};
use crate::tic::Mode;
use crate::words::Words;

/// What to look at.
#[derive(Clone, Debug, clap::Args)]
pub struct Doctor {
    /// The port to read, or tcp://host:port; without it, the ports are listed and none is opened
    device: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Looks, and prints what was found. Returns `OK` if all is well or works, else `FAILURE`.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let machine = Machine::here();
        let style = Style {
            words: console.words(),
            is_coloured: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        let is_well = match &self.device {
            None => list(console)?,
            Some(device) => {
                let examined = examine(device, &machine, style, !self.json, console)?;
                self.print(console, style, &machine, &examined)?;
                examined.is_well()
            }
        };
        Ok(if is_well { exit::OK } else { exit::FAILURE })
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
        report::write_checks(out, style, checks)?;
        report::write_conclusion(out, style, machine, conclusion)
    }
}

/// Whether this is the link that the udev rules of the package make.
fn is_link_of_package(device: &Path) -> bool {
    device == Path::new(file::DEVICE)
}

/// Reads a port, if it may be read; `is_shown`: while it is read, each second is.
fn examine(
    device: &Path,
    machine: &Machine,
    style: Style,
    is_shown: bool,
    out: &mut Console,
) -> io::Result<Examined> {
    let named = Device::parse(&device.to_string_lossy());
    let (device, adapter) = match named {
        Ok(network @ Device::Tcp { .. }) => (network, None),
        _ => match device::look_at(device) {
            Ok(adapter) => (Device::Path(device.to_owned()), Some(adapter)),
            Err(finding) => return Ok(device::not_opened(finding, machine)),
        },
    };
    let mut dots = Dots::new(style.words);
    let mut written = Ok(());
    if is_shown {
        written = write!(out, "{}", style.words.listening_to(&device.to_string()))
            .and_then(|()| out.flush());
    }
    let examined = device::examine(&device, adapter, machine, |speed, has_bytes| {
        if is_shown && written.is_ok() {
            written = write!(out, "{}", dots.next(speed, has_bytes)).and_then(|()| out.flush());
        }
    });
    written?;
    if is_shown {
        writeln!(out)?;
    }
    Ok(examined)
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

fn list(out: &mut dyn Write) -> io::Result<bool> {
    let ports = ports::all();
    if ports.is_empty() {
        writeln!(out, "There is no serial port on this machine.")?;
        writeln!(
            out,
            "Plug the TIC adapter in; on a Raspberry Pi, enable the serial port with raspi-config."
        )?;
        return Ok(false);
    }
    for port in &ports {
        describe(port, out)?;
    }
    match std::fs::canonicalize(file::DEVICE) {
        Ok(target) => writeln!(
            out,
            "\n{} is {}: no configuration is needed.",
            file::DEVICE,
            target.display()
        )?,
        Err(_) => return advise(&ports, out),
    }
    Ok(true)
}

/// No port is surely a TIC adapter: the user must name it. Returns whether there is one to name.
fn advise(ports: &[ListedPort], out: &mut dyn Write) -> io::Result<bool> {
    let Some(port) = ports.iter().find(|port| port.refusal.is_none()) else {
        writeln!(
            out,
            "\nNone of these can be used. Plug the TIC adapter in, or free a port."
        )?;
        return Ok(false);
    };
    writeln!(
        out,
        "\n{} is not there: none of these is surely a TIC adapter. To try one:\n\n    \
         linky-sensor doctor {port}\n\nAnd to use it, in {}/meter.toml:\n\n    [[meter]]\n    device = \"{port}\"",
        file::DEVICE,
        file::CONFIG_DROP_INS,
        port = port.best_name().display()
    )?;
    Ok(true)
}

fn describe(port: &ListedPort, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", port.device.display())?;
    writeln!(out, "    {}", port.about())?;
    for name in &port.names {
        writeln!(out, "    also {}", name.display())?;
    }
    if let Some(refusal) = &port.refusal {
        writeln!(out, "    not usable: {refusal}")?;
    }
    match holders::of(&port.device) {
        Holders::None => {}
        Holders::Processes(holders) => writeln!(
            out,
            "    in use by {}",
            holders::names(
                &holders,
                Words::new(crate::config::Language::English, false)
            )
        )?,
        Holders::Hidden => writeln!(
            out,
            "    who uses it can only be seen by root: sudo linky-sensor doctor"
        )?,
    }
    Ok(())
}
