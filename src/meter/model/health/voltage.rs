//! Whether the voltage is within EN 50160: the mean of ten minutes between 207 and 253 V (230 V ± 10 %).
//!
//! The mean is the meter's (UMOY), else that of ten minutes of URMS. The standard judges a supply that is there: a phase
//! whose mean is that of an interruption is not judged.

use core::time::Duration;

use crate::meter::event::{Event, EventKind};
use crate::meter::group_value::GroupValue;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::quantity::Key;
use crate::meter::reading::Reading;
use crate::meter::value::{Moment, Value};
use crate::tic::{Frame, Label};

/// The limits, in V, and how far within them a mean must be that ends an excess.
const LOWEST: u32 = 207;
const HIGHEST: u32 = 253;
const HYSTERESIS: u32 = 1;
/// Below 5 % of 230 V the supply is interrupted (EN 50160), in V.
const INTERRUPTED: u32 = 12;

/// What a mean of our own is of.
const WINDOW: Duration = Duration::from_secs(600);
/// Without a voltage for this long, a window begins anew.
const GAP_MAX: Duration = Duration::from_secs(60);

const LABELS: [(Label, Label); 3] = [
    (Label::URMS1, Label::UMOY1),
    (Label::URMS2, Label::UMOY2),
    (Label::URMS3, Label::UMOY3),
];

/// The voltages of up to three phases.
#[derive(Debug, Default)]
pub struct VoltagePart {
    phases: [PhaseVoltage; 3],
    /// Those of this frame, until they are given.
    events: Vec<Event>,
}

/// The voltage of a phase.
#[derive(Debug, Default)]
struct PhaseVoltage {
    own: OwnMean,
    /// The last mean that was judged, in V, and whether it is out of range.
    judged: Option<(u32, bool)>,
    /// The last mean that was judged still holds.
    is_current: bool,
}

impl PhaseVoltage {
    /// Takes a mean. Returns what was judged before and now, if the verdict is another.
    fn judge(&mut self, mean: Option<u32>) -> Option<[(u32, bool); 2]> {
        let mean = mean.filter(|volts| *volts > INTERRUPTED);
        self.is_current = mean.is_some();
        let volts = mean?;
        let was_out = self.judged.is_some_and(|(_, is_out)| is_out);
        let margin = if was_out { HYSTERESIS } else { 0 };
        let is_out = volts < LOWEST + margin || volts > HIGHEST - margin;
        let before = self.judged.replace((volts, is_out))?;
        (before.1 != is_out).then_some([before, (volts, is_out)])
    }
}

/// The mean of ten minutes of a voltage that comes every second or two.
#[derive(Debug, Default)]
struct OwnMean {
    window: Option<Window>,
    mean: Option<u32>,
}

#[derive(Debug)]
struct Window {
    begin: Moment,
    last: Moment,
    sum: u64,
    count: u64,
}

impl OwnMean {
    fn push(&mut self, volts: u32, now: Moment) {
        let gap = self.window.as_ref().map(|window| now.since(window.last));
        if gap.is_some_and(|gap| gap > GAP_MAX) {
            *self = Self::default();
        }
        let window = self.window.get_or_insert(Window {
            begin: now,
            last: now,
            sum: 0,
            count: 0,
        });
        window.last = now;
        window.sum += u64::from(volts);
        window.count += 1;
        if now.since(window.begin) >= WINDOW {
            let mean = (window.sum + window.count / 2) / window.count.max(1);
            self.mean = u32::try_from(mean).ok();
            self.window = None;
        }
    }
}

impl Part for VoltagePart {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        let phases = usize::from(context.phases.unwrap_or(1));
        let all = self.phases.iter_mut().zip(LABELS).zip(1..);
        for ((phase, (instantaneous, mean)), number) in all.take(phases) {
            if let Some(volts) = context.values.fresh(instantaneous) {
                phase.own.push(volts.number(), context.now);
            }
            let is_sent = context.values.get(instantaneous).is_some();
            let own = phase.own.mean.filter(|_| is_sent);
            let mean = context.values.get(mean).map(GroupValue::number).or(own);
            if let Some([before, now]) = phase.judge(mean) {
                self.events.push(event(number, before, now));
            }
        }
        Save::Later
    }

    fn reset(&mut self, _: Reset) {
        *self = Self::default();
    }

    /// Out of range if any phase is; unknown if none could be judged.
    fn fill(&self, context: &Context<'_>, reading: &mut Reading) {
        let is_sent = |(instantaneous, mean): &(Label, Label)| {
            context.values.first(&[*instantaneous, *mean]).is_some()
        };
        let phases = self.phases.iter().zip(LABELS);
        let verdicts = phases
            .filter(|(phase, labels)| phase.is_current && is_sent(labels))
            .filter_map(|(phase, _)| phase.judged)
            .map(|(_, is_out)| is_out);
        let is_out = verdicts.reduce(|any, is_out| any | is_out);
        reading.set(Key::VOLTAGE_OUT_OF_RANGE, is_out.map(Value::Bool));
    }

    fn events(&mut self, _: &Reading, events: &mut Vec<Event>) {
        events.append(&mut self.events);
    }
}

/// The phase with its mean before and after.
fn event(phase: u8, (before, _): (u32, bool), (now, is_out): (u32, bool)) -> Event {
    let kind = if is_out {
        EventKind::VoltageOutOfRange
    } else {
        EventKind::VoltageRestored
    };
    let text = |volts| format!("phase {phase} {volts} V");
    Event::new(kind, text(before), text(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment {
            mono: Duration::from_secs(seconds),
            ..Moment::default()
        }
    }

    #[test]
    fn the_limits_belong_to_the_range_and_the_way_back_is_a_volt_longer() {
        let mut phase = PhaseVoltage::default();
        let mut verdict = |volts| {
            phase.judge(Some(volts));
            phase.judged.is_some_and(|(_, is_out)| is_out)
        };
        let means = [230, 253, 254, 253, 254, 252, 253, 207, 206, 207, 208, 207];
        let out = [2, 3, 4, 8, 9];
        for (number, volts) in means.into_iter().enumerate() {
            assert_eq!(verdict(volts), out.contains(&number), "{number}: {volts} V");
        }
    }

    #[test]
    fn an_interruption_is_not_judged_and_the_verdict_before_it_is_compared_with() {
        let mut phase = PhaseVoltage::default();
        phase.judge(Some(231));
        assert_eq!(phase.judge(Some(0)), None);
        assert!(!phase.is_current);
        let changed = phase.judge(Some(256));
        assert_eq!(changed, Some([(231, false), (256, true)]));
    }

    #[test]
    fn a_mean_of_our_own_takes_ten_minutes_without_a_gap() {
        let mut mean = OwnMean::default();
        for second in 0..600 {
            mean.push(254 + u32::from(second % 2 == 0), at(second));
            assert_eq!(mean.mean, None);
        }
        mean.push(254, at(600));
        assert_eq!(mean.mean, Some(254));
        for second in 601..1000 {
            mean.push(230, at(second));
        }
        assert_eq!(mean.mean, Some(254));
        mean.push(230, at(1100));
        assert_eq!(mean.mean, None);
    }
}
