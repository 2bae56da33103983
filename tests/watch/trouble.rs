//! What stands in the way has a screen of its own, and what comes back is shown again.

use std::process::Command;

use crate::stage::{House, Tmux};
use crate::support::bus::PrivateBus;
use crate::support::program;

#[test]
fn it_waits_for_a_daemon_and_goes_on_when_another_comes() {
    let house = House::new();
    let tmux = Tmux::new();
    tmux.type_line(&format!("{}; echo code $?", house.command()));
    tmux.until("The linky-sensor service does not run.");
    tmux.until("sudo systemctl start linky-sensor");
    let mut daemon = house.home.start_ready();
    tmux.until(" live");
    daemon.stop();
    tmux.until("does not run");
    let _daemon = house.home.start_ready();
    tmux.until(" live");
    tmux.press(&["q"]);
    tmux.until("code 0");
    tmux.assert_restored();
}

#[test]
fn it_goes_on_with_a_bus_that_comes_back() {
    let mut house = House::new();
    let daemon = house.home.start_ready();
    house.until_received();
    let tmux = Tmux::new();
    tmux.type_line(&house.command());
    tmux.until(" live");
    house.bus.stop();
    tmux.until("D-Bus");
    tmux.until("systemctl status dbus");
    house.bus.start_again();
    // The daemon tries the bus again by itself.
    tmux.until(" live");
    drop(daemon);
}

#[test]
fn a_meter_that_is_pulled_out_is_shown_as_that() {
    let mut house = House::new();
    let home = std::mem::replace(&mut house.home, crate::support::daemon::Home::new(""));
    let _daemon = home.start_ready();
    house.until_received();
    let tmux = Tmux::new();
    tmux.type_line(&house.command());
    tmux.until(" live");
    house.unplug();
    tmux.until("unplugged");
    house.plug_in();
    tmux.until(" live");
}

#[test]
fn a_policy_that_refuses_is_no_missing_daemon() {
    let policy = r#"<policy context="default"><allow own="*"/></policy>"#;
    let house = House::on(PrivateBus::with_policy(policy));
    let _daemon = house.home.start_ready();
    let output = house.printed(&["--once"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text.contains("D-Bus does not let this user ask the service."),
        "{text}"
    );
    assert!(text.contains("sudo systemctl reload dbus"), "{text}");
}

#[test]
fn a_meter_that_there_is_not_is_answered_with_those_that_there_are() {
    let house = House::new();
    let _daemon = house.home.start_ready();
    house.until_received();
    for (lang, text) in [
        ("en", "no meter has the id shed; there are: maison"),
        ("fr", "aucun compteur n'a l'id shed ; il y a : maison"),
    ] {
        let output = Command::new(program::PATH)
            .args([
                "--lang", lang, "watch", "--once", "--meter", "shed", "--bus",
            ])
            .arg(house.bus.address())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{errors}");
        assert!(errors.contains(text), "{errors}");
    }
}

#[test]
fn no_bus_and_no_daemon_are_two_things() {
    let mut house = House::new();
    let frame = |house: &House| {
        let output = house.printed(&["--once"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = frame(&house);
    assert!(text.contains("does not run"), "{text}");
    house.bus.stop();
    let text = frame(&house);
    assert!(text.contains("There is no D-Bus here"), "{text}");
    assert!(
        text.contains("Without --once, watch would wait") && !text.contains("I wait"),
        "{text}"
    );
}
