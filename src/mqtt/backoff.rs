//! How long to wait before the broker is tried again.
//!
//! Short at first; longer while nothing helps, so that a broker that is away, or one that takes us and throws us out,
//! costs nothing and fills no journal.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// A session that lasted so long was a good one.
const STEADY: Duration = Duration::from_secs(10);

/// The next wait, 1 s to 30 s.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
    connected: Option<Duration>,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            next: FIRST,
            connected: None,
        }
    }
}

impl Backoff {
    /// A session begins.
    pub fn connected(&mut self, now: Duration) {
        self.connected = Some(now);
    }

    /// A session ended, or none could be made: when to try again.
    pub fn lost(&mut self, now: Duration) -> Duration {
        let began = self.connected.take();
        if began.is_some_and(|began| now.saturating_sub(began) >= STEADY) {
            self.next = FIRST;
        }
        let wait = self.next;
        self.next = (wait * 2).min(LONGEST);
        now + wait
    }

    /// The broker refused us: when to try again. Nothing changes there without a person.
    pub fn refused(&mut self, now: Duration) -> Duration {
        *self = Self::default();
        now + LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(backoff: &mut Backoff, count: usize) -> Vec<u64> {
        let wait = |_| backoff.lost(Duration::ZERO).as_secs();
        (0..count).map(wait).collect()
    }

    #[test]
    fn waits_double_up_to_thirty_seconds() {
        assert_eq!(waits(&mut Backoff::default(), 7), [1, 2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn only_a_steady_session_starts_them_again() {
        let mut backoff = Backoff::default();
        waits(&mut backoff, 3);
        let at = Duration::from_secs;
        backoff.connected(at(100));
        assert_eq!(backoff.lost(at(101)), at(109));
        backoff.connected(at(200));
        assert_eq!(backoff.lost(at(210)), at(211));
    }

    #[test]
    fn a_refusal_is_tried_again_slowly() {
        let mut backoff = Backoff::default();
        let at = Duration::from_secs;
        assert_eq!(backoff.refused(at(5)), at(35));
        assert_eq!(backoff.lost(at(35)), at(36));
    }
}
