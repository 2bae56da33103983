//! `linky-sensor simulate`: a meter on a pseudo-terminal, or on standard output.
//!
//! On a pseudo-terminal the first line of standard output is its path; the command then runs until it has sent what was
//! asked for, or until Ctrl-C. On standard output come the raw bytes and nothing else.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use nix::sys::signal::{SigSet, Signal};

use super::choice::one_of;
use super::console::{CommandError, Console};
use crate::names::exit;
use crate::simulator::{
    Channel, Noise, Pace, Phases, Pty, SHIPPED_SCENARIOS, Scenario, SimulatedMeter, Speed,
    TariffPlan, parse_scenario, parse_start,
};
use crate::tic::Mode;

/// With `--flat-out`, how long a write waits for a reader before the bytes are dropped.
const WRITE_TIMEOUT: Duration = Duration::from_millis(100);
/// At the end, how long the reader has to take the last bytes.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// Simulates a Linky meter on a pseudo-terminal or on standard output.
#[derive(Debug, Args)]
pub struct Simulate {
    /// A scenario: a file, or the name of one that is shipped
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "mode", "phases", "contract", "producer", "power_kva", "seed", "serial", "prm", "start", "overrun",
        "degraded_clock", "messages",
    ])]
    scenario: Option<PathBuf>,
    /// Output mode of the meter
    #[arg(long, value_parser = one_of(&Mode::ALL, Mode::as_str), default_value = "standard")]
    mode: Mode,
    /// 1 or 3 phases
    #[arg(long, value_parser = one_of(&Phases::ALL, Phases::as_str), default_value = "1")]
    phases: Phases,
    /// The supplier's tariff
    #[arg(long, value_parser = one_of(&TariffPlan::ALL, TariffPlan::as_str), default_value = "base")]
    contract: TariffPlan,
    /// The house has solar panels and the meter counts injection (standard mode)
    #[arg(long)]
    producer: bool,
    /// Subscribed power
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "KVA",
        default_value = "6"
    )]
    power_kva: u8,
    /// Another house, other peak days, another noise
    #[arg(long, allow_negative_numbers = true, default_value = "0")]
    seed: u64,
    /// The last six digits of the meter's serial number
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "DIGITS",
        default_value = "0"
    )]
    serial: u32,
    /// The number of the delivery point, 14 digits
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "DIGITS",
        default_value = "0"
    )]
    prm: u64,
    /// The meter's clock at the start: "now", seconds since 1970, or legal time such as 2026-01-15T18:30:00
    #[arg(long, value_name = "TIME", default_value = "now")]
    start: String,
    /// Exceed the subscribed power for two minutes in every ten
    #[arg(long)]
    overrun: bool,
    /// The meter has lost its clock
    #[arg(long)]
    degraded_clock: bool,
    /// The meter has messages to show
    #[arg(long)]
    messages: bool,
    /// Speed of time, as a multiple of that of the line
    #[arg(long, allow_negative_numbers = true, value_name = "N", value_parser = parse_speed, default_value = "1")]
    speed: f64,
    /// Send as fast as the bytes are taken
    #[arg(long, conflicts_with = "speed")]
    flat_out: bool,
    /// End after this many frames
    #[arg(long, allow_negative_numbers = true, value_name = "N")]
    frames: Option<u64>,
    /// End after this many seconds of the meter's time
    #[arg(long, allow_negative_numbers = true, value_name = "N")]
    seconds: Option<u64>,
    /// Parity in bit 7, or cleared as by an adapter set to seven bits
    #[arg(long, value_enum, default_value = "even")]
    parity: SentParity,
    /// Errors per bit, such as 1e-4
    #[arg(long, value_name = "RATE", value_parser = parse_rate, default_value = "0")]
    noise: f64,
    /// Bursts of four random characters, per character
    #[arg(long, value_name = "RATE", value_parser = parse_rate, default_value = "0")]
    burst: f64,
    /// Lost characters, per character
    #[arg(long, value_name = "RATE", value_parser = parse_rate, default_value = "0")]
    lose: f64,
    /// Where the bytes go
    #[arg(long, value_enum, default_value = "pty")]
    output: SimulatorOutput,
    /// Symbolic link to the pseudo-terminal, removed at the end
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SentParity {
    Even,
    Strip,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SimulatorOutput {
    Pty,
    Stdout,
}

impl Simulate {
    /// Runs the simulation.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let meter = SimulatedMeter::new(self.scenario()?)
            .map_err(|error| CommandError::new(exit::USAGE, error))?;
        match self.output {
            SimulatorOutput::Stdout => {
                // Ctrl-C ends the process by itself: nothing is to be put in order.
                self.send(meter, console, &AtomicBool::new(false))?;
            }
            SimulatorOutput::Pty => self.send_to_pty(meter, console)?,
        }
        Ok(exit::OK)
    }

    fn send_to_pty(
        &self,
        meter: SimulatedMeter,
        console: &mut Console,
    ) -> Result<(), CommandError> {
        let stop = stop_on_signals();
        let write_timeout = if self.flat_out {
            WRITE_TIMEOUT
        } else {
            Duration::ZERO
        };
        let failed =
            |what: &str, error| CommandError::new(exit::IO, format_args!("{what}: {error}"));
        let mut pty = Pty::open(self.link.as_deref(), write_timeout)
            .map_err(|error| failed("cannot make the pseudo-terminal", error))?;
        writeln!(console, "{}", pty.path().display())?;
        console.flush()?;
        self.send(meter, &mut pty, &stop)
            .map_err(|error| failed("cannot write", error))?;
        if !stop.load(Ordering::Relaxed) {
            pty.drain(DRAIN_TIMEOUT);
        }
        Ok(())
    }

    fn scenario(&self) -> Result<Scenario, CommandError> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        if let Some(file) = &self.scenario {
            return read_scenario(file, now);
        }
        let start = parse_start(&self.start, now).map_err(|message| {
            CommandError::new(exit::USAGE, format_args!("--start: {message}"))
        })?;
        Ok(Scenario {
            mode: self.mode,
            phases: self.phases,
            contract: self.contract,
            producer: self.producer,
            power_kva: self.power_kva,
            seed: self.seed,
            serial: self.serial,
            prm: self.prm,
            start,
            overrun: self.overrun,
            degraded_clock: self.degraded_clock,
            messages: self.messages,
            ..Scenario::default()
        })
    }

    fn send(
        &self,
        meter: SimulatedMeter,
        out: &mut dyn Write,
        stop: &AtomicBool,
    ) -> io::Result<()> {
        let noise = Noise {
            bit_error: self.noise,
            burst: self.burst,
            lost: self.lose,
            strip_parity: self.parity == SentParity::Strip,
            ..Noise::default()
        };
        let mut channel = Channel::new(noise, meter.scenario().seed);
        let speed = if self.flat_out {
            Speed::FlatOut
        } else {
            Speed::Times(self.speed)
        };
        let mut pace = Pace::new(speed);
        let frames = usize::try_from(self.frames.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let until = self.seconds.map_or(Duration::MAX, Duration::from_secs);
        for frame in meter.take(frames).take_while(|frame| frame.at < until) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            pace.send(&frame, &channel.pass(&frame.bytes), out, stop)?;
        }
        out.flush()
    }
}

/// A scenario of this file, or else the shipped one of this name.
fn read_scenario(file: &Path, now: i64) -> Result<Scenario, CommandError> {
    let name = file.display().to_string();
    let shipped = SHIPPED_SCENARIOS
        .iter()
        .find(|(shipped, _)| *shipped == name);
    let text = match (fs::read(file), shipped) {
        (Ok(bytes), _) => String::from_utf8_lossy(&bytes).into_owned(),
        (Err(_), Some((_, text))) => (*text).to_owned(),
        (Err(error), None) => {
            let names: Vec<_> = SHIPPED_SCENARIOS.iter().map(|(name, _)| *name).collect();
            let message = format!(
                "{name}: {error}\n    Shipped scenarios: {}.",
                names.join(", ")
            );
            return Err(CommandError::new(exit::NO_INPUT, message));
        }
    };
    parse_scenario(&name, &text, now).map_err(|error| CommandError::new(exit::CONFIG, error))
}

/// Set by Ctrl-C, by SIGTERM, and when the terminal goes away. To be called before any other thread starts.
fn stop_on_signals() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]
        .into_iter()
        .collect();
    if signals.thread_block().is_ok() {
        let stop = Arc::clone(&stop);
        thread::spawn(move || {
            // If the wait fails no signal can stop the command: stop at once.
            let _ = signals.wait();
            stop.store(true, Ordering::Relaxed);
        });
    }
    stop
}

fn parse_speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if speed > 0.0 && speed < f64::INFINITY => Ok(speed),
        _ => Err("expected a number above 0".to_owned()),
    }
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0 to 1, such as 1e-4".to_owned()),
    }
}
