//! `linky-sensor status`: what the running daemon sees, in a short page or in JSON.
//!
//! It reads D-Bus as any program may, opens no port and starts nothing. Exit code 0 if every meter is received, 1
//! otherwise, for scripts and monitoring.
//!
//! | file | |
//! |---|---|
//! | `page` | the page for people |
//! | `report` | the JSON |

mod page;
mod report;
#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

use self::page::StatusPage;
use super::bus_error;
use super::console::{CommandError, Console};
use super::inks::Inks;
use crate::config;
use crate::dbus::{Bus, Client, Error, Overview, SeenMeter};
use crate::meter::{Key, Link, Timestamp};
use crate::names::exit;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct StatusCommand {
    /// The bus of the daemon: system, session, or a D-Bus address
    #[arg(long, default_value = "system", value_name = "BUS")]
    bus: Bus,
    /// Print one JSON object: under the id of each meter its values, under bridge the daemon and its broker
    #[arg(long)]
    json: bool,
}

impl StatusCommand {
    /// Asks and prints. Returns `OK`, or `FAILURE` if a meter is not received or the daemon cannot be asked.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        let (overview, meters) = self.ask().map_err(|error| {
            CommandError::new(exit::FAILURE, bus_error::explained(&error, words))
        })?;
        if self.json {
            report::write_json(console, &overview, &meters)?;
        } else {
            let page = StatusPage {
                words,
                inks: Inks::of_stdout(),
                now: now(),
                settings: config::load(console.config()).ok(),
            };
            page.write(console, &overview, &meters)?;
        }
        let all_received = !meters.is_empty() && meters.iter().all(is_received);
        Ok(if all_received {
            exit::OK
        } else {
            exit::FAILURE
        })
    }

    fn ask(&self) -> Result<(Overview, Vec<SeenMeter>), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Failed(error.to_string()))?;
        runtime.block_on(async {
            let client = Client::connect(&self.bus).await?;
            Ok((client.overview().await?, client.meters().await?))
        })
    }
}

fn is_received(meter: &SeenMeter) -> bool {
    meter.reading.text(Key::LINK) == Some(Link::Receiving.as_str())
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since.unwrap_or_default().as_micros();
    Timestamp(i64::try_from(micros).unwrap_or(i64::MAX))
}
