//! From the start of process 1 to its end.

use std::fs;

use nix::sys::signal::{Signal, kill};

use crate::container::Container;
use crate::support::daemon::{WAIT_TIMEOUT, within};

/// A container whose meter is not there and which has no broker.
fn idle() -> Container {
    let container = Container::new();
    container.write(
        "linky-sensor.toml",
        "[[meter]]\nid = \"main\"\ndevice = \"/dev/nowhere\"\n[mqtt]\nenabled = false\n",
    );
    container
}

#[test]
fn it_lives_and_stops_when_it_is_asked_to() {
    let container = idle();
    let (succeeds, printed) = container.health();
    assert!(
        !succeeds && printed.contains("does not run here"),
        "{printed}"
    );
    let mut process = container.start();
    assert!(
        container.until_health("main: no_device"),
        "a missing meter is not ill"
    );
    let daemon = process.daemon();
    process.signal(Signal::SIGHUP);
    container.until_logged("SIGHUP is ignored");
    process.stop();
    assert!(kill(daemon, None).is_err(), "the daemon is gone");
    assert!(container.log().contains("stopping, as asked"));
    assert!(!container.health().0);
    // The sockets of before are in the way of none.
    let mut process = container.start();
    process.daemon();
    process.signal(Signal::SIGINT);
    assert!(process.end().success());
}

#[test]
fn it_ends_as_its_daemon_does() {
    let container = idle();
    let mut process = container.start();
    kill(process.daemon(), Signal::SIGKILL).unwrap();
    assert_eq!(process.end().code(), Some(128 + 9), "{}", container.log());

    container.write("linky-sensor.toml", "[mqtt]\nurl = 1\n");
    let mut process = container.start();
    assert_eq!(process.end().code(), Some(78), "{}", container.log());
}

#[test]
fn a_daemon_that_hangs_is_killed() {
    let container = idle();
    let mut process = container.start();
    let daemon = process.daemon();
    kill(daemon, Signal::SIGSTOP).unwrap();
    assert_eq!(process.end().code(), Some(70), "{}", container.log());
    assert!(
        container.log().contains("no sign of life for 30 s"),
        "{}",
        container.log()
    );
    assert!(kill(daemon, None).is_err(), "the daemon is gone");
}

#[test]
fn a_daemon_that_does_not_stop_is_killed() {
    let container = idle();
    let mut process = container.start();
    kill(process.daemon(), Signal::SIGSTOP).unwrap();
    process.signal(Signal::SIGTERM);
    assert_eq!(process.end().code(), Some(70), "{}", container.log());
    assert!(
        container.log().contains("did not end within 8 s"),
        "{}",
        container.log()
    );
}

#[test]
fn no_zombie_is_left() {
    let mut container = idle();
    // A process that it did not start, and whose parent it becomes.
    container.through = vec!["sh", "-c", "sleep 1 & exec \"$@\"", "sh"];
    let mut process = container.start();
    let daemon = process.daemon();
    within(WAIT_TIMEOUT, "the orphan is waited for", || {
        (process.children() == [daemon]).then_some(())
    });
    process.stop();
}

#[test]
fn a_directory_that_is_not_the_users_is_named_with_what_to_do() {
    let mut container = idle();
    let state = container.path("file/state");
    fs::write(container.path("file"), "").unwrap();
    container
        .variables
        .push(("STATE_DIRECTORY", state.to_str().unwrap().to_owned()));
    let mut process = container.start();
    assert_eq!(process.end().code(), Some(74));
    assert!(
        container.log().contains("file/state: "),
        "{}",
        container.log()
    );
}
