//! The command line: one file per subcommand, behind one door.
//!
//! Each command is its arguments with `fn run(self, console: &mut Console) -> Result<u8, CommandError>`; see `console`
//! for what that promises. What a user asked for goes to standard output, what went wrong to standard error.
//!
//! A new command is a file here and three lines below (its `mod`, its variant, its arm), its part of linky-sensor(8),
//! its French rows in `words/help.rs`, and the completions, which are printed (CONTRIBUTING.md).

mod anonymise;
mod bus_error;
mod capture;
mod check_config;
mod choice;
#[cfg(test)]
mod completions;
mod console;
mod contain;
mod credential;
mod csv;
mod decode;
mod demo;
mod doctor;
mod health;
mod help;
mod inks;
mod language;
mod line_noise;
mod list_fields;
mod migrate;
mod output;
mod prompt;
mod replay;
mod run;
mod set_password;
mod setup;
mod simulate;
mod status;
mod stop_signals;
mod unseen;
mod usage_error;
mod watch;

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};

use self::choice::one_of;
use self::console::{CommandError, Console};
use crate::config::{Language, LanguageChoice};
use crate::names::{exit, file};

/// Reads a French Linky electricity meter and publishes it on D-Bus and MQTT.
#[derive(Debug, Parser)]
#[command(
    name = "linky-sensor",
    version,
    max_term_width = 100,
    after_help = "See linky-sensor(8)."
)]
struct CommandLine {
    /// The configuration file
    #[arg(long, global = true, default_value = file::CONFIG, value_name = "PATH")]
    config: PathBuf,
    /// The language of what is printed for people; else that of the configuration, or of the locale
    #[arg(long = language::OPTION, global = true, value_name = "LANGUAGE")]
    #[arg(value_parser = one_of(&LanguageChoice::ALL, LanguageChoice::as_str))]
    lang: Option<LanguageChoice>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run the daemon: read the meters, and publish them
    Run(run::Run),
    /// Show the whole chain on this machine: a simulated meter, the daemon, a bus and a broker
    Demo(demo::Demo),
    /// Set up: find the adapter and the broker, try both, write the configuration, restart the service
    Setup(setup::Setup),
    /// Store the broker's password as a systemd credential (root)
    SetPassword(set_password::SetPassword),
    /// Check the configuration, and show what is in force
    CheckConfig(check_config::CheckConfig),
    /// Be process 1 of a container: run the daemon, watch it and end with it
    Contain(contain::Contain),
    /// Record what a line receives, byte by byte, without stopping the daemon
    Capture(capture::Capture),
    /// Copy a capture without the serial number and the delivery point (PRM) of the meter
    Anonymise(anonymise::Anonymise),
    /// Decode raw bytes of a meter: one JSON object per frame
    Decode(decode::Decode),
    /// Look at the whole chain, or read one port: what is there, what is wrong, what to do
    Doctor(doctor::Doctor),
    /// Show whether the daemon of this container lives: the health check of its engine
    Health(health::HealthCommand),
    /// Print the table of quantities
    ListFields(list_fields::ListFields),
    /// Read the configuration of the Python linky-sensor or of teleinfo2mqtt, and print ours
    Migrate(migrate::Migrate),
    /// Play a capture into a pseudo-terminal or to standard output, as it came
    Replay(replay::Replay),
    /// Simulate a meter on a pseudo-terminal or on standard output
    Simulate(simulate::Simulate),
    /// Show the state of the running daemon; exit code 0 if every meter is received
    Status(status::StatusCommand),
    /// Show the running daemon live in the terminal: power, tariff, energy, reception
    Watch(watch::WatchCommand),
}

impl Command {
    fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        match self {
            Self::Run(command) => command.run(console),
            Self::Demo(command) => command.run(console),
            Self::Setup(command) => command.run(console),
            Self::SetPassword(command) => command.run(console),
            Self::CheckConfig(command) => command.run(console),
            Self::Contain(command) => command.run(console),
            Self::Capture(command) => command.run(console),
            Self::Anonymise(command) => command.run(console),
            Self::Decode(command) => command.run(console),
            Self::Doctor(command) => command.run(console),
            Self::Health(command) => command.run(console),
            Self::ListFields(command) => command.run(console),
            Self::Migrate(command) => command.run(console),
            Self::Replay(command) => command.run(console),
            Self::Simulate(command) => command.run(console),
            Self::Status(command) => command.run(console),
            Self::Watch(command) => command.run(console),
        }
    }
}

/// The commands that read the configuration. The others take its path too, for it may name their language: their help is
/// silent about that.
const READERS: [&str; 5] = ["run", "setup", "check-config", "contain", "status"];

/// The command line, built.
fn built() -> clap::Command {
    let mut command = CommandLine::command();
    // Gives each command the options that all have.
    command.build();
    let hidden = |argument: clap::Arg| {
        let is_config = argument.get_id() == "config";
        argument.hide(is_config)
    };
    command.mut_subcommands(|subcommand| {
        if READERS.contains(&subcommand.get_name()) {
            subcommand
        } else {
            subcommand.mut_args(hidden)
        }
    })
}

/// The command line, or what is to be printed instead. Its help is translated only where it may be printed.
fn parsed(arguments: Vec<OsString>, language: Language) -> Result<CommandLine, clap::Error> {
    match language {
        Language::English => parsed_by(built(), arguments),
        Language::French => parsed_by(help::in_french(built()), arguments),
    }
}

fn parsed_by(
    mut command: clap::Command,
    arguments: Vec<OsString>,
) -> Result<CommandLine, clap::Error> {
    let matches = command.try_get_matches_from_mut(arguments)?;
    CommandLine::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Runs the command that the arguments of the process ask for. Returns the exit code.
pub fn main() -> u8 {
    let arguments: Vec<OsString> = env::args_os().collect();
    let words = language::words(&arguments, |name| env::var(name).ok());
    match parsed(arguments, words.language()) {
        Ok(line) => {
            let mut console = Console::new(line.config, words);
            let result = line.command.run(&mut console);
            console.finish(result)
        }
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::OK,
                _ => exit::USAGE,
            };
            let french = match words.language() {
                Language::French => usage_error::in_french(&error, words),
                Language::English => None,
            };
            let written =
                french.map_or_else(|| error.print(), |text| writeln!(io::stderr(), "{text}"));
            let written = written.map(|()| code);
            Console::new(PathBuf::new(), words).finish(written.map_err(CommandError::from))
        }
    }
}
