//! skeleton
pub mod tic;
