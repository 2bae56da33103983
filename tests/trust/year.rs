//! A year of a sound meter, for each contract and both modes: nothing is held back, nothing jumps, and each index that was
//! sent is published. The year has its midnights, its load steps, both changes of the clock, an outage of twelve hours and
//! a restart of the daemon each day.

use linky_sensor::meter::{EventKind, Key, Value};
use linky_sensor::simulator::{Phases, Scenario, SimulatedMeter, TariffPlan};
use linky_sensor::tic::Mode;

use crate::receiver::{EVENING, Receiver, assert_indexes, scenario};

const DAYS: u32 = 366;
/// Frames come in bursts of three: a text is accepted when it has come twice.
const BURST: usize = 3;

fn live(scenario: &Scenario) {
    let mut meter = SimulatedMeter::new(scenario.clone()).unwrap();
    let mut receiver = Receiver::new(scenario.mode);
    for day in 0..DAYS {
        for _ in 0..4 {
            for _ in 0..BURST {
                let sent = meter.next().unwrap();
                receiver.receive(&sent);
                assert_indexes(&receiver, &sent.groups);
                assert_eq!(receiver.held(), 0, "day {day}: {:?}", sent.groups);
            }
            meter.let_pass(6 * 3_600 - 17);
        }
        if day == 100 {
            receiver.receive_nothing(31);
            assert_eq!(receiver.state().reading.get(Key::ENERGY), None);
            meter.let_pass(12 * 3_600);
        }
        receiver.restart();
    }
    for kind in [
        EventKind::IndexJumped,
        EventKind::MeterReplaced,
        EventKind::ModeChanged,
        EventKind::ContractChanged,
    ] {
        assert_eq!(receiver.count(kind), 0, "{kind:?} {:?}", receiver.events);
    }
}

fn live_each(mode: Mode, contract: TariffPlan) {
    live(&scenario(mode, contract));
}

#[test]
fn standard_base() {
    live_each(Mode::Standard, TariffPlan::Base);
}

#[test]
fn standard_off_peak() {
    live_each(Mode::Standard, TariffPlan::OffPeak);
}

#[test]
fn standard_tempo() {
    live_each(Mode::Standard, TariffPlan::Tempo);
}

#[test]
fn standard_ejp() {
    live_each(Mode::Standard, TariffPlan::Ejp);
}

#[test]
fn historique_base() {
    live_each(Mode::Historique, TariffPlan::Base);
}

#[test]
fn historique_off_peak() {
    live_each(Mode::Historique, TariffPlan::OffPeak);
}

#[test]
fn historique_tempo() {
    live_each(Mode::Historique, TariffPlan::Tempo);
}

#[test]
fn historique_ejp() {
    live_each(Mode::Historique, TariffPlan::Ejp);
}

/// An evening of every frame, past midnight: the load steps as they come, and the greatest power of the day does not fall
/// within it.
#[test]
fn a_producers_evening_frame_by_frame() {
    let scenario = Scenario {
        phases: Phases::Three,
        power_kva: 12,
        producer: true,
        start: EVENING + 10_800,
        ..scenario(Mode::Standard, TariffPlan::Base)
    };
    let midnight = scenario.start + 9_000;
    let mut meter = SimulatedMeter::new(scenario.clone()).unwrap();
    let mut receiver = Receiver::new(scenario.mode);
    let mut highest: Option<(String, u64)> = None;
    for sent in meter
        .by_ref()
        .take_while(|sent| sent.time < midnight + 1_800)
    {
        let state = receiver.receive(&sent);
        assert_indexes(&receiver, &sent.groups);
        assert_eq!(receiver.held(), 0);
        let maximum = state.reading.int(Key::APPARENT_POWER_MAX).unwrap();
        let day = match state.reading.get(Key::APPARENT_POWER_MAX_TIME) {
            Some(Value::Time(time)) => time.to_string()[..10].to_owned(),
            other => panic!("{other:?}"),
        };
        if let Some((_, before)) = highest.as_ref().filter(|(before, _)| *before == day) {
            assert!(maximum >= *before, "{before} then {maximum}");
        }
        highest = Some((day, maximum));
    }
}
