//! How a reader's thread is stopped, also while it sleeps.
//!
//! A reader sleeps on a condition variable, so that a stop wakes it at once, and a stop just before the sleep is not
//! missed.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Debug, Default)]
struct Shared {
    stopped: Mutex<bool>,
    wake: Condvar,
}

impl Shared {
    /// A panic cannot leave a boolean half-written: a poisoned lock is used all the same.
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for the stop. Dropping it does not.
#[derive(Clone, Debug)]
pub struct Stopper(Arc<Shared>);

/// Whether the stop was asked for; held by a reader.
#[derive(Clone, Debug)]
pub struct Stop(Arc<Shared>);

/// A new pair; several readers may hold clones of the one [`Stop`].
#[must_use]
pub fn stop_pair() -> (Stopper, Stop) {
    let shared = Arc::new(Shared::default());
    (Stopper(Arc::clone(&shared)), Stop(shared))
}

impl Stopper {
    /// Asks every holder of the pair's [`Stop`] to end, and wakes those that sleep. It cannot be taken back.
    pub fn stop(&self) {
        *self.0.lock() = true;
        self.0.wake.notify_all();
    }
}

impl Stop {
    /// Whether the stop was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.lock()
    }

    /// Sleeps for `duration`, or until the stop is asked for.
    pub fn sleep(&self, duration: Duration) {
        let sleep = self
            .0
            .wake
            .wait_timeout_while(self.0.lock(), duration, |stopped| !*stopped);
        drop(sleep.unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_stop_wakes_a_sleeper_and_is_remembered() {
        let (stopper, stop) = stop_pair();
        let sleeper = std::thread::spawn(move || {
            stop.sleep(Duration::from_secs(60));
            stop.sleep(Duration::from_secs(60));
            stop.is_asked()
        });
        let asked = Instant::now();
        stopper.stop();
        assert!(sleeper.join().unwrap());
        assert!(asked.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_sleep_ends_by_itself() {
        let (_stopper, stop) = stop_pair();
        stop.sleep(Duration::from_millis(1));
        assert!(!stop.is_asked());
    }
}
