//! A value that only moves on: an energy index, the meter's clock.
//!
//! A value is good if it *follows* the last good one: not back, and not further than time allows. One that follows, but
//! that nothing vouches for, waits until the next one follows it. One that does not follow is a *leap*: it starts a chain
//! of candidates, or extends it if it follows the last candidate (agreement is not equality, for indexes move). A chain of
//! leaps that is long enough, or old enough, is what is really so.
//!
//! A damaged value within reach is believed at times, and then every sound one after it seems to go back. So a good value
//! can be taken back by some that agree with each other and with the good one before it: two, if nothing has followed it.

use core::time::Duration;

use crate::meter::memory::Baseline;
use crate::meter::value::{Moment, Timestamp};

/// After so long without the label, a chain of two is enough.
const SILENCE: Duration = Duration::from_secs(60);
/// A chain of leaps that nothing confirms or contradicts is believed when it is so old.
const ALONE: Duration = Duration::from_secs(60);
/// A chain that is contradicted, or that looks like one damaged digit, is believed when it is so old: no fault lasts a day
/// and leaves the rest of the line sound.
const DOUBTFUL: Duration = Duration::from_secs(24 * 3600);

/// So many values take one back that something has followed, or that came twice.
const MANY: u32 = 10;

/// What the rest of the frame says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witness {
    /// It cannot be so.
    Contradicts,
    /// Nothing.
    Silent,
    /// It is so, or a step or two off.
    Allows,
    /// It is exactly so.
    Confirms,
}

/// What a value is judged by, besides the chain.
pub struct Evidence<'a> {
    /// When it came.
    pub now: Moment,
    /// Whether what passed the wire checks is most likely what was sent.
    pub is_sound: bool,
    /// Whether the line does not look bad.
    pub is_quiet: bool,
    /// What the rest of the frame says of it.
    pub witness: Witness,
    /// Whether the second value can come so long after the first.
    pub follows: &'a dyn Fn(i64, i64, Duration) -> bool,
    /// The decimal places in which another digit would make the second value one that can follow the first, as bits.
    pub damaged: &'a dyn Fn(i64, i64, Duration) -> u16,
}

impl Evidence<'_> {
    /// Whether a value that follows is believed without waiting for the next.
    fn vouches(&self) -> bool {
        match self.witness {
            Witness::Confirms => true,
            Witness::Allows | Witness::Silent => self.is_quiet,
            Witness::Contradicts => false,
        }
    }
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It follows the last good one, or is the first.
    Good,
    /// It is good, and shows that one before it was not.
    Correction,
    /// It does not follow the last good one, and is believed all the same.
    Jump {
        /// The last good one.
        from: i64,
    },
    /// It may be good: the next one decides.
    Wait,
    /// It is not believed.
    Bad,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    value: i64,
    at: Duration,
    since: Duration,
    length: u32,
    /// It did not follow the last good value.
    is_leap: bool,
    after_silence: bool,
}

/// The last good value, and the candidates since.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chain {
    good: Option<Good>,
    /// The good value before the last step.
    before: Option<Good>,
    /// The last time that the label came, good or not.
    seen: Option<Duration>,
    candidate: Option<Candidate>,
    fault: Option<Fault>,
}

/// A leap since the last good value that one damaged digit explains. As long as that digit stays, nothing is believed: a
/// digit that is stuck shows what is possible now and then, as time passes.
#[derive(Clone, Copy, Debug)]
struct Fault {
    value: i64,
    /// Where the digit may be, as bits.
    places: u16,
}

impl Fault {
    fn is_still_in(self, value: i64) -> bool {
        let digit = |value: i64, place| value / 10_i64.pow(place) % 10;
        let mut places = (0..9).filter(|place| self.places >> place & 1 == 1);
        places.all(|place| digit(value, place) == digit(self.value, place))
    }
}

#[derive(Clone, Copy, Debug)]
struct Good {
    value: i64,
    /// Something has followed it, or it came twice.
    is_sure: bool,
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
            is_sure: true,
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

    /// The last good value.
    pub fn good(&self) -> Option<i64> {
        self.good.map(|good| good.value)
    }

    /// Judges a value.
    pub fn judge(&mut self, value: i64, evidence: &Evidence<'_>) -> Judgement {
        let now = evidence.now;
        let silence = self
            .seen
            .is_none_or(|seen| now.mono.saturating_sub(seen) >= SILENCE);
        self.seen = Some(now.mono);

        let follows = self
            .good
            .is_some_and(|good| (evidence.follows)(good.value, value, good.age(now)));
        let stands = self.good() == Some(value);
        let leaps = !follows
            || self.is_refused(value, evidence)
            || self.fault.is_some_and(|fault| fault.is_still_in(value));
        if stands || !leaps && evidence.vouches() {
            let goes_on = |c: Candidate| {
                c.is_leap || (evidence.follows)(c.value, value, now.mono.saturating_sub(c.at))
            };
            let drops = self.candidate.is_some_and(|candidate| !goes_on(candidate));
            self.believe(value, stands, now);
            return if drops {
                Judgement::Correction
            } else {
                Judgement::Good
            };
        }
        if let Some(good) = self.good.filter(|_| !follows && self.fault.is_none()) {
            let places = (evidence.damaged)(good.value, value, good.age(now));
            self.fault = (places != 0).then_some(Fault { value, places });
        }
        let candidate = self.extend(value, leaps, silence, evidence);
        if self.is_mistaken(candidate, evidence) {
            self.believe(value, true, now);
            return Judgement::Correction;
        }
        if !self.is_enough(candidate, evidence) {
            let waits = candidate.length == 1 && (!candidate.is_leap || self.good.is_none());
            return if waits {
                Judgement::Wait
            } else {
                Judgement::Bad
            };
        }
        let from = self.good().filter(|_| candidate.is_leap && !follows);
        self.believe(value, candidate.length > 1, now);
        from.map_or(Judgement::Good, |from| Judgement::Jump { from })
    }

    /// Whether a value goes on a chain of leaps. It is refused with it, even when time enough has passed to make it
    /// possible: a damaged digit would only have to wait. One or two candidates below the last good value are no such chain:
    /// they were damaged, and the next value is sound again.
    fn is_refused(&self, value: i64, evidence: &Evidence<'_>) -> bool {
        self.candidate.is_some_and(|chain| {
            let age = evidence.now.mono.saturating_sub(chain.at);
            chain.is_leap
                && (evidence.follows)(chain.value, value, age)
                && (chain.length >= 3 || self.good().is_some_and(|good| chain.value > good))
        })
    }

    fn believe(&mut self, value: i64, is_sure: bool, now: Moment) {
        let good = Good {
            value,
            is_sure,
            wall: now.wall,
            mono: Some(now.mono),
        };
        let last = self.good.replace(good);
        if last.is_some_and(|last| last.value != value) {
            self.before = last;
        }
        self.candidate = None;
        self.fault = None;
    }

    fn extend(
        &mut self,
        value: i64,
        is_leap: bool,
        silence: bool,
        evidence: &Evidence<'_>,
    ) -> Candidate {
        let at = evidence.now.mono;
        let goes_on = |c: &Candidate| {
            (evidence.follows)(c.value, value, at.saturating_sub(c.at)) && (is_leap || !c.is_leap)
        };
        let candidate = match self.candidate.filter(goes_on) {
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
                is_leap,
                after_silence: silence,
            },
        };
        *self.candidate.insert(candidate)
    }

    /// Whether a chain shows that the last good value was damaged.
    fn is_mistaken(&self, candidate: Candidate, evidence: &Evidence<'_>) -> bool {
        let (value, now) = (candidate.value, evidence.now);
        let Some(good) = self.good else {
            return false;
        };
        let follows = |before: Good| (evidence.follows)(before.value, value, before.age(now));
        candidate.is_leap
            && candidate.length >= if good.is_sure { MANY } else { 2 }
            && evidence.witness != Witness::Contradicts
            && value < good.value
            && self.before.map_or(!good.is_sure, follows)
    }

    fn is_enough(&self, candidate: Candidate, evidence: &Evidence<'_>) -> bool {
        let Candidate {
            value,
            at,
            since,
            length,
            is_leap,
            after_silence,
        } = candidate;
        let age = at.saturating_sub(since);
        let confirmed = evidence.witness >= Witness::Allows;
        let Some(good) = self.good else {
            return length >= 2 || confirmed || evidence.is_sound;
        };
        let damaged = || (evidence.damaged)(good.value, value, good.age(evidence.now)) != 0;
        let doubtful = match evidence.witness {
            Witness::Contradicts => true,
            Witness::Silent => is_leap && damaged(),
            Witness::Allows | Witness::Confirms => false,
        };
        if doubtful {
            return length >= 3 && age >= DOUBTFUL;
        }
        length >= 2 && (after_silence || !is_leap) || length >= 3 && (confirmed || age >= ALONE)
    }
}

#[cfg(test)]
mod tests {
    use super::Witness::{Confirms, Contradicts, Silent};
    use super::*;

    /// Values a second apart, of which each may be the one before or up to ten more.
    fn judge(chain: &mut Chain, second: u64, value: i64, witness: Witness) -> Judgement {
        judge_with(chain, second, value, witness, true)
    }

    fn judge_with(
        chain: &mut Chain,
        second: u64,
        value: i64,
        witness: Witness,
        parity: bool,
    ) -> Judgement {
        let now = Moment {
            mono: Duration::from_secs(second),
            wall: Some(Timestamp(0)),
        };
        let follows = |from: i64, to: i64, elapsed: Duration| {
            to >= from && to - from <= 10 * i64::try_from(elapsed.as_secs() + 1).unwrap()
        };
        let evidence = Evidence {
            now,
            is_sound: parity,
            is_quiet: parity,
            witness,
            follows: &follows,
            damaged: &|_, _, _| 0,
        };
        chain.judge(value, &evidence)
    }

    #[test]
    fn what_follows_is_good_and_a_lone_leap_is_not() {
        let mut chain = Chain::default();
        assert_eq!(judge(&mut chain, 0, 100, Silent), Judgement::Good);
        assert_eq!(judge(&mut chain, 1, 105, Silent), Judgement::Good);
        assert_eq!(judge(&mut chain, 2, 90_000, Silent), Judgement::Bad);
        assert_eq!(judge(&mut chain, 3, 104, Silent), Judgement::Bad);
        assert_eq!(judge(&mut chain, 4, 106, Silent), Judgement::Good);
    }

    #[test]
    fn a_confirmed_chain_of_three_is_believed() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, Silent);
        assert_eq!(judge(&mut chain, 1, 9_000, Confirms), Judgement::Bad);
        assert_eq!(judge(&mut chain, 2, 9_001, Confirms), Judgement::Bad);
        assert_eq!(
            judge(&mut chain, 3, 9_002, Confirms),
            Judgement::Jump { from: 100 }
        );
    }

    #[test]
    fn a_chain_that_nothing_confirms_is_believed_after_a_minute() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, Silent);
        for second in 1..61 {
            assert_eq!(
                judge(&mut chain, second, 9_000, Silent),
                Judgement::Bad,
                "{second}"
            );
        }
        assert_eq!(
            judge(&mut chain, 61, 9_000, Silent),
            Judgement::Jump { from: 100 }
        );
    }

    #[test]
    fn a_contradicted_chain_is_not_believed_for_an_hour() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, Silent);
        for second in 1..3600 {
            assert_eq!(
                judge(&mut chain, second, 9_000, Contradicts),
                Judgement::Bad
            );
        }
    }

    #[test]
    fn one_damaged_value_below_does_not_cost_the_next() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, Silent);
        assert_eq!(judge(&mut chain, 1, 97, Silent), Judgement::Bad);
        assert_eq!(judge(&mut chain, 2, 102, Silent), Judgement::Good);
    }

    #[test]
    fn after_a_silence_two_are_enough() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, Silent);
        assert_eq!(judge(&mut chain, 70, 9_000, Silent), Judgement::Bad);
        assert_eq!(
            judge(&mut chain, 71, 9_001, Silent),
            Judgement::Jump { from: 100 }
        );
    }

    #[test]
    fn the_first_of_all_that_nothing_vouches_for_is_awaited_again() {
        let mut chain = Chain::default();
        let mut judge = |second, value| judge_with(&mut chain, second, value, Silent, false);
        assert_eq!(judge(0, 100), Judgement::Wait);
        assert_eq!(judge(1, 90_000), Judgement::Wait);
        assert_eq!(judge(2, 90_000), Judgement::Good);
    }

    #[test]
    fn an_index_of_an_earlier_start_is_remembered() {
        let mut first = Chain::default();
        judge(&mut first, 0, 100, Silent);
        let mut chain = Chain::remembering(first.baseline().unwrap());
        assert_eq!(judge(&mut chain, 0, 5_000, Silent), Judgement::Bad);
        assert_eq!(judge(&mut chain, 1, 101, Silent), Judgement::Good);
    }

    #[test]
    fn what_follows_without_parity_waits_for_the_next() {
        let mut chain = Chain::default();
        let mut judge =
            |second, value, witness| judge_with(&mut chain, second, value, witness, false);
        assert_eq!(judge(0, 100, Silent), Judgement::Wait);
        assert_eq!(judge(1, 100, Silent), Judgement::Good);
        assert_eq!(judge(2, 101, Silent), Judgement::Wait);
        assert_eq!(judge(3, 102, Silent), Judgement::Good);
        assert_eq!(judge(4, 108, Silent), Judgement::Wait);
        assert_eq!(judge(5, 102, Silent), Judgement::Correction);
        assert_eq!(judge(6, 103, Confirms), Judgement::Good);
    }

    #[test]
    fn a_damaged_value_within_reach_does_not_lock_the_right_ones_out() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, Silent);
        judge(&mut chain, 1, 101, Silent);
        assert_eq!(judge(&mut chain, 2, 109, Silent), Judgement::Good);
        assert_eq!(judge(&mut chain, 3, 101, Silent), Judgement::Bad);
        assert_eq!(judge(&mut chain, 4, 101, Silent), Judgement::Correction);
        assert_eq!(judge(&mut chain, 5, 102, Silent), Judgement::Good);
    }

    #[test]
    fn a_value_that_came_twice_is_taken_back_by_many() {
        let mut chain = Chain::default();
        for (second, value) in (0..).zip([100, 109, 109]) {
            judge(&mut chain, second, value, Silent);
        }
        for second in 3..12 {
            assert_eq!(judge(&mut chain, second, 101, Silent), Judgement::Bad);
        }
        assert_eq!(judge(&mut chain, 12, 101, Silent), Judgement::Correction);
        for second in 13..40 {
            assert_eq!(
                judge(&mut chain, second, 90, Silent),
                Judgement::Bad,
                "before both"
            );
        }
    }

    #[test]
    fn what_is_contradicted_is_not_believed_though_it_follows() {
        let mut chain = Chain::default();
        judge(&mut chain, 0, 100, Silent);
        for second in 1..3600 {
            assert_eq!(chain.good(), Some(100));
            judge(&mut chain, second, 107, Contradicts);
        }
    }
}
