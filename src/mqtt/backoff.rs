//! The delay before the next attempt to reach the broker.
//!
//! ```text
//! lost:    1 s, 2, 4, 8, 16, 30, 30 …   from 1 s again after a session of STABLE_AFTER
//! refused: 30 s
//! ```
//! A session shorter than that does not count, so that a broker that accepts and disconnects is not hammered.

use std::time::Duration;

/// The first delay.
const DELAY_MIN: Duration = Duration::from_secs(1);

/// The longest delay.
const DELAY_MAX: Duration = Duration::from_secs(30);

/// The length of a session that resets the delay.
const STABLE_AFTER: Duration = Duration::from_secs(10);

/// The next delay.
#[derive(Debug)]
pub struct BrokerBackoff {
    next: Duration,
    connected: Option<Duration>,
}

impl Default for BrokerBackoff {
    fn default() -> Self {
        Self {
            next: DELAY_MIN,
            connected: None,
        }
    }
}

impl BrokerBackoff {
    /// A session starts.
    pub fn connected(&mut self, now: Duration) {
        self.connected = Some(now);
    }

    /// A session was lost, or an attempt failed: the time of the next attempt.
    pub fn lost(&mut self, now: Duration) -> Duration {
        let began = self.connected.take();
        if began.is_some_and(|began| now.saturating_sub(began) >= STABLE_AFTER) {
            self.next = DELAY_MIN;
        }
        let wait = self.next;
        self.next = (wait * 2).min(DELAY_MAX);
        now + wait
    }

    /// The broker refused the session: the time of the next attempt.
    pub fn refused(&mut self, now: Duration) -> Duration {
        *self = Self::default();
        now + DELAY_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(backoff: &mut BrokerBackoff, count: usize) -> Vec<u64> {
        let wait = |_| backoff.lost(Duration::ZERO).as_secs();
        (0..count).map(wait).collect()
    }

    #[test]
    fn waits_double_up_to_thirty_seconds() {
        assert_eq!(
            waits(&mut BrokerBackoff::default(), 7),
            [1, 2, 4, 8, 16, 30, 30]
        );
    }

    #[test]
    fn only_a_stable_session_resets_the_delay() {
        let mut backoff = BrokerBackoff::default();
        waits(&mut backoff, 3);
        let at = Duration::from_secs;
        backoff.connected(at(100));
        assert_eq!(backoff.lost(at(101)), at(109));
        backoff.connected(at(200));
        assert_eq!(backoff.lost(at(210)), at(211));
    }

    #[test]
    fn a_refusal_is_tried_again_slowly() {
        let mut backoff = BrokerBackoff::default();
        let at = Duration::from_secs;
        assert_eq!(backoff.refused(at(5)), at(35));
        assert_eq!(backoff.lost(at(35)), at(36));
    }
}
