//! The command line: one file per subcommand.
//!
//! Each command returns the exit code, one of sysexits(3). What a user reads goes to standard output, what went
//! wrong to standard error; a reader that goes away ends the command quietly.

pub mod check_config;
#[cfg(test)]
mod completions;
mod decode;
mod demo;
mod doctor;
mod list_fields;
mod set_password;
mod simulate;
mod status;

use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;
use clap::error::ErrorKind;

use crate::dbus::Bus;
use crate::names::{exit, file};
use crate::service;

/// Reads a French Linky electricity meter and publishes it on D-Bus and MQTT.
#[derive(Debug, Parser)]
#[command(
    name = "linky-sensor",
    version,
    max_term_width = 100,
    after_help = "See linky-sensor(8)."
)]
struct CommandLine {
    /// The configuration file, where it is read: by run and check-config
    #[arg(long, global = true, default_value = file::CONFIG, value_name = "PATH")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run the daemon: read the meters, and publish them
    Run {
        /// The D-Bus bus to be on: system, session, none, or an address
        #[arg(long, default_value = "system", value_name = "BUS")]
        bus: OnBus,
        /// Log more; twice for even more
        #[arg(short, long, action = clap::ArgAction::Count)]
        verbose: u8,
    },
    /// Show the whole chain on this machine: a simulated meter, the daemon, a bus and a broker
    Demo(demo::Demo),
    /// Store the broker's password as a systemd credential (root)
    SetPassword,
    /// Check the configuration, and say what is in force
    CheckConfig,
    /// Decode raw bytes of a meter: one JSON object per frame
    Decode(decode::Decode),
    /// Say what ports there are, or what is heard on one, and what to do
    Doctor(doctor::Doctor),
    /// Print the table of quantities
    ListFields {
        /// How to print it
        #[arg(long, value_enum, default_value_t)]
        format: list_fields::Format,
    },
    /// Be a meter: on a pty, or on standard output
    Simulate(simulate::Simulate),
    /// Say what the running daemon sees; exit code 0 if every meter is received
    Status(status::Status),
}

/// Runs the command that the arguments of the process ask for. Returns the exit code.
pub fn main() -> u8 {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => {
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::OK,
                _ => exit::USAGE,
            };
        }
    };
    let (mut out, mut err) = (io::BufWriter::new(io::stdout()), io::stderr());
    match line.command {
        Command::Run { bus, verbose } => service::run(&line.config, bus.0, verbose),
        Command::Demo(demo) => demo::run(&demo),
        Command::CheckConfig => check_config::run(&line.config, &mut out, &mut err),
        Command::Decode(decode) => decode::run(&decode, &mut out, &mut err),
        Command::Status(status) => status.run(&mut out, &mut err),
        Command::SetPassword => set_password::run(&mut out, &mut err),
        Command::Doctor(doctor) => doctor::run(&doctor, &mut out, &mut err),
        Command::ListFields { format } => {
            written(list_fields::print(format, &mut out).and_then(|()| out.flush()))
        }
        Command::Simulate(simulate) => simulate.run(&mut out, &mut err),
    }
}

/// The bus to be on, or none.
#[derive(Clone, Debug)]
struct OnBus(Option<Bus>);

impl FromStr for OnBus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self(None)),
            bus => bus
                .parse()
                .map(|bus| Self(Some(bus)))
                .map_err(|error| format!("{error}, or none")),
        }
    }
}

/// The exit code of a command that only writes.
fn written(result: io::Result<()>) -> u8 {
    match result {
        Ok(()) => exit::OK,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::OK,
        Err(error) => {
            let _ = writeln!(io::stderr(), "linky-sensor: standard output: {error}");
            exit::IO
        }
    }
}
