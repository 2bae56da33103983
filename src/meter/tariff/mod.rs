//! Contract, calendar, colours: what is known of the tariff.

mod calendar;
mod color;
mod contract;

use crate::meter::label_values::LabelValues;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::quantity::Key;
use crate::meter::reading::Reading;
use crate::meter::source::read;
use crate::tic::{Frame, Mode};

pub use calendar::Calendar;
pub use contract::Contract;

use calendar::CalendarMemory;

/// What is remembered of the tariff.
#[derive(Clone, Debug, Default)]
pub struct Tariffs {
    calendar: CalendarMemory,
}

impl Tariffs {
    /// The calendar by the current values of the labels.
    pub fn calendar(&self, values: &LabelValues) -> Calendar {
        self.calendar.calendar(values)
    }
}

impl Part for Tariffs {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        self.calendar.on_frame(context.values)
    }

    /// The other mode has no calendar; the days of this one stay what they are.
    fn reset(&mut self, reset: Reset) {
        if reset == Reset::Meter {
            *self = Self::default();
        }
    }

    fn fill(&self, context: &Context<'_>, reading: &mut Reading) {
        if context.mode == Mode::Standard {
            reading.set(Key::COLOR_TODAY, read::color(color::of_today(context)));
        }
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        serde_json::to_value(&self.calendar).ok()
    }

    fn restore(&mut self, saved: serde_json::Value, _: Mode) {
        self.calendar = serde_json::from_value(saved).unwrap_or_default();
    }
}
