//! The simulated meter against the decoder: what was sent is decoded, and the values of a frame are consistent.
//!
//! `sent`: what each frame is held against. `frames`, `time`, `overrun`, `scenarios`: the tests.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod frames;
mod overrun;
mod scenarios;
mod sent;
mod time;
