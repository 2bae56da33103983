//! Whether every loop of the daemon still turns.
//!
//! Each loop holds a [`Pulse`] and beats it at each turn and at least every five seconds, whatever it waits for. The
//! supervisor feeds systemd's watchdog only while every pulse is fresh, and asks for the restart as soon as one is not:
//! a thread that hangs is worse than a restart.
//!
//! A machine that stands still (a virtual one that is paused, one that swaps) makes every loop late at once. Who looks is
//! late then too, and knows by this: the time before counts for nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A loop that has not beaten for so long is taken for dead: three of its own ticks, within the unit's WatchdogSec.
const LATE: Duration = Duration::from_secs(15);

/// The looks are five seconds apart at most. After a longer time the whole process has stood still.
const OVERSLEPT: Duration = Duration::from_secs(8);

/// The pulses of all loops.
#[derive(Debug)]
pub struct Watchdog {
    origin: Instant,
    /// The last look.
    looked: Instant,
    /// Loops are late from here on at the earliest, in milliseconds since the origin.
    stood_still: u64,
    pulses: Vec<(String, Arc<AtomicU64>)>,
}

impl Watchdog {
    /// No loop yet.
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            origin: now,
            looked: now,
            stood_still: 0,
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

    /// Looks: the loop that is late at this moment, if one is.
    pub fn late(&mut self, now: Instant) -> Option<&str> {
        let since = now.saturating_duration_since(self.looked);
        self.looked = now;
        let now = millis(now.saturating_duration_since(self.origin));
        if since > OVERSLEPT {
            self.stood_still = now;
        }
        let (limit, from) = (millis(LATE), self.stood_still);
        let late = |(_, last): &&(String, Arc<AtomicU64>)| {
            now.saturating_sub(last.load(Ordering::Relaxed).max(from)) > limit
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

    /// Looks every five seconds, as the supervisor does, until so long after `from`.
    fn looks(watchdog: &mut Watchdog, from: Instant, seconds: u64) -> Option<String> {
        let times = (5..=seconds).step_by(5).map(Duration::from_secs);
        times
            .filter_map(|time| watchdog.late(from + time).map(str::to_owned))
            .last()
    }

    #[test]
    fn the_loop_that_stops_beating_is_named() {
        let mut watchdog = Watchdog::new();
        let reader = watchdog.pulse("reader main");
        watchdog.pulse("mqtt");
        let now = Instant::now();
        assert_eq!(looks(&mut watchdog, now, 10), None);
        assert_eq!(
            looks(&mut watchdog, now, 20),
            Some("reader main".to_owned())
        );
        reader.beat();
        assert_eq!(watchdog.late(now), None);
    }

    #[test]
    fn a_machine_that_stood_still_is_no_loop_that_hangs() {
        let mut watchdog = Watchdog::new();
        watchdog.pulse("reader main");
        let awake = Instant::now() + Duration::from_secs(60);
        assert_eq!(watchdog.late(awake), None);
        assert_eq!(looks(&mut watchdog, awake, 15), None);
        let hangs = looks(&mut watchdog, awake, 20);
        assert_eq!(
            hangs,
            Some("reader main".to_owned()),
            "it is late all the same"
        );
    }
}
