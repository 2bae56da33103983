//! A part of the daemon that hangs ends in a restart within the WatchdogSec of our unit; a disk that hangs does not. (A sink
//! that hangs or ends: src/service/supervisor/tests.rs.)

use std::time::Duration;

use linky_sensor::simulator::Scenario;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::blocked::Blocked;
use super::support::broker::Broker;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::Playing;
use super::support::record::Record;
use super::systemd::{Watch, variable, watchdog_of_the_unit};

/// A WatchdogSec that is soon over.
const SHORT: Duration = Duration::from_secs(6);

/// A broker, a playing meter and a home for a daemon between them, watched with this WatchdogSec.
fn stage(directory: &tempfile::TempDir, limit: Duration) -> (Broker, Playing, Home) {
    let (broker, device) = (Broker::start(), directory.path().join("linky"));
    let playing = Playing::on(&device, Scenario::default());
    let home = Home::new(&config(&[meter("main", &device)], broker.port))
        .with("WATCHDOG_USEC", &variable(limit));
    (broker, playing, home)
}

#[test]
fn a_reader_that_hangs_ends_in_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let (_broker, _playing, home) = stage(&directory, watchdog_of_the_unit());
    let mut daemon = home.start_ready();
    daemon.until_notice("STATUS=main: receiving");
    let mut watch = Watch::over(&mut daemon, watchdog_of_the_unit());
    watch.until_alive();
    let _blocked = Blocked::thread(watch.daemon, "meter 0");
    let (why, after) = watch.until_restart(watchdog_of_the_unit());
    assert_eq!(why, "it asks for it", "after {after:?}");
    within(WAIT_TIMEOUT, "a word on who hangs", || {
        home.log()
            .contains("the reader of meter main does not respond")
            .then_some(())
    });
}

#[test]
fn a_runtime_that_hangs_ends_in_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let (_broker, _playing, home) = stage(&directory, SHORT);
    let mut daemon = home.start_ready();
    daemon.until_notice("STATUS=main: receiving");
    let mut watch = Watch::over(&mut daemon, SHORT);
    watch.until_alive();
    let _blocked = Blocked::thread(watch.daemon, "linky-sensor");
    let (why, after) = watch.until_restart(WAIT_TIMEOUT);
    assert!(why.starts_with("no sign of life"), "{why} after {after:?}");
}

#[test]
fn a_disk_that_hangs_is_named_and_stops_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (broker, _playing, home) = stage(&directory, watchdog_of_the_unit());
    // Opening it for writing waits for a reader: for ever.
    let held = home.state().join("main.json.new");
    mkfifo(&held, Mode::S_IRWXU).unwrap();
    let mut record = Record::at(&broker);
    let mut daemon = home.start_ready();
    daemon.until_notice("STATUS=main: receiving");
    within(WAIT_TIMEOUT, "the disk is named", || {
        home.log()
            .contains("warn: the disk does not respond")
            .then_some(())
    });
    let mut watch = Watch::over(&mut daemon, watchdog_of_the_unit());
    watch.until_alive();
    let from = record.now();
    record.until_state(
        from,
        "main",
        "it is read and published all the same",
        |state| state["link"] == "receiving" && state["energy"].is_number(),
    );
    // The reader of the pipe lets the disk respond.
    let reader = std::thread::spawn(move || std::fs::read(held));
    within(WAIT_TIMEOUT, "the disk responds again", || {
        home.log().contains("the disk responds again").then_some(())
    });
    watch.until_alive();
    daemon.stop();
    assert!(!reader.join().unwrap().unwrap().is_empty(), "the memory");
}
