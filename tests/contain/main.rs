//! Process 1 of a container, as its engine has it: the real binary, with a meter on a pseudo-terminal, a mosquitto and a
//! Supervisor of our own over loopback.
//!
//! - `life`: signals, the end of the daemon, a daemon that hangs, orphans, the health check.
//! - `app`: from the options of the Home Assistant app to the broker.
//!
//! As root the daemon becomes the user of the image, otherwise it stays who runs the test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod app;
mod container;
mod life;
mod supervisor;

#[path = "../support/mod.rs"]
mod support;
