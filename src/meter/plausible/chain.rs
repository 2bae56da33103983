//! A value that only moves on: an energy index, the meter's clock.
//!
//! A value is good if it *follows* the last good one: not back, and not further than time allows. One that follows, but
//! that nothing vouches for, waits until the next one follows it. One that does not follow is a *leap*: it starts a chain
//! of candidates, or extends it if it follows the last candidate (agreement is not equality, for indexes move). A chain of
//! leaps is believed when it has
//! - two values, if the first came after a silence;
//! - three values that the rest of the frame confirms;
//! - three values in a minute, if nothing contradicts them and no digit of theirs is doubted (`suspect_digits`);
//! - three values in a day, whatever speaks against them: no fault lasts a day and leaves the rest of the line sound.
//!
//! A damaged value within reach is believed at times, and then every sound one after it seems to go back. So a good value
//! can be taken back by some that agree with each other and with the good one before it: two, if it came only once.
//!
//! Inputs: a value, when it came, how far it can have moved meanwhile, what the rest of the frame says. Output: a
//! [`Verdict`]. Invariant: a value below the last good one is believed only with a [`Verdict::Jump`] or a
//! [`Verdict::Correct`]. Pure: time is an
//! argument.

use core::time::Duration;

use super::suspect_digits::SuspectDigits;
use super::{Safeguard, Safeguards, Verdict};
use crate::meter::memory::Baseline;
use crate::meter::value::{Moment, Timestamp};

/// After so long without the label, a chain of two is enough.
const SILENCE: Duration = Duration::from_secs(60);
/// A chain of leaps that nothing confirms or contradicts is believed when it is so old.
const ALONE: Duration = Duration::from_secs(60);
/// One that is contradicted or doubted is believed when it is so old.
const DOUBTFUL: Duration = Duration::from_secs(24 * 3600);

/// So many values take one back that came twice, and so many make a series that one digit is doubted by.
const MANY: u32 = 10;

/// What the rest of the frame says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Corroboration {
    /// It cannot be so.
    Contradicts,
    /// Something is not so, and may be this.
    Doubts,
    /// Nothing.
    Silent,
    /// It is so, or a step or two off.
    Allows,
    /// It is exactly so.
    Confirms,
}

/// What a value is judged by, besides the chain.
pub struct StepContext<'a> {
    /// When it came.
    pub now: Moment,
    /// Whether what passed the wire checks is most likely what was sent.
    pub is_sound: bool,
    /// Whether the line does not look bad.
    pub is_quiet: bool,
    /// What the rest of the frame says of it.
    pub corroboration: Corroboration,
    /// The rules that apply.
    pub safeguards: Safeguards,
    /// How far a value can move in so long.
    pub reach: &'a dyn Fn(Duration) -> i64,
}

impl StepContext<'_> {
    fn has(&self, rule: Safeguard) -> bool {
        self.safeguards.has(rule)
    }

    fn follows(&self, from: i64, to: i64, elapsed: Duration) -> bool {
        (0..=(self.reach)(elapsed)).contains(&(to - from))
    }
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    value: i64,
    at: Duration,
    since: Duration,
    length: u32,
    /// The first did not follow the last good value, or a digit of it was doubted.
    is_leap: bool,
    /// The first followed the good value before the last step.
    goes_back: bool,
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
    /// Digits of what came since the last good value.
    suspects: SuspectDigits,
}

#[derive(Clone, Copy, Debug)]
struct Good {
    value: i64,
    /// It came twice.
    is_sure: bool,
    /// So many values were believed, up to it, without a leap.
    series: u32,
    wall: Option<Timestamp>,
    /// `None`: it was of an earlier start, and only the wall clock tells how old it is.
    mono: Option<Duration>,
}

impl Good {
    /// `None` if the wall clock does not tell: it was not set, or was set back.
    fn age(self, now: Moment) -> Option<Duration> {
        if let Some(mono) = self.mono {
            return Some(now.mono.saturating_sub(mono));
        }
        let elapsed = now.wall?.0.checked_sub(self.wall?.0)?;
        u64::try_from(elapsed).ok().map(Duration::from_micros)
    }

    /// The greatest value that can follow it. Any, if its age is not known.
    fn highest(self, context: &StepContext<'_>) -> i64 {
        self.age(context.now).map_or(i64::MAX, |age| {
            self.value.saturating_add((context.reach)(age))
        })
    }

    fn is_followed_by(self, value: i64, context: &StepContext<'_>) -> bool {
        (self.value..=self.highest(context)).contains(&value)
    }
}

impl Chain {
    /// With the last good value of an earlier start.
    pub fn remembering(baseline: Baseline) -> Self {
        let good = Good {
            value: baseline.value,
            is_sure: true,
            series: MANY,
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
    pub fn validate(&mut self, value: i64, context: &StepContext<'_>) -> Verdict {
        let now = context.now;
        let after_silence = self.is_silent(now) && context.has(Safeguard::Silence);
        self.seen = Some(now.mono);
        if after_silence {
            self.candidate = None;
        }
        let follows = self
            .good
            .is_some_and(|good| good.is_followed_by(value, context));
        let stands = self.good() == Some(value);
        if stands && context.has(Safeguard::SuspectCurrent) && self.suspects.is_in(value) {
            // Neither that the digit is stuck nor that it is not.
            return Verdict::Accept;
        }
        let is_suspect =
            context.corroboration < Corroboration::Allows && self.is_suspect(value, context);
        let is_leap = !follows || is_suspect;
        if !is_leap && (stands || self.is_vouched_for(context)) {
            let drops = self.candidate.is_some_and(|waits| {
                let age = now.mono.saturating_sub(waits.at);
                !waits.is_leap && !context.follows(waits.value, value, age)
            });
            self.believe(value, stands, false, now);
            return if drops {
                Verdict::AcceptAndDrop
            } else {
                Verdict::Accept
            };
        }
        let candidate = self.extend(value, is_leap, after_silence, context);
        if self.is_enough(candidate, context) || self.revokes(candidate, context) {
            let from = self.good().filter(|_| candidate.is_leap);
            let corrects =
                candidate.goes_back && !candidate.after_silence && self.goes_back(value, context);
            self.believe(value, candidate.length > 1, candidate.is_leap, now);
            return match from {
                None => Verdict::Accept,
                Some(from) if corrects => Verdict::Correct { from },
                Some(from) => Verdict::Jump { from },
            };
        }
        if candidate.length == 1 && (!is_leap || self.good.is_none()) {
            Verdict::Wait
        } else {
            Verdict::Hold
        }
    }

    /// Whether the label did not come for long; at a start, by the age of what is remembered.
    fn is_silent(&self, now: Moment) -> bool {
        let silence = match self.seen {
            Some(seen) => Some(now.mono.saturating_sub(seen)),
            None => self.good.and_then(|good| good.age(now)),
        };
        silence.is_none_or(|silence| silence >= SILENCE)
    }

    /// Whether a digit of a value that follows may be damaged. For a while, those that the last good value shows are not:
    /// what a damaged digit is taken for depends on how far the value can have moved.
    fn is_suspect(&self, value: i64, context: &StepContext<'_>) -> bool {
        match self.good.map(|good| (good.value, good.age(context.now))) {
            Some((good, Some(age))) if age < ALONE && context.has(Safeguard::SuspectMinute) => {
                self.suspects.is_new_in(value, good)
            }
            _ => self.suspects.is_in(value),
        }
    }

    /// Whether a value that follows is believed without waiting for the next.
    fn is_vouched_for(&self, context: &StepContext<'_>) -> bool {
        match context.corroboration {
            Corroboration::Confirms => true,
            Corroboration::Contradicts => false,
            // What can follow a value of unknown age is hardly less than what can come first of all.
            Corroboration::Allows | Corroboration::Silent | Corroboration::Doubts => {
                match self.good.and_then(|g| g.age(context.now)) {
                    Some(_) => context.is_quiet,
                    None => context.is_sound || !context.has(Safeguard::UnknownAge),
                }
            }
        }
    }

    fn believe(&mut self, value: i64, is_sure: bool, is_leap: bool, now: Moment) {
        let series = self.good.map_or(0, |good| good.series);
        let good = Good {
            value,
            is_sure,
            series: if is_leap { 1 } else { series.saturating_add(1) },
            wall: now.wall,
            mono: Some(now.mono),
        };
        let last = self.good.replace(good);
        if last.is_some_and(|last| last.value != value) {
            self.before = last;
        }
        self.candidate = None;
        self.suspects = SuspectDigits::default();
    }

    fn extend(
        &mut self,
        value: i64,
        is_leap: bool,
        after_silence: bool,
        context: &StepContext<'_>,
    ) -> Candidate {
        let at = context.now.mono;
        let goes_on = |last: &Candidate| {
            context.follows(last.value, value, at.saturating_sub(last.at))
                && (is_leap || !last.is_leap)
        };
        let candidate = match self.candidate.filter(goes_on) {
            Some(chain) => {
                self.suspects.clear_others(value);
                Candidate {
                    value,
                    at,
                    length: chain.length.saturating_add(1),
                    ..chain
                }
            }
            None => {
                // After a silence much is possible, and one digit explains it too easily.
                if let Some(good) = self.good.filter(|good| {
                    !after_silence
                        && context.has(Safeguard::SuspectDigits)
                        && (good.series >= MANY || !context.has(Safeguard::SuspectSeries))
                        && !good.is_followed_by(value, context)
                        && !self.suspects.is_in(value)
                }) {
                    self.suspects
                        .raise(value, good.value, good.highest(context));
                }
                Candidate {
                    value,
                    at,
                    since: at,
                    length: 1,
                    is_leap,
                    goes_back: is_leap && self.goes_back(value, context),
                    after_silence,
                }
            }
        };
        *self.candidate.insert(candidate)
    }

    /// Whether a value may show that the last good one was damaged: it follows the one before; or there was none.
    fn goes_back(&self, value: i64, context: &StepContext<'_>) -> bool {
        match (self.good, self.before) {
            (Some(good), Some(before)) => {
                value < good.value && before.is_followed_by(value, context)
            }
            (Some(good), None) => !good.is_sure,
            (None, _) => false,
        }
    }

    /// Whether a chain shows that the last good value was damaged.
    fn revokes(&self, candidate: Candidate, context: &StepContext<'_>) -> bool {
        let enough = match self.good {
            Some(good) if good.is_sure && context.has(Safeguard::RevokeTen) => MANY,
            _ => 2,
        };
        context.has(Safeguard::Revoke)
            && candidate.goes_back
            && candidate.length >= enough
            && context.corroboration != Corroboration::Contradicts
            && self.goes_back(candidate.value, context)
    }

    fn is_enough(&self, candidate: Candidate, context: &StepContext<'_>) -> bool {
        let Candidate {
            value,
            at,
            since,
            length,
            is_leap,
            after_silence,
            ..
        } = candidate;
        let age = at.saturating_sub(since);
        let confirmed = context.corroboration >= Corroboration::Allows;
        if self.good.is_none() {
            return length >= 2 || confirmed || context.is_sound;
        }
        let is_suspect = !confirmed && self.suspects.is_in(value);
        if is_suspect || context.corroboration <= Corroboration::Doubts {
            return length >= 3 && age >= DOUBTFUL && context.has(Safeguard::Day);
        }
        let three = if context.has(Safeguard::ChainOfThree) {
            3
        } else {
            2
        };
        let alone = age >= ALONE || !context.has(Safeguard::ChainMinute);
        length >= 2 && (after_silence || !is_leap) || length >= three && (confirmed || alone)
    }
}

#[cfg(test)]
mod tests;
