//! `linky-sensor watch`: the real program, the real daemon, a simulated meter, a bus of its own, and a terminal.
//!
//! - `screen`: in tmux: what is seen, sizes, keys, suspension, and that the terminal is as before on every way out.
//! - `trouble`: no daemon, no bus, a policy that refuses, a daemon and a bus that come back.
//! - `demo`: the demo opens the screen, with a past.
//! - `printed`: without a terminal: one frame, lines, JSON.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod demo;
mod printed;
mod screen;
mod stage;
mod trouble;

#[path = "../support/mod.rs"]
mod support;
