//! In a terminal: what is seen, and what is left behind.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::stage::{House, Tmux};

/// A screen of a meter that is received.
fn watched(house: &House, tmux: &Tmux, rest: &str) {
    tmux.type_line(&format!("{}; echo code $?{rest}", house.command()));
    tmux.until(" live");
}

#[test]
fn it_shows_the_meter_follows_the_terminal_s_size_and_leaves_with_a_goodbye() {
    let house = House::new();
    let _daemon = house.home.start_ready();
    house.until_received();
    let tmux = Tmux::new();
    tmux.type_line(&format!("{}; echo code $?", house.command()));
    for text in [
        " live",
        " Power ",
        " of 6 kVA",
        " TEMPO ",
        " History ",
        " Energy ",
        " damaged",
        "q quit",
    ] {
        tmux.until(text);
    }
    assert_eq!(
        tmux.asked("#{alternate_on} #{mouse_standard_flag} #{mouse_sgr_flag} #{cursor_flag}"),
        "1 1 1 0"
    );
    tmux.resize(120, 40);
    tmux.until(" Phase ");
    tmux.resize(36, 8);
    tmux.until_screen("no frame", |screen| {
        screen.contains(" VA  ") && !screen.contains('╭')
    });
    tmux.resize(80, 24);
    tmux.until(" Energy ");
    for (key, seen) in [
        ("e", "History"),
        ("e", "Energy"),
        ("t", "t 15 min"),
        ("l", "Puissance"),
    ] {
        tmux.press(&[key]);
        tmux.until(seen);
    }
    tmux.press(&["s", "s"]);
    tmux.until("+ Puissance ");
    tmux.press(&["s", "?"]);
    tmux.until("╭ Aide ");
    tmux.press(&["Escape"]);
    tmux.until_screen("the help is closed", |screen| !screen.contains("╭ Aide "));
    tmux.press(&["q"]);
    tmux.until_screen("a goodbye", |screen| {
        screen.contains("maison\u{a0}: ") && screen.contains("code 0")
    });
    tmux.assert_restored();
}

#[test]
fn a_click_shows_the_plot_alone() {
    let house = House::new();
    let _daemon = house.home.start_ready();
    house.until_received();
    let tmux = Tmux::new();
    watched(&house, &tmux, "");
    // As a terminal sends it: the left button at column 31 of line 13, pressed and released.
    tmux.press(&["-l", "\x1b[<0;31;13M\x1b[<0;31;13m"]);
    tmux.until_screen("the plot alone", |screen| !screen.contains(" Energy "));
    tmux.press(&["C-c"]);
    tmux.until("code 0");
    tmux.assert_restored();
}

#[test]
fn signals_end_it_with_the_terminal_as_it_was() {
    let house = House::new();
    let _daemon = house.home.start_ready();
    house.until_received();
    let tmux = Tmux::new();
    for (signal, code) in [
        (Signal::SIGTERM, 143),
        (Signal::SIGHUP, 129),
        (Signal::SIGINT, 130),
    ] {
        watched(&house, &tmux, "");
        kill(Pid::from_raw(tmux.child()), signal).unwrap();
        tmux.until(&format!("code {code}"));
        tmux.assert_restored();
        tmux.type_line("clear");
    }
}

#[test]
fn it_is_suspended_and_goes_on() {
    let house = House::new();
    let _daemon = house.home.start_ready();
    house.until_received();
    let tmux = Tmux::new();
    tmux.type_line(&house.command());
    tmux.until(" live");
    tmux.press(&["C-z"]);
    tmux.until("Stopped");
    tmux.assert_restored();
    tmux.type_line("fg");
    tmux.until(" live");
    assert_eq!(tmux.asked("#{alternate_on} #{mouse_standard_flag}"), "1 1");
    tmux.press(&["q"]);
    tmux.until("maison: ");
    tmux.assert_restored();
}
