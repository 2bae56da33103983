//! `linky-sensor setup` on a machine of its own: its questions, what it finds, tries and writes.
//!
//! The whole text of a first run is in `tests/golden/setup`; `UPDATE_GOLDEN=1 cargo test --test setup` writes it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod adapter;
mod authority;
mod broker;
mod machine;
mod options;
mod place;
mod run;
mod systemd;

#[path = "../support/mod.rs"]
mod support;
