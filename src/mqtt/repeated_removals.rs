//! The removals that are made once more after a start of Home Assistant.
//!
//! Home Assistant removes an entity when it receives the removal. An entity whose removal was published while Home Assistant was
//! off stays in its registry, without a value, for good. So what was removed while it may have been off is kept in the
//! record, announced again after its next start, with as little as that takes, and removed again some time later.
//!
//! Inputs: the starts and ends of Home Assistant, the removed entities of the record, the clock. Output: which entities are
//! announced besides the current ones, and until when. Sans-io; time is an argument.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::discovery::AnnouncedEntity;

/// The time from the announcement to the removal: Home Assistant adds entities within a second or two.
const REMOVAL_DELAY: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug, Default)]
pub struct RepeatedRemovals {
    /// Home Assistant was seen in this session, and its end was not.
    is_home_assistant_there: bool,
    /// What is announced once more, by the id of its meter.
    entities: BTreeMap<Arc<str>, BTreeSet<AnnouncedEntity>>,
    /// When they are removed.
    until: Option<Duration>,
}

impl RepeatedRemovals {
    /// The session has ended: whether Home Assistant is there, and what it received, is not known any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Home Assistant has started, or has ended.
    pub fn set_home_assistant_there(&mut self, is_there: bool) {
        self.is_home_assistant_there = is_there;
    }

    /// Whether Home Assistant receives a removal that is published now, as far as is known.
    pub fn is_home_assistant_there(&self) -> bool {
        self.is_home_assistant_there
    }

    /// These are announced once more, from now on.
    pub fn begin(
        &mut self,
        entities: BTreeMap<Arc<str>, BTreeSet<AnnouncedEntity>>,
        now: Duration,
    ) {
        for (meter, removed) in entities {
            self.entities.entry(meter).or_default().extend(removed);
            self.until = Some(now + REMOVAL_DELAY);
        }
    }

    /// What is announced once more of a meter.
    pub fn of(&self, meter: &str) -> BTreeSet<AnnouncedEntity> {
        self.entities.get(meter).cloned().unwrap_or_default()
    }

    /// The meters whose entities are to be removed now. While announcements are under way (`is_busy`), that waits.
    pub fn take(&mut self, now: Duration, is_busy: bool) -> Vec<Arc<str>> {
        if self.until.is_none_or(|until| now < until) {
            return Vec::new();
        }
        if is_busy {
            self.until = Some(now + REMOVAL_DELAY);
            return Vec::new();
        }
        self.until = None;
        std::mem::take(&mut self.entities).into_keys().collect()
    }

    /// When [`take`](Self::take) is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_once_more_is_taken_away_after_a_while() {
        let at = Duration::from_secs;
        let entity = AnnouncedEntity {
            platform: "sensor".to_owned(),
            name: "status_word".to_owned(),
        };
        let removed = BTreeSet::from([entity]);
        let mut removals = RepeatedRemovals::default();
        removals.begin(BTreeMap::new(), at(0));
        assert_eq!(removals.deadline(), None, "nothing was taken away");
        removals.begin([("main".into(), removed.clone())].into(), at(0));
        assert_eq!(removals.of("main"), removed);
        assert!(removals.take(at(9), false).is_empty());
        assert!(removals.take(at(10), true).is_empty());
        assert_eq!(removals.take(at(20), false), ["main".into()]);
        assert!(removals.of("main").is_empty() && removals.deadline().is_none());
    }
}
