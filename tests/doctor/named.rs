//! What is typed for a port and is none, on a machine of its own: a name without its folder, a screen, a port that is not there.

use std::os::unix::fs::symlink;

use linky_sensor::simulator::Scenario;

use super::stage::{Lang, NO_BUS, Printed, command, compare, run};
use super::support::line::Playing;
use super::support::stage::{BY_ID, on_stage};

/// What it prints about this name, in both languages.
fn doctor(name: &str, golden: &str) -> [Printed; 2] {
    Lang::BOTH.map(|lang| {
        let printed = run(command(&[name, "--lang", lang.as_str()], NO_BUS));
        compare(golden, lang, &printed.text);
        assert_eq!(printed.code, 1, "{}", printed.text);
        printed
    })
}

#[test]
fn a_name_without_a_folder_is_looked_up_in_dev() {
    on_stage(
        "named::a_name_without_a_folder_is_looked_up_in_dev",
        |stage| {
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let printed = run(command(&["ttyUSB0", "--lang", "en"], NO_BUS));
            assert_eq!(printed.code, 0, "{}", printed.text);
            assert!(
                printed.text.contains("Listening to /dev/ttyUSB0"),
                "{}",
                printed.text
            );
            assert!(printed.text.contains("standard mode"), "{}", printed.text);
        },
    );
}

#[test]
fn a_name_that_is_here_alone_is_meant() {
    on_stage("named::a_name_that_is_here_alone_is_meant", |_| {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("line");
        let _meter = Playing::on(&link, Scenario::default());
        let mut doctor = command(&["line", "--lang", "en"], NO_BUS);
        doctor.current_dir(directory.path());
        let printed = run(doctor);
        assert_eq!(printed.code, 0, "{}", printed.text);
        // What leads to no port is none.
        symlink("/dev/null", directory.path().join("nothing")).unwrap();
        let mut doctor = command(&["nothing", "--json"], NO_BUS);
        doctor.current_dir(directory.path());
        let report = run(doctor).json();
        assert_eq!(report["checks"][0]["finding"], "not_a_port", "{report}");
    });
}

#[test]
fn a_port_that_is_not_there_is_answered_with_those_that_are() {
    on_stage(
        "named::a_port_that_is_not_there_is_answered_with_those_that_are",
        |stage| {
            let console = linky_sensor::simulator::Pty::open(None, std::time::Duration::ZERO);
            let console = console.unwrap();
            stage.make_console("ttyAMA0");
            stage.plug("ttyAMA0", console.path(), false);
            let _line = stage.plug_silence("ttyUSB0");
            doctor("ttyUSB7", "elsewhere");
            let report = run(command(&["/dev/ttyUSB7", "--json"], NO_BUS)).json();
            assert_eq!(report["checks"][0]["finding"], "missing", "{report}");
            assert_eq!(report["remedies"][0]["remedy"], "listen_to", "{report}");
        },
    );
}

#[test]
fn without_any_port_an_adapter_is_missing() {
    on_stage("named::without_any_port_an_adapter_is_missing", |_| {
        doctor("ttyUSB7", "nowhere");
        doctor("/nowhere/tty", "missing");
    });
}

#[test]
fn a_screen_of_the_machine_is_no_port() {
    on_stage("named::a_screen_of_the_machine_is_no_port", |stage| {
        let _line = stage.plug_silence("ttyUSB0");
        let [_, english] = doctor("tty9", "virtual-console");
        assert!(english.text.contains("virtual console"), "{}", english.text);
        let what = format!("linky-sensor doctor {BY_ID}");
        assert!(english.text.contains(&what), "{}", english.text);
    });
}

#[test]
fn a_port_that_the_service_reads_is_asked_of_it() {
    on_stage(
        "named::a_port_that_the_service_reads_is_asked_of_it",
        |stage| {
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let bus = super::support::bus::PrivateBus::system();
            let config =
                "[mqtt]\nenabled = false\n[[meter]]\nid = \"main\"\ndevice = \"/dev/ttyUSB0\"\n";
            let home = super::support::daemon::Home::new(config).on_bus(bus.address());
            let _daemon = home.start_ready();
            super::support::daemon::within(
                super::support::daemon::WAIT_TIMEOUT,
                "the port",
                || {
                    let report = run(command(&["ttyUSB7", "--json"], &bus.address())).json();
                    (report["remedies"][0]["remedy"] == "ask_service").then_some(())
                },
            );
        },
    );
}
