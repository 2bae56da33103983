//! What really changes gets through: how fast, and with which event.

use std::collections::BTreeSet;

use linky_sensor::meter::{EventKind, Key, Link};
use linky_sensor::simulator::{Scenario, SentFrame, SentGroup, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Label, Mode};

use crate::receiver::{
    EVENING, Receiver, after_frames, assert_indexes, historique, number, scenario, standard,
    three_phases, with,
};

fn next(meter: &mut SimulatedMeter) -> (SentFrame, Vec<SentGroup>) {
    let sent = meter.next().unwrap();
    let groups = sent.groups.clone();
    (sent, groups)
}

#[test]
fn another_meter_is_accepted_within_ten_frames() {
    for mode in Mode::ALL {
        let (_, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
        let mut other = SimulatedMeter::new(Scenario {
            maker: 81,
            year: 25,
            serial: 123_456,
            seed: 99,
            start: EVENING + 3_600,
            ..scenario(mode, TariffPlan::OffPeak)
        })
        .unwrap();
        receiver.turn_to(mode);
        let replaced = |receiver: &Receiver| receiver.count(EventKind::MeterReplaced) == 1;
        receiver.until(9, || next(&mut other), replaced);
        assert!(receiver.is_saved(), "what is on disk is of the other meter");
        let (sent, groups) = next(&mut other);
        receiver.receive(&sent);
        assert_indexes(&receiver, &groups);
        let events = format!("{:?}", receiver.events);
        assert!(
            !events.contains("123456") && events.contains("2025"),
            "{events}"
        );
        assert_eq!(
            receiver.count(EventKind::IndexJumped),
            0,
            "another meter has other indexes"
        );
    }
}

/// The keys of the phases that are gone go too, in both modes; and come back with them.
#[test]
fn a_single_phase_meter_in_place_of_a_three_phase_one_has_no_other_phases() {
    for mode in Mode::ALL {
        let single = scenario(mode, TariffPlan::OffPeak);
        let keys = |receiver: &Receiver| {
            let keys = receiver.state().keys.iter().map(|key| key.row().key);
            keys.collect::<BTreeSet<_>>()
        };
        let (_, never_three) = after_frames(single.clone(), 60);
        let three = Scenario {
            mode,
            ..three_phases(TariffPlan::OffPeak)
        };
        let (_, mut receiver) = after_frames(three.clone(), 60);
        let with_three = keys(&receiver);
        assert!(with_three.contains("current_l3"), "{with_three:?}");
        for (serial, scenario, expected) in [
            (123_456, single, keys(&never_three)),
            (123_457, three, with_three),
        ] {
            let mut other = SimulatedMeter::new(Scenario {
                serial,
                start: EVENING + 3_600,
                ..scenario
            })
            .unwrap();
            receiver.turn_to(mode);
            (0..60).for_each(|_| drop(receiver.receive(&other.next().unwrap())));
            assert_eq!(keys(&receiver), expected, "{mode:?}");
        }
        assert_eq!(receiver.count(EventKind::MeterReplaced), 2);
    }
}

/// A frame whose name was lost, and its end with the beginning of the next.
#[test]
fn nothing_stands_that_came_before_the_name_of_another_meter() {
    let (mut meter, mut receiver) = standard();
    let mut other = SimulatedMeter::new(Scenario {
        serial: 123_456,
        seed: 99,
        ..scenario(Mode::Standard, TariffPlan::Base)
    })
    .unwrap();
    while receiver.count(EventKind::MeterReplaced) == 0 {
        let (sent, mut groups) = next(&mut meter);
        groups.remove(0);
        groups.extend(next(&mut other).1.into_iter().take(1));
        receiver.receive_instead(&sent, &groups);
    }
    assert_eq!(receiver.energy(), None);
}

#[test]
fn a_meter_that_was_replaced_while_the_daemon_was_down_is_accepted_at_its_second_frame() {
    for mode in Mode::ALL {
        let (mut meter, mut receiver) = after_frames(scenario(mode, TariffPlan::Base), 30);
        let (sent, before) = next(&mut meter);
        receiver.receive(&sent);
        meter.let_pass(12 * 3_600);
        receiver.restart();
        let energy = |receiver: &Receiver| receiver.energy().is_some();
        let other = || {
            let (sent, groups) = next(&mut meter);
            (sent, reset(&groups, &before))
        };
        assert_eq!(receiver.until(3, other, energy), 2);
        assert!(receiver.energy() < Some(100_000));
    }
}

#[test]
fn another_contract_is_accepted_within_three_frames() {
    for (mode, label, name) in [
        (Mode::Standard, Label::NGTF, "     TEMPO      "),
        (Mode::Historique, Label::OPTARIF, "EJP."),
    ] {
        let (mut meter, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
        let changed = |receiver: &Receiver| receiver.count(EventKind::ContractChanged) == 1;
        let other = || {
            let (sent, groups) = next(&mut meter);
            (sent, with(&groups, &[(label, name)]))
        };
        receiver.until(3, other, changed);
        let event = receiver
            .events
            .iter()
            .find(|event| event.kind == EventKind::ContractChanged);
        assert_eq!(event.unwrap().to, name.trim());
    }
}

/// All indexes start again from zero.
fn reset(groups: &[SentGroup], before: &[SentGroup]) -> Vec<SentGroup> {
    let mut groups = groups.to_vec();
    for group in groups
        .iter_mut()
        .filter(|group| group.label.data_len() == 9)
    {
        let since = number(before, group.label).unwrap();
        let value = group.data.parse::<u64>().unwrap() - since;
        group.data = format!("{value:09}");
    }
    groups
}

#[test]
fn a_reset_that_the_totals_confirm_is_accepted_within_ten_frames() {
    let (mut meter, mut receiver) = standard();
    let (sent, before) = next(&mut meter);
    receiver.receive(&sent);
    let energy = receiver.energy().unwrap();
    let small = |receiver: &Receiver| receiver.energy().unwrap() < 1_000;
    let other = || {
        let (sent, groups) = next(&mut meter);
        (sent, reset(&groups, &before))
    };
    let frames = receiver.until(9, other, small);
    assert!(frames >= 3, "not at once");
    let events = receiver
        .events
        .iter()
        .find(|event| event.kind == EventKind::IndexJumped);
    let events = events.unwrap();
    assert_eq!(events.from, format!("energy {energy}"));
    assert!(events.to.starts_with("energy "), "{events:?}");
}

#[test]
fn a_reset_that_nothing_confirms_is_accepted_after_a_minute() {
    let (mut meter, mut receiver) = historique();
    let (sent, before) = next(&mut meter);
    receiver.receive(&sent);
    let energy = receiver.energy().unwrap();
    let began = sent.time;
    let mut ended = began;
    let other = || {
        let (sent, groups) = next(&mut meter);
        ended = sent.time;
        (sent, reset(&groups, &before))
    };
    receiver.until(60, other, |receiver| receiver.energy() != Some(energy));
    assert!((60..70).contains(&(ended - began)), "{} s", ended - began);
    assert!(receiver.energy().unwrap() < 1_000);
    assert_eq!(receiver.count(EventKind::IndexJumped), 1);
}

#[test]
fn a_leap_upwards_that_nothing_confirms_is_accepted_after_a_minute() {
    let (mut meter, mut receiver) = historique();
    let (mut began, mut ended) = (None, 0);
    let other = || {
        let (sent, groups) = next(&mut meter);
        began.get_or_insert(sent.time);
        ended = sent.time;
        let value = number(&groups, Label::BASE).unwrap() + 123_456;
        (
            sent,
            with(&groups, &[(Label::BASE, &format!("{value:09}"))]),
        )
    };
    receiver.until(60, other, |receiver| {
        receiver.count(EventKind::IndexJumped) == 1
    });
    assert!((60..70).contains(&(ended - began.unwrap())));
}

/// The parts of the supplier start anew, the total and the parts of the distributor go on.
/// It looks like a stuck digit, and no total shows that it is not. No fault leaves the rest of the line intact for a day.
#[test]
fn a_leap_that_one_digit_explains_is_accepted_after_a_day() {
    const FRAMES_PER_DAY: usize = 24 * 3_600 / 30;
    let (mut meter, mut receiver) = historique();
    let leapt = || {
        meter.let_pass(30);
        let (sent, mut groups) = next(&mut meter);
        let index = groups.iter_mut().find(|group| group.label == Label::BASE);
        index.unwrap().data.replace_range(..1, "9");
        (sent, groups)
    };
    let jumped = |receiver: &Receiver| receiver.count(EventKind::IndexJumped) == 1;
    let frames = receiver.until(FRAMES_PER_DAY + 2, leapt, jumped);
    assert!(frames > FRAMES_PER_DAY * 9 / 10, "not before: {frames}");
    assert!(receiver.energy() >= Some(900_000_000));
}

/// All indexes of the supplier start again, or only one: then the total contradicts just that one.
#[test]
fn a_contract_that_moves_the_indexes_is_accepted_in_two_minutes() {
    for moved in ["EASF", "EASF01"] {
        let (mut meter, mut receiver) = standard();
        let (_, before) = next(&mut meter);
        let other = || {
            let (sent, groups) = next(&mut meter);
            let mut groups = with(&groups, &[(Label::NGTF, "      BASE      ")]);
            for group in &mut groups {
                if group.label.name().starts_with(moved) {
                    let since = number(&before, group.label).unwrap();
                    group.data = format!("{:09}", group.data.parse::<u64>().unwrap() - since);
                }
            }
            (sent, groups)
        };
        let part = |receiver: &Receiver| receiver.state().reading.int(Key::ENERGY_TARIFF_1);
        receiver.until(90, other, |receiver| part(receiver) < Some(1_000));
        assert_eq!(receiver.count(EventKind::ContractChanged), 1);
    }
}

/// A meter that rounds each index down: the parts fall behind the total, a watt-hour every few minutes.
#[test]
fn parts_that_are_rounded_lock_nothing_out() {
    let (mut meter, mut receiver) = standard();
    for frame in 0..1_800_u64 {
        let (sent, mut groups) = next(&mut meter);
        for label in [Label::EASF02, Label::EASD02] {
            let rounded = number(&groups, label).unwrap() + frame / 300;
            groups = with(&groups, &[(label, &format!("{rounded:09}"))]);
        }
        receiver.receive_instead(&sent, &groups);
        assert_eq!(receiver.energy(), number(&groups, Label::EAST), "{frame}");
    }
    assert_eq!(
        (receiver.held(), receiver.count(EventKind::IndexJumped)),
        (0, 0)
    );
}

#[test]
fn the_other_mode_is_accepted_at_its_first_frame() {
    let (_, mut receiver) = standard();
    let mut meter = SimulatedMeter::new(Scenario {
        start: EVENING + 3_600,
        ..scenario(Mode::Historique, TariffPlan::OffPeak)
    })
    .unwrap();
    receiver.turn_to(Mode::Historique);
    let sent = meter.next().unwrap();
    receiver.receive(&sent);
    assert_indexes(&receiver, &sent.groups);
    assert_eq!(
        (receiver.held(), receiver.count(EventKind::ModeChanged)),
        (0, 1)
    );
    assert_eq!(receiver.count(EventKind::IndexJumped), 0);
}

/// From two minutes before a moment to two minutes after it: nothing is held, and the clock of the meter is published.
fn pass(moment: i64, mode: Mode) -> (SimulatedMeter, Receiver) {
    let mut meter = SimulatedMeter::new(Scenario {
        start: moment - 120,
        ..scenario(mode, TariffPlan::Tempo)
    })
    .unwrap();
    let mut receiver = Receiver::new(mode);
    loop {
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
        assert_indexes(&receiver, &sent.groups);
        assert_eq!(receiver.held(), 0);
        if mode == Mode::Standard {
            let clock = receiver.state().reading.get(Key::METER_TIME).unwrap();
            assert_eq!(clock.micros(), Some(sent.time * 1_000_000));
        }
        if sent.time > moment + 120 {
            return (meter, receiver);
        }
    }
}

#[test]
fn midnight_and_both_changes_of_the_clock_cost_nothing() {
    // Midnight in Paris on 2 March 2026; 02:00 on 29 March; 03:00 on 25 October.
    for moment in [1_772_406_000, 1_774_746_000, 1_792_890_000] {
        for mode in Mode::ALL {
            pass(moment, mode);
        }
    }
}

#[test]
fn tomorrow_becomes_today_at_midnight() {
    let (_, receiver) = pass(1_772_406_000, Mode::Standard);
    let calendar = &receiver.state().calendar;
    assert!(calendar.today.is_some());
    assert_eq!(
        calendar.today, calendar.tomorrow,
        "the simulated days are alike"
    );
}

#[test]
fn values_stand_for_thirty_seconds_of_silence_and_go_together_with_the_meter() {
    for mode in Mode::ALL {
        let (_, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
        let values = |receiver: &Receiver| {
            let of_meter = |key: &Key| key.row().source(mode).read().is_some();
            let entries = receiver.state().entries();
            let of_meter = entries.filter(|(key, _)| of_meter(key));
            of_meter
                .map(|(_, value)| value.cloned())
                .collect::<Vec<_>>()
        };
        let before = values(&receiver);
        receiver.receive_nothing(18);
        assert_eq!(receiver.state().link, Link::NoSignal);
        assert!(receiver.state().is_online);
        assert_eq!(values(&receiver), before, "a cut of 18 s");
        assert_eq!(receiver.state().reading.get(Key::POWER), None);
        receiver.receive_nothing(13);
        assert!(!receiver.state().is_online);
        assert!(values(&receiver).iter().all(Option::is_none));
    }
}

#[test]
fn hours_of_silence_cost_nothing() {
    for mode in Mode::ALL {
        let (mut meter, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
        let changes = receiver.count(EventKind::LinkChanged);
        receiver.receive_nothing(5 * 3_600);
        assert_eq!(receiver.energy(), None);
        assert_eq!(
            receiver.count(EventKind::LinkChanged),
            changes + 1,
            "one event"
        );
        meter.let_pass(5 * 3_600);
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
        assert_indexes(&receiver, &sent.groups);
        assert_eq!(
            (receiver.held(), receiver.count(EventKind::IndexJumped)),
            (0, 0)
        );
    }
}

#[test]
fn a_clock_that_is_set_is_followed_within_three_frames() {
    for (shift, by) in [(3_600, "forward"), (-600, "back")] {
        let (mut meter, mut receiver) = standard();
        let hour = |groups: &[SentGroup]| {
            let mut groups = groups.to_vec();
            for group in groups.iter_mut().filter(|group| group.label == Label::DATE) {
                let horodate = group.horodate.as_mut().unwrap();
                let minutes: i64 = horodate[7..9].parse::<i64>().unwrap() * 60
                    + horodate[9..11].parse::<i64>().unwrap()
                    + shift / 60;
                horodate.replace_range(7..11, &format!("{:02}{:02}", minutes / 60, minutes % 60));
            }
            groups
        };
        let mut time = 0;
        let other = || {
            let (sent, groups) = next(&mut meter);
            time = sent.time;
            (sent, hour(&groups))
        };
        let is_set = |receiver: &Receiver| {
            let clock = receiver.state().reading.get(Key::METER_TIME).unwrap();
            let host = receiver.state().time.unwrap().0;
            clock.micros().unwrap() - host == shift * 1_000_000
        };
        let frames = receiver.until(3, other, is_set);
        assert_eq!(frames, 3, "{by}");
    }
}
