//! The Prometheus endpoint, over sockets.
//!
//! - `samples`: what a scrape shows of meters that are fed by hand.
//! - `bounds`: what no client can make it do: wait, grow, or hold the other outputs up.
//! - `life`: the real daemon with it: an address that is taken, or not there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bounds;
mod life;
mod samples;

#[path = "../support/mod.rs"]
mod support;
