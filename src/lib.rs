//! skeleton
extern crate alloc;
pub mod meter;
pub mod serial;
pub mod tic;
