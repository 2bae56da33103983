//! The thread of one meter: inputs of its port go into the meter, updates of the meter go to the sinks.
//!
//! The thread never waits for a sink. Its pulse beats at each input; the longest time between two is four seconds.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

use crate::config::MeterSettings;
use crate::meter::{Meter, Moment, Timestamp};
use crate::serial::{InputReader, PortCheck, PortSettings, Stop, Taps};
use crate::sink::{Pulse, Stream};
use crate::store::StoreHandle;

/// The stack of a reader, in bytes: it holds the frame being built and the meter's update. D-Bus is left to the runtime.
const STACK: usize = 256 * 1024;

/// What a reader needs.
pub struct MeterReader {
    /// The meter that it feeds.
    pub meter: Meter,
    /// Its number among the meters.
    pub number: usize,
    /// The port.
    pub port: PortSettings,
    /// Whether the port may be opened.
    pub check: Box<dyn PortCheck>,
    /// Who is given a copy of the bytes.
    pub taps: Taps,
    /// Takes the updates.
    pub stream: Stream,
    /// Keeps the memory of the meter on disk.
    pub store: StoreHandle,
    /// Its pulse for the watchdog.
    pub pulse: Pulse,
}

impl MeterReader {
    /// Starts the thread. It ends when `stop` is asked for.
    ///
    /// # Errors
    /// The thread cannot be made.
    pub fn start(self, stop: Stop) -> std::io::Result<JoinHandle<()>> {
        let name = format!("meter {}", self.number);
        thread::Builder::new()
            .name(name)
            .stack_size(STACK)
            .spawn(move || self.run(&stop))
    }

    fn run(mut self, stop: &Stop) {
        let origin = Instant::now();
        let inputs = InputReader::new(&self.port, &*self.check, stop).with_taps(self.taps);
        for input in inputs {
            self.pulse.beat();
            let now = Moment {
                wall: Some(wall_clock()),
                mono: uptime().unwrap_or_else(|| origin.elapsed()),
            };
            if let Some(update) = self.meter.push(input, now) {
                self.stream.publish(update);
            }
            if let Some(memory) = self.meter.take_memory(now) {
                self.store.save(self.number, memory);
            }
        }
        self.store.save(self.number, self.meter.memory());
    }
}

/// Time since the machine started, including the time that it was suspended: the meter goes on meanwhile.
fn uptime() -> Option<Duration> {
    clock_gettime(ClockId::CLOCK_BOOTTIME)
        .ok()
        .map(Duration::from)
}

/// The port of a meter, as configured.
pub fn port(settings: &MeterSettings) -> PortSettings {
    PortSettings {
        device: settings.device.clone(),
        mode: settings.mode.mode(),
        parity: settings.parity,
    }
}

/// The host's clock now. A clock before the epoch reads as the epoch.
fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since.unwrap_or_default().as_micros();
    Timestamp(i64::try_from(micros).unwrap_or(i64::MAX))
}
