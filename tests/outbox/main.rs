//! What cannot be delivered is kept and comes late: nothing is lost, and nothing is out of order.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support"]
#[allow(dead_code, reason = "each test uses its own part")]
mod support {
    pub mod broker;
    pub mod bus;
    pub mod busctl;
    pub mod daemon;
    pub mod line;
    pub mod proxy;
    pub mod sink;
}

mod account;
mod daemon;
mod disk;
mod limits;
mod outage;
mod sudden_end;
