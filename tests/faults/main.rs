//! What breaks around the daemon, and in it: a bus that restarts, hangs or is flooded, parts of the daemon itself that
//! hang, and one meter of several that fails. The real binary runs between simulated meters, a dbus-daemon with our
//! policy, a mosquitto, and a systemd of the test's own (`systemd`).
//!
//! - `watchdog`: a part that hangs ends in a restart. `absence`: what is only absent, slow or full never does.
//! - `bus`: whatever happens to the bus, the meter and the broker do not feel it.
//! - `resolver`: a name server that is slow, silent or wrong. `addresses`: the broker has a dead one, or another than before.
//! - `meters`: several meters in one daemon have nothing to do with each other.
//!
//! What is asserted holds on a slow machine too: that states flow while the fault lasts, not how fast.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod absence;
mod addresses;
mod blocked;
mod bus;
mod crowd;
mod flow;
mod meters;
mod named;
mod resolver;
mod systemd;
mod watchdog;

#[path = "../support/mod.rs"]
mod support;

/// The object of a meter on the bus.
fn object(meter: &str) -> String {
    format!("/io/github/linky_sensor/Linky1/meter_{meter}")
}

/// The full name of one of the daemon's interfaces.
fn interface(name: &str) -> String {
    format!("io.github.linky_sensor.Linky1.{name}")
}
