//! A value that only moves on: an energy index, the meter's clock.
//!
//! A value is good if it *follows* the last good one: not back, and not further than time allows. One that does not
//! starts a chain of candidates, or extends it if it follows the last candidate: agreement is not equality, for indexes
//! move. A chain that is long enough, or old enough, is what is really so.

use core::time::Duration;

use crate::meter::memory::Baseline;
use crate::meter::value::{Moment, Timestamp};

/// After so long without the label, a chain of two is enough.
const SILENCE: Duration = Duration::from_secs(60);
/// A chain that nothing confirms or contradicts is believed when it is so old.
const ALONE: Duration = Duration::from_secs(60);
/// A chain that is contradicted, or that looks like one damaged digit, is believed when it is so old: no fault lasts a day
/// and leaves the rest of the line sound.
const DOUBTFUL: Duration = Duration::from_secs(24 * 3600);

/// What a value is judged by, besides the chain.
pub struct Evidence<'a> {
    /// When it came.
    pub now: Moment,
    /// Whether the parity of each character was checked.
    pub parity: bool,
    /// Whether something in the same frame confirms it, or contradicts it.
    pub agrees: Option<bool>,
    /// Whether the second value can come so long after the first.
    pub follows: &'a dyn Fn(i64, i64, Duration) -> bool,
    /// Whether the second value looks like a damaged form of what can follow the first.
    pub resembles: &'a dyn Fn(i64, i64, Duration) -> bool,
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It follows the last good one, or is the first.
    Good,
    /// It does not follow the last good one, and is believed all the same.
    Jump {
        /// The last good one.
        from: i64,
    },
    /// It is the first of all, and is to come again before it is believed.
    Wait,
    /// It is not believed yet.
    Bad,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    value: i64,
    at: Duration,
    since: Duration,
    length: u32,
    after_silence: bool,
}

/// The last good value, and the candidates since.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chain {
    good: Option<Good>,
    /// The last time that the label came, good or not.
    seen: Option<Duration>,
    candidate: Option<Candidate>,
}

#[derive(Clone, Copy, Debug)]
struct Good {
    value: i64,
    wall: Option<Timestamp>,
    /// `None`: it was of an earlier start, and only the wall clock tells how old it is.
    mono: Option<Duration>,
}

impl Good {
    fn age(self, now: Moment) -> Duration {
        match (self.mono, self.wall, now.wall) {
            (Some(mono), ..) => now.mono.saturating_sub(mono),
            (None, Some(then), Some(now)) => Duration::from_micros(
                u64::try_from(now.0.saturating_sub(then.0)).unwrap_or_default(),
            ),
            (None, ..) => Duration::ZERO,
        }
    }
}

impl Chain {
    /// With the last good value of an earlier start.
    pub fn remembering(baseline: Baseline) -> Self {
        let good = Good {
            value: baseline.value,
            wall: Some(Timestamp(baseline.time)),
            mono: None,
        };
        Self {
            good: Some(good),
            ..Self::default()
        }
    }

    /// The last good value, to be remembered.
    pub fn baseline(&self) -> Option<Baseline> {
        let good = self.good?;
        Some(Baseline {
            value: good.value,
            time: good.wall?.0,
        })
    }

    /// Whether there is a good value.
    pub fn is_known(&self) -> bool {
        self.good.is_some()
    }

    /// Judges a value.
    pub fn judge(&mut self, value: i64, evidence: &Evidence<'_>) -> Judgement {
        let now = evidence.now;
        let silence = self
            .seen
            .is_none_or(|seen| now.mono.saturating_sub(seen) >= SILENCE);
        self.seen = Some(now.mono);
        if self.is_good(value, evidence) {
            self.believe(value, now);
            return Judgement::Good;
        }
        let first = self.good.is_none() && self.candidate.is_none();
        let candidate = self.extend(value, silence, evidence);
        if !self.is_enough(candidate, evidence) {
            return if first {
                Judgement::Wait
            } else {
                Judgement::Bad
            };
        }
        let from = self.good.map(|good| good.value);
        self.believe(value, now);
        from.map_or(Judgement::Good, |from| Judgement::Jump { from })
    }

    /// Whether a value follows the last good one. One that goes on a chain that was refused is refused with it, even when
    /// time enough has passed to make it possible: a damaged digit would only have to wait. A lone candidate below the
    /// last good value is no such chain: it was damaged, and the next value is sound again.
    fn is_good(&self, value: i64, evidence: &Evidence<'_>) -> bool {
        let Some(good) = self.good else { return false };
        let age = |at: Duration| evidence.now.mono.saturating_sub(at);
        let refused = self.candidate.is_some_and(|chain| {
            (evidence.follows)(chain.value, value, age(chain.at))
                && (chain.length >= 2 || chain.value > good.value)
        });
        !refused && (evidence.follows)(good.value, value, good.age(evidence.now))
    }

    fn believe(&mut self, value: i64, now: Moment) {
        self.good = Some(Good {
            value,
            wall: now.wall,
            mono: Some(now.mono),
        });
        self.candidate = None;
    }

    fn extend(&mut self, value: i64, silence: bool, evidence: &Evidence<'_>) -> Candidate {
        let at = evidence.now.mono;
        let follows = |c: &Candidate| (evidence.follows)(c.value, value, at.saturating_sub(c.at));
        let candidate = match self.candidate.filter(follows) {
            Some(chain) => Candidate {
                value,
                at,
                length: chain.length.saturating_add(1),
                ..chain
            },
            None => Candidate {
                value,
                at,
                since: at,
                length: 1,
                after_silence: silence,
            },
        };
        *self.candidate.insert(candidate)
    }

    fn is_enough(&self, candidate: Candidate, evidence: &Evidence<'_>) -> bool {
        let Candidate {
            value,
            at,
            since,
            length,
            after_silence,
        } = candidate;
        let age = at.saturating_sub(since);
        let Some(good) = self.good else {
            return length >= 2 || evidence.agrees.unwrap_or(evidence.parity);
        };
        let doubtful = evidence.agrees == Some(false)
            || evidence.agrees.is_none()
                && (evidence.resembles)(good.value, value, good.age(evidence.now));
        if doubtful {
            return length >= 3 && age >= DOUBTFUL;
        }
        after_silence && length >= 2
            || length >= 3 && (evidence.agrees == Some(true) || age >= ALONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values a second apart, of which each may be the one before or up to ten more.
    fn judge(chain: &mut Chain, second: u64, value: i64, agrees: Option<bool>) -> Judgement {
        let now = Moment {
            mono: Duration::from_secs(second),
            wall: Some(Timestamp(0)),
        };
        let follows = |from: i64, to: i64, elapsed: Duration| {
            to >= from && to - from <= 10 * i64::try_from(elapsed.as_secs() + 1).unwrap()
        };
        let evidence = Evidence {
            now,
            parity: true,
            agrees,
            follows: &follows,
            resembles: &|_, _, _| false,
        };
        chain.judge(value, &evidence)
    }

    #[test]
    fn what_follows_is_good_and_a_lone_leap_is_not() {
        let mut chain = Chain::default();
        assert_eq!(judge(&mut chain, 0, 100, None), Judgement::Good);
        assert_eq!(judge(&mut chain, 1, 105, None), Judgement::Good);
        assert_eq!(judge(&mut chain, 2, 90_000, None), Judgement::Bad);
        assert_eq!(judge(&mut chain, 3, 104, None), Judgement::Bad);
        assert_eq!(judge(&mut chain, 4, 106, None), Judgement::Good);
    }

    #[test]
    fn a_confirmed_chain_of_three_is_believed() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, None);
        assert_eq!(judge(&mut chain, 1, 9_000, Some(true)), Judgement::Bad);
        assert_eq!(judge(&mut chain, 2, 9_001, Some(true)), Judgement::Bad);
        assert_eq!(
            judge(&mut chain, 3, 9_002, Some(true)),
            Judgement::Jump { from: 100 }
        );
    }

    #[test]
    fn a_chain_that_nothing_confirms_is_believed_after_a_minute() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, None);
        for second in 1..61 {
            assert_eq!(
                judge(&mut chain, second, 9_000, None),
                Judgement::Bad,
                "{second}"
            );
        }
        assert_eq!(
            judge(&mut chain, 61, 9_000, None),
            Judgement::Jump { from: 100 }
        );
    }

    #[test]
    fn a_contradicted_chain_is_not_believed_for_an_hour() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, None);
        for second in 1..3600 {
            assert_eq!(
                judge(&mut chain, second, 9_000, Some(false)),
                Judgement::Bad
            );
        }
    }

    #[test]
    fn one_damaged_value_below_does_not_cost_the_next() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, None);
        assert_eq!(judge(&mut chain, 1, 97, None), Judgement::Bad);
        assert_eq!(judge(&mut chain, 2, 102, None), Judgement::Good);
    }

    #[test]
    fn after_a_silence_two_are_enough() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, None);
        assert_eq!(judge(&mut chain, 70, 9_000, None), Judgement::Bad);
        assert_eq!(
            judge(&mut chain, 71, 9_001, None),
            Judgement::Jump { from: 100 }
        );
    }

    #[test]
    fn the_first_of_all_without_evidence_is_awaited_again() {
        let mut chain = Chain::default();
        assert_eq!(judge(&mut chain, 0, 100, Some(false)), Judgement::Wait);
        assert_eq!(judge(&mut chain, 1, 90_000, Some(false)), Judgement::Bad);
        assert_eq!(judge(&mut chain, 2, 90_000, Some(false)), Judgement::Good);
    }

    #[test]
    fn an_index_of_an_earlier_start_is_remembered() {
        let mut first = Chain::default();
        judge(&mut first, 0, 100, None);
        let mut chain = Chain::remembering(first.baseline().unwrap());
        assert_eq!(judge(&mut chain, 0, 5_000, None), Judgement::Bad);
        assert_eq!(judge(&mut chain, 1, 101, None), Judgement::Good);
    }
}
