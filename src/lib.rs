//! skeleton
extern crate alloc;
pub mod tic;
