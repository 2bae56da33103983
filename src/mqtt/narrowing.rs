//! When the entities of a meter lose the words that they had before.
//!
//! Home Assistant takes the list of an entity's words and its template together. It then writes the entity as it is shown,
//! without reading the state again, and logs an error if the word that is shown is not in the new list. So other words
//! (another language, another version) are announced in two steps: with those of before; and, some time later, after a state
//! that was read by the new template, without them. The other way, taking the entity away and announcing it again, would cost
//! what people have set of it.
//!
//! Inputs: the words of before, announcements, the clock. Output: which step it is. Sans-io; time is an argument.

use std::collections::BTreeMap;
use std::time::Duration;

use super::discovery::EntityWords;

/// The time from the first step to the second: Home Assistant takes a device's announcement within a second or two.
const STEP: Duration = Duration::from_secs(10);

/// The meters, by their numbers, whose first step was made in this session; with the time of the second, until it is due.
#[derive(Debug, Default)]
pub struct Narrowing(BTreeMap<usize, Option<Duration>>);

impl Narrowing {
    /// The session has ended: what was announced in it may not have been taken.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// A meter is announced whose entities had these words besides: whether it may be without them.
    pub fn may(&mut self, number: usize, stale: &EntityWords, now: Duration) -> bool {
        stale.is_empty() || self.0.entry(number).or_insert(Some(now + STEP)).is_none()
    }

    /// The meters whose second step is due, each once. One of which other announcements are under way waits.
    pub fn take(&mut self, now: Duration, is_busy: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut due = Vec::new();
        for (number, at) in &mut self.0 {
            if at.is_some_and(|at| at <= now) {
                if is_busy(*number) {
                    *at = Some(now + STEP);
                } else {
                    *at = None;
                    due.push(*number);
                }
            }
        }
        due
    }

    /// When [`take`](Self::take) is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.0.values().copied().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn the_second_step_comes_once_and_after_a_while() {
        let mut narrowing = Narrowing::default();
        let stale: EntityWords = [("breaker".to_owned(), ["aucune".to_owned()].into())].into();
        assert!(
            narrowing.may(0, &EntityWords::new(), at(0)),
            "nothing to lose"
        );
        assert_eq!(narrowing.deadline(), None);
        assert!(!narrowing.may(0, &stale, at(5)));
        assert!(
            !narrowing.may(0, &stale, at(14)),
            "announced again meanwhile"
        );
        assert_eq!(narrowing.deadline(), Some(at(15)));
        assert_eq!(narrowing.take(at(14), |_| false), Vec::<usize>::new());
        assert_eq!(
            narrowing.take(at(15), |_| true),
            Vec::<usize>::new(),
            "not while it is busy"
        );
        assert_eq!(narrowing.take(at(25), |_| false), [0]);
        assert!(narrowing.may(0, &stale, at(25)));
        assert_eq!(narrowing.take(at(99), |_| false), Vec::<usize>::new());
        narrowing.clear();
        assert!(
            !narrowing.may(0, &stale, at(100)),
            "in the next session, both again"
        );
    }
}
