//! `linky-sensor doctor` in each trouble that people have: what it prints in both languages, and what it ends with.
//!
//! The text of each is in `tests/golden/doctor`; `UPDATE_GOLDEN=1 cargo test --test doctor` writes it. The names of ports and
//! counts that depend on the moment are replaced. None runs as in a container.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod chain;
mod line;
mod meter;
mod named;
mod network;
mod offer;
mod place;
mod port;
mod stage;
mod tls;

#[path = "../support/mod.rs"]
mod support;
