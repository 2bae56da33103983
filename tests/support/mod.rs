//! What several tests stand on.
#![allow(dead_code, reason = "each test uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

pub mod broker;
pub mod bus;
pub mod busctl;
pub mod certificates;
pub mod conversation;
pub mod daemon;
pub mod journal;
pub mod line;
pub mod meter;
pub mod name_server;
pub mod program;
pub mod proxy;
pub mod record;
pub mod scrape;
pub mod scripted_broker;
pub mod sink;
pub mod stage;
pub mod time;
