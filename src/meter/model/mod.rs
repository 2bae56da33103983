//! Models: quantities that no single frame holds, worked out from several.
//!
//! - [`power`]: the active power, in W, from the increments of the index and the apparent power;
//! - [`breaker`]: how near the meter is to opening its breaker, and when it will;
//! - `day`: what the counters of energy go on by in a day;
//! - `curve`: the points of the load curve, each once;
//! - [`trend`]: the power and the energy over time;
//! - [`health`]: the quality of the line, the drift of the clock, the voltage, the phases.
//!
//! A model is a pure machine. It is fed by `push` with the figures of one frame and the time at which that frame ended,
//! and answers what is known at a moment. It allocates nothing per frame, reads no clock, and no input makes it panic or
//! answer something that is not a number. `docs/POWER.md` gives the errors that were measured.

pub mod breaker;
pub(super) mod curve;
pub(super) mod day;
pub mod health;
pub mod power;
pub mod trend;

/// A forecast or an estimate that is older than this is null: it stands for the second of its frame, and a house can
/// change entirely in ten.
const HOLD: core::time::Duration = core::time::Duration::from_secs(10);
