//! How the daemon ends a sink, and how it knows that one still runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// Each loop beats its [`Pulse`] at each turn, and after this time at the latest; only an attempt to connect to the bus may
/// take a second more.
pub const PULSE_INTERVAL: Duration = Duration::from_secs(5);

/// A loop's sign of life. A clone is another handle of the same.
#[derive(Clone, Debug)]
pub struct Pulse {
    origin: Instant,
    /// The last beat, in milliseconds since the origin.
    last: Arc<AtomicU64>,
}

impl Pulse {
    /// The loop runs.
    pub fn beat(&self) {
        let now = u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
    }

    /// When it beat last, to the millisecond; when it was made, if it never did.
    #[must_use]
    pub fn last_beat(&self) -> Instant {
        self.origin + Duration::from_millis(self.last.load(Ordering::Relaxed))
    }
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
            last: Arc::default(),
        }
    }
}

/// A request to end, once it is made. A clone is another handle of the same.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// Makes the request of its [`Shutdown`]; dropping it does too.
#[derive(Debug)]
pub struct ShutdownTrigger(watch::Sender<bool>);

impl Shutdown {
    /// A shutdown that is not requested yet, and what requests it.
    #[must_use]
    pub fn new() -> (ShutdownTrigger, Self) {
        let (sender, receiver) = watch::channel(false);
        (ShutdownTrigger(sender), Self(receiver))
    }

    /// Returns once the shutdown is requested. Cancel-safe.
    pub async fn requested(&mut self) {
        // An error is a trigger that was dropped.
        let _ = self.0.wait_for(|requested| *requested).await;
    }

    /// Whether the shutdown is requested.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

impl ShutdownTrigger {
    /// Another handle of its request.
    #[must_use]
    pub fn shutdown(&self) -> Shutdown {
        Shutdown(self.0.subscribe())
    }

    /// Requests the shutdown.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_shutdown_is_requested_or_its_trigger_dropped() {
        let (trigger, mut shutdown) = Shutdown::new();
        assert!(!shutdown.is_requested());
        trigger.request();
        shutdown.requested().await;
        assert!(shutdown.is_requested());
        let (trigger, mut shutdown) = Shutdown::new();
        drop(trigger);
        shutdown.requested().await;
        assert!(shutdown.is_requested());
    }

    #[test]
    fn a_beat_is_seen_through_every_handle() {
        let pulse = Pulse::default();
        let seen = pulse.clone();
        let before = Instant::now();
        while seen.last_beat() <= before {
            pulse.beat();
        }
        assert!(seen.last_beat() <= Instant::now());
    }
}
