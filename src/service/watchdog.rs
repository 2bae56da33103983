//! Whether every loop of the daemon still turns.
//!
//! Each loop holds a [`Pulse`] and beats it at each turn and at least every five seconds, whatever it waits for. The
//! supervisor feeds systemd's watchdog only while every pulse is fresh, and asks for the restart as soon as one is not:
//! a thread that hangs is worse than a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A loop that has not beaten for so long is taken for dead: three of its own ticks, within the unit's WatchdogSec.
const LATE: Duration = Duration::from_secs(15);

/// The pulses of all loops.
#[derive(Debug)]
pub struct Watchdog {
    origin: Instant,
    pulses: Vec<(String, Arc<AtomicU64>)>,
}

impl Watchdog {
    /// No loop yet.
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
            pulses: Vec::new(),
        }
    }

    /// A pulse for the loop of this name. It beats once now.
    pub fn pulse(&mut self, name: impl Into<String>) -> Pulse {
        let last = Arc::new(AtomicU64::new(0));
        self.pulses.push((name.into(), last.clone()));
        let pulse = Pulse {
            origin: self.origin,
            last,
        };
        pulse.beat();
        pulse
    }

    /// The loop that is late at this moment, if one is.
    pub fn late(&self, now: Instant) -> Option<&str> {
        let now = millis(now.saturating_duration_since(self.origin));
        let limit = millis(LATE);
        let late = |(_, last): &&(String, Arc<AtomicU64>)| {
            now.saturating_sub(last.load(Ordering::Relaxed)) > limit
        };
        self.pulses.iter().find(late).map(|(name, _)| name.as_str())
    }
}

/// One loop's sign of life.
#[derive(Clone, Debug)]
pub struct Pulse {
    origin: Instant,
    last: Arc<AtomicU64>,
}

impl Pulse {
    /// The loop turns.
    pub fn beat(&self) {
        self.last
            .store(millis(self.origin.elapsed()), Ordering::Relaxed);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_that_stops_beating_is_named() {
        let mut watchdog = Watchdog::new();
        let reader = watchdog.pulse("reader main");
        watchdog.pulse("mqtt");
        assert_eq!(watchdog.late(Instant::now()), None);
        assert_eq!(
            watchdog.late(Instant::now() + LATE + Duration::from_secs(1)),
            Some("reader main")
        );
        reader.beat();
        assert_eq!(watchdog.late(Instant::now()), None);
    }
}
