//! Whether every loop of the daemon still runs.
//!
//! Each loop holds a [`Pulse`] and beats it at each turn and at least every five seconds, whatever it waits for. The
//! supervisor feeds systemd's watchdog only while every pulse is fresh, and asks for the restart as soon as one is not:
//! a thread that hangs is worse than a restart.
//!
//! The thread that writes the files is the exception: only the disk can hold it up, for half a minute on some memory cards. A
//! restart would wait for the same disk, and interrupt what goes on without it. So a disk that stalls is logged, no more.
//!
//! A machine that stands still (a virtual one that is paused, one that swaps) makes every loop late at once. The
//! supervisor's check is late then too; from this it is known, and no loop is late for the time before.

use std::time::{Duration, Instant};

use crate::sink::Pulse;

/// A loop without a beat for this time hangs: three times [`PULSE_INTERVAL`](crate::sink::PULSE_INTERVAL), within the
/// unit's WatchdogSec.
const HANGS_AFTER: Duration = Duration::from_secs(15);

/// The checks are five seconds apart at most. After a longer time the whole process has stood still.
const STOOD_STILL_AFTER: Duration = Duration::from_secs(8);

/// The pulses of all loops.
#[derive(Debug)]
pub struct Watchdog {
    last_check: Instant,
    /// When the process last ran again after it had stood still.
    resumed: Instant,
    pulses: Vec<(String, Pulse)>,
    /// The pulse of the thread that writes the files.
    disk: Option<Pulse>,
}

impl Watchdog {
    /// No loop yet.
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            last_check: now,
            resumed: now,
            pulses: Vec::new(),
            disk: None,
        }
    }

    /// A pulse for the loop of this name.
    pub fn pulse(&mut self, name: impl Into<String>) -> Pulse {
        let pulse = Pulse::default();
        self.pulses.push((name.into(), pulse.clone()));
        pulse
    }

    /// A pulse for the thread that writes the files.
    pub fn disk_pulse(&mut self) -> Pulse {
        self.disk.insert(Pulse::default()).clone()
    }

    /// Checks all pulses. Returns the name of a loop that hangs, if one does.
    pub fn check(&mut self, now: Instant) -> Option<&str> {
        if now.saturating_duration_since(self.last_check) > STOOD_STILL_AFTER {
            self.resumed = now;
        }
        self.last_check = now;
        self.pulses
            .iter()
            .find(|(_, pulse)| self.is_late(pulse))
            .map(|(name, _)| name.as_str())
    }

    /// Whether the disk had not responded for long at the last check.
    pub fn disk_stalls(&self) -> bool {
        self.disk.as_ref().is_some_and(|pulse| self.is_late(pulse))
    }

    /// Whether this pulse was late at the last check.
    fn is_late(&self, pulse: &Pulse) -> bool {
        let since = pulse.last_beat().max(self.resumed);
        self.last_check.saturating_duration_since(since) > HANGS_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks every five seconds, as the supervisor does, until `seconds` after `from`. The last name of a loop that hangs.
    fn check_until(watchdog: &mut Watchdog, from: Instant, seconds: u64) -> Option<String> {
        let times = (5..=seconds).step_by(5).map(Duration::from_secs);
        times
            .filter_map(|time| watchdog.check(from + time).map(str::to_owned))
            .last()
    }

    #[test]
    fn the_loop_that_stops_beating_is_named() {
        let mut watchdog = Watchdog::new();
        let reader = watchdog.pulse("reader main");
        watchdog.pulse("mqtt");
        let now = Instant::now();
        assert_eq!(check_until(&mut watchdog, now, 10), None);
        assert_eq!(
            check_until(&mut watchdog, now, 20),
            Some("reader main".to_owned())
        );
        reader.beat();
        assert_eq!(watchdog.check(now), None);
    }

    #[test]
    fn a_disk_that_stalls_is_no_loop_that_hangs() {
        let mut watchdog = Watchdog::new();
        let disk = watchdog.disk_pulse();
        let now = Instant::now();
        assert_eq!(check_until(&mut watchdog, now, 10), None);
        assert!(!watchdog.disk_stalls());
        assert_eq!(check_until(&mut watchdog, now, 20), None);
        assert!(watchdog.disk_stalls());
        disk.beat();
        assert_eq!(watchdog.check(Instant::now()), None);
        assert!(!watchdog.disk_stalls());
    }

    #[test]
    fn a_machine_that_stood_still_is_no_loop_that_hangs() {
        let mut watchdog = Watchdog::new();
        watchdog.pulse("reader main");
        let awake = Instant::now() + Duration::from_secs(60);
        assert_eq!(watchdog.check(awake), None);
        assert_eq!(check_until(&mut watchdog, awake, 15), None);
        let hangs = check_until(&mut watchdog, awake, 20);
        assert_eq!(
            hangs,
            Some("reader main".to_owned()),
            "it is late all the same"
        );
    }
}
