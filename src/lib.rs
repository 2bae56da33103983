//! skeleton
extern crate alloc;
pub mod commands;
pub mod simulator;
pub mod tic;
