//! `linky-sensor simulate`: a meter on a pseudo-terminal, or on standard output.
//!
//! On a pseudo-terminal the first line of standard output is its path; the command then runs until it has sent what was
//! asked for, or until Ctrl-C. Several meters print a path each. On standard output come the raw bytes and nothing else.

mod events;
mod line;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use self::events::EventLines;
pub use self::line::SendPlan;
use super::choice::one_of;
use super::console::{CommandError, Console};
use super::line_noise::{LineNoise, parse_speed};
use super::stop_signals::stop_on_signals;
use crate::config;
use crate::names::exit;
use crate::simulator::{
    Noise, Phases, Pty, SHIPPED_SCENARIOS, Scenario, ScenarioError, SimulatedMeter, Speed,
    TariffPlan, parse_event, parse_scenario, parse_start,
};
use crate::tic::Mode;
use crate::words::Words;

/// How soon an event of a line happens.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// The longest `--step`: the registers of a meter change at midnight.
const STEP_MAX: Duration = Duration::from_secs(86_400);
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
    /// Something that happens, such as swap,at=2min,index=1; may be given several times
    #[arg(long, value_name = "EVENT")]
    event: Vec<String>,
    /// A file, a FIFO or - for standard input: each line is an event that happens when it is read
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Simulate this many meters: each has a port, the next seed and the next serial number
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=200))]
    count: u16,
    /// Speed of time, as a multiple of that of the line
    #[arg(long, allow_negative_numbers = true, value_name = "N", value_parser = parse_speed, default_value = "1")]
    speed: f64,
    /// Send as fast as the bytes are taken
    #[arg(long, conflicts_with = "speed")]
    flat_out: bool,
    /// Let this time of the meter pass between two frames, such as 10min; a year is over in seconds
    #[arg(long, value_name = "TIME", requires = "flat_out", value_parser = parse_step, default_value = "0s")]
    step: u32,
    /// End after this many frames
    #[arg(long, allow_negative_numbers = true, value_name = "N")]
    frames: Option<u64>,
    /// End after this many seconds of the meter's time
    #[arg(long, allow_negative_numbers = true, value_name = "N")]
    seconds: Option<u64>,
    /// Parity in bit 7, or cleared as by an adapter set to seven bits
    #[arg(long, value_enum, default_value = "even")]
    parity: SentParity,
    #[command(flatten)]
    damage: LineNoise,
    /// Where the bytes go
    #[arg(long, value_enum, default_value = "pty")]
    output: SimulatorOutput,
    /// Symbolic link to the pseudo-terminal, removed at the end; several have a number after it
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
        let words = console.words();
        let scenario = self.scenario(words)?;
        let meters = (0..self.count.into())
            .map(|number| {
                SimulatedMeter::new(Scenario {
                    seed: scenario.seed.wrapping_add(number.into()),
                    serial: scenario.serial.saturating_add(number),
                    ..scenario.clone()
                })
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| usage(words, "", &error.to_string()))?;
        match self.output {
            SimulatorOutput::Stdout if self.count > 1 || self.events.is_some() => {
                return Err(CommandError::new(exit::USAGE, words.simulate_one_stdout()));
            }
            SimulatorOutput::Stdout => {
                let (_, no_events) = channel();
                // Ctrl-C ends the process by itself: nothing is to be put in order.
                let stop = AtomicBool::new(false);
                for meter in meters {
                    self.plan().send(meter, console, &stop, &no_events, drop)?;
                }
            }
            SimulatorOutput::Pty => self.send_to_ptys(meters, console)?,
        }
        Ok(exit::OK)
    }

    /// Sends each meter to a pseudo-terminal of its own, from a thread of its own, while events are read.
    fn send_to_ptys(
        &self,
        meters: Vec<SimulatedMeter>,
        console: &mut Console,
    ) -> Result<(), CommandError> {
        let stop = stop_on_signals();
        let write_timeout = if self.flat_out {
            WRITE_TIMEOUT
        } else {
            Duration::ZERO
        };
        let words = console.words();
        let failed = |what: &str, error: io::Error| CommandError::of(exit::IO, words, what, error);
        let mut ptys = Vec::with_capacity(meters.len());
        for number in 1..=meters.len() {
            let link = self.link_of(number);
            let pty = Pty::open(link.as_deref(), write_timeout).map_err(|error| match &link {
                Some(link) => failed(&link.display().to_string(), error),
                None => failed(&words.simulate_no_pty(), error),
            })?;
            writeln!(console, "{}", pty.path().display())?;
            ptys.push(pty);
        }
        console.flush()?;
        let lines = self.events.as_deref().map(EventLines::open);
        let sent = thread::scope(|scope| {
            let (plan, stop) = (self.plan(), &*stop);
            let (refused, refusals) = channel();
            let (mut inputs, mut senders) = (Vec::new(), Vec::new());
            for (meter, mut pty) in meters.into_iter().zip(ptys) {
                let (input, events) = channel();
                inputs.push(input);
                let (plan, refused) = (plan.clone(), refused.clone());
                senders.push(scope.spawn(move || {
                    let refuse = |error: ScenarioError| {
                        // Without a receiver the command is about to end.
                        let _ = refused.send(error);
                    };
                    plan.send(meter, &mut pty, stop, &events, refuse)?;
                    if !stop.load(Ordering::Relaxed) {
                        pty.drain(DRAIN_TIMEOUT);
                    }
                    io::Result::Ok(())
                }));
            }
            while !senders.iter().all(ScopedJoinHandle::is_finished) {
                for event in lines.iter().flat_map(EventLines::take) {
                    match event {
                        Ok(event) => {
                            for input in &inputs {
                                // A meter that has ended takes no event.
                                let _ = input.send(event);
                            }
                        }
                        Err(error) => console.note(event_refused(words, &error)),
                    }
                }
                for error in refusals.try_iter() {
                    console.note(event_refused(words, &error.to_string()));
                }
                thread::park_timeout(POLL_INTERVAL);
            }
            let mut ends = senders.into_iter().map(ScopedJoinHandle::join);
            ends.try_for_each(|end| end.unwrap_or_else(|_| Err(io::ErrorKind::Other.into())))
        });
        sent.map_err(|error| failed(&words.simulate_no_write(), error))
    }

    /// The link to the pseudo-terminal of this meter, from 1: several have its number at the end.
    fn link_of(&self, number: usize) -> Option<PathBuf> {
        let link = self.link.as_ref()?;
        if self.count == 1 {
            return Some(link.clone());
        }
        let mut link = link.clone().into_os_string();
        link.push(number.to_string());
        Some(link.into())
    }

    fn scenario(&self, words: Words) -> Result<Scenario, CommandError> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let mut scenario = match &self.scenario {
            Some(file) => read_scenario(words, file, now)?,
            None => self.scenario_of_options(words, now)?,
        };
        for line in &self.event {
            let event = parse_event(line).map_err(|error| usage(words, "--event", &error))?;
            scenario.events.push(event);
        }
        Ok(scenario)
    }

    fn scenario_of_options(&self, words: Words, now: i64) -> Result<Scenario, CommandError> {
        let start =
            parse_start(&self.start, now).map_err(|error| usage(words, "--start", &error))?;
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

    fn plan(&self) -> SendPlan {
        SendPlan {
            noise: Noise {
                strip_parity: self.parity == SentParity::Strip,
                ..self.damage.rates()
            },
            speed: if self.flat_out {
                Speed::FlatOut
            } else {
                Speed::Times(self.speed)
            },
            frames: usize::try_from(self.frames.unwrap_or(u64::MAX)).unwrap_or(usize::MAX),
            until: self.seconds.map_or(Duration::MAX, Duration::from_secs),
            step: self.step,
        }
    }
}

/// A wrong option, and why; empty for several together.
fn usage(words: Words, option: &str, why: &str) -> CommandError {
    let why = words.translated(why);
    let message = match option {
        "" => why,
        _ => words.failed_for(option, &why),
    };
    CommandError::new(exit::USAGE, message)
}

fn event_refused(words: Words, why: &str) -> String {
    words.failed_for("--events", &words.translated(why))
}

/// A scenario of this file, or else the shipped one of this name.
fn read_scenario(words: Words, file: &Path, now: i64) -> Result<Scenario, CommandError> {
    let name = file.display().to_string();
    let shipped = SHIPPED_SCENARIOS
        .iter()
        .find(|(shipped, _)| *shipped == name);
    let text = match (fs::read(file), shipped) {
        (Ok(bytes), _) => String::from_utf8_lossy(&bytes).into_owned(),
        (Err(_), Some((_, text))) => (*text).to_owned(),
        (Err(error), None) => {
            let names: Vec<_> = SHIPPED_SCENARIOS.iter().map(|(name, _)| *name).collect();
            let cause = words.translated(&error.to_string());
            let message = words.simulate_no_scenario(&name, &cause, &names.join(", "));
            return Err(CommandError::new(exit::NO_INPUT, message));
        }
    };
    parse_scenario(&name, &text, now)
        .map_err(|error| CommandError::new(exit::CONFIG, words.faults(&error)))
}

fn parse_step(text: &str) -> Result<u32, String> {
    config::parse_duration(text, &(Duration::ZERO..=STEP_MAX))
        .and_then(|step| u32::try_from(step.as_secs()).ok())
        .ok_or_else(|| "expected a duration up to a day, such as 10min".to_owned())
}
