//! The availability of a meter: online from its first frame, offline after [`OFFLINE_AFTER`] without one.
//!
//! The delay keeps entities from flapping during a short interruption of the link.

use std::time::Duration;

use crate::meter::Link;
use crate::names::topic;

/// The time without reception after which a meter is offline.
pub const OFFLINE_AFTER: Duration = Duration::from_secs(30);

/// The availability of a meter; offline for a start.
#[derive(Debug, Default)]
pub struct Availability {
    is_online: bool,
    /// Since when there is no reception, while it is online.
    silent_since: Option<Duration>,
}

impl Availability {
    /// The payload.
    pub fn as_str(&self) -> &'static str {
        if self.is_online {
            topic::ONLINE
        } else {
            topic::OFFLINE
        }
    }

    /// Takes the state of the link. Returns whether the availability changed.
    pub fn push(&mut self, link: Link, now: Duration) -> bool {
        if link == Link::Receiving {
            self.silent_since = None;
            return !std::mem::replace(&mut self.is_online, true);
        }
        if self.is_online {
            self.silent_since.get_or_insert(now);
        }
        self.on_timer(now)
    }

    /// Returns whether the availability changed.
    pub fn on_timer(&mut self, now: Duration) -> bool {
        let ends = self.deadline().is_some_and(|deadline| deadline <= now);
        if ends {
            *self = Self::default();
        }
        ends
    }

    /// When the meter goes offline if there is no reception until then.
    pub fn deadline(&self) -> Option<Duration> {
        self.silent_since.map(|since| since + OFFLINE_AFTER)
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
        assert!(!availability.push(Link::Syncing, at(0)));
        assert_eq!(availability.as_str(), "offline");
        assert!(availability.push(Link::Receiving, at(1)));
        assert_eq!(availability.as_str(), "online");
        assert!(!availability.push(Link::Receiving, at(2)));
        assert!(!availability.push(Link::NoSignal, at(12)));
        assert!(!availability.push(Link::NoDevice, at(40)));
        assert_eq!(availability.deadline(), Some(at(42)));
        assert!(!availability.on_timer(at(41)));
        assert!(availability.on_timer(at(42)));
        assert_eq!(
            (availability.as_str(), availability.deadline()),
            ("offline", None)
        );
    }

    #[test]
    fn a_short_interruption_is_not_published() {
        let mut availability = Availability::default();
        availability.push(Link::Receiving, at(0));
        availability.push(Link::NoSignal, at(10));
        assert!(!availability.push(Link::Receiving, at(39)));
        assert!(!availability.on_timer(at(1000)));
        assert_eq!(availability.as_str(), "online");
    }
}
