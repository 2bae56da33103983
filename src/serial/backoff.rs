//! How long to wait before a port is opened again.
//!
//! Short at first, so that a dongle that is put back is found at once; longer while that fails, so that a missing one costs
//! little.

use std::time::Duration;

/// The first wait.
const WAIT_MIN: Duration = Duration::from_millis(250);
/// A port that is back is open within two seconds, the opening included.
const WAIT_MAX: Duration = Duration::from_millis(1750);

/// The next wait; doubles at each, up to 1.75 s.
#[derive(Debug)]
pub struct OpenBackoff {
    next: Duration,
}

impl OpenBackoff {
    /// Starts at 250 ms.
    #[must_use]
    pub fn new() -> Self {
        Self { next: WAIT_MIN }
    }

    /// The wait before the next opening.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(WAIT_MAX);
        wait
    }

    /// The port gave a byte, which an opening alone does not promise: starts again from the shortest wait.
    pub fn reset(&mut self) {
        *self = Self::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_less_than_two_seconds_and_start_again() {
        let mut backoff = OpenBackoff::new();
        let waits: Vec<_> = (0..6).map(|_| backoff.next_wait().as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 1750, 1750, 1750]);
        backoff.reset();
        assert_eq!(backoff.next_wait(), WAIT_MIN);
    }
}
