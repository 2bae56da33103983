//! skeleton
extern crate alloc;
pub mod meter;
pub mod tic;
