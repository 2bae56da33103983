//! A meter that falls silent: after ten seconds there is no signal, after thirty no value and no availability.
//!
//! The one slow test, since nothing makes thirty seconds shorter. It has a module to itself, the first by its name, so that the
//! others run meanwhile.

use std::time::{Duration, Instant};

use super::line::{Surroundings, links_until, pairs, until_open};
use super::support::broker::Received;
use super::support::busctl::Busctl;
use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::line::Wired;
use super::{METER, interface};

/// 30 s, and the slowness of a machine.
const OFFLINE_TIMEOUT: Duration = Duration::from_secs(240);

const AVAILABILITY: &str = "linky/main/availability";

#[test]
fn a_silent_meter_loses_its_signal_and_then_its_values_and_its_availability() {
    let Surroundings {
        bus,
        record,
        line,
        home,
        ..
    } = &mut Surroundings::new();
    let mut daemon = home.start_ready();
    until_open(record);
    let mut wired = Wired::usual();
    wired.send_four(line);
    let last = Instant::now();
    let full = record.until_state(0, "main", "four frames", |state| {
        state["frames_received"] == 4
    });
    let from = record.now();

    let silent = record.until_state(from, "main", "no signal", |state| {
        state["link"] == "no_signal"
    });
    assert!(last.elapsed() >= Duration::from_secs(10), "too early");
    assert!(
        silent["link_detail"].as_str().unwrap().contains("no byte"),
        "{}",
        silent["link_detail"]
    );
    assert_eq!(silent["link_cause"], "no_byte");
    for key in ["energy", "apparent_power", "meter_time"] {
        assert_eq!(silent[key], full[key], "{key} stands");
    }
    daemon.until_notice("STATUS=main: no_signal");

    let is_offline =
        |received: &Received| received.topic == AVAILABILITY && received.payload == "offline";
    record.until_from(from, OFFLINE_TIMEOUT, "not available", is_offline);
    assert!(last.elapsed() >= Duration::from_secs(30), "too early");
    let empty = record.until_state(from, "main", "no value", |state| state["energy"].is_null());
    assert!(full["energy"].is_number() && full["meter_time"].is_string());
    let own = [
        "schema",
        "meter",
        "boot",
        "seq",
        "time",
        "mode",
        "link",
        "link_detail",
        "link_cause",
        "phases",
        "frames_received",
        "frames_damaged",
        "groups_rejected",
        "parity_errors",
        "checksum_errors",
        "format_errors",
        "values_held",
    ];
    for (key, value) in empty.as_object().unwrap() {
        assert_eq!(
            value.is_null(),
            !own.contains(&key.as_str()),
            "{key}: {value}"
        );
    }
    assert_eq!(
        empty.as_object().unwrap().len(),
        full.as_object().unwrap().len(),
        "no key comes or goes"
    );
    let busctl = Busctl::at(&bus.address());
    within(WAIT_TIMEOUT, "nothing known on D-Bus", || {
        busctl
            .properties(METER, &interface("Consumption"))
            .is_empty()
            .then_some(())
    });
    let get = [
        "get-property",
        "io.github.linky_sensor.Linky1",
        METER,
        &interface("Consumption"),
        "Energy",
    ];
    let refusal = String::from_utf8(busctl.run(&get).stderr).unwrap();
    assert!(
        !refusal.is_empty(),
        "a value that is not known is not answered"
    );

    // As slow as a real one, so that there is a time when groups come and no frame has ended.
    let back = record.now();
    let mut wired = wired.at_speed(1.0);
    for _ in 0..2 {
        wired.send(line);
    }
    record.until_state(back, "main", "frames again", |state| {
        state["energy"].is_number()
    });
    record.until_payload(back, AVAILABILITY, "online");
    // A frame that is read whole is received at once; one that is read in pieces is synced to before.
    let whole = [("receiving", "no_signal"), ("no_signal", "receiving")];
    let pieces = [
        ("receiving", "no_signal"),
        ("no_signal", "syncing"),
        ("syncing", "receiving"),
    ];
    let changes = links_until(record, from, "receiving");
    assert!(
        changes == pairs(&whole) || changes == pairs(&pieces),
        "{changes:?}"
    );
}
