//! Whether what is published can be trusted, over a meter's whole life: stories of years and of faults, in simulated time.
//!
//! `year`: nothing is held back from a sound meter. `changes`: what is really so gets through, and how fast. `counters`:
//! they count consumption and nothing else. `days`: the figures of the day. `life`: what begins anew with another mode or
//! meter. `trend`: power and energy over time. `line_faults`: what the errors on a line point to. `faults`: what is not so
//! does not. `properties`: whatever comes, states are sound.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod changes;
mod counters;
mod days;
mod faults;
mod invariants;
mod life;
mod line_faults;
mod properties;
mod receiver;
mod trend;
mod year;
