//! Which port: none, one, several; silent, busy, plugged in late.

use std::fs::File;
use std::io::Write;
use std::thread;
use std::time::Duration;

use linky_sensor::simulator::{Pty, Scenario};

use super::machine::{DROP_IN, begin, is_untouched};
use super::support::conversation::Conversation;
use super::support::line::Playing;
use super::support::stage::{BY_ID, on_stage};

/// Answers what comes after the port, without a broker.
fn finish(mut setup: Conversation) -> String {
    setup.answer("[main]: ", "");
    setup.answer("restart the service? [Y/n] ", "");
    setup.end_with(0)
}

fn device() -> String {
    let written = std::fs::read_to_string(DROP_IN).unwrap();
    let line = written.lines().find(|line| line.starts_with("device"));
    line.unwrap().to_owned()
}

#[test]
fn an_adapter_that_is_plugged_in_late_is_found() {
    on_stage(
        "adapter::an_adapter_that_is_plugged_in_late_is_found",
        |stage| {
            stage.install();
            let mut setup = begin(&["--broker", "none"]);
            setup.until("There is no TIC adapter");
            setup.until("plugged in, or the name");
            // Still none.
            setup.type_line("");
            setup.until("There is no TIC adapter");
            setup.until("plugged in, or the name");
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            setup.type_line("");
            setup.until("I see an adapter: FT230X Basic UART (FTDI)");
            setup.answer("Is it yours? [Y/n] ", "");
            finish(setup);
            assert_eq!(device(), format!("device = \"{BY_ID}\""));
        },
    );
}

#[test]
fn a_port_without_hardware_is_typed() {
    on_stage("adapter::a_port_without_hardware_is_typed", |stage| {
        stage.install();
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("linky");
        let _meter = Playing::on(&link, Scenario::default());
        let mut setup = begin(&["--broker", "none"]);
        setup.answer("plugged in, or the name", "ttyUSB7");
        setup.until("Did you mean \"/dev/ttyUSB7\"?");
        setup.answer("plugged in, or the name", link.to_str().unwrap());
        // Who names a port is not asked whether it is the one.
        setup.until("A Linky sends in standard mode");
        let shown = finish(setup);
        assert!(!shown.contains("Is it yours?"), "{shown}");
        assert_eq!(device(), format!("device = \"{}\"", link.display()));
    });
}

#[test]
fn one_of_several_ports_is_chosen_by_its_number() {
    on_stage(
        "adapter::one_of_several_ports_is_chosen_by_its_number",
        |stage| {
            stage.install();
            let silent = Pty::open(None, Duration::ZERO).unwrap();
            stage.plug("ttyUSB1", silent.path(), false);
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let mut setup = begin(&["--broker", "none"]);
            setup.until("I see several ports:");
            setup.until("1  FT230X Basic UART (FTDI)   /dev/ttyUSB0");
            setup.until("2  FT230X Basic UART (FTDI)   /dev/ttyUSB1");
            setup.answer("[1]: ", "3");
            setup.until("expected the full path");
            setup.answer("[1]: ", "1");
            setup.until("A Linky sends");
            finish(setup);
            assert_eq!(device(), format!("device = \"{BY_ID}\""));
        },
    );
}

#[test]
fn another_port_is_taken_where_the_only_one_is_not_it() {
    on_stage(
        "adapter::another_port_is_taken_where_the_only_one_is_not_it",
        |stage| {
            stage.install();
            let _other = stage.plug_meter("ttyUSB0", Scenario::default());
            let directory = tempfile::tempdir().unwrap();
            let link = directory.path().join("linky");
            let _meter = Playing::on(&link, Scenario::default());
            let mut setup = begin(&["--broker", "none"]);
            setup.answer("Is it yours? [Y/n] ", "no");
            setup.answer("Which port, then?", link.to_str().unwrap());
            finish(setup);
            assert_eq!(device(), format!("device = \"{}\"", link.display()));
        },
    );
}

#[test]
fn silence_is_listened_to_again_until_the_wire_holds() {
    on_stage(
        "adapter::silence_is_listened_to_again_until_the_wire_holds",
        |stage| {
            stage.install();
            let mut line = stage.plug_silence("ttyUSB0");
            let mut setup = begin(&["--broker", "none"]);
            setup.until("not one byte in 12 s");
            setup.until("the terminals are I1 and I2");
            setup.until("Enter to listen again");
            setup.type_line("");
            thread::scope(|scope| {
                let sent = scope.spawn(move || {
                    let mut meter =
                        linky_sensor::simulator::SimulatedMeter::new(Scenario::default());
                    for frame in meter.as_mut().unwrap().take(400) {
                        line.write_all(&frame.bytes).unwrap();
                        thread::sleep(Duration::from_millis(100));
                        if std::path::Path::new(DROP_IN).exists() {
                            break;
                        }
                    }
                });
                setup.until("A Linky sends");
                finish(setup);
                sent.join().unwrap();
            });
        },
    );
}

#[test]
fn a_silent_port_is_kept_all_the_same() {
    on_stage("adapter::a_silent_port_is_kept_all_the_same", |stage| {
        stage.install();
        let _line = stage.plug_silence("ttyUSB0");
        let mut setup = begin(&["--broker", "none"]);
        setup.answer("Enter to listen again", "keep");
        finish(setup);
        assert_eq!(device(), format!("device = \"{BY_ID}\""));
    });
}

#[test]
fn a_port_that_another_program_holds_is_not_opened() {
    on_stage(
        "adapter::a_port_that_another_program_holds_is_not_opened",
        |stage| {
            stage.install();
            let directory = tempfile::tempdir().unwrap();
            let link = directory.path().join("linky");
            let line = Pty::open(Some(&link), Duration::ZERO).unwrap();
            let _holder = File::options()
                .read(true)
                .write(true)
                .open(line.path())
                .unwrap();
            let setup = begin(&["--broker", "none", "--device", link.to_str().unwrap()]);
            let mut setup = setup;
            setup.until("held by");
            setup.until("Enter to listen again");
            setup.interrupt();
            setup.end();
            assert!(is_untouched());
        },
    );
}
