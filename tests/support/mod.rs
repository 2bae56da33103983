//! What several tests stand on.
#![allow(dead_code, reason = "each test uses its own part")]

pub mod bus;
pub mod meter;
