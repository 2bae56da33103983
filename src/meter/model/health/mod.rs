//! Health: how good the line is, how right the clock is, whether the mains is as it should be.
//!
//! - [`LinkQuality`]: the share of good groups, from every frame, accepted or not; a machine of the meter beside its link;
//! - [`LineFault`]: what the errors point to;
//! - [`ClockDrift`]: the meter's clock against the host's;
//! - [`VoltagePart`]: the mean voltage of each phase against the limits of EN 50160;
//! - [`PhasePart`]: phases that are lost and come back.
//!
//! `docs/INSIGHT.md` gives the source, the error and the limits of each figure.

mod clock_drift;
mod counts;
mod line_fault;
mod link_quality;
mod phases;
mod voltage;

pub use clock_drift::ClockDrift;
pub use counts::{CharacterCounts, GroupCounts};
pub use line_fault::LineFault;
pub use link_quality::LinkQuality;
pub use phases::{PhasePart, lost_phases, lost_phases_shown};
pub use voltage::VoltagePart;

#[cfg(test)]
mod tests;
