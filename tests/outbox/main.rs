//! What cannot be delivered is kept and comes late: nothing is lost, and nothing is out of order.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support"]
mod support {
    pub mod broker;
    pub mod proxy;
    pub mod sink;
}

mod account;
mod daemon;
mod disk;
mod outage;
mod sudden_end;
