//! `linky-sensor run`: the daemon.

use std::io::{self, IsTerminal};
use std::str::FromStr;

use super::console::{CommandError, Console};
use crate::config;
use crate::dbus::Bus;
use crate::names::exit;
use crate::service;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// The D-Bus bus to be on: system, session, none, or an address
    #[arg(long, default_value = "system", value_name = "BUS")]
    bus: BusChoice,
    /// Log more; twice for even more
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

impl Run {
    /// Runs the daemon until a signal stops it, or it fails. It logs, in English; to who starts it by hand on a terminal
    /// a wrong configuration is explained.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        if io::stderr().is_terminal()
            && let Err(error) = config::load(console.config())
        {
            let words = console.words();
            console.note(words.faults(&error));
            return Ok(exit::CONFIG);
        }
        Ok(service::run(console.config(), self.bus.0, self.verbose))
    }
}

/// The bus to be on, or none.
#[derive(Clone, Debug)]
struct BusChoice(Option<Bus>);

impl FromStr for BusChoice {
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
