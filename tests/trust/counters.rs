//! Counters count what is consumed and nothing else: each story moves the indexes by what is no consumption.

use std::time::Duration;

use linky_sensor::meter::{EventKind, Key};
use linky_sensor::simulator::{
    Scenario, ScenarioChange, ScenarioEvent, SentFrame, SentGroup, SimulatedMeter, TariffPlan,
};
use linky_sensor::tic::{Label, Mode};

use crate::receiver::{
    EVENING, Receiver, after_frames, historique, indexes, number, scenario, standard, with,
};

/// More than a house uses in the minutes that a story takes, in Wh.
const MINUTES: u64 = 600;

fn counter(receiver: &Receiver, key: Key) -> Option<u64> {
    receiver.state().reading.int(key)
}

fn energy(receiver: &Receiver) -> u64 {
    counter(receiver, Key::ENERGY_COUNTER).expect("the counter is known")
}

/// Receives frames of a meter whose indexes are moved by so much; the counter may go on a little, and never falls.
fn receive_moved(
    receiver: &mut Receiver,
    meter: &mut SimulatedMeter,
    frames: usize,
    by: impl Fn(&SentGroup) -> i64,
) {
    let mut last = None;
    for _ in 0..frames {
        let sent = meter.next().unwrap();
        let mut groups = sent.groups.clone();
        for group in groups
            .iter_mut()
            .filter(|group| group.label.role().is_index())
        {
            let moved = group.data.parse::<i64>().unwrap() + by(group);
            group.data = format!("{:09}", moved.max(0));
        }
        receiver.receive_instead(&sent, &groups);
        let now = counter(receiver, Key::ENERGY_COUNTER);
        if let (Some(last), Some(now)) = (last, now) {
            assert!(now >= last && now - last < MINUTES, "{last} {now}");
        }
        last = now.or(last);
    }
}

fn another(scenario: &Scenario) -> SimulatedMeter {
    SimulatedMeter::new(Scenario {
        serial: 123_456,
        start: EVENING + 1_200,
        ..scenario.clone()
    })
    .unwrap()
}

#[test]
fn a_counter_starts_at_the_index_and_follows_it() {
    for mode in Mode::ALL {
        let (mut meter, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
        for _ in 0..100 {
            receiver.receive(&meter.next().unwrap());
            for (counts, index) in [
                (Key::ENERGY_COUNTER, Key::ENERGY),
                (Key::ENERGY_COUNTER_TARIFF_1, Key::ENERGY_TARIFF_1),
                (Key::ENERGY_COUNTER_TARIFF_2, Key::ENERGY_TARIFF_2),
            ] {
                assert_eq!(
                    counter(&receiver, counts),
                    counter(&receiver, index),
                    "{counts:?}"
                );
            }
        }
    }
}

/// To a lower index, a higher one, nearly the same, and zero; while the daemon is running, and while it is off.
#[test]
fn another_meter_adds_nothing() {
    for mode in Mode::ALL {
        for is_off in [false, true] {
            for moved in [-2_000_000, 50_000_000, 12, -12, i64::MIN / 2] {
                let (_, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
                let before = energy(&receiver);
                if is_off {
                    receiver.restart();
                }
                receiver.turn_to(mode);
                let mut other = another(&scenario(mode, TariffPlan::OffPeak));
                receive_moved(&mut receiver, &mut other, 40, |_| moved);
                assert_eq!(receiver.count(EventKind::MeterReplaced), 1);
                let added = energy(&receiver) - before;
                assert!(added < MINUTES, "{mode:?} {is_off} {moved}: {added}");
            }
        }
    }
}

#[test]
fn what_is_used_while_the_daemon_is_off_is_counted() {
    let (mut meter, mut receiver) = standard();
    let before = energy(&receiver);
    receiver.restart();
    meter.let_pass(12 * 3_600);
    receiver.receive(&meter.next().unwrap());
    assert_eq!(counter(&receiver, Key::ENERGY_COUNTER), receiver.energy());
    assert!(energy(&receiver) > before + 1_000);
}

/// A machine without a clock of its own starts with the time of its last stop.
#[test]
fn what_is_used_while_the_machine_is_off_is_counted() {
    for mode in Mode::ALL {
        let (mut meter, mut receiver) = after_frames(busy(mode), 30);
        let before = energy(&receiver);
        receiver.reboot(Duration::from_secs(12 * 3_600));
        meter.let_pass(12 * 3_600);
        for _ in 0..5 {
            receiver.receive(&meter.next().unwrap());
        }
        assert_eq!(counter(&receiver, Key::ENERGY_COUNTER), receiver.energy());
        assert!(energy(&receiver) > before + 20_000, "{mode:?}");
        assert_eq!(receiver.count(EventKind::IndexJumped), 0);
    }
}

#[test]
fn a_reset_adds_nothing() {
    for mode in Mode::ALL {
        let (mut meter, mut receiver) = after_frames(scenario(mode, TariffPlan::Base), 30);
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
        let before = energy(&receiver);
        let was =
            |group: &SentGroup| -i64::try_from(number(&sent.groups, group.label).unwrap()).unwrap();
        receive_moved(&mut receiver, &mut meter, 120, was);
        assert!(receiver.energy() < Some(10_000) && receiver.count(EventKind::IndexJumped) > 0);
        assert!(energy(&receiver) - before < MINUTES);
        receiver.restart();
        receive_moved(&mut receiver, &mut meter, 10, was);
        assert!(energy(&receiver) - before < MINUTES, "the offset is kept");
    }
}

/// BASE to HC to Tempo, in the frames of the historique mode: other labels with other indexes each time.
#[test]
fn another_contract_adds_nothing() {
    let (_, mut receiver) = historique();
    let before = energy(&receiver);
    for (later, contract) in [
        (1, TariffPlan::OffPeak),
        (2, TariffPlan::Tempo),
        (3, TariffPlan::Base),
    ] {
        receiver.turn_to(Mode::Historique);
        let mut meter = SimulatedMeter::new(Scenario {
            start: EVENING + later * 1_200,
            ..scenario(Mode::Historique, contract)
        })
        .unwrap();
        receive_moved(&mut receiver, &mut meter, 60, |_| later * 3_000_000);
        let added = energy(&receiver) - before;
        assert!(added < 3 * MINUTES, "{contract:?}: {added}");
    }
    assert_eq!(receiver.count(EventKind::MeterReplaced), 0);
    assert_eq!(receiver.count(EventKind::ContractChanged), 3);
}

/// The total of the standard mode has 5 MWh more: those of an old contract.
#[test]
fn another_mode_adds_nothing_and_back() {
    let (_, mut receiver) = after_frames(scenario(Mode::Historique, TariffPlan::OffPeak), 30);
    let before = energy(&receiver);
    for (later, mode, moved) in [(1, Mode::Standard, 5_000_000), (2, Mode::Historique, 0)] {
        receiver.turn_to(mode);
        let mut meter = SimulatedMeter::new(Scenario {
            start: EVENING + later * 1_200,
            ..scenario(mode, TariffPlan::OffPeak)
        })
        .unwrap();
        receive_moved(&mut receiver, &mut meter, 40, |_| moved);
        let added = energy(&receiver) - before;
        assert!(added < 2 * MINUTES, "{mode:?}: {added}");
    }
    assert_eq!(receiver.count(EventKind::ModeChanged), 2);
}

/// Both ways, with the frames lost that it takes to find the mode: what the house used meanwhile is counted, to the Wh. The
/// standard total holds old indexes of Tempo besides.
#[test]
fn what_is_used_during_a_switch_of_the_mode_is_counted() {
    for (contract, before) in [
        (TariffPlan::Base, None),
        (TariffPlan::OffPeak, None),
        (TariffPlan::OffPeak, Some(TariffPlan::Tempo)),
        (TariffPlan::Tempo, None),
        (TariffPlan::Ejp, None),
    ] {
        let at = |at, change| ScenarioEvent { at, change };
        let mut events = busy(Mode::Historique).events;
        events.extend(before.map(|_| at(0, ScenarioChange::Contract(contract))));
        events.push(at(120, ScenarioChange::Mode(Mode::Standard)));
        events.push(at(240, ScenarioChange::Mode(Mode::Historique)));
        let scenario = Scenario {
            contract: before.unwrap_or(contract),
            events,
            ..busy(Mode::Historique)
        };
        let (mut meter, mut receiver) = after_frames(scenario, 30);
        let first = meter.next().unwrap();
        receiver.receive(&first);
        let mut counted = vec![energy(&receiver)];
        let mut last = first.clone();
        while receiver.count(EventKind::ModeChanged) < 2 {
            let mode = last.groups[0].label.mode();
            last = meter.next().unwrap();
            if mode != last.groups[0].label.mode() {
                (0..8).for_each(|_| last = meter.next().unwrap());
                receiver.find_mode(last.groups[0].label.mode());
            }
            receiver.receive(&last);
            counted.extend(counter(&receiver, Key::ENERGY_COUNTER));
        }
        assert!(counted.is_sorted(), "{contract:?}: it never falls");
        let of_frame = |sent| indexes(sent).last().map(|(_, total)| *total).unwrap();
        let drawn = of_frame(&last.groups) - of_frame(&first.groups);
        assert!(drawn > 300, "{contract:?}: {drawn}");
        assert_eq!(energy(&receiver) - counted[0], drawn, "{contract:?}");
    }
}

/// A wrong index within reach is published; the right ones take back exactly what it added.
#[test]
fn a_corrected_value_is_taken_back() {
    let (mut meter, mut receiver) = historique();
    let sent = meter.next().unwrap();
    receiver.receive(&sent);
    let wrong = number(&sent.groups, Label::BASE).unwrap() + 12;
    let sent = meter.next().unwrap();
    let groups = with(&sent.groups, &[(Label::BASE, &format!("{wrong:09}"))]);
    receiver.receive_instead(&sent, &groups);
    assert_eq!(energy(&receiver), wrong);
    for _ in 0..20 {
        receiver.receive(&meter.next().unwrap());
    }
    assert_eq!(counter(&receiver, Key::ENERGY_COUNTER), receiver.energy());
    assert!(
        receiver.count(EventKind::IndexJumped) > 0,
        "the wrong value was published"
    );
}

/// The daemon is killed at each frame around a replacement: what was read of the old meter is counted, and of the new
/// one all but the frames that were held until its address came again.
#[test]
fn a_kill_at_any_frame_of_a_replacement_costs_nothing_that_was_read() {
    /// Wh that these frames add at most.
    const UNACCEPTED_MAX: u64 = 10;
    for mode in Mode::ALL {
        for killed_after in 0..10 {
            let (mut meter, mut receiver) = after_frames(busy(mode), 30);
            let before = energy(&receiver);
            let first = total(&meter.next().unwrap());
            let mut last = first;
            // Less than the time between two regular saves.
            for _ in 0..200 {
                let sent = meter.next().unwrap();
                receiver.receive(&sent);
                last = total(&sent);
            }
            let old = last - first;
            assert!(old > 100, "{old}");
            receiver.turn_to(mode);
            let mut other = another(&busy(mode));
            let first = total(&other.next().unwrap());
            for frame in 0..20 {
                let sent = other.next().unwrap();
                receiver.receive(&sent);
                last = total(&sent);
                if frame == killed_after {
                    receiver.kill();
                }
            }
            let (sent, counted) = (old + last - first, energy(&receiver) - before);
            assert!(
                counted <= sent + UNACCEPTED_MAX && counted + UNACCEPTED_MAX >= sent,
                "{mode:?} {killed_after}: {counted} of {sent}"
            );
        }
    }
}

/// The same around a reset, whose indexes wait for a minute.
#[test]
fn a_kill_at_any_frame_of_a_reset_costs_nothing_that_was_read() {
    for killed_after in [0, 1, 2, 5, 20, 60] {
        let (mut meter, mut receiver) = after_frames(busy(Mode::Standard), 30);
        let mut sent = meter.next().unwrap();
        for _ in 0..200 {
            sent = meter.next().unwrap();
            receiver.receive(&sent);
        }
        let before = energy(&receiver);
        assert_eq!(Some(before), receiver.energy());
        let was =
            |group: &SentGroup| -i64::try_from(number(&sent.groups, group.label).unwrap()).unwrap();
        receive_moved(&mut receiver, &mut meter, killed_after + 1, was);
        receiver.kill();
        receive_moved(&mut receiver, &mut meter, 120, was);
        assert!(receiver.energy() < Some(10_000));
        assert!(
            (before..before + MINUTES).contains(&energy(&receiver)),
            "{killed_after}: {} after {before}",
            energy(&receiver)
        );
    }
}

/// A digit that is wrong now and then asks for a save each time, and is not given all of them.
#[test]
fn a_bad_line_does_not_wear_the_card() {
    let (mut meter, mut receiver) = after_frames(busy(Mode::Standard), 30);
    let mut saves = 0;
    for number_of_frame in 0..500 {
        let sent = meter.next().unwrap();
        if number_of_frame % 2 == 0 {
            let wrong = number(&sent.groups, Label::EAST).unwrap() + 40_000_000;
            let groups = with(&sent.groups, &[(Label::EAST, &format!("{wrong:09}"))]);
            receiver.receive_instead(&sent, &groups);
        } else {
            receiver.receive(&sent);
        }
        saves += usize::from(receiver.is_saved());
    }
    assert!((1..=12).contains(&saves), "{saves} saves in ten minutes");
}

/// A house that uses some Wh in each frame.
fn busy(mode: Mode) -> Scenario {
    let change = ScenarioChange::Overrun {
        va: 8_000,
        duration: 100_000,
    };
    Scenario {
        power_kva: 9,
        events: vec![ScenarioEvent { at: 0, change }],
        ..scenario(mode, TariffPlan::OffPeak)
    }
}

/// The sum of what a frame has counted.
fn total(sent: &SentFrame) -> u64 {
    let labels = [Label::EAST, Label::HCHC, Label::HCHP];
    labels
        .iter()
        .filter_map(|label| number(&sent.groups, *label))
        .sum()
}
