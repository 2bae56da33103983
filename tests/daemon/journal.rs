//! What goes wrong in the house is in the log, one line each, in words.

use linky_sensor::names::journal as names;
use linky_sensor::simulator::{Phases, Scenario, ScenarioChange, ScenarioEvent};

use super::support::broker::free_port;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::journal::{Journal, with_journal};
use super::support::line::Playing;

#[test]
fn what_is_wrong_and_its_end_are_logged() {
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let event = |at, change| ScenarioEvent { at, change };
    let scenario = Scenario {
        phases: Phases::Three,
        power_kva: 12,
        events: vec![
            event(
                20,
                ScenarioChange::PhaseLoss {
                    phase: 2,
                    duration: 20,
                },
            ),
            event(50, ScenarioChange::DegradedClock { duration: 20 }),
            event(
                80,
                ScenarioChange::Overrun {
                    va: 9_000,
                    duration: 20,
                },
            ),
        ],
        ..Scenario::default()
    };
    let home = Home::new(&config(&[meter("main", &device)], free_port()));
    let mut daemon = home.start_ready();
    let _playing = Playing::on(&device, scenario);
    let lines = [
        "warn: meter main: phase 2 lost",
        "info: meter main: phase 2 present",
        "warn: meter main: the meter has lost its time",
        "info: meter main: the meter has its time again",
        "warn: meter main: more than the subscribed power is drawn",
        "info: meter main: the subscribed power is kept to again",
    ];
    for line in lines {
        within(WAIT_TIMEOUT, line, || {
            home.log().contains(line).then_some(())
        });
    }
    daemon.stop();
    let log = home.log();
    for line in lines {
        assert_eq!(log.matches(line).count(), 1, "{line}\n{log}");
    }
}

/// As systemd starts it: each line about the breaker and the cover is in the journal with its level, its meter and its id.
#[test]
fn the_breaker_and_the_cover_are_in_the_journal_with_their_ids() {
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let event = |at, change| ScenarioEvent { at, change };
    let scenario = Scenario {
        power_kva: 3,
        // At 2.7 times the subscribed power it opens after half a minute.
        reclose_after: 30,
        events: vec![
            event(10, ScenarioChange::OpenCover { duration: 10 }),
            event(
                25,
                ScenarioChange::Overrun {
                    va: 8_000,
                    duration: 60,
                },
            ),
        ],
        ..Scenario::default()
    };
    let mut journal = Journal::at(directory.path());
    let home = Home::new(&config(&[meter("main", &device)], free_port()));
    let home = with_journal(home, directory.path());
    let mut daemon = home.start_ready();
    // The daemon forecasts by its own clock: much faster, the breaker would open before the load of ten seconds is known.
    let _playing = Playing::at_speed(&device, scenario, 4.0);
    // journald's priorities: 4 is a warning, 5 an information.
    let expected = [
        (
            names::COVER_OPENED,
            "4",
            "meter main: the terminal cover is open",
        ),
        (
            names::BREAKER_WARNING,
            "4",
            "meter main: the breaker is about to open",
        ),
        (
            names::BREAKER_CHANGED,
            "4",
            "meter main: the breaker went from closed to over_power",
        ),
        (
            names::BREAKER_WARNING,
            "5",
            "meter main: the breaker is not about to open any more",
        ),
    ];
    for (id, priority, message) in expected {
        let line = within(WAIT_TIMEOUT, message, || {
            let mut lines = journal.lines().iter();
            lines
                .find(|line| line.get("MESSAGE").is_some_and(|it| it == message))
                .cloned()
        });
        assert_eq!(line["MESSAGE_ID"], id, "{line:?}");
        assert_eq!(line["PRIORITY"], priority, "{line:?}");
        assert_eq!(line[names::METER], "main", "{line:?}");
    }
    daemon.stop();
    for (.., message) in expected {
        let lines = journal.lines().iter();
        let count = lines
            .filter(|line| line.get("MESSAGE").is_some_and(|it| it == message))
            .count();
        assert_eq!(count, 1, "{message}");
    }
}
