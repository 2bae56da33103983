//! The meter's end of the wire, and a record of all that it sent.
//!
//! The meter is a producer's: its frames take more than a second each, so that the meter's clock names the frame. It goes
//! on when the line is plugged in again, and waits while nobody reads: what the account finds missing was lost by the daemon.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use linky_sensor::simulator::{Pace, Pty, Scenario, SentFrame, SimulatedMeter, Speed};
use linky_sensor::tic::Label;
use nix::sys::termios::{InputFlags, LocalFlags, SetArg, tcgetattr, tcsetattr};

/// So many times faster than the line of a real meter.
pub const SPEED: f64 = 20.0;
/// Added for a disturbance: more than the line is plugged in.
const PLUG_RANGE: u32 = 100_000;
/// A reader may be so late without a loss, on a machine that is busy.
const WRITE_TIMEOUT: Duration = Duration::from_secs(240);

/// What of a frame is looked for in the states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedFrame {
    /// The first frame is 0.
    pub number: u64,
    /// EAST, Wh.
    pub energy: u64,
    /// SINSTS, VA.
    pub power: u64,
    /// How often the line had been plugged in, or disturbed.
    pub plug: u32,
}

/// What happens on the line between the frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disturbance {
    #[default]
    None,
    /// Somebody changes the settings of the port, once; what is read until they are renewed is damaged.
    Settings,
    /// The end of that: frames may be damaged.
    Renewing,
    /// A server writes text, before each frame.
    Text,
}

/// All that was sent whole, by the meter's clock as the states write it.
pub type SentFrames = Arc<Mutex<HashMap<String, LoggedFrame>>>;

/// A wire that can be pulled out and put back.
pub struct Wire {
    pub sent: SentFrames,
    device: PathBuf,
    stop: Arc<AtomicBool>,
    disturbance: Arc<Mutex<Disturbance>>,
    meter: Option<SimulatedMeter>,
    line: Option<Pty>,
    thread: Option<JoinHandle<(SimulatedMeter, Pty)>>,
    plug: u32,
}

impl Wire {
    /// A wire that is not plugged in; `device` will be the reader's end.
    pub fn new(device: &Path, seed: u64) -> Self {
        let scenario = Scenario {
            producer: true,
            // So small a house that 20 times its greatest power is no more than a meter can carry: a daemon that starts again finds
            // the indexes where they may be.
            power_kva: 1,
            seed,
            ..Scenario::default()
        };
        Self {
            sent: SentFrames::default(),
            device: device.to_owned(),
            stop: Arc::default(),
            disturbance: Arc::default(),
            meter: Some(SimulatedMeter::new(scenario).unwrap()),
            line: None,
            thread: None,
            plug: 0,
        }
    }

    /// Plugs it in: a new device behind the old name.
    pub fn plug(&mut self) {
        let mut meter = self.meter.take().expect("it is not plugged in");
        let mut line = Pty::open(Some(&self.device), WRITE_TIMEOUT).unwrap();
        self.stop = Arc::default();
        self.plug += 1;
        let (stop, sent, mut plug) = (self.stop.clone(), self.sent.clone(), self.plug);
        let disturbance = self.disturbance.clone();
        self.thread = Some(thread::spawn(move || {
            let mut pace = Pace::new(Speed::Times(SPEED));
            let mut number = sent.lock().unwrap().len() as u64;
            while !stop.load(Ordering::Relaxed) {
                let frame = meter.next().expect("a meter never ends");
                let mut current = disturbance.lock().unwrap();
                match *current {
                    Disturbance::None => {}
                    Disturbance::Settings => {
                        // The frame before is whole.
                        line.drain(WRITE_TIMEOUT);
                        change_settings(&line);
                        *current = Disturbance::Renewing;
                        plug += PLUG_RANGE;
                    }
                    Disturbance::Renewing => plug += PLUG_RANGE,
                    Disturbance::Text => line.write_all(b"Port already in use\r\n").unwrap(),
                }
                drop(current);
                // Before the last byte, since the state may come back at once.
                sent.lock()
                    .unwrap()
                    .insert(clock_of(&frame), read(&frame, number, plug));
                number += 1;
                pace.send(&frame, &frame.bytes, &mut line, &stop).unwrap();
            }
            (meter, line)
        }));
    }

    /// Disturbs the line from the next frame on.
    pub fn disturb(&self, disturbance: Disturbance) {
        *self.disturbance.lock().unwrap() = disturbance;
    }

    /// The meter falls silent in the middle of a frame. The line stays.
    pub fn halt(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let (meter, line) = thread.join().unwrap();
            (self.meter, self.line) = (Some(meter), Some(line));
        }
    }

    /// Pulls it out: the device goes away.
    pub fn unplug(&mut self) {
        self.halt();
        self.line = None;
    }

    /// How many frames were sent.
    pub fn frames(&self) -> u64 {
        self.sent.lock().unwrap().len() as u64
    }
}

/// As a program does that takes the port for a terminal: no line feed comes through.
fn change_settings(line: &Pty) {
    let mut settings = tcgetattr(line).unwrap();
    settings.input_flags.insert(InputFlags::INLCR);
    settings.local_flags.insert(LocalFlags::ICANON);
    tcsetattr(line, SetArg::TCSANOW, &settings).unwrap();
}

fn read(frame: &SentFrame, number: u64, plug: u32) -> LoggedFrame {
    let value = |label| frame.get(label).unwrap().data.parse().unwrap();
    LoggedFrame {
        number,
        energy: value(Label::EAST),
        power: value(Label::SINSTS),
        plug,
    }
}

/// `H260115183000` as `2026-01-15T18:30:00+01:00`.
fn clock_of(frame: &SentFrame) -> String {
    let date = frame.get(Label::DATE).unwrap().horodate.clone().unwrap();
    let at = |from: usize| &date[from..from + 2];
    let offset = if date.starts_with('E') { 2 } else { 1 };
    format!(
        "20{}-{}-{}T{}:{}:{}+0{offset}:00",
        at(1),
        at(3),
        at(5),
        at(7),
        at(9),
        at(11)
    )
}
