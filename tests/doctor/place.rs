//! What depends on the place: a password that is stored and not given, a container.

use std::fs;
use std::path::Path;

use linky_sensor::simulator::Scenario;

use super::chain::{House, url};
use super::stage::run;
use super::support::broker::Broker;
use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::line::Playing;

/// A place where systemd would put what `set-password` stores.
fn credentials(directory: &Path) -> (&'static str, &str) {
    fs::write(directory.join("linky-sensor.mqtt-password"), "right").unwrap();
    ("CREDENTIALS_DIRECTORY", directory.to_str().unwrap())
}

#[test]
fn a_password_that_the_service_was_not_given_is_found() {
    let broker = Broker::with_password("linky", "right");
    let mqtt = format!("{}\nusername = \"linky\"", url(broker.port));
    let house = House::new("", &mqtt).with_broker(broker.port);
    let _meter = Playing::on(&house.device(), Scenario::default());
    let _daemon = house.home.start_ready();
    let store = tempfile::tempdir().unwrap();
    let variable = credentials(store.path());
    let report = within(WAIT_TIMEOUT, "the refusal of the daemon", || {
        let mut command = house.command(&["--json"]);
        command.envs([variable]);
        let report = run(command).json();
        let broker = report["checks"].as_array()?.last()?;
        (broker["finding"] == "password_not_given").then_some(report)
    });
    let remedies = report["remedies"].as_array().unwrap();
    let is_named = |remedy: &serde_json::Value| remedy["remedy"] == "password_file_instead";
    assert!(remedies.iter().any(is_named), "{report}");
    house.until_powered();
    let printed = house.compare_with("chain-not-given", &[variable]);
    assert_eq!(printed.code, 1, "{}", printed.text);
}

#[test]
fn in_a_container_the_port_is_given_from_outside() {
    let broker = Broker::with_password("linky", "right");
    let mqtt = format!("{}\nusername = \"linky\"", url(broker.port));
    let house = House::new("", &mqtt).with_broker(broker.port);
    let _daemon = house.home.start_ready();
    house.until("port", "missing");
    house.until("broker", "no_password");
    let printed = house.compare_with("chain-container", &[("container", "oci")]);
    assert_eq!(printed.code, 1, "{}", printed.text);
    assert!(printed.text.contains("--device="), "{}", printed.text);
}

#[test]
fn in_a_container_the_password_is_in_a_file() {
    let broker = Broker::with_password("linky", "right");
    let mqtt = format!("{}\nusername = \"linky\"", url(broker.port));
    let house = House::new("", &mqtt).with_broker(broker.port);
    let _meter = Playing::on(&house.device(), Scenario::default());
    let _daemon = house.home.start_ready();
    house.until_powered();
    house.until("broker", "no_password");
    let printed = house.compare_with("chain-container-password", &[("container", "oci")]);
    assert_eq!(printed.code, 1, "{}", printed.text);
    assert!(printed.text.contains("password-file"), "{}", printed.text);
}
