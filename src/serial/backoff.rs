//! How long to wait before a port is tried again.
//!
//! Short at first, so that a dongle put back is found at once; longer while nothing helps, so that a missing one costs
//! nothing. The longest wait leaves time to open the port within two seconds of its coming back.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_millis(1750);

/// The next wait; doubles at each, up to 1.75 s.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Backoff {
    /// Starts at 250 ms.
    #[must_use]
    pub fn new() -> Self {
        Self { next: FIRST }
    }

    /// The wait that is due now.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(LONGEST);
        wait
    }

    /// The port proved good (it gave a byte; that it opened proves little): start again from the shortest wait.
    pub fn reset(&mut self) {
        *self = Self::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_less_than_two_seconds_and_start_again() {
        let mut backoff = Backoff::new();
        let waits: Vec<_> = (0..6).map(|_| backoff.next_wait().as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 1750, 1750, 1750]);
        backoff.reset();
        assert_eq!(backoff.next_wait(), FIRST);
    }
}
