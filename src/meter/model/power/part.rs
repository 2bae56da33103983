//! The active power as a part of the meter: which labels it is made of.

use super::{ActivePower, PowerSample};
use crate::meter::group_value::GroupValue;
use crate::meter::label_values::LabelValues;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::quantity::Key;
use crate::meter::reading::Reading;
use crate::meter::value::Value;
use crate::tic::{Frame, Label, Mode, TariffOption};

/// The model, and the number of phases that its past is of.
#[derive(Debug, Default)]
pub struct PowerPart {
    model: ActivePower,
    phases: Option<u8>,
}

impl Part for PowerPart {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        if self.phases.is_some() && self.phases != context.phases {
            self.model.reset();
        }
        self.phases = context.phases;
        self.model.push(&sample(context));
        Save::Later
    }

    fn reset(&mut self, _: Reset) {
        *self = Self::default();
    }

    fn fill(&self, context: &Context<'_>, reading: &mut Reading) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "as many W as VA at most, of three phases"
        )]
        let power = self
            .model
            .power(context.now.mono)
            .map(|power| Value::Signed(power.round() as i64));
        reading.set(Key::POWER, power);
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        serde_json::to_value(self.model.save()).ok()
    }

    fn restore(&mut self, saved: serde_json::Value, _: Mode) {
        if let Ok(saved) = serde_json::from_value(saved) {
            self.model.restore(&saved);
        }
    }
}

/// What this frame gives. A value that it lacks, or that was held back, is left out: that an index did not move is a
/// measurement, and one that was not read is none.
fn sample(context: &Context<'_>) -> PowerSample {
    let fresh = |label| context.values.fresh(label);
    let number = |label| fresh(label).map(GroupValue::number);
    let phases = [Label::SINSTS1, Label::SINSTS2, Label::SINSTS3].map(number);
    let date = fresh(Label::DATE).and_then(GroupValue::horodate);
    let (apparent, resolution) = match context.mode {
        Mode::Standard => (Label::SINSTS, 1),
        Mode::Historique => (Label::PAPP, 10),
    };
    PowerSample {
        time: context.now.mono,
        meter_time: date.map(|date| date.unix()),
        energy: energy(context.values, context.mode),
        apparent: number(apparent),
        energy_injected: number(Label::EAIT).map(u64::from),
        apparent_injected: number(Label::SINSTI),
        phases: match phases {
            [Some(one), Some(two), Some(three)] => Some([one, two, three]),
            _ => None,
        },
        resolution,
    }
}

/// EAST, or the sum of the indexes of the contract if the frame has all of them.
fn energy(values: &LabelValues, mode: Mode) -> Option<u64> {
    let parts = match mode {
        Mode::Standard => &[Label::EAST][..],
        Mode::Historique => {
            let option = values.get(Label::OPTARIF)?.text();
            Label::of_option(TariffOption::parse(option.as_bytes())?)
        }
    };
    let number = |label: &Label| Some(u64::from(values.fresh(*label)?.number()));
    parts.iter().map(number).sum()
}
