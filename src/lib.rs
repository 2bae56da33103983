//! skeleton
extern crate alloc;
pub mod commands;
pub mod config;
pub mod meter;
pub mod names;
pub mod tic;
