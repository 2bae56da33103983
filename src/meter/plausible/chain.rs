//! A value that only moves on: an energy index, the meter's clock.
//!
//! A value *follows* another if it is not less, and not more than the elapsed time allows (the *reach*). The *good* value is
//! the last one that was accepted. A *jump* is a value that does not follow the good one, or that shows a suspect digit
//! (`suspect_digits`). Values that wait form a chain of *candidates*: each follows the one before it, for an index moves
//! from frame to frame; frames without the label do not break it.
//!
//! | state | entered by | left by |
//! |---|---|---|
//! | empty | start, another meter, another mode | a value: good at once in a sound frame or with corroboration, else a candidate |
//! | good | a value is accepted | see below |
//! | waiting (a candidate that follows the good value) | a value that follows on a line that looks bad, without exact corroboration | the next value: good if it follows the candidate; if it follows only the good value, the candidate was damaged, and counts as held |
//! | jumping (a chain of jumps) | a jump | a value that follows the good one: the chain is dropped. A jump that does not follow the chain: it starts anew. The chain has what the next table asks for: its last value is accepted with [`Verdict::Jump`], or with [`Verdict::Correct`] if it goes back to before the good one |
//!
//! | a chain of jumps is accepted | if |
//! |---|---|
//! | at 2 values | the label was absent for 60 s before |
//! | at 2 values (*revoke*); at 10 if the good value was received more than once | they are below the good value and follow the one before it, or the good value is the first of all and was not repeated; and the totals do not contradict |
//! | at 3 values | the totals corroborate each |
//! | at 3 values and 60 s | the totals decide nothing, and it shows no suspect digit |
//! | at 3 values and 24 h | always: no fault lasts a day and leaves the rest of the line intact |
//!
//! Why *revoke*: without parity a damaged value within reach is accepted now and then, and every right one after it is below
//! it.
//!
//! Inputs: a value, its time, the reach, the corroboration by the rest of the frame. Output: a [`Verdict`]. Invariant: a
//! value below the good one is accepted only with a [`Verdict::Jump`] or a [`Verdict::Correct`]. Pure: time is an argument.

use core::time::Duration;

use super::suspect_digits::SuspectDigits;
use super::{Safeguard, Safeguards, Verdict};
use crate::meter::memory::Baseline;
use crate::meter::value::{Moment, Timestamp};

/// A label that was absent for this time may have moved in any way: a chain of two is enough.
const ABSENCE_MIN: Duration = Duration::from_secs(60);
/// The age of a chain of jumps that the totals neither corroborate nor contradict.
const JUMP_AGE_MIN: Duration = Duration::from_secs(60);
/// The age of a chain of jumps that the totals contradict, or that shows a suspect digit.
const DOUBTFUL_AGE_MIN: Duration = Duration::from_secs(24 * 3600);
/// The length of a chain that revokes a good value which was received once, and one which was received again.
const REVOKE_ONCE_LENGTH: u32 = 2;
const REVOKE_REPEATED_LENGTH: u32 = 10;

/// What the rest of the frame shows about a value, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Corroboration {
    /// The value is wrong.
    Contradicts,
    /// Nothing.
    Silent,
    /// The value is right, or off by a step or two of the index.
    Allows,
    /// The value is exactly right.
    Confirms,
}

/// What a value is validated by, besides the chain.
pub struct StepContext<'a> {
    /// The time of the value.
    pub now: Moment,
    /// Parity was checked: what passed the wire checks is most likely what was sent.
    pub is_sound: bool,
    /// The line does not look bad.
    pub is_quiet: bool,
    /// What the rest of the frame shows.
    pub corroboration: Corroboration,
    /// The rules that apply.
    pub safeguards: Safeguards,
    /// How far a value can move in a time.
    pub reach: &'a dyn Fn(Duration) -> i64,
}

impl StepContext<'_> {
    fn has(&self, rule: Safeguard) -> bool {
        self.safeguards.has(rule)
    }

    fn is_corroborated(&self) -> bool {
        self.corroboration >= Corroboration::Allows
    }

    fn follows(&self, from: i64, to: i64, elapsed: Duration) -> bool {
        (0..=(self.reach)(elapsed)).contains(&(to - from))
    }
}

/// A chain of values that wait.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// The last value of the chain, and its time.
    value: i64,
    at: Duration,
    /// The time of the first one.
    since: Duration,
    length: u32,
    is_jump: bool,
    /// The first value followed the good value before the current one: see `revokes`.
    goes_back: bool,
    after_absence: bool,
}

/// The good value, and the candidates since.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chain {
    good: Option<Good>,
    /// The good value before the last change.
    before: Option<Good>,
    /// When the label was last received, accepted or not.
    seen: Option<Duration>,
    candidate: Option<Candidate>,
    /// Digits of what was received since the good value.
    suspects: SuspectDigits,
}

#[derive(Clone, Copy, Debug)]
struct Good {
    value: i64,
    /// It was received twice, or comes from an earlier start.
    is_repeated: bool,
    wall: Option<Timestamp>,
    /// `None` for a value of an earlier start: only the wall clock gives its age.
    mono: Option<Duration>,
}

impl Good {
    /// `None` if the wall clock does not give it: it was not set, or was set back.
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
    /// With the good value of an earlier start.
    pub fn remembering(baseline: Baseline) -> Self {
        let good = Good {
            value: baseline.value,
            is_repeated: true,
            wall: baseline.time.map(Timestamp),
            mono: None,
        };
        Self {
            good: Some(good),
            ..Self::default()
        }
    }

    /// The good value, to be kept on disk.
    pub fn baseline(&self) -> Option<Baseline> {
        let good = self.good?;
        Some(Baseline {
            value: good.value,
            time: good.wall.map(|wall| wall.0),
        })
    }

    /// The last good value.
    pub fn good(&self) -> Option<i64> {
        self.good.map(|good| good.value)
    }

    /// Validates a value.
    pub fn validate(&mut self, value: i64, context: &StepContext<'_>) -> Verdict {
        let now = context.now;
        let after_absence = self.was_absent(now) && context.has(Safeguard::Absence);
        self.seen = Some(now.mono);
        if after_absence {
            self.candidate = None;
        }
        let follows = self
            .good
            .is_some_and(|good| good.is_followed_by(value, context));
        let is_current = self.good() == Some(value);
        let is_suspect = !context.is_corroborated() && self.is_suspect(value, context);
        let is_jump = !follows || is_suspect;
        if !is_jump && (is_current || Self::is_enough_alone(context)) {
            let is_dropped = self.candidate.is_some_and(|waiting| {
                let age = now.mono.saturating_sub(waiting.at);
                !waiting.is_jump && !context.follows(waiting.value, value, age)
            });
            self.accept(value, is_current, now);
            return if is_dropped {
                Verdict::AcceptAndDrop
            } else {
                Verdict::Accept
            };
        }
        let candidate = self.extend(value, is_jump, after_absence, context);
        if self.is_enough(candidate, context) || self.revokes(candidate, context) {
            let from = self.good().filter(|_| candidate.is_jump);
            let corrects =
                candidate.goes_back && !candidate.after_absence && self.goes_back(value, context);
            self.accept(value, candidate.length > 1, now);
            return match from {
                None => Verdict::Accept,
                Some(from) if corrects => Verdict::Correct { from },
                Some(from) => Verdict::Jump { from },
            };
        }
        if candidate.length == 1 && (!is_jump || self.good.is_none()) {
            Verdict::Wait
        } else {
            Verdict::Hold
        }
    }

    /// True if the label was absent for long; at a start, by the age of the remembered value.
    fn was_absent(&self, now: Moment) -> bool {
        let absence = match self.seen {
            Some(seen) => Some(now.mono.saturating_sub(seen)),
            None => self.good.and_then(|good| good.age(now)),
        };
        absence.is_none_or(|absence| absence >= ABSENCE_MIN)
    }

    /// True if a digit of a value that follows may be damaged. In the first minute only digits that differ from the good
    /// value can be suspect: the right values that follow share its high digits with the damaged one.
    fn is_suspect(&self, value: i64, context: &StepContext<'_>) -> bool {
        match self.good.map(|good| (good.value, good.age(context.now))) {
            Some((good, Some(age)))
                if age < JUMP_AGE_MIN && context.has(Safeguard::SuspectMinute) =>
            {
                self.suspects.is_new_in(value, good)
            }
            _ => self.suspects.is_in(value),
        }
    }

    /// True if a value that follows is accepted without waiting for the next one.
    fn is_enough_alone(context: &StepContext<'_>) -> bool {
        match context.corroboration {
            Corroboration::Confirms => true,
            Corroboration::Contradicts => false,
            Corroboration::Allows | Corroboration::Silent => context.is_quiet,
        }
    }

    fn accept(&mut self, value: i64, is_repeated: bool, now: Moment) {
        let good = Good {
            value,
            is_repeated,
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
        is_jump: bool,
        after_absence: bool,
        context: &StepContext<'_>,
    ) -> Candidate {
        let at = context.now.mono;
        let goes_on = |last: &Candidate| {
            context.follows(last.value, value, at.saturating_sub(last.at))
                && (is_jump || !last.is_jump)
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
                if !after_absence {
                    self.suspect(value, context);
                }
                Candidate {
                    value,
                    at,
                    since: at,
                    length: 1,
                    is_jump,
                    goes_back: is_jump && self.goes_back(value, context),
                    after_absence,
                }
            }
        };
        *self.candidate.insert(candidate)
    }

    /// Makes the digits suspect that alone would explain a jump. Not after an absence: then the reach is so wide that one
    /// digit explains too much.
    fn suspect(&mut self, value: i64, context: &StepContext<'_>) {
        let Some(good) = self.good else { return };
        if context.has(Safeguard::SuspectDigits)
            && !good.is_followed_by(value, context)
            && !self.suspects.is_in(value)
        {
            self.suspects
                .raise(value, good.value, good.highest(context));
        }
    }

    /// True if a value may show that the good one was damaged: it is below it and plausible after the value before it; or
    /// the good one is the first of all and was not repeated.
    fn goes_back(&self, value: i64, context: &StepContext<'_>) -> bool {
        match (self.good, self.before) {
            (Some(good), Some(before)) => {
                value < good.value && before.is_followed_by(value, context)
            }
            (Some(good), None) => !good.is_repeated,
            (None, _) => false,
        }
    }

    /// True if a chain shows that the good value was damaged.
    fn revokes(&self, candidate: Candidate, context: &StepContext<'_>) -> bool {
        let length = match self.good {
            Some(good) if good.is_repeated && context.has(Safeguard::RevokeTen) => {
                REVOKE_REPEATED_LENGTH
            }
            _ => REVOKE_ONCE_LENGTH,
        };
        context.has(Safeguard::Revoke)
            && candidate.goes_back
            && candidate.length >= length
            && context.corroboration != Corroboration::Contradicts
            && self.goes_back(candidate.value, context)
    }

    fn is_enough(&self, candidate: Candidate, context: &StepContext<'_>) -> bool {
        let Candidate {
            value,
            length,
            is_jump,
            after_absence,
            ..
        } = candidate;
        let age = candidate.at.saturating_sub(candidate.since);
        let is_corroborated = context.is_corroborated();
        if self.good.is_none() {
            return length >= 2 || is_corroborated || context.is_sound;
        }
        let is_suspect = !is_corroborated && self.suspects.is_in(value);
        if is_suspect || context.corroboration == Corroboration::Contradicts {
            return length >= 3 && age >= DOUBTFUL_AGE_MIN && context.has(Safeguard::Day);
        }
        if after_absence || !is_jump {
            return length >= 2;
        }
        let three = if context.has(Safeguard::ChainOfThree) {
            3
        } else {
            2
        };
        let is_old = age >= JUMP_AGE_MIN || !context.has(Safeguard::ChainMinute);
        length >= three && (is_corroborated || is_old)
    }
}

#[cfg(test)]
mod tests;
