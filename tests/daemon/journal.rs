//! What goes wrong in the house is in the log, one line each, in words.

use linky_sensor::simulator::{Phases, Scenario, ScenarioChange, ScenarioEvent};

use super::support::broker::free_port;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
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
