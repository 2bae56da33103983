//! A content that is believed when it comes twice; on a bad line, a text or an identity comes three times.
//!
//! What is known already needs no second time. A maximum that grows from frame to frame repeats itself well enough, on a
//! good line. A dated value must also be near the meter's own clock, and a maximum of the day must not fall within the
//! day; one that is not so is believed only after a minute of repeating itself.

use core::time::Duration;

use super::rule::Rule;
use super::{FrameContext, Safeguard, Verdict};
use crate::meter::label_values::GroupValue;
use crate::tic::{DataKind, Group, Horodate, Label, Role, civil};

/// An unlikely content is believed when it repeats itself for so long.
const UNLIKELY: Duration = Duration::from_secs(60);
/// A dated value may be so much older than the meter's clock, in seconds: maxima of a house that stood empty.
const OLDEST: i64 = 60 * civil::DAY;
/// And so much newer: the clock is believed a frame or two late when it is set.
const NEWEST: i64 = 60;

#[derive(Clone, Debug)]
struct Pending {
    content: GroupValue,
    since: Duration,
    times: u8,
}

/// What waits for its second time.
#[derive(Clone, Debug, Default)]
pub struct Confirmation {
    pending: Option<Pending>,
    /// What is known is still of a meter that was replaced.
    is_of_another: bool,
}

impl Confirmation {
    /// Where what is known is of a meter that was replaced: a maximum may be less.
    pub fn of_another_meter() -> Self {
        Self {
            pending: None,
            is_of_another: true,
        }
    }

    /// Judges a group. `known` is what was last believed of its label, `date` the meter's clock.
    pub fn validate(
        &mut self,
        label: Label,
        group: &Group<'_>,
        known: Option<&GroupValue>,
        date: Option<Horodate>,
        context: &FrameContext<'_>,
    ) -> Verdict {
        let (now, quiet) = (context.now, context.is_quiet());
        if known.is_some_and(|known| known.is(group)) {
            return self.settle(Verdict::Accept, false);
        }
        let maximum = Rule::of(label) == Rule::Maximum;
        let agrees = |pending: &Pending| {
            pending.content.is(group)
                || maximum
                    && quiet
                    && context.has(Safeguard::MaximumGrows)
                    && grows(&pending.content, group)
        };
        let Some(pending) = self.pending.as_mut().filter(|pending| agrees(pending)) else {
            self.pending = Some(Pending {
                content: GroupValue::of(group),
                since: now.mono,
                times: 1,
            });
            return Verdict::Wait;
        };
        pending.times = pending.times.saturating_add(1);
        if pending.times < times(label, quiet || !context.has(Safeguard::RepeatThree)) {
            return Verdict::Wait;
        }
        let is_of_another = self.is_of_another && context.has(Safeguard::OtherMaximum);
        let unlikely = !is_near(label, group, date) && context.has(Safeguard::NearClock)
            || maximum
                && context.has(Safeguard::MaximumFalls)
                && !is_of_another
                && known.is_some_and(|known| falls(known, group));
        if unlikely && now.mono.saturating_sub(pending.since) < UNLIKELY {
            pending.content = GroupValue::of(group);
            return Verdict::Hold;
        }
        self.is_of_another = false;
        self.settle(Verdict::Accept, true)
    }

    /// Nothing waits any more; what did and was not the content that is believed was wrong.
    fn settle(&mut self, verdict: Verdict, is_pending: bool) -> Verdict {
        match self.pending.take() {
            Some(_) if !is_pending => Verdict::AcceptAndDrop,
            _ => verdict,
        }
    }
}

/// How often a content must come. On a bad line without parity most of what passes the sum is a character of a text with
/// bit 6 flipped, and the same one twice in a row is seen every few days. An identity is worth as much: another one is
/// another meter.
fn times(label: Label, quiet: bool) -> u8 {
    match label.kind() {
        DataKind::Text | DataKind::Digits if !quiet => 3,
        _ => 2,
    }
}

fn same_day(a: Horodate, b: Horodate) -> bool {
    (a.year, a.month, a.day) == (b.year, b.month, b.day)
}

/// A maximum grows while the power does, from one frame to the next.
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

/// Whether a dated value is near the meter's clock; mobile peaks are announced for days to come.
fn is_near(label: Label, group: &Group<'_>, date: Option<Horodate>) -> bool {
    let (Some(dated), Some(date)) = (group.horodate(), date) else {
        return true;
    };
    let age = date.unix() - dated.unix();
    let peak = matches!(label.role(), Role::PeakStart(_) | Role::PeakEnd(_));
    age <= OLDEST && age >= if peak { -OLDEST } else { -NEWEST }
}
