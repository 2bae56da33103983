//! `linky-sensor capture`: what a line receives, byte by byte, to a file.
//!
//! | file | |
//! |---|---|
//! | `port` | a port that this command opens itself |
//! | `daemon` | a port that the running daemon reads, while it goes on reading |
//! | `recording` | what comes from either, written and counted |
//!
//! Without a port, or if the daemon holds the one that is named, the daemon is asked. It ends with Ctrl-C, after `--duration`,
//! or when the daemon ends; the file is whole then.

mod daemon;
mod port;
mod recording;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use self::recording::Recording;
use super::choice::one_of;
use super::console::{CommandError, Console};
use super::output::OutputFile;
use super::stop_signals::call_on_signals;
use crate::config::{self, Device, ModeChoice};
use crate::names::{capture, exit, file};
use crate::serial::{Stop, stop_pair};
use crate::tic::Mode;
use crate::words::Words;

/// The longest `--duration`.
const DURATION_MAX: Duration = Duration::from_secs(366 * 86_400);

/// What to record, and where to.
#[derive(Clone, Debug, clap::Args)]
pub struct Capture {
    /// The port to read, or tcp://host:port; without it, what the running daemon receives (root)
    device: Option<String>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End after this time, such as 20s or 5min
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    duration: Option<Duration>,
    /// The mode of the meter, which sets the speed of the port
    #[arg(long, value_parser = one_of(&ModeChoice::ALL, ModeChoice::as_str), default_value = "auto")]
    mode: ModeChoice,
    /// The speed of the port in baud: 9600 (standard) or 1200 (historique)
    #[arg(long, value_name = "BAUD", value_parser = parse_baud, conflicts_with = "mode")]
    speed: Option<Mode>,
    /// Write the bytes alone, without their times
    #[arg(long)]
    raw: bool,
    /// Replace the serial number and the delivery point (PRM), so that the file may be published
    #[arg(long)]
    anonymise: bool,
    /// Of several meters of the daemon, the one with this id
    #[arg(long, value_name = "ID", conflicts_with = "device")]
    meter: Option<String>,
    /// The directory of the daemon's socket
    #[arg(long, value_name = "PATH", default_value = file::RUNTIME_DIRECTORY)]
    runtime_directory: PathBuf,
}

/// When to end.
pub struct End {
    stop: Stop,
    at: Option<Instant>,
}

impl End {
    /// Whether it is time.
    fn is_reached(&self) -> bool {
        self.stop.is_asked() || self.at.is_some_and(|at| Instant::now() >= at)
    }
}

impl Capture {
    /// Records until the end. Returns `FAILURE` if nothing came.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let (stopper, stop) = stop_pair();
        call_on_signals(move || stopper.stop());
        let end = End {
            at: self
                .duration
                .and_then(|time| Instant::now().checked_add(time)),
            stop,
        };
        let words = console.words();
        let device = self.device.as_deref();
        let device = device.map(|text| parse_device(text, words)).transpose()?;
        let out = OutputFile::create(self.output.as_deref(), !self.anonymise, console)?;
        let mut recording = Recording::new(out, self.raw, self.anonymise);
        match &device {
            None => {
                let request = self.meter.as_ref().map_or_else(
                    || capture::ANY.to_owned(),
                    |id| format!("{} {id}", capture::METER),
                );
                daemon::record(
                    &self.runtime_directory,
                    &request,
                    &end,
                    &mut recording,
                    |words| CommandError::new(exit::UNAVAILABLE, words.no_daemon_to_capture()),
                )?;
            }
            Some(device) => {
                let mode = self.speed.or_else(|| self.mode.mode());
                if let Err(held) = port::record(device, mode, &end, &mut recording)? {
                    let request = format!("{} {device}", capture::DEVICE);
                    daemon::record(
                        &self.runtime_directory,
                        &request,
                        &end,
                        &mut recording,
                        |words| port::refused(exit::UNAVAILABLE, &held, device, words),
                    )?;
                }
            }
        }
        recording.finish()
    }
}

fn parse_device(text: &str, words: Words) -> Result<Device, CommandError> {
    // A link in the working directory is as good as its full path.
    let full = std::fs::canonicalize(text).map(|path| path.display().to_string());
    let named = Device::parse(text).or_else(|error| match &full {
        Ok(path) => Device::parse(path),
        Err(_) => Err(error),
    });
    named.map_err(|error| CommandError::of(exit::USAGE, words, text, error))
}

fn parse_time(text: &str) -> Result<Duration, String> {
    config::parse_duration(text, &(Duration::from_millis(1)..=DURATION_MAX))
        .ok_or_else(|| "expected a time such as 20s or 5min".to_owned())
}

fn parse_baud(text: &str) -> Result<Mode, String> {
    Mode::ALL
        .into_iter()
        .find(|mode| mode.baud().to_string() == text)
        .ok_or_else(|| "expected 9600 or 1200".to_owned())
}
