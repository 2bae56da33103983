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
            // After a silence much is possible, and one digit explains it too easily.
            Witness::Silent => is_leap && !after_silence && damaged(),
            Witness::Allows | Witness::Confirms => false,
        };
        if doubtful {
            return length >= 3 && age >= DOUBTFUL;
        }
        length >= 2 && (after_silence || !is_leap) || length >= 3 && (confirmed || age >= ALONE)
    }
}

#[cfg(test)]
mod tests;
