//! A value that is accepted when it comes twice in a row; a text or an identity three times on a line that looks bad.
//!
//! | state | entered by | left by |
//! |---|---|---|
//! | nothing waits | a value is accepted | a value that is not the known one: it waits |
//! | a value waits | the first of its kind | the known value: accepted, what waited was wrong and counts as held. Another value: that one waits. The same value, 2 or 3 times in all: accepted. A maximum that grew since counts as the same |
//! | a maximum that falls within the day is held | the same as above, at the second time | 60 s of repetition, or the known value |

use core::time::Duration;

use super::rule::Rule;
use super::{FrameContext, Safeguard, Verdict};
use crate::meter::group_value::GroupValue;
use crate::tic::{DataKind, Group, Horodate, Label};

/// How long a maximum that falls within the day must repeat itself.
const FALL_AGE_MIN: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
struct Pending {
    value: GroupValue,
    since: Duration,
    times: u8,
}

/// The value of a label that waits to be repeated.
#[derive(Clone, Debug, Default)]
pub struct Confirmation {
    pending: Option<Pending>,
}

impl Confirmation {
    /// Validates a group. `known` is the last accepted value of its label.
    pub fn validate(
        &mut self,
        label: Label,
        group: &Group<'_>,
        known: Option<&GroupValue>,
        context: &FrameContext<'_>,
    ) -> Verdict {
        let (now, quiet) = (context.now, context.is_quiet());
        if known.is_some_and(|known| known.is(group)) {
            return match self.pending.take() {
                Some(_) => Verdict::AcceptAndDrop,
                None => Verdict::Accept,
            };
        }
        let maximum = Rule::of(label) == Rule::Maximum;
        let may_grow = maximum && quiet && context.has(Safeguard::MaximumGrows);
        let agrees =
            |pending: &Pending| pending.value.is(group) || may_grow && grows(&pending.value, group);
        let Some(pending) = self.pending.as_mut().filter(|pending| agrees(pending)) else {
            self.pending = Some(Pending {
                value: GroupValue::of(group),
                since: now.mono,
                times: 1,
            });
            return Verdict::Wait;
        };
        pending.times = pending.times.saturating_add(1);
        if pending.times < times(label, quiet || !context.has(Safeguard::RepeatThree)) {
            return Verdict::Wait;
        }
        let falls = maximum
            && context.has(Safeguard::MaximumFalls)
            && known.is_some_and(|known| falls(known, group));
        if falls && now.mono.saturating_sub(pending.since) < FALL_AGE_MIN {
            pending.value = GroupValue::of(group);
            return Verdict::Hold;
        }
        self.pending = None;
        Verdict::Accept
    }
}

/// In how many frames a value must come. On a bad line without parity most of what passes the sum is a character of a text
/// with bit 6 flipped, and the same one twice in a row is seen every few days. Another identity is another meter.
fn times(label: Label, quiet: bool) -> u8 {
    match label.kind() {
        DataKind::Text | DataKind::Digits if !quiet => 3,
        _ => 2,
    }
}

fn same_day(a: Horodate, b: Horodate) -> bool {
    (a.year, a.month, a.day) == (b.year, b.month, b.day)
}

/// A maximum that grows while the power does, from one frame to the next.
fn grows(before: &GroupValue, group: &Group<'_>) -> bool {
    match (before.horodate(), group.horodate()) {
        (Some(then), Some(now)) => {
            same_day(then, now) && then.unix() <= now.unix() && before.number() <= group.number()
        }
        _ => false,
    }
}

/// A maximum of the same day that is less than before.
fn falls(known: &GroupValue, group: &Group<'_>) -> bool {
    match (known.horodate(), group.horodate()) {
        (Some(then), Some(now)) => same_day(then, now) && group.number() < known.number(),
        _ => false,
    }
}
