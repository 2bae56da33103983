//! What cannot be delivered is kept and comes late: nothing is lost, and nothing is out of order.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod curve;
mod daemon;
mod disk;
mod limits;
mod outage;
mod privacy;
mod sudden_end;
