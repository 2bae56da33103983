//! The trend: what the power of a meter was in the last quarter of an hour and the last two days, and its energy by the hour.
//!
//! ```text
//!  the reading of each frame ── TrendPart ──> Trend ── TrendHandle ──> D-Bus (`….History`)
//!                                               │ power_ring   15 minutes by the second, 48 hours by the minute
//!                                               │ hour_energy  31 days by the hour and index
//!                                               └ saved_trend  24 hours by five minutes, and the energies, as text
//! ```
//!
//! Input: the figures as they are published, once for each frame with a new apparent power, and both clocks. Output: rows of
//! a bounded number, in the order of time. Times are those of the host's clock. A time that was not seen has no row.
//!
//! | what happens | what becomes of the rows |
//! |---|---|
//! | no frame, or the daemon is off | no row of power for that time. The energy of a silence inside one hour is of that hour; of one that lasts over a change of the hour nothing is known, unless it is short |
//! | another mode, another meter | they go on: it is the same house, and counters count its consumption alone |
//! | the clock is set forward | a time without rows |
//! | it is set back | what is later than the clock is not answered, and is replaced as time goes on |
//! | the hour changes in spring or autumn | nothing: hours are those of UTC |
//! | a restart | seconds are gone, minutes come back with the mean of their five |
//!
//! Invariants: of each second and minute there is one value. Memory is allocated once, at the first frame, and bounded.
//! The lock is held for one frame or one answer, a fraction of a millisecond: a reader never waits for a bus.

mod compact;
mod hour_energy;
mod part;
mod power_ring;
mod saved_trend;
#[expect(
    clippy::module_inception,
    reason = "the machine carries the name of what it keeps"
)]
mod trend;

pub use hour_energy::EnergyRow;
pub use part::{TrendHandle, TrendPart};
pub use power_ring::{ActivePowerRow, PowerRow};

#[cfg(test)]
mod tests;
