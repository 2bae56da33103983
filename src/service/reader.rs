//! The thread of one meter: what its port tells goes into the meter, what the meter answers goes to the sinks.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

use crate::config::MeterSettings;
use crate::meter::{Input, Meter, Moment, Timestamp};
use crate::serial::{self, PortCheck, PortSettings, Stop};
use crate::sink::{Pulse, Stream};
use crate::store::StoreHandle;

/// The stack of a reader, in bytes: it holds a buffer of 4 kB and the frame being built. D-Bus is left to the runtime.
const STACK: usize = 256 * 1024;

/// All that a reader is given.
pub struct Reader {
    /// The meter that it feeds.
    pub meter: Meter,
    /// Its number among the meters.
    pub number: usize,
    /// The port.
    pub port: PortSettings,
    /// Whether the port may be opened.
    pub check: Box<dyn PortCheck>,
    /// Where Updates go.
    pub stream: Stream,
    /// Where what is to be remembered goes.
    pub keeper: StoreHandle,
    /// Its sign of life.
    pub pulse: Pulse,
}

impl Reader {
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
        let mut sink = |input: Input| {
            self.pulse.beat();
            let now = Moment {
                wall: Some(wall_clock()),
                mono: uptime().unwrap_or_else(|| origin.elapsed()),
            };
            if let Some(update) = self.meter.push(input, now) {
                self.stream.publish(update);
            }
            if let Some(memory) = self.meter.take_memory(now) {
                self.keeper.save(self.number, memory);
            }
        };
        serial::read(&self.port, &*self.check, stop, &mut sink);
        self.keeper.save(self.number, self.meter.memory());
    }
}

/// Time since the machine started, sleep included: the meter goes on meanwhile.
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
