//! The power and the energy over time, of the daemon as it is installed: answered within our policy, kept over a restart.

use std::fs;

use linky_sensor::simulator::Scenario;
use serde_json::Value;

use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::Busctl;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::Playing;
use super::{METER, interface};

/// More than a month of energies and a day of power take on disk, in bytes, with all else that a meter remembers.
const MEMORY_MAX: u64 = 16_384;

fn rows(busctl: &Busctl, method: &str, arguments: &[&str]) -> Vec<Value> {
    let answer = busctl.call(METER, &interface("History"), method, arguments);
    let rows = answer.and_then(|answer| answer.as_array().cloned());
    rows.unwrap_or_default()
}

#[test]
fn the_past_is_answered_and_kept_and_nothing_else_may_be_called() {
    let (bus, broker) = (PrivateBus::system(), Broker::start());
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let _playing = Playing::on(&device, Scenario::default());
    let home = Home::new(&config(&[meter("main", &device)], broker.port)).on_bus(bus.address());
    let busctl = Busctl::at(&bus.address());

    let mut daemon = home.start_ready();
    let seconds = |at_least: usize| {
        within(WAIT_TIMEOUT, "rows of seconds", || {
            let rows = rows(&busctl, "GetPower", &["tu", "0", "1"]);
            (rows.len() >= at_least).then_some(rows)
        })
    };
    let before = seconds(3);
    let newest = before.last().unwrap();
    assert!(newest[1].as_u64().unwrap() > 0 && newest[1] == newest[2]);
    assert_eq!(newest[5], 1, "the index of the contract");
    let minutes = rows(&busctl, "GetPower", &["tu", "0", "60"]);
    assert!((1..=2).contains(&minutes.len()), "{minutes:?}");
    let energies = within(WAIT_TIMEOUT, "some energy", || {
        let rows = rows(&busctl, "GetEnergy", &["t", "0"]);
        let is_some = rows.first()?[2].as_u64()? > 0;
        is_some.then_some(rows)
    });
    assert_eq!(energies[0][1], 1);
    within(WAIT_TIMEOUT, "an active power", || {
        let rows = rows(&busctl, "GetActivePower", &["tu", "0", "1"]);
        rows.last()?[1].as_i64().filter(|power| *power > 0)
    });
    for (method, arguments) in [("Clear", &[][..]), ("SetPower", &["t", "0"])] {
        let output = busctl.run(
            &[
                &[
                    "call",
                    "io.github.linky_sensor.Linky1",
                    METER,
                    &interface("History"),
                    method,
                ],
                arguments,
            ]
            .concat(),
        );
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && error.contains("denied"),
            "{error}"
        );
    }
    daemon.stop();

    let kept = fs::metadata(home.state().join("main.json")).unwrap();
    assert!(kept.len() < MEMORY_MAX, "{} bytes", kept.len());
    let _daemon = home.start_ready();
    seconds(1);
    let again = rows(&busctl, "GetPower", &["tu", "0", "60"]);
    assert_eq!(again[0][0], minutes[0][0], "the first minute is kept");
    let first = energies[0][2].as_u64().unwrap();
    let kept = rows(&busctl, "GetEnergy", &["t", "0"]);
    assert!(kept[0][2].as_u64().unwrap() >= first, "{kept:?}");
    let seconds = rows(&busctl, "GetPower", &["tu", "0", "1"]);
    assert!(
        seconds[0][0].as_u64() > newest[0].as_u64(),
        "seconds begin anew"
    );
}
