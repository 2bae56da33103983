//! The reader against real ptys and a small TCP server: what a meter, a hand on the plug and a supplier do to it.
//!
//! `meter` plays, `reader` is what is tested. `frames`, `mode`, `trouble`: the tests.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod frames;
mod meter;
mod mode;
mod reader;
mod trouble;
