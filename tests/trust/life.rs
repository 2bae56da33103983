//! What begins anew with another mode or another meter, and what does not.

use linky_sensor::meter::{Event, EventKind, Key, Timestamp};
use linky_sensor::simulator::{Scenario, SimulatedMeter, TariffPlan};
use linky_sensor::tic::Mode;

use crate::receiver::{EVENING, Receiver, after_frames, scenario, standard};

/// Midnight in Paris on 2 March 2026.
const MIDNIGHT: i64 = 1_772_406_000;

fn another(scenario: &Scenario) -> SimulatedMeter {
    SimulatedMeter::new(Scenario {
        maker: 81,
        year: 25,
        serial: 123_456,
        seed: 99,
        ..scenario.clone()
    })
    .unwrap()
}

fn kinds(events: &[Event]) -> Vec<EventKind> {
    events.iter().map(|event| event.kind).collect()
}

#[test]
fn another_meter_has_another_calendar() {
    let mut meter = SimulatedMeter::new(Scenario {
        start: MIDNIGHT - 60,
        ..scenario(Mode::Standard, TariffPlan::Tempo)
    })
    .unwrap();
    let mut receiver = Receiver::new(Mode::Standard);
    while receiver.receive(&meter.next().unwrap()).time
        < Some(Timestamp((MIDNIGHT + 30) * 1_000_000))
    {}
    assert!(receiver.state().calendar.today.is_some());
    let mut other = another(&Scenario {
        start: MIDNIGHT + 120,
        ..scenario(Mode::Standard, TariffPlan::Base)
    });
    receiver.turn_to(Mode::Standard);
    for _ in 0..5 {
        receiver.receive(&other.next().unwrap());
    }
    assert_eq!(receiver.count(EventKind::MeterReplaced), 1);
    assert_eq!(
        receiver.state().calendar.today,
        None,
        "not sent by this meter"
    );
    assert!(receiver.state().calendar.tomorrow.is_some());
}

#[test]
fn another_mode_is_no_other_contract_and_no_other_tariff() {
    for (from, to) in [
        (Mode::Standard, Mode::Historique),
        (Mode::Historique, Mode::Standard),
    ] {
        let (_, mut receiver) = after_frames(scenario(from, TariffPlan::OffPeak), 10);
        receiver.turn_to(to);
        let mut meter = SimulatedMeter::new(Scenario {
            start: EVENING + 600,
            ..scenario(to, TariffPlan::OffPeak)
        })
        .unwrap();
        for _ in 0..10 {
            receiver.receive(&meter.next().unwrap());
        }
        let events = kinds(&receiver.events);
        assert!(events.contains(&EventKind::ModeChanged));
        assert!(!events.contains(&EventKind::ContractChanged), "{events:?}");
        assert!(!events.contains(&EventKind::TariffChanged), "{events:?}");
    }
}

#[test]
fn a_contract_that_changes_with_the_mode_is_an_event() {
    let (_, mut receiver) = after_frames(scenario(Mode::Historique, TariffPlan::Base), 10);
    receiver.turn_to(Mode::Standard);
    let mut meter = SimulatedMeter::new(Scenario {
        start: EVENING + 600,
        ..scenario(Mode::Standard, TariffPlan::Tempo)
    })
    .unwrap();
    for _ in 0..10 {
        receiver.receive(&meter.next().unwrap());
    }
    let changed = |event: &&Event| event.kind == EventKind::ContractChanged;
    let changed: Vec<_> = receiver.events.iter().filter(changed).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!((&*changed[0].from, &*changed[0].to), ("BASE", "TEMPO"));
}

#[test]
fn nothing_of_another_meter_is_published_before_its_name_is_accepted() {
    let (_, mut receiver) = standard();
    let mut other = another(&Scenario {
        start: EVENING + 3_600,
        overrun: true,
        ..scenario(Mode::Standard, TariffPlan::Tempo)
    });
    receiver.turn_to(Mode::Standard);
    let before = receiver.state().reading.clone();
    receiver.events.clear();
    let state = receiver.receive(&other.next().unwrap());
    assert_eq!(kinds(&receiver.events), [], "not settled yet");
    for (key, value) in state.entries() {
        let own = [Key::SEQ, Key::TIME, Key::FRAMES_RECEIVED];
        assert!(
            own.contains(&key) || value == before.get(key),
            "{key:?} is another meter's: {value:?}"
        );
    }
    receiver.receive(&other.next().unwrap());
    assert_eq!(kinds(&receiver.events)[0], EventKind::MeterReplaced);
}

#[test]
fn a_meter_that_was_replaced_while_the_daemon_was_off_is_an_event() {
    let (_, mut receiver) = standard();
    receiver.restart();
    let mut other = another(&Scenario {
        start: EVENING + 3_600,
        ..scenario(Mode::Standard, TariffPlan::OffPeak)
    });
    receiver.turn_to(Mode::Standard);
    for _ in 0..3 {
        receiver.receive(&other.next().unwrap());
    }
    let replaced = |event: &&Event| event.kind == EventKind::MeterReplaced;
    let events: Vec<_> = receiver.events.iter().filter(replaced).collect();
    assert_eq!(events.len(), 1);
    assert!(events[0].from.contains("type") && events[0].to.contains("2025"));
}

#[test]
fn the_same_meter_after_a_start_is_no_event() {
    let (mut meter, mut receiver) = standard();
    receiver.restart();
    for _ in 0..3 {
        receiver.receive(&meter.next().unwrap());
    }
    assert_eq!(receiver.count(EventKind::MeterReplaced), 0);
}

/// Where there is one price nothing comes next, and peak days have no off-peak hours. Nor is a key in the state that is
/// `null` for ever, whatever the contract was before, and after a restart.
#[test]
fn the_state_has_no_key_that_the_contract_can_never_give() {
    let next = [
        Key::NEXT_TARIFF,
        Key::NEXT_TARIFF_TIME,
        Key::NEXT_OFF_PEAK_TIME,
    ];
    let mut receiver = Receiver::new(Mode::Standard);
    let mut start = EVENING;
    for (contract, wanted) in [
        (TariffPlan::Base, [false; 3]),
        (TariffPlan::OffPeak, [true; 3]),
        (TariffPlan::Base, [false; 3]),
        (TariffPlan::Tempo, [true; 3]),
        (TariffPlan::Ejp, [true, true, false]),
    ] {
        let mut meter = SimulatedMeter::new(Scenario {
            start,
            ..scenario(Mode::Standard, contract)
        })
        .unwrap();
        receiver.turn_to(Mode::Standard);
        for _ in 0..6 {
            receiver.receive(&meter.next().unwrap());
        }
        let there = |receiver: &Receiver| next.map(|key| receiver.state().keys.contains(key));
        assert_eq!(there(&receiver), wanted, "{contract:?}");
        receiver.restart();
        assert_eq!(there(&receiver), wanted, "{contract:?}, after a restart");
        start += 600;
    }
}
