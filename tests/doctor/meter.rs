//! Which meter it is: its phases, its mode, a producer, and what its frame lacks. The simulator is the meter, on a pseudo-terminal.

use std::io::Write;
use std::thread;
use std::time::Duration;

use linky_sensor::simulator::{
    Phases, Pty, Scenario, ScenarioChange, ScenarioEvent, SimulatedMeter, TariffPlan,
};
use linky_sensor::tic::Mode;

use super::chain::{House, url};
use super::stage::{NUMBERS, Printed, on_line};
use super::support::broker::Broker;
use super::support::line::Playing;

/// The pace of a meter, ten times as fast.
const PAUSE: Duration = Duration::from_millis(100);

fn three_phase() -> Scenario {
    Scenario {
        phases: Phases::Three,
        power_kva: 12,
        ..Scenario::default()
    }
}

/// The meter has lost its second phase since it began.
fn without_second_phase(scenario: Scenario) -> Scenario {
    let event = ScenarioEvent {
        at: 0,
        change: ScenarioChange::PhaseLoss {
            phase: 2,
            duration: 3_600,
        },
    };
    Scenario {
        events: vec![event],
        ..scenario
    }
}

/// What is printed of this meter, in both languages, where something keeps the groups of these labels back. The text is a golden
/// one.
fn doctor(name: &str, scenario: &Scenario, kept_back: &[&str]) -> [Printed; 2] {
    let meter = SimulatedMeter::new(scenario.clone()).unwrap();
    let frames: Vec<Vec<u8>> = meter
        .skip(1)
        .take(20)
        .map(|sent| without(&sent.bytes, kept_back))
        .collect();
    on_line(name, &NUMBERS, move |line: &mut Pty| {
        for frame in &frames {
            line.write_all(frame).unwrap();
            thread::sleep(PAUSE);
        }
    })
}

/// The frame without the groups of these labels. Bit 7 is the parity.
fn without(frame: &[u8], labels: &[&str]) -> Vec<u8> {
    const GROUP_START: u8 = b'\n';
    const GROUP_END: u8 = b'\r';
    let mut kept = Vec::new();
    // What is between two groups begins and ends frames.
    for group in frame.split_inclusive(|byte| byte & 0x7F == GROUP_END) {
        let start = group.iter().position(|byte| byte & 0x7F == GROUP_START);
        let (between, group) = group.split_at(start.unwrap_or(group.len()));
        kept.extend_from_slice(between);
        let plain: String = group.iter().map(|byte| char::from(byte & 0x7F)).collect();
        let label = plain.trim_start().split(['\t', ' ']).next();
        if !labels.contains(&label.unwrap_or_default()) {
            kept.extend_from_slice(group);
        }
    }
    kept
}

/// Both runs ended with this code, and the verdict of the English one has this sentence.
fn assert_ends(printed: &[Printed], code: i32, sentence: &str) {
    for printed in printed {
        assert_eq!(printed.code, code, "{}", printed.text);
    }
    let [_, english] = printed else {
        panic!("two languages");
    };
    assert!(english.text.contains(sentence), "{}", english.text);
}

#[test]
fn a_single_phase_meter_is_known() {
    let scenario = Scenario {
        contract: TariffPlan::OffPeak,
        ..Scenario::default()
    };
    let printed = doctor("single-phase", &scenario, &[]);
    assert_ends(&printed, 0, "one phase");
}

#[test]
fn a_three_phase_meter_is_known() {
    let printed = doctor("three-phase", &three_phase(), &[]);
    assert_ends(&printed, 0, "12 kVA, 3 phases");
}

#[test]
fn a_three_phase_meter_in_historique_mode_is_known() {
    let scenario = Scenario {
        mode: Mode::Historique,
        contract: TariffPlan::Tempo,
        ..three_phase()
    };
    let printed = doctor("three-phase-historique", &scenario, &[]);
    assert_ends(&printed, 0, "3 phases");
}

#[test]
fn a_producer_is_known() {
    let scenario = Scenario {
        producer: true,
        ..Scenario::default()
    };
    let printed = doctor("producer", &scenario, &[]);
    assert_ends(&printed, 0, "one phase, producer");
}

#[test]
fn a_phase_without_voltage_is_the_grids() {
    let printed = doctor("phase-lost", &without_second_phase(three_phase()), &[]);
    assert_ends(&printed, 0, "no voltage on phase 2");
}

#[test]
fn a_phase_without_voltage_is_named_in_historique_mode_too() {
    let scenario = Scenario {
        mode: Mode::Historique,
        ..without_second_phase(three_phase())
    };
    let printed = doctor("phase-lost-historique", &scenario, &[]);
    assert_ends(&printed, 0, "no voltage on phase 2");
}

#[test]
fn a_phase_without_voltage_is_named_by_what_the_daemon_receives() {
    let broker = Broker::start();
    let house = House::new("", &url(broker.port)).with_broker(broker.port);
    for mode in [Mode::Standard, Mode::Historique] {
        let scenario = Scenario {
            mode,
            ..without_second_phase(three_phase())
        };
        let _meter = Playing::on(&house.device(), scenario);
        let _daemon = house.home.start_ready();
        house.until("meter", "phase_lost");
        house.until_powered();
        house.until("broker", "connected");
        let printed = house.compare("chain-phase-lost");
        assert_eq!(printed.code, 0, "{}", printed.text);
    }
}

#[test]
fn a_phase_whose_groups_are_kept_back_is_no_lost_phase() {
    let printed = doctor(
        "phase-kept-back",
        &three_phase(),
        &["IRMS2", "URMS2", "SINSTS2"],
    );
    assert_ends(&printed, 0, "IRMS2, URMS2, SINSTS2 missing");
}

#[test]
fn labels_that_every_meter_sends_are_missed_by_name() {
    let printed = doctor(
        "labels-missing",
        &Scenario::default(),
        &["ADSC", "NGTF", "EAST", "NTARF"],
    );
    assert_ends(&printed, 0, "ADSC, NGTF, EAST, NTARF missing");
    let historique = Scenario {
        mode: Mode::Historique,
        ..Scenario::default()
    };
    let printed = doctor(
        "labels-missing-historique",
        &historique,
        &["OPTARIF", "PTEC"],
    );
    assert_ends(&printed, 0, "OPTARIF, PTEC missing");
}
