//! The trend as a part of the meter: which figures it is made of, and the handle that an output reads it by.

use std::sync::{Arc, Mutex, PoisonError};

use super::hour_energy::{EnergyRow, INJECTED, NO_INDEX, ReadingTime};
use super::power_ring::{ActivePowerRow, PowerPoint, PowerRow};
use super::saved_trend::SavedTrend;
use super::trend::Trend;
use crate::meter::event::Event;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::quantity::Key;
use crate::meter::reading::Reading;
use crate::meter::value::{Timestamp, Value};
use crate::tic::{Frame, Label, Mode};

/// The trend of a meter, for those who answer from it. A clone is another handle of the same.
///
/// It is no part of a snapshot, which never changes: it is read when somebody asks.
#[derive(Clone, Debug, Default)]
pub struct TrendHandle(Arc<Mutex<Trend>>);

impl TrendHandle {
    fn with<R>(&self, use_it: impl FnOnce(&mut Trend) -> R) -> R {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The power in steps of `step` seconds that begin from `since` (microseconds since the epoch) on, in order. A step of
    /// less than a minute is answered for the last 15 minutes, a longer one in whole minutes for the last 48 hours. A step
    /// without a frame has no row.
    #[must_use]
    pub fn power(&self, since: u64, step: u32) -> Vec<PowerRow> {
        self.with(|trend| trend.power(since, step))
    }

    /// The active power, where it is known, in the same steps.
    #[must_use]
    pub fn active_power(&self, since: u64, step: u32) -> Vec<ActivePowerRow> {
        self.with(|trend| trend.active_power(since, step))
    }

    /// The energy of the hours that begin from `since` on, of the last 31 days, in the order of time and index.
    #[must_use]
    pub fn energy(&self, since: u64) -> Vec<EnergyRow> {
        self.with(|trend| trend.energy(since))
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct TrendPart {
    trend: TrendHandle,
    /// The frame whose reading is about to be published.
    frame: Option<TrendFrame>,
}

/// What a frame has beside the reading.
#[derive(Clone, Copy, Debug)]
struct TrendFrame {
    time: ReadingTime,
    /// The apparent power is of this frame.
    has_power: bool,
    /// All that is withdrawn is counted by one index that is none of the contract's.
    has_one_index: bool,
}

impl TrendPart {
    /// Another handle.
    pub fn handle(&self) -> TrendHandle {
        self.trend.clone()
    }
}

impl TrendFrame {
    fn enter(self, reading: &Reading, trend: &mut Trend) {
        let tariff_index = reading.int(Key::TARIFF_INDEX);
        let tariff_index = tariff_index.and_then(|index| u8::try_from(index).ok());
        trend.set_time(self.time.wall);
        if self.has_power
            && let Some(point) = point(reading, tariff_index)
        {
            trend.push_power(&point);
        }
        let in_force = if self.has_one_index {
            Some(NO_INDEX)
        } else {
            tariff_index
        };
        for (index, key) in counters_of(self.has_one_index) {
            if let Some(value) = reading.int(key) {
                trend.push_energy(index, value, self.time);
                if index == INJECTED || Some(index) == in_force {
                    trend.see_hour(index, self.time);
                }
            }
        }
    }
}

/// The counters that count a Wh once each, with the number of their index.
fn counters_of(has_one_index: bool) -> impl Iterator<Item = (u8, Key)> {
    let withdrawn = Key::all().filter_map(move |key| match key {
        Key::ENERGY_COUNTER => has_one_index.then_some((NO_INDEX, key)),
        _ if has_one_index => None,
        _ => key.counts().and_then(|_| Some((key.row().number?, key))),
    });
    withdrawn.chain([(INJECTED, Key::ENERGY_COUNTER_INJECTED)])
}

fn point(reading: &Reading, tariff_index: Option<u8>) -> Option<PowerPoint> {
    let power = |key| reading.int(key).and_then(|value| u32::try_from(value).ok());
    let withdrawn = power(Key::APPARENT_POWER)?;
    let injected = power(Key::APPARENT_POWER_INJECTED).unwrap_or(0);
    let active = match reading.get(Key::POWER) {
        Some(Value::Signed(active)) => i32::try_from(*active).ok(),
        _ => None,
    };
    Some(PowerPoint {
        mean: withdrawn,
        highest: withdrawn,
        injected_mean: injected,
        injected_highest: injected,
        active,
        tariff_index: tariff_index.unwrap_or(0),
    })
}

fn seconds(time: Timestamp) -> i64 {
    time.0.div_euclid(1_000_000)
}

impl Part for TrendPart {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        let sources = Key::APPARENT_POWER.row().source(context.mode).labels();
        let is_fresh = |label: &Label| context.values.fresh(*label).is_some();
        self.frame = context.now.wall.map(|wall| TrendFrame {
            time: ReadingTime {
                wall: seconds(wall),
                mono: Some(context.now.mono),
            },
            has_power: sources.iter().any(is_fresh),
            has_one_index: context.values.get(Label::BASE).is_some(),
        });
        Save::Later
    }

    fn on_timer(&mut self, context: &Context<'_>) {
        if let Some(wall) = context.now.wall {
            self.trend.with(|trend| trend.set_time(seconds(wall)));
        }
    }

    /// It is the same house: its power and its energy go on.
    fn reset(&mut self, _: Reset) {
        self.frame = None;
    }

    /// Takes the figures of the frame as they are published; gives no event.
    fn events(&mut self, reading: &Reading, _: &mut Vec<Event>) {
        if let Some(frame) = self.frame.take() {
            self.trend.with(|trend| frame.enter(reading, trend));
        }
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        let saved = self.trend.with(|trend| SavedTrend::of(trend))?;
        serde_json::to_value(saved).ok()
    }

    fn restore(&mut self, saved: serde_json::Value, _: Mode) {
        if let Ok(saved) = serde_json::from_value::<SavedTrend>(saved) {
            self.trend.with(|trend| saved.restore(trend));
        }
    }
}
