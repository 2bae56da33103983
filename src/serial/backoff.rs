//! How long to wait before a port is opened again.
//!
//! Short at first, so that a dongle that is put back is found at once; longer while that fails, so that a missing one costs
//! little. A port that opens and is lost before anything good came waits ever longer: each opening of it is a change that is
//! published and logged.

use std::time::Duration;

/// The first wait.
const WAIT_MIN: Duration = Duration::from_millis(250);
/// A port that is back is open within two seconds, the opening included.
const WAIT_MAX: Duration = Duration::from_millis(1750);

/// The longest wait for a port that opens and is lost each time.
const LOSS_WAIT_MAX: Duration = Duration::from_secs(30);

/// The next waits; each doubles when it is used.
#[derive(Debug)]
pub struct OpenBackoff {
    /// After an opening that failed.
    next: Duration,
    /// After a loss.
    next_after_loss: Duration,
}

impl OpenBackoff {
    /// Starts at 250 ms.
    #[must_use]
    pub fn new() -> Self {
        Self {
            next: WAIT_MIN,
            next_after_loss: WAIT_MIN,
        }
    }

    /// The wait before the next opening, after one that failed.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(WAIT_MAX);
        wait
    }

    /// The wait before the next opening, after the loss of an open port.
    pub fn next_wait_after_loss(&mut self) -> Duration {
        let wait = self.next_after_loss;
        self.next_after_loss = (wait * 2).min(LOSS_WAIT_MAX);
        self.next = WAIT_MIN;
        wait
    }

    /// The port gave something good, which neither an opening nor a byte promises: starts again from the shortest waits.
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

    #[test]
    fn a_port_that_is_lost_each_time_is_opened_ever_more_seldom() {
        let mut backoff = OpenBackoff::new();
        let waits: Vec<_> = (0..9)
            .map(|_| backoff.next_wait_after_loss().as_millis())
            .collect();
        assert_eq!(
            waits,
            [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]
        );
        assert_eq!(
            backoff.next_wait(),
            WAIT_MIN,
            "once it is not there it is found at once"
        );
        backoff.reset();
        assert_eq!(backoff.next_wait_after_loss(), WAIT_MIN);
    }
}
