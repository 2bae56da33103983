//! The wire: a simulated meter on a pseudo-terminal, and a record of what it sent.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use linky_sensor::simulator::{Pace, Pty, Scenario, SentFrame, SimulatedMeter, Speed};

/// How long a write waits for a reader that is late; after it the bytes are lost.
const WRITE_TIMEOUT: Duration = Duration::from_secs(240);

/// Opens the meter's end of the line; `device` becomes the reader's.
pub fn open(device: &Path) -> Pty {
    Pty::open(Some(device), WRITE_TIMEOUT).unwrap()
}

/// A meter that is wired to a line.
pub struct Wired {
    meter: SimulatedMeter,
    pace: Pace,
    /// Bit 7 is cleared, as by an adapter set to seven bits.
    strips: bool,
}

impl Wired {
    /// Sends the frames of a meter, so many times faster than real.
    pub fn new(meter: SimulatedMeter, times: f64, strips: bool) -> Self {
        Self {
            pace: Pace::new(Speed::Times(times)),
            meter,
            strips,
        }
    }

    /// Sends the frames of the usual meter ten times faster than real.
    pub fn usual() -> Self {
        Self::new(
            SimulatedMeter::new(Scenario::default()).unwrap(),
            10.0,
            false,
        )
    }

    /// Goes on at another speed.
    pub fn at_speed(self, times: f64) -> Self {
        Self::new(self.meter, times, self.strips)
    }

    /// Sends one frame.
    pub fn send(&mut self, line: &mut impl Write) -> SentFrame {
        self.send_unless(line, &AtomicBool::new(false))
    }

    /// Sends four frames: enough for every label to count as present.
    pub fn send_four(&mut self, line: &mut impl Write) {
        for _ in 0..4 {
            self.send(line);
        }
    }

    fn send_unless(&mut self, line: &mut impl Write, stop: &AtomicBool) -> SentFrame {
        let sent = self.meter.next().expect("a meter never ends");
        let mut bytes = sent.bytes.clone();
        if self.strips {
            bytes.iter_mut().for_each(|byte| *byte &= 0x7F);
        }
        self.pace.send(&sent, &bytes, line, stop).unwrap();
        line.flush().unwrap();
        sent
    }
}

/// A meter that goes on sending until it is dropped.
pub struct Playing {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Playing {
    /// Sends the frames of this scenario on a line of its own, ten times faster than real; who does not listen misses them.
    pub fn on(device: &Path, scenario: Scenario) -> Self {
        Self::at_speed(device, scenario, 10.0)
    }

    /// The same, so many times faster than real.
    pub fn at_speed(device: &Path, scenario: Scenario, times: f64) -> Self {
        let mut line = Pty::open(Some(device), Duration::ZERO).unwrap();
        let mut wired = Wired::new(SimulatedMeter::new(scenario).unwrap(), times, false);
        let stop = Arc::new(AtomicBool::new(false));
        let asked = stop.clone();
        let thread = thread::spawn(move || {
            while !asked.load(Ordering::Relaxed) {
                wired.send_unless(&mut line, &asked);
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Playing {
    /// Hangs up: the adapter is unplugged.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
