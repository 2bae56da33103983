//! The energy of each hour of the last 31 days, by index.
//!
//! It is what the counters go on by, so that a replaced meter, a reset or another contract is no consumption. Each Wh is in
//! one row: that of the supplier's index that counted it, or of [`NO_INDEX`] where the meter counts without one (BASE in
//! historique mode), or of [`INJECTED`].
//!
//! Hours are those of UTC, which begin with those of legal time in France. What was used while nothing was received is
//! counted if that was inside one hour, or short: otherwise nothing separates the hours.

use core::time::Duration;
use std::collections::VecDeque;

use super::compact::U24;

/// The number of what was withdrawn where the meter has no index for it.
pub const NO_INDEX: u8 = 0;
/// The number of what was injected.
pub const INJECTED: u8 = 255;
/// The highest number of an index.
const INDEX_MAX: u8 = 10;

/// Hours that are kept.
const HOURS: i64 = 31 * 24;
/// Rows that are kept: three for each hour. Most hours have one, or two of a producer.
pub const ROWS_MAX: usize = 31 * 24 * 3;
/// The longest time between the readings before and after a change of the hour, in seconds: what was used in between is of
/// the new hour.
const GAP_MAX: u64 = 120;
/// Rows that a correction may take back from.
const CORRECTED_MAX: usize = 3;

/// What one index counted in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnergyRow {
    /// The start of the hour, in microseconds since the epoch, UTC.
    pub start: u64,
    /// The number of the index: 1 to 10, 0 without one, 255 for what was injected.
    pub index: u8,
    /// In Wh.
    pub energy: u64,
}

/// A row as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// Since the epoch.
    pub hour: u32,
    pub index: u8,
    /// In Wh.
    pub energy: U24,
}

/// When counters were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadingTime {
    /// The host's clock, in seconds since the epoch.
    pub wall: i64,
    /// A clock that never jumps; `None` of an earlier start.
    pub mono: Option<Duration>,
}

impl ReadingTime {
    fn hour(self) -> i64 {
        self.wall.div_euclid(3600)
    }

    /// The seconds since an earlier reading.
    fn since(self, earlier: Self) -> u64 {
        match (self.mono, earlier.mono) {
            (Some(now), Some(then)) => now.saturating_sub(then).as_secs(),
            _ => self.wall.abs_diff(earlier.wall),
        }
    }
}

/// A counter as it was last read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastReading {
    pub index: u8,
    pub value: u64,
    pub time: ReadingTime,
}

/// See the module.
#[derive(Debug, Default)]
pub struct HourEnergy {
    rows: VecDeque<HourRow>,
    /// One for each index at most.
    last: Vec<LastReading>,
}

/// Whether it is the number of an index, or one of those beside them.
pub fn is_index(number: u8) -> bool {
    number <= INDEX_MAX || number == INJECTED
}

impl HourEnergy {
    /// Takes the value of the counter of an index.
    pub fn push(&mut self, index: u8, value: u64, time: ReadingTime) {
        if !is_index(index) {
            return;
        }
        let now = LastReading { index, value, time };
        let Some(last) = self.last.iter_mut().find(|last| last.index == index) else {
            self.last.push(now);
            return;
        };
        let before = std::mem::replace(last, now);
        let is_known = before.time.hour() == time.hour() || time.since(before.time) <= GAP_MAX;
        if !is_known {
            return;
        }
        match value.checked_sub(before.value) {
            Some(0) => {}
            Some(energy) => self.add(index, energy, time),
            None => self.take_back(index, before.value - value),
        }
    }

    /// Adds to the row of an index in the hour of this time. Of nothing it makes the row: that the hour was seen.
    pub fn add(&mut self, index: u8, energy: u64, time: ReadingTime) {
        let Ok(hour) = u32::try_from(time.hour()) else {
            return;
        };
        let energy = u32::try_from(energy).unwrap_or(u32::MAX);
        let mut rows = self.rows.iter_mut().rev();
        match rows.find(|row| (row.hour, row.index) == (hour, index)) {
            Some(row) => row.energy = U24::new(row.energy.get().saturating_add(energy)),
            None => self.append(HourRow {
                hour,
                index,
                energy: U24::new(energy),
            }),
        }
    }

    fn append(&mut self, row: HourRow) {
        if self.rows.capacity() < ROWS_MAX {
            self.rows.reserve_exact(ROWS_MAX);
        }
        while self.rows.len() >= ROWS_MAX {
            self.rows.pop_front();
        }
        self.rows.push_back(row);
    }

    /// Takes back what a wrong value added, from the newest rows of its index.
    fn take_back(&mut self, index: u8, energy: u64) {
        let mut left = u32::try_from(energy).unwrap_or(u32::MAX);
        let rows = self.rows.iter_mut().rev().filter(|row| row.index == index);
        for row in rows.take(CORRECTED_MAX) {
            let taken = left.min(row.energy.get());
            row.energy = U24::new(row.energy.get() - taken);
            left -= taken;
        }
    }

    /// The rows that begin from `since` on, up to `now`, in the order of time and index. Times in seconds since the epoch.
    pub fn rows(&self, since: i64, now: i64) -> Vec<HourRow> {
        let newest = now.div_euclid(3600);
        let first = since.saturating_add(3599).div_euclid(3600);
        let kept = first.max(newest - HOURS + 1)..=newest;
        let rows = self.rows.iter();
        let mut rows: Vec<HourRow> = rows
            .filter(|row| kept.contains(&row.hour.into()))
            .copied()
            .collect();
        rows.sort_by_key(|row| (row.hour, row.index));
        rows
    }

    /// What was last read, to be kept on disk.
    pub fn last(&self) -> &[LastReading] {
        &self.last
    }

    /// Takes back what was kept on disk: rows in order.
    pub fn restore(
        &mut self,
        rows: impl Iterator<Item = HourRow>,
        last: impl Iterator<Item = LastReading>,
    ) {
        rows.take(ROWS_MAX).for_each(|row| self.append(row));
        for reading in last.filter(|last| is_index(last.index)) {
            if !self.last.iter().any(|last| last.index == reading.index) {
                self.last.push(reading);
            }
        }
    }

    /// The memory that it holds, in bytes.
    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.rows.capacity() * size_of::<HourRow>()
            + self.last.capacity() * size_of::<LastReading>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 498_755;

    /// This many seconds after the start of the hour, by both clocks.
    fn at(seconds: i64) -> ReadingTime {
        ReadingTime {
            wall: HOUR * 3600 + seconds,
            mono: Some(Duration::from_secs(seconds.unsigned_abs() + 1000)),
        }
    }

    fn rows(energy: &HourEnergy, now: i64) -> Vec<(i64, u8, u32)> {
        let rows = energy.rows(0, HOUR * 3600 + now);
        let row = |row: HourRow| (i64::from(row.hour) - HOUR, row.index, row.energy.get());
        rows.into_iter().map(row).collect()
    }

    #[test]
    fn a_counter_adds_to_the_hour_in_which_it_goes_on() {
        let mut energy = HourEnergy::default();
        for (seconds, value) in [(3500, 1000), (3550, 1010), (3602, 1012), (3700, 1030)] {
            energy.push(1, value, at(seconds));
        }
        energy.push(INJECTED, 7, at(3700));
        energy.push(INJECTED, 9, at(3701));
        energy.push(11, 7, at(3700));
        energy.push(11, 9, at(3701));
        let expected = [(0, 1, 10), (1, 1, 20), (1, INJECTED, 2)];
        assert_eq!(rows(&energy, 3701), expected);
    }

    #[test]
    fn a_silence_inside_an_hour_is_counted_and_one_over_its_change_is_not() {
        let mut energy = HourEnergy::default();
        energy.push(1, 1000, at(60));
        energy.push(1, 1500, at(3000));
        energy.push(1, 2100, at(4000));
        energy.push(1, 2110, at(4001));
        assert_eq!(rows(&energy, 4001), [(0, 1, 500), (1, 1, 10)]);
    }

    #[test]
    fn after_a_restart_the_clock_of_the_host_decides() {
        let mut energy = HourEnergy::default();
        let last = LastReading {
            index: 1,
            value: 1000,
            time: ReadingTime {
                mono: None,
                ..at(3590)
            },
        };
        energy.restore([].into_iter(), [last, last].into_iter());
        assert_eq!(energy.last(), [last]);
        energy.push(1, 1004, at(3650));
        assert_eq!(rows(&energy, 3650), [(1, 1, 4)]);
    }

    #[test]
    fn a_correction_takes_back_what_it_added_also_from_the_hour_before() {
        let mut energy = HourEnergy::default();
        energy.push(1, 1000, at(3590));
        energy.push(1, 9000, at(3599));
        energy.push(1, 9005, at(3601));
        energy.push(1, 1007, at(3603));
        assert_eq!(rows(&energy, 3603), [(0, 1, 7), (1, 1, 0)]);
    }

    #[test]
    fn a_clock_that_is_set_moves_no_energy_into_hours_that_were_not() {
        let mut energy = HourEnergy::default();
        energy.push(1, 1000, at(10));
        energy.push(1, 1001, at(11));
        // Five hours forward, in a second, and back again.
        let ahead = ReadingTime {
            wall: at(12).wall + 5 * 3600,
            ..at(12)
        };
        energy.push(1, 1002, ahead);
        assert_eq!(rows(&energy, 5 * 3600 + 12), [(0, 1, 1), (5, 1, 1)]);
        energy.push(1, 1004, at(13));
        assert_eq!(rows(&energy, 13), [(0, 1, 3)]);
    }

    #[test]
    fn a_month_is_kept_in_a_bounded_number_of_rows() {
        let mut energy = HourEnergy::default();
        for hour in 0..1000 {
            for index in [1, 2, 3, 4] {
                energy.add(index, 1, at(hour * 3600));
            }
        }
        assert_eq!(energy.rows.len(), ROWS_MAX);
        let rows = energy.rows(0, HOUR * 3600 + 999 * 3600);
        assert_eq!(rows.len(), ROWS_MAX);
        assert!(rows.is_sorted_by_key(|row| (row.hour, row.index)));
        let since = HOUR * 3600 + 998 * 3600 + 1;
        assert_eq!(energy.rows(since, since + 7200).len(), 4);
        let mut energy = HourEnergy::default();
        for hour in 0..1000 {
            energy.add(1, 1, at(hour * 3600));
        }
        let month = energy.rows(0, HOUR * 3600 + 999 * 3600);
        assert_eq!(month.len(), 31 * 24);
    }
}
