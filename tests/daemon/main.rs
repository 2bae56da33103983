//! The daemon as it is installed: the real binary between a simulated meter on a pseudo-terminal, a dbus-daemon with our
//! policy and a mosquitto. What comes out is compared with what was sent, value by value.
//!
//! - `values`: in many configurations of meter and contract, every figure, `on_mqtt` and `on_bus`.
//! - `privacy`: what identifies nobody shows nowhere.
//! - `life`: start, signals, watchdog, end, and the broker and the bus coming and going.
//! - `journal`: what is logged of the house; `kill`: the counter over kills and replaced meters.
//! - `line`: the adapter unplugged, the mode switched; `port`: what else befalls it; `availability`: the meter silent.
//! - `session`: a broker that refuses, and one whose name is not known.
//! - `trend`: the power and the energy over time.
//!
//! `facts` and `expected` compute what is to come out, apart from the code that makes it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod availability;
mod expected;
mod facts;
mod journal;
mod kill;
mod life;
mod line;
mod on_bus;
mod on_mqtt;
mod port;
mod privacy;
mod session;
mod trend;
mod values;

#[path = "../support/mod.rs"]
mod support;

const METER: &str = "/io/github/linky_sensor/Linky1/meter_main";
const ROOT: &str = "/io/github/linky_sensor/Linky1";

/// The full name of one of the daemon's interfaces.
fn interface(name: &str) -> String {
    format!("io.github.linky_sensor.Linky1.{name}")
}

/// `tariff_changed` as `TariffChanged`.
fn pascal(name: &str) -> String {
    let words = name
        .split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}

#[test]
fn times_are_read_as_they_are_written() {
    use support::time::micros;
    assert_eq!(micros("1970-01-01T01:00:00+01:00"), 0);
    assert_eq!(micros("2026-11-24T11:15:51.042Z"), 1_795_518_951_042_000);
    assert_eq!(micros("2024-02-29T02:00:00+02:00"), 1_709_164_800_000_000);
}
