//! skeleton
pub mod commands;
pub mod config;
pub mod names;
pub mod tic;
