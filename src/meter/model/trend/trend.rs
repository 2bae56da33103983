//! The power and the energy of a meter over time, and the rows that are asked for.

use super::hour_energy::{EnergyRow, HourEnergy, ReadingTime};
use super::power_ring::{
    ActivePowerRow, MinuteSlot, PointSum, PowerPoint, PowerRing, PowerRow, SecondSlot,
};

/// The shortest step that is answered from the minutes.
const MINUTE: i64 = 60;
/// The longest step.
const STEP_MAX: i64 = 86_400;
const MICROS: i64 = 1_000_000;
/// Some ten thousand years: later times, and those before the epoch, are of a clock or a file that is wrong.
const TIME_MAX: i64 = 1 << 38;

/// See the module. Times are in seconds since the epoch, those of the rows and `since` in microseconds.
#[derive(Debug, Default)]
pub struct Trend {
    pub(super) seconds: PowerRing<SecondSlot>,
    pub(super) minutes: PowerRing<MinuteSlot>,
    /// The minute that goes on: its start and its frames.
    open: (i64, PointSum),
    pub(super) energy: HourEnergy,
    /// The host's clock.
    pub(super) now: i64,
}

impl Trend {
    /// Takes the time.
    pub fn set_time(&mut self, now: i64) {
        self.now = now.clamp(0, TIME_MAX);
    }

    /// Takes the power of a frame that ended now.
    pub fn push_power(&mut self, point: &PowerPoint) {
        self.seconds.set(self.now, point);
        let minute = self.now - self.now.rem_euclid(MINUTE);
        if self.open.0 != minute {
            self.open = (minute, PointSum::default());
        }
        self.open.1.add(point);
        if let Some(point) = self.open.1.point() {
            self.minutes.set(minute, &point);
        }
    }

    /// Takes the value of the counter of an index; see [`HourEnergy`].
    pub fn push_energy(&mut self, index: u8, value: u64, time: ReadingTime) {
        self.energy.push(index, value, time);
    }

    /// The hour of this time is seen, with this index in force.
    pub fn see_hour(&mut self, index: u8, time: ReadingTime) {
        self.energy.add(index, 0, time);
    }

    /// The power in steps of `step` seconds that begin from `since` on: from the seconds if the step is shorter than a minute,
    /// else from whole minutes.
    pub fn power(&self, since: u64, step: u32) -> Vec<PowerRow> {
        let row = |(start, point): (i64, PowerPoint)| {
            Some(PowerRow {
                start: micros(start)?,
                mean: point.mean,
                highest: point.highest,
                injected_mean: point.injected_mean,
                injected_highest: point.injected_highest,
                tariff_index: point.tariff_index,
            })
        };
        self.spans(since, step, row)
    }

    /// The active power in the same steps. A step of which none is known has no row.
    pub fn active_power(&self, since: u64, step: u32) -> Vec<ActivePowerRow> {
        let row = |(start, point): (i64, PowerPoint)| {
            Some(ActivePowerRow {
                start: micros(start)?,
                mean: point.active?,
            })
        };
        self.spans(since, step, row)
    }

    fn spans<R>(
        &self,
        since: u64,
        step: u32,
        row: impl Fn((i64, PowerPoint)) -> Option<R>,
    ) -> Vec<R> {
        let (since, step) = (seconds(since), i64::from(step).clamp(1, STEP_MAX));
        if step < MINUTE {
            let spans = self.seconds.spans(since, step, self.now);
            spans.filter_map(row).collect()
        } else {
            let step = step - step % MINUTE;
            let spans = self.minutes.spans(since, step, self.now);
            spans.filter_map(row).collect()
        }
    }

    /// The energies of the hours that begin from `since` on.
    pub fn energy(&self, since: u64) -> Vec<EnergyRow> {
        let rows = self.energy.rows(seconds(since), self.now).into_iter();
        let row = rows.map(|row| EnergyRow {
            start: u64::from(row.hour) * 3600 * MICROS.unsigned_abs(),
            index: row.index,
            energy: row.energy.get().into(),
        });
        row.collect()
    }

    /// The memory that it holds, in bytes.
    #[cfg(test)]
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.seconds.size() + self.minutes.size() + self.energy.size()
    }
}

fn micros(seconds: i64) -> Option<u64> {
    u64::try_from(seconds.checked_mul(MICROS)?).ok()
}

/// Rounded up.
fn seconds(micros: u64) -> i64 {
    let seconds = micros.div_ceil(MICROS.unsigned_abs());
    i64::try_from(seconds).unwrap_or(i64::MAX)
}
