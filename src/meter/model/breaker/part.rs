//! The breaker as a part of the meter: which labels it is made of, its two events, and what its check of the day finds.

use serde::{Deserialize, Serialize};

use super::self_check::{BreakerCheck, SelfCheck};
use super::{BreakerModel, BreakerSample, Maximum, PhaseLoad, opens_by_itself};
use crate::meter::event::{Event, EventKind};
use crate::meter::group_value::GroupValue;
use crate::meter::label_values::LabelValues;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::quantity::Key;
use crate::meter::reading::Reading;
use crate::meter::value::Value;
use crate::tic::{Frame, Horodate, Label, Mode};

/// The mains, where a frame has the currents alone.
const VOLTS: u32 = 230;

/// The groups that show the load of a phase and its maximum.
const SINGLE_PHASE: [(Label, Label); 1] = [(Label::SINSTS, Label::SMAXSN)];
const THREE_PHASE: [(Label, Label); 3] = [
    (Label::SINSTS1, Label::SMAXSN1),
    (Label::SINSTS2, Label::SMAXSN2),
    (Label::SINSTS3, Label::SMAXSN3),
];
const CURRENTS: [Label; 3] = [Label::IINST1, Label::IINST2, Label::IINST3];

/// Whether this meter opens by itself: in standard mode each does, for only a Linky has it.
pub fn has_breaker(values: &LabelValues, mode: Mode) -> bool {
    match mode {
        Mode::Standard => true,
        Mode::Historique => values
            .known(Label::ADCO)
            .and_then(GroupValue::address)
            .is_some_and(|address| opens_by_itself(address.device_type())),
    }
}

/// The model, the number of phases that its past is of, the warning as it was last given in an event, and the check.
#[derive(Debug, Default)]
pub struct BreakerPart {
    model: BreakerModel,
    phases: Option<u8>,
    warned: bool,
    self_check: SelfCheck,
    /// Whether the model holds on this meter, as it was found last.
    holds: Option<bool>,
    /// What is new of it.
    check: Option<BreakerCheck>,
}

#[derive(Serialize, Deserialize)]
struct SavedBreaker {
    holds: bool,
}

impl BreakerPart {
    /// Whether the model holds on this meter, if that was found just now and is another answer than before.
    pub fn take_check(&mut self) -> Option<BreakerCheck> {
        self.check.take()
    }

    fn check(&mut self, sample: &BreakerSample, context: &Context<'_>) -> Save {
        let date = context.values.fresh(Label::DATE);
        let date = date.and_then(GroupValue::horodate);
        let day = date.map(|date| (date.year, date.month, date.day));
        let check = self.self_check.push(sample, day);
        let check = check.filter(|check| self.holds != Some(check.holds));
        let Some(check) = check else {
            return Save::Later;
        };
        self.holds = Some(check.holds);
        self.check = Some(check);
        Save::Now
    }
}

impl Part for BreakerPart {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        if self.phases.is_some() && self.phases != context.phases {
            self.model.reset();
            self.self_check = SelfCheck::default();
        }
        self.phases = context.phases;
        let Some(sample) = sample(context) else {
            return Save::Later;
        };
        self.model.push(&sample);
        self.check(&sample, context)
    }

    fn reset(&mut self, reset: Reset) {
        self.model.reset();
        self.self_check = SelfCheck::default();
        self.phases = None;
        if reset == Reset::Meter {
            self.holds = None;
        }
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        let holds = self.holds?;
        serde_json::to_value(SavedBreaker { holds }).ok()
    }

    fn restore(&mut self, saved: serde_json::Value, _: Mode) {
        let saved: Option<SavedBreaker> = serde_json::from_value(saved).ok();
        self.holds = saved.map(|saved| saved.holds);
    }

    fn fill(&self, context: &Context<'_>, reading: &mut Reading) {
        let forecast = self.model.forecast(context.now.mono);
        for (key, value) in [
            (Key::BREAKER_LOAD, forecast.load.map(amount)),
            (Key::BREAKER_TRIP_IN, forecast.trip_in.map(amount)),
            (Key::BREAKER_WARNING, forecast.warning.map(Value::Bool)),
            (Key::POWER_HEADROOM, forecast.headroom.map(signed)),
            (Key::POWER_HEADROOM_60S, forecast.headroom_60s.map(signed)),
        ] {
            let is_given = key.row().source(context.mode).exists();
            reading.set(key, value.filter(|_| is_given));
        }
    }

    /// A warning that is on at the first forecast is an event too: to start with it on is no reason to keep it quiet.
    fn events(&mut self, reading: &Reading, events: &mut Vec<Event>) {
        let Some(Value::Bool(warns)) = reading.get(Key::BREAKER_WARNING) else {
            return;
        };
        if core::mem::replace(&mut self.warned, *warns) != *warns {
            let kind = if *warns {
                EventKind::BreakerWarningStarted
            } else {
                EventKind::BreakerWarningEnded
            };
            events.push(Event::new(kind, (!warns).to_string(), warns.to_string()));
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share or seconds: small and positive"
)]
fn amount(number: f64) -> Value {
    Value::Int(number.round() as u64)
}

/// Rounded to the safe side.
#[expect(clippy::cast_possible_truncation, reason = "VA of a house")]
fn signed(number: f64) -> Value {
    Value::Signed(number.floor() as i64)
}

/// What this frame gives; `None` before the number of phases is known.
fn sample(context: &Context<'_>) -> Option<BreakerSample> {
    let phases = context.phases?;
    let values = context.values;
    has_breaker(values, context.mode).then(|| BreakerSample {
        time: context.now.mono,
        cutoff: cutoff(values, context.mode, phases),
        phases: match context.mode {
            Mode::Standard => standard(values, phases),
            Mode::Historique => historique(values, phases),
        },
    })
}

fn cutoff(values: &LabelValues, mode: Mode, phases: u8) -> Option<u32> {
    match mode {
        Mode::Standard => {
            let cutoff = values.get(Label::PCOUP)?.number().saturating_mul(1000);
            Some(BreakerSample::cutoff_of_phase(cutoff, phases))
        }
        Mode::Historique => {
            let subscribed = values.get(Label::ISOUSC)?.number();
            Some(BreakerSample::cutoff_of_current(subscribed))
        }
    }
}

fn standard(values: &LabelValues, phases: u8) -> [Option<PhaseLoad>; 3] {
    let labels: &[_] = if phases == 1 {
        &SINGLE_PHASE
    } else {
        &THREE_PHASE
    };
    let date = values.fresh(Label::DATE).and_then(GroupValue::horodate);
    let mut loads = [None; 3];
    for (load, (apparent, maximum)) in loads.iter_mut().zip(labels) {
        *load = values.fresh(*apparent).map(|apparent| PhaseLoad {
            apparent: apparent.number(),
            maximum: values
                .fresh(*maximum)
                .zip(date)
                .and_then(|(maximum, date)| maximum_of_today(maximum, date)),
        });
    }
    loads
}

/// A maximum that is dated another day is not of today: the house drew nothing since midnight, or the meter has not begun the
/// new day yet.
fn maximum_of_today(maximum: &GroupValue, date: Horodate) -> Option<Maximum> {
    let dated = maximum.horodate()?;
    let day = |horodate: Horodate| (horodate.year, horodate.month, horodate.day);
    (day(dated) == day(date)).then(|| Maximum {
        apparent: maximum.number(),
        age: date.unix() - dated.unix(),
    })
}

/// PAPP is of the whole house. The short frames of an overrun lack it, and the currents have to do.
fn historique(values: &LabelValues, phases: u8) -> [Option<PhaseLoad>; 3] {
    let number = |label| values.fresh(label).map(GroupValue::number);
    let apparent = number(Label::PAPP);
    let load = |apparent| {
        Some(PhaseLoad {
            apparent,
            maximum: None,
        })
    };
    if phases == 1 {
        return [apparent.and_then(load), None, None];
    }
    match (CURRENTS.map(number), apparent) {
        ([Some(one), Some(two), Some(three)], Some(apparent)) => {
            BreakerSample::share_out(apparent, [one, two, three]).map(load)
        }
        (currents, _) => currents.map(|current| load(current?.saturating_mul(VOLTS))),
    }
}
