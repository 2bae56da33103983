//! Captures as a user makes and plays them: `capture` and `replay`, with the real daemon at the other end.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod daemon;
mod port;
mod replay;
mod running;

#[path = "../support/mod.rs"]
mod support;
