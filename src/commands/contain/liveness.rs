//! Whether the daemon lives, by what it sends to its notify socket (sd_notify(3)).
//!
//! Input: its notices, a stop that was asked for, and the time. Output: by when the next sign of life is due, why the daemon
//! has to be killed, and the line for the health check. Nothing here waits, and no time is read.
//!
//! A machine that stood still, or a container that was paused, makes the daemon and this check late together. From the
//! lateness of the check this is known, and the daemon has its whole limit again.

use std::fmt;
use std::time::{Duration, Instant};

/// The daemon is killed when it has sent nothing for this time. It is given this as `WATCHDOG_USEC`, and sends more often.
pub const SILENCE_LIMIT: Duration = Duration::from_secs(30);

/// The same until it is ready: it may have a large history to read.
const START_LIMIT: Duration = Duration::from_secs(90);

/// The same after it was asked to stop. It takes 5 s at most; engines kill all after 10 s.
const STOP_LIMIT: Duration = Duration::from_secs(8);

/// A deadline that is checked later than this: the whole container stood still.
const STOOD_STILL_AFTER: Duration = Duration::from_secs(5);

/// A status line is cut here.
const STATUS_MAX: usize = 4096;

/// Why the daemon is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KillCause {
    /// It was not ready in time.
    Start,
    /// It sent nothing for too long.
    Silence,
    /// One of its loops hangs; it asked for its end.
    Trigger,
    /// It did not end in time.
    Stop,
}

impl fmt::Display for KillCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => write!(f, "it was not ready within {} s", START_LIMIT.as_secs()),
            Self::Silence => write!(
                f,
                "it gave no sign of life for {} s",
                SILENCE_LIMIT.as_secs()
            ),
            Self::Trigger => f.write_str("a part of it does not respond"),
            Self::Stop => write!(f, "it did not end within {} s", STOP_LIMIT.as_secs()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LifePhase {
    Starting,
    Ready,
    Stopping,
}

/// The signs of life of one daemon.
#[derive(Debug)]
pub struct Liveness {
    phase: LifePhase,
    is_triggered: bool,
    deadline: Instant,
    status: String,
}

impl Liveness {
    /// The daemon was started at this time.
    pub fn new(now: Instant) -> Self {
        Self {
            phase: LifePhase::Starting,
            is_triggered: false,
            deadline: now + START_LIMIT,
            status: "starting".to_owned(),
        }
    }

    /// Takes a notice: lines of `NAME=value`, of which unknown ones are ignored.
    pub fn on_notice(&mut self, notice: &str, now: Instant) {
        for line in notice.lines() {
            match line.split_once('=') {
                Some(("READY", "1")) if self.phase == LifePhase::Starting => {
                    self.phase = LifePhase::Ready;
                }
                Some(("WATCHDOG", "trigger")) => self.is_triggered = true,
                Some(("STATUS", status)) => self.status = status.chars().take(STATUS_MAX).collect(),
                _ => {}
            }
        }
        if self.phase == LifePhase::Ready {
            self.deadline = now + SILENCE_LIMIT;
        }
    }

    /// The daemon was asked to stop. Asked again, it gets no more time.
    pub fn on_stop(&mut self, now: Instant) {
        if self.phase != LifePhase::Stopping {
            self.phase = LifePhase::Stopping;
            self.deadline = now + STOP_LIMIT;
        }
    }

    /// By when [`check`](Self::check) is to be called.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Why the daemon is to be killed, if it is.
    pub fn check(&mut self, now: Instant) -> Option<KillCause> {
        if self.is_triggered {
            return Some(KillCause::Trigger);
        }
        let late = now.checked_duration_since(self.deadline)?;
        let (limit, cause) = match self.phase {
            LifePhase::Starting => (START_LIMIT, KillCause::Start),
            LifePhase::Ready => (SILENCE_LIMIT, KillCause::Silence),
            LifePhase::Stopping => return Some(KillCause::Stop),
        };
        if late > STOOD_STILL_AFTER {
            self.deadline = now + limit;
            return None;
        }
        Some(cause)
    }

    /// Whether it is ready and not about to be killed, and its last status line.
    pub fn health(&self) -> (bool, &str) {
        (
            self.phase == LifePhase::Ready && !self.is_triggered,
            &self.status,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(now: Instant) -> Liveness {
        let mut liveness = Liveness::new(now);
        liveness.on_notice(
            "READY=1\nSTATUS=main: receiving, 1230 VA; broker connected",
            now,
        );
        liveness
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_daemon_that_sends_lives_on_and_its_last_status_is_kept() {
        let start = Instant::now();
        let mut liveness = ready(start);
        for minute in 0..10 {
            let now = start + seconds(minute * 20);
            liveness.on_notice("WATCHDOG=1", now);
            assert_eq!(liveness.check(now + seconds(19)), None);
        }
        assert_eq!(
            liveness.health(),
            (true, "main: receiving, 1230 VA; broker connected")
        );
    }

    #[test]
    fn a_silent_daemon_is_killed_by_the_limit_of_its_phase() {
        let start = Instant::now();
        let mut starting = Liveness::new(start);
        starting.on_notice("STATUS=reading the history", start + seconds(60));
        assert_eq!(starting.health(), (false, "reading the history"));
        assert_eq!(starting.check(start + seconds(89)), None);
        assert_eq!(starting.check(start + seconds(90)), Some(KillCause::Start));

        let mut silent = ready(start);
        assert_eq!(silent.check(start + seconds(29)), None);
        assert_eq!(silent.check(start + seconds(30)), Some(KillCause::Silence));

        let mut stopping = ready(start);
        stopping.on_stop(start + seconds(10));
        stopping.on_notice("STOPPING=1\nSTATUS=stopping", start + seconds(11));
        stopping.on_stop(start + seconds(12));
        assert!(!stopping.health().0);
        assert_eq!(stopping.check(start + seconds(17)), None);
        assert_eq!(stopping.check(start + seconds(18)), Some(KillCause::Stop));
    }

    #[test]
    fn a_hang_that_the_daemon_found_is_not_waited_for() {
        let start = Instant::now();
        let mut liveness = ready(start);
        liveness.on_notice("WATCHDOG=trigger", start);
        assert_eq!(liveness.check(start), Some(KillCause::Trigger));
        assert!(!liveness.health().0);
    }

    #[test]
    fn after_a_pause_of_the_whole_container_the_daemon_has_its_limit_again() {
        let start = Instant::now();
        let mut liveness = ready(start);
        let resumed = start + seconds(3600);
        assert_eq!(liveness.check(resumed), None);
        assert_eq!(liveness.deadline(), resumed + SILENCE_LIMIT);
        let late = resumed + SILENCE_LIMIT;
        assert_eq!(liveness.check(late), Some(KillCause::Silence));
    }

    #[test]
    fn nothing_in_a_notice_is_trusted() {
        let start = Instant::now();
        let mut liveness = Liveness::new(start);
        for notice in [
            "",
            "READY",
            "READY=2",
            "=",
            "\u{0}=1\n\n",
            "WATCHDOG=\u{fffd}",
        ] {
            liveness.on_notice(notice, start);
        }
        assert_eq!(liveness.health(), (false, "starting"));
        liveness.on_notice(&format!("STATUS={}", "x".repeat(100_000)), start);
        assert_eq!(liveness.health().1.len(), STATUS_MAX);
    }
}
