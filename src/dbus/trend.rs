//! `….History`: the power and the energy of a meter over time.
//!
//! Each answer is bounded by what is kept: 2880 rows of power, 2232 of energy.

use zbus::interface;

use crate::meter::{EnergyRow, PowerRow, TrendHandle};

/// The interface.
pub struct TrendInterface {
    trend: TrendHandle,
}

impl TrendInterface {
    /// Answers from this trend.
    pub fn new(trend: TrendHandle) -> Self {
        Self { trend }
    }
}

/// What the power and the energy of the meter were. Always there.
#[interface(name = "io.github.linky_sensor.Linky1.History", spawn = false)]
impl TrendInterface {
    /// The power in steps of so many seconds that begin from a time on (microseconds since the epoch, UTC; so is the start
    /// of each row): start, mean and highest VA withdrawn, mean and highest VA injected, tariff index in force at the end
    /// (0: not known). Less than 60 s: of the last 15 minutes; 0 is 1. From 60 s on, in whole minutes: of the last 48
    /// hours; a day at most. Steps begin at multiples of their length. One in which nothing was received has no row; the
    /// last may go on.
    #[zbus(out_args("rows"))]
    fn get_power(&self, since: u64, step: u32) -> Vec<(u64, u32, u32, u32, u32, u8)> {
        let row = |row: PowerRow| {
            (
                row.start,
                row.mean,
                row.highest,
                row.injected_mean,
                row.injected_highest,
                row.tariff_index,
            )
        };
        self.trend.power(since, step).into_iter().map(row).collect()
    }

    /// The active power in the same steps, where it is known: start, mean W (estimated; negative when injecting).
    #[zbus(out_args("rows"))]
    fn get_active_power(&self, since: u64, step: u32) -> Vec<(u64, i32)> {
        let rows = self.trend.active_power(since, step).into_iter();
        rows.map(|row| (row.start, row.mean)).collect()
    }

    /// The energy of the hours of UTC that begin from a time on, of the last 31 days: start, index, Wh. The index is that of
    /// the supplier which counted it, 1 to 10; 0 where the meter counts without one (BASE in historique mode); 255 for what
    /// was injected. Each Wh is in one row: those of 0 to 10 add up to what was withdrawn. An hour of which nothing was
    /// received has no row; of one that was received in part there is what was counted.
    #[zbus(out_args("rows"))]
    fn get_energy(&self, since: u64) -> Vec<(u64, u8, u64)> {
        let row = |row: EnergyRow| (row.start, row.index, row.energy);
        self.trend.energy(since).into_iter().map(row).collect()
    }
}
