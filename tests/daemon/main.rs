//! The daemon as it is installed: the real binary between a simulated meter on a pseudo-terminal, a dbus-daemon with our
//! policy and a mosquitto. What comes out is compared with what was sent, value by value.
//!
//! - `values`: in many configurations of meter and contract, every figure, `on_mqtt` and `on_bus`.
//! - `privacy`: what identifies nobody shows nowhere.
//! - `life`: start, signals, watchdog, end, and the broker and the bus coming and going.
//! - `journal`: what is logged of the house.
//! - `line`: the adapter unplugged, the mode switched; `port`: what else befalls it; `availability`: the meter silent.
//! - `session`: a broker that refuses, and one whose name is not known.
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
mod life;
mod line;
mod on_bus;
mod on_mqtt;
mod port;
mod privacy;
mod session;
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

/// Microseconds since 1970 of a time of RFC 3339, with milliseconds or without.
fn micros(time: &str) -> i64 {
    let number = |from: usize, to: usize| time[from..to].parse::<i64>().unwrap();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    // Days since 1970: the year begins in March, so that the leap day is its last.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719_469;
    let seconds = days * 86_400 + number(11, 13) * 3_600 + number(14, 16) * 60 + number(17, 19);
    match &time[19..] {
        "+01:00" => (seconds - 3_600) * 1_000_000,
        "+02:00" => (seconds - 7_200) * 1_000_000,
        fraction => {
            let millis = fraction
                .strip_prefix('.')
                .and_then(|rest| rest.strip_suffix('Z'))
                .unwrap();
            assert_eq!(millis.len(), 3, "{time}");
            seconds * 1_000_000 + millis.parse::<i64>().unwrap() * 1_000
        }
    }
}

#[test]
fn times_are_read_as_they_are_written() {
    assert_eq!(micros("1970-01-01T01:00:00+01:00"), 0);
    assert_eq!(micros("2026-11-24T11:15:51.042Z"), 1_795_518_951_042_000);
    assert_eq!(micros("2024-02-29T02:00:00+02:00"), 1_709_164_800_000_000);
}
