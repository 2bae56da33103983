//! Ports that nobody named, on a machine of their own: which are shown, and the offer to listen to the only one.

use std::time::Duration;

use linky_sensor::simulator::{Pty, Scenario};

use super::stage::run;
use super::support::bus::PrivateBus;
use super::support::conversation::Conversation;
use super::support::daemon::Home;
use super::support::stage::on_stage;

/// A daemon that waits for its port.
fn waiting(bus: &PrivateBus) -> Home {
    Home::new("[mqtt]\nenabled = false\n").on_bus(bus.address())
}

fn begin(home: &Home, bus: &PrivateBus) -> Conversation {
    let config = home.config();
    let arguments = ["doctor", "--config", config.to_str().unwrap()];
    let bus = bus.address();
    Conversation::begin("en", &arguments, &[("DBUS_SYSTEM_BUS_ADDRESS", &bus)])
}

/// What `--json` reports of the port.
fn port(home: &Home, bus: &PrivateBus) -> (String, String) {
    let config = home.config();
    let arguments = ["--json", "--config", config.to_str().unwrap()];
    let report = run(super::stage::command(&arguments, &bus.address())).json();
    let checks = report["checks"].as_array().unwrap();
    let port = checks
        .iter()
        .find(|check| check["check"] == "port")
        .unwrap();
    let text = |key: &str| port[key].as_str().unwrap().to_owned();
    (text("finding"), text("text"))
}

#[test]
fn the_only_free_port_is_listened_to_if_somebody_agrees() {
    on_stage(
        "offer::the_only_free_port_is_listened_to_if_somebody_agrees",
        |stage| {
            let bus = PrivateBus::system();
            let home = waiting(&bus);
            let _daemon = home.start_ready();
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let question = "disturbs nobody. [Y/n] ";

            let mut doctor = begin(&home, &bus);
            doctor.until("1 free port");
            doctor.until("1  FT230X Basic UART (USB dongle, FTDI)   /dev/ttyUSB0");
            doctor.answer(question, "");
            doctor.until("standard mode");
            doctor.until("sudo linky-sensor setup");
            doctor.end_with(0);

            let mut doctor = begin(&home, &bus);
            doctor.answer(question, "n");
            doctor.until("linky-sensor doctor /dev/serial/by-id/");
            doctor.end_with(1);

            // The end of the input is no.
            let mut doctor = begin(&home, &bus);
            doctor.until(question);
            doctor.end_input();
            doctor.until("linky-sensor doctor /dev/serial/by-id/");
            doctor.end_with(1);
        },
    );
}

#[test]
fn a_silent_port_is_not_the_one() {
    on_stage("offer::a_silent_port_is_not_the_one", |stage| {
        let bus = PrivateBus::system();
        let home = waiting(&bus);
        let _daemon = home.start_ready();
        let _line = stage.plug_silence("ttyUSB0");
        let mut doctor = begin(&home, &bus);
        doctor.answer("[Y/n] ", "yes");
        doctor.until("not one byte");
        doctor.until("the terminals are I1 and I2");
        doctor.end_with(1);
    });
}

#[test]
fn ports_that_are_in_use_are_shown_behind_the_free_ones() {
    on_stage(
        "offer::ports_that_are_in_use_are_shown_behind_the_free_ones",
        |stage| {
            let bus = PrivateBus::system();
            let home = waiting(&bus);
            let _daemon = home.start_ready();
            assert_eq!(port(&home, &bus).0, "no_adapter");
            let line = || Pty::open(None, Duration::ZERO).unwrap();
            let (console, held) = (line(), line());
            stage.make_console("ttyAMA0");
            stage.plug("ttyAMA0", console.path(), false);
            stage.plug("ttyACM0", held.path(), false);
            let _holder = std::fs::File::options()
                .read(true)
                .write(true)
                .open("/dev/ttyACM0")
                .unwrap();
            let _free = stage.plug_silence("ttyUSB0");
            let (finding, text) = port(&home, &bus);
            assert_eq!(finding, "unnamed", "{text}");
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines[0].starts_with("1 free port"), "{text}");
            assert!(lines[1].ends_with("/dev/ttyUSB0"), "{text}");
            let own = format!("(process {})", std::process::id());
            let is_held = |line: &&str| line.contains("/dev/ttyACM0") && line.contains(&own);
            let is_console =
                |line: &&str| line.contains("/dev/ttyAMA0") && line.contains("console");
            assert!(lines.iter().any(is_held), "{text}");
            assert!(lines.iter().any(is_console), "{text}");
        },
    );
}
