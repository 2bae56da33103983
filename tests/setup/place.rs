//! Where it cannot ask or write: no terminal, not root, a container, an app of Home Assistant.

use std::process::{Command, Output, Stdio};

use linky_sensor::simulator::Scenario;

use super::machine::{begin_in_container, is_untouched};
use super::support::program;
use super::support::stage::on_stage;

fn run(mut command: Command) -> (i32, String) {
    let Output { status, stderr, .. } = command
        .env("LC_ALL", "C.UTF-8")
        .env_remove("container")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn without_a_terminal_it_names_what_to_type() {
    for (lang, sentence) in [
        ("en", "I need a terminal to ask my questions"),
        ("fr", "il me faut un terminal pour poser mes questions"),
    ] {
        let mut command = Command::new(program::PATH);
        command.args(["--lang", lang, "setup"]);
        let (code, errors) = run(command);
        assert_eq!(code, 64);
        assert!(errors.contains(sentence), "{errors}");
        assert!(errors.contains("linky-sensor setup --yes"), "{errors}");
    }
}

#[test]
fn it_writes_as_root_alone() {
    // Root of this machine becomes nobody; any other user is no root either.
    let mut command = if nix::unistd::Uid::current().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(program::PATH);
        command
    } else {
        Command::new(program::PATH)
    };
    command.args(program::ENGLISH).args(["setup", "--yes"]);
    let (code, errors) = run(command);
    assert_eq!(code, 77, "{errors}");
    assert!(errors.contains("sudo linky-sensor setup"), "{errors}");
}

#[test]
fn in_a_container_the_file_is_shown_and_mounted_by_the_user() {
    on_stage(
        "place::in_a_container_the_file_is_shown_and_mounted_by_the_user",
        |stage| {
            stage.install();
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let mut setup = begin_in_container(&["--broker", "none"]);
            setup.answer("Is it yours? [Y/n] ", "");
            setup.answer("[main]: ", "");
            setup.until("device = \"/dev/serial/by-id/");
            setup.until("mount this file as");
            setup.end_with(0);
            assert!(is_untouched());
        },
    );
}

#[test]
fn in_an_app_the_options_are_the_place() {
    let mut command = program::command();
    command.args(["setup", "--yes"]);
    let output = command
        .env("container", "home-assistant")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(69));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("the options of the app"), "{errors}");
}
