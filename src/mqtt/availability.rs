//! Whether a meter is available: at once when it is heard, no longer when it was not heard for a while.
//!
//! Entities that come and go are hated, so a short interruption of the link is not told here.

use std::time::Duration;

use crate::meter::Link;
use crate::names::topic;

/// So long without reception, and the meter is not available.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The availability of a meter; it is not available before it is first heard.
#[derive(Debug, Default)]
pub struct Availability {
    is_online: bool,
    /// Since when it is not heard, while it is available.
    silent: Option<Duration>,
}

impl Availability {
    /// The payload that is published.
    pub fn word(&self) -> &'static str {
        if self.is_online {
            topic::ONLINE
        } else {
            topic::OFFLINE
        }
    }

    /// The link is in this state. Whether the availability changed.
    pub fn observe(&mut self, link: Link, now: Duration) -> bool {
        if link == Link::Receiving {
            self.silent = None;
            return !std::mem::replace(&mut self.is_online, true);
        }
        if self.is_online {
            self.silent.get_or_insert(now);
        }
        self.pass(now)
    }

    /// Time passes. Whether the availability changed.
    pub fn pass(&mut self, now: Duration) -> bool {
        let ends = self.deadline().is_some_and(|deadline| deadline <= now);
        if ends {
            *self = Self::default();
        }
        ends
    }

    /// When the meter stops being available if it is not heard until then.
    pub fn deadline(&self) -> Option<Duration> {
        self.silent.map(|since| since + PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn online_at_once_and_offline_after_thirty_seconds() {
        let mut availability = Availability::default();
        assert!(!availability.observe(Link::Syncing, at(0)));
        assert_eq!(availability.word(), "offline");
        assert!(availability.observe(Link::Receiving, at(1)));
        assert_eq!(availability.word(), "online");
        assert!(!availability.observe(Link::Receiving, at(2)));
        assert!(!availability.observe(Link::NoSignal, at(12)));
        assert!(!availability.observe(Link::NoDevice, at(40)));
        assert_eq!(availability.deadline(), Some(at(42)));
        assert!(!availability.pass(at(41)));
        assert!(availability.pass(at(42)));
        assert_eq!(
            (availability.word(), availability.deadline()),
            ("offline", None)
        );
    }

    #[test]
    fn a_short_interruption_is_not_told() {
        let mut availability = Availability::default();
        availability.observe(Link::Receiving, at(0));
        availability.observe(Link::NoSignal, at(10));
        assert!(!availability.observe(Link::Receiving, at(39)));
        assert!(!availability.pass(at(1000)));
        assert_eq!(availability.word(), "online");
    }
}
