//! What really changes gets through: how fast, and with which event.

use linky_sensor::meter::{EventKind, Key};
use linky_sensor::simulator::{Scenario, SentFrame, SentGroup, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Label, Mode};

use crate::ear::{
    EVENING, Ear, acquainted, assert_indexes, historique, number, scenario, standard, with,
};

fn next(meter: &mut SimulatedMeter) -> (SentFrame, Vec<SentGroup>) {
    let sent = meter.next().unwrap();
    let groups = sent.groups.clone();
    (sent, groups)
}

#[test]
fn another_meter_is_believed_within_ten_frames() {
    for mode in Mode::ALL {
        let (_, mut ear) = acquainted(scenario(mode, TariffPlan::OffPeak), 30);
        let mut other = SimulatedMeter::new(Scenario {
            maker: 81,
            year: 25,
            serial: 123_456,
            seed: 99,
            start: EVENING + 3_600,
            ..scenario(mode, TariffPlan::OffPeak)
        })
        .unwrap();
        ear.turn_to(mode);
        let replaced = |ear: &Ear| ear.count(EventKind::MeterReplaced) == 1;
        ear.take_memory();
        ear.until(9, || next(&mut other), replaced);
        assert!(ear.take_memory(), "what is on disk is of the other meter");
        let (sent, groups) = next(&mut other);
        ear.hear(&sent);
        assert_indexes(&ear, &groups);
        let told = format!("{:?}", ear.events);
        assert!(!told.contains("123456") && told.contains("2025"), "{told}");
        assert_eq!(
            ear.count(EventKind::IndexJumped),
            0,
            "another meter has other indexes"
        );
    }
}

/// A frame whose name was lost, and its end with the beginning of the next.
#[test]
fn nothing_stands_that_came_before_the_name_of_another_meter() {
    let (mut meter, mut ear) = standard();
    let mut other = SimulatedMeter::new(Scenario {
        serial: 123_456,
        seed: 99,
        ..scenario(Mode::Standard, TariffPlan::Base)
    })
    .unwrap();
    while ear.count(EventKind::MeterReplaced) == 0 {
        let (sent, mut groups) = next(&mut meter);
        groups.remove(0);
        groups.extend(next(&mut other).1.into_iter().take(1));
        ear.hear_instead(&sent, &groups);
    }
    assert_eq!(ear.energy(), None);
}

#[test]
fn a_meter_that_was_replaced_while_nothing_listened_is_believed_at_its_second_frame() {
    for mode in Mode::ALL {
        let (mut meter, mut ear) = acquainted(scenario(mode, TariffPlan::Base), 30);
        let (sent, before) = next(&mut meter);
        ear.hear(&sent);
        meter.let_pass(12 * 3_600);
        ear.restart();
        let energy = |ear: &Ear| ear.energy().is_some();
        let other = || {
            let (sent, groups) = next(&mut meter);
            (sent, reset(&groups, &before))
        };
        assert_eq!(ear.until(3, other, energy), 2);
        assert!(ear.energy() < Some(100_000));
    }
}

#[test]
fn another_contract_is_believed_within_three_frames() {
    for (mode, label, name) in [
        (Mode::Standard, Label::NGTF, "     TEMPO      "),
        (Mode::Historique, Label::OPTARIF, "EJP."),
    ] {
        let (mut meter, mut ear) = acquainted(scenario(mode, TariffPlan::OffPeak), 30);
        let changed = |ear: &Ear| ear.count(EventKind::ContractChanged) == 1;
        let other = || {
            let (sent, groups) = next(&mut meter);
            (sent, with(&groups, &[(label, name)]))
        };
        ear.until(3, other, changed);
        let event = ear
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
fn a_reset_that_the_totals_confirm_is_believed_within_ten_frames() {
    let (mut meter, mut ear) = standard();
    let (sent, before) = next(&mut meter);
    ear.hear(&sent);
    let energy = ear.energy().unwrap();
    let small = |ear: &Ear| ear.energy().unwrap() < 1_000;
    let other = || {
        let (sent, groups) = next(&mut meter);
        (sent, reset(&groups, &before))
    };
    let frames = ear.until(9, other, small);
    assert!(frames >= 3, "not at once");
    let told = ear
        .events
        .iter()
        .find(|event| event.kind == EventKind::IndexJumped);
    let told = told.unwrap();
    assert_eq!(told.from, format!("energy {energy}"));
    assert!(told.to.starts_with("energy "), "{told:?}");
}

#[test]
fn a_reset_that_nothing_confirms_is_believed_after_a_minute() {
    let (mut meter, mut ear) = historique();
    let (sent, before) = next(&mut meter);
    ear.hear(&sent);
    let energy = ear.energy().unwrap();
    let began = sent.time;
    let mut ended = began;
    let other = || {
        let (sent, groups) = next(&mut meter);
        ended = sent.time;
        (sent, reset(&groups, &before))
    };
    ear.until(60, other, |ear| ear.energy() != Some(energy));
    assert!((60..70).contains(&(ended - began)), "{} s", ended - began);
    assert!(ear.energy().unwrap() < 1_000);
    assert_eq!(ear.count(EventKind::IndexJumped), 1);
}

#[test]
fn a_leap_upwards_that_nothing_confirms_is_believed_after_a_minute() {
    let (mut meter, mut ear) = historique();
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
    ear.until(60, other, |ear| ear.count(EventKind::IndexJumped) == 1);
    assert!((60..70).contains(&(ended - began.unwrap())));
}

/// The parts of the supplier start anew, the total and the parts of the distributor go on.
#[test]
fn a_contract_that_moves_the_indexes_is_believed_in_two_minutes() {
    let (mut meter, mut ear) = standard();
    let (_, before) = next(&mut meter);
    let other = || {
        let (sent, groups) = next(&mut meter);
        let mut groups = with(&groups, &[(Label::NGTF, "      BASE      ")]);
        for group in &mut groups {
            if group.label.name().starts_with("EASF") {
                let since = number(&before, group.label).unwrap();
                group.data = format!("{:09}", group.data.parse::<u64>().unwrap() - since);
            }
        }
        (sent, groups)
    };
    let part = |ear: &Ear| ear.state().reading.int(Key::ENERGY_TARIFF_1);
    ear.until(90, other, |ear| part(ear) < Some(1_000));
    assert_eq!(ear.count(EventKind::ContractChanged), 1);
}

#[test]
fn the_other_mode_is_believed_at_its_first_frame() {
    let (_, mut ear) = standard();
    let mut meter = SimulatedMeter::new(Scenario {
        start: EVENING + 3_600,
        ..scenario(Mode::Historique, TariffPlan::OffPeak)
    })
    .unwrap();
    ear.turn_to(Mode::Historique);
    let sent = meter.next().unwrap();
    ear.hear(&sent);
    assert_indexes(&ear, &sent.groups);
    assert_eq!((ear.held(), ear.count(EventKind::ModeChanged)), (0, 1));
    assert_eq!(ear.count(EventKind::IndexJumped), 0);
}

/// From two minutes before a moment to two minutes after it: nothing is held, and the clock of the meter is published.
fn pass(moment: i64, mode: Mode) -> (SimulatedMeter, Ear) {
    let mut meter = SimulatedMeter::new(Scenario {
        start: moment - 120,
        ..scenario(mode, TariffPlan::Tempo)
    })
    .unwrap();
    let mut ear = Ear::new(mode);
    loop {
        let sent = meter.next().unwrap();
        ear.hear(&sent);
        assert_indexes(&ear, &sent.groups);
        assert_eq!(ear.held(), 0);
        if mode == Mode::Standard {
            let clock = ear.state().reading.get(Key::METER_TIME).unwrap();
            assert_eq!(clock.micros(), Some(sent.time * 1_000_000));
        }
        if sent.time > moment + 120 {
            return (meter, ear);
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
    let (_, ear) = pass(1_772_406_000, Mode::Standard);
    let calendar = &ear.state().calendar;
    assert!(calendar.today.is_some());
    assert_eq!(
        calendar.today, calendar.tomorrow,
        "the simulated days are alike"
    );
}

#[test]
fn hours_of_silence_cost_nothing() {
    for mode in Mode::ALL {
        let (mut meter, mut ear) = acquainted(scenario(mode, TariffPlan::OffPeak), 30);
        let changes = ear.count(EventKind::LinkChanged);
        ear.hear_nothing(5 * 3_600);
        assert_eq!(ear.energy(), None);
        assert_eq!(ear.count(EventKind::LinkChanged), changes + 1, "told once");
        meter.let_pass(5 * 3_600);
        let sent = meter.next().unwrap();
        ear.hear(&sent);
        assert_indexes(&ear, &sent.groups);
        assert_eq!((ear.held(), ear.count(EventKind::IndexJumped)), (0, 0));
    }
}

#[test]
fn a_clock_that_is_set_is_followed_within_three_frames() {
    for (shift, by) in [(3_600, "forward"), (-600, "back")] {
        let (mut meter, mut ear) = standard();
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
        let is_set = |ear: &Ear| {
            let clock = ear.state().reading.get(Key::METER_TIME).unwrap();
            let host = ear.state().time.unwrap().0;
            clock.micros().unwrap() - host == shift * 1_000_000
        };
        let frames = ear.until(3, other, is_set);
        assert_eq!(frames, 3, "{by}");
    }
}
