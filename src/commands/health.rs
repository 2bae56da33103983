//! `linky-sensor health`: whether the daemon of this container lives, for the health check of its engine.
//!
//! Healthy is a daemon that runs and responds, not one that receives: a restart mends no wire. Exit code 0 or 1, which are those
//! that engines understand.

use std::io::{self, Write};

use super::console::{CommandError, Console};
use super::contain::{health_socket, health_socket_path};
use crate::names::exit;

/// The command has no arguments of its own.
#[derive(Debug, clap::Args)]
pub struct HealthCommand {}

impl HealthCommand {
    /// Prints the last status line.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let path = health_socket_path();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| CommandError::new(exit::FAILURE, error))?;
        let answer = runtime.block_on(health_socket::ask(&path)).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => "`linky-sensor contain` does not run here; outside of a container see `linky-sensor status`".to_owned(),
                io::ErrorKind::TimedOut => "no answer".to_owned(),
                _ => error.to_string(),
            };
            CommandError::new(exit::FAILURE, format_args!("{}: {why}", path.display()))
        })?;
        writeln!(console, "{}", answer.status)?;
        Ok(if answer.is_alive {
            exit::OK
        } else {
            exit::FAILURE
        })
    }
}
