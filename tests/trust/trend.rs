//! The power and the energy over time of a whole meter, compared with what was published and sent.

use std::collections::{BTreeMap, BTreeSet};

use linky_sensor::meter::{Key, Timestamp};
use linky_sensor::simulator::{Scenario, SentFrame, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Label, Mode};

use crate::receiver::{EVENING, Receiver, number, scenario, three_phases};

/// 2026-10-25T00:40:00Z: the clocks of France go back from three to two in twenty minutes.
const BEFORE_HOUR_CHANGE: i64 = 1_792_888_800;

fn micros(seconds: i64) -> u64 {
    seconds.unsigned_abs() * 1_000_000
}

/// What the frames that were received come to.
#[derive(Default)]
struct Truth {
    /// The apparent powers of each minute.
    powers: BTreeMap<i64, Vec<u64>>,
    /// The index last sent, and the hour of that.
    indexes: BTreeMap<u8, u64>,
    /// Wh by hour and index.
    energies: BTreeMap<(i64, u8), u64>,
}

impl Truth {
    fn push(&mut self, receiver: &Receiver, sent: &SentFrame) {
        let reading = &receiver.state().reading;
        if let Some(power) = reading.int(Key::APPARENT_POWER) {
            self.powers.entry(sent.time / 60).or_default().push(power);
        }
        let labels = [
            (0, Label::BASE),
            (1, Label::HCHC),
            (2, Label::HCHP),
            (1, Label::EASF01),
            (2, Label::EASF02),
        ];
        for (index, label) in labels {
            let Some(value) = number(&sent.groups, label) else {
                continue;
            };
            if let Some(before) = self.indexes.insert(index, value)
                && value > before
            {
                *self.energies.entry((sent.time / 3600, index)).or_default() += value - before;
            }
        }
    }
}

/// Receives a time from the meter.
fn receive(meter: &mut SimulatedMeter, receiver: &mut Receiver, until: i64, truth: &mut Truth) {
    loop {
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
        truth.push(receiver, &sent);
        if sent.time >= until {
            return;
        }
    }
}

/// The energies of the trend: hour and index with the Wh, those of nothing left out.
fn energies(receiver: &Receiver) -> BTreeMap<(i64, u8), u64> {
    let rows = receiver.trend().energy(0).into_iter();
    let rows = rows.filter(|row| row.energy > 0);
    rows.map(|row| {
        let hour = i64::try_from(row.start / 3_600_000_000).unwrap();
        ((hour, row.index), row.energy)
    })
    .collect()
}

/// The sum of all but what was injected.
fn withdrawn(receiver: &Receiver) -> u64 {
    let energies = energies(receiver);
    let withdrawn = energies.iter().filter(|((_, index), _)| *index <= 10);
    withdrawn.map(|(_, energy)| *energy).sum()
}

fn counter(receiver: &Receiver) -> u64 {
    receiver.state().reading.int(Key::ENERGY_COUNTER).unwrap()
}

#[test]
fn minutes_have_the_mean_and_the_highest_of_what_was_published() {
    for scenario in [
        scenario(Mode::Standard, TariffPlan::OffPeak),
        scenario(Mode::Historique, TariffPlan::OffPeak),
        scenario(Mode::Historique, TariffPlan::Base),
        three_phases(TariffPlan::Base),
    ] {
        let mut receiver = Receiver::new(scenario.mode);
        let mut meter = SimulatedMeter::new(scenario.clone()).unwrap();
        let mut truth = Truth::default();
        receive(&mut meter, &mut receiver, EVENING + 1200, &mut truth);
        let rows = receiver.trend().power(0, 60);
        assert_eq!(rows.len(), truth.powers.len());
        for (row, (minute, powers)) in rows.iter().zip(&truth.powers) {
            let (sum, count) = (powers.iter().sum::<u64>(), powers.len() as u64);
            assert_eq!(row.start, micros(minute * 60));
            let mean = (2 * sum + count) / (2 * count);
            assert_eq!(u64::from(row.mean), mean, "{scenario:?}");
            assert_eq!(u64::from(row.highest), *powers.iter().max().unwrap());
        }
        let index = receiver.state().reading.int(Key::TARIFF_INDEX).unwrap_or(0);
        assert_eq!(u64::from(rows.last().unwrap().tariff_index), index);
        let seconds = receiver.trend().power(0, 1);
        assert!(seconds.len() <= 900);
        let newest = receiver.state().time.unwrap();
        assert_eq!(seconds.last().unwrap().start, micros(newest.0 / 1_000_000));
        assert!(!receiver.trend().active_power(0, 300).is_empty());
    }
}

#[test]
fn each_hour_has_what_its_index_counted_over_a_change_of_tariff_and_restarts() {
    for (mode, contract) in [
        (Mode::Standard, TariffPlan::OffPeak),
        (Mode::Historique, TariffPlan::OffPeak),
        (Mode::Historique, TariffPlan::Base),
    ] {
        // Off-peak hours begin after 22:00.
        let start = EVENING + 3 * 3600 + 1800;
        let mut receiver = Receiver::new(mode);
        let mut meter = SimulatedMeter::new(Scenario {
            start,
            ..scenario(mode, contract)
        })
        .unwrap();
        let mut truth = Truth::default();
        for hour in 0..3 {
            // Inside each hour the daemon is off for a while.
            let until = start + hour * 3600;
            receive(&mut meter, &mut receiver, until + 1500, &mut truth);
            meter.let_pass(900);
            receiver.restart();
            receive(&mut meter, &mut receiver, until + 3600, &mut truth);
        }
        let energies = energies(&receiver);
        assert_eq!(energies, truth.energies, "{mode:?}");
        let indexes: Vec<u8> = energies.keys().map(|(_, index)| *index).collect();
        match contract {
            TariffPlan::Base => assert!(indexes.iter().all(|index| *index == 0)),
            _ => assert!(indexes.contains(&1) && indexes.contains(&2), "{indexes:?}"),
        }
        // The steps in which something was received, and no other.
        let steps: BTreeSet<i64> = truth.powers.keys().map(|minute| minute / 5).collect();
        let rows = receiver.trend().power(0, 300);
        let starts = rows.iter().map(|row| row.start);
        assert!(starts.eq(steps.iter().map(|step| micros(step * 300))));
    }
}

#[test]
fn another_meter_and_another_mode_are_no_consumption() {
    let mut receiver = Receiver::new(Mode::Standard);
    let mut truth = Truth::default();
    let mut meter = SimulatedMeter::new(scenario(Mode::Standard, TariffPlan::OffPeak)).unwrap();
    receive(&mut meter, &mut receiver, EVENING + 300, &mut truth);
    let first = counter(&receiver) - withdrawn(&receiver);
    // Another meter, whose index is another one; then it is switched to the other mode.
    let another = |mode, start| {
        SimulatedMeter::new(Scenario {
            maker: 81,
            year: 25,
            serial: 123_456,
            seed: 99,
            start,
            ..scenario(mode, TariffPlan::OffPeak)
        })
        .unwrap()
    };
    receiver.turn_to(Mode::Standard);
    let mut other = another(Mode::Standard, EVENING + 330);
    receive(&mut other, &mut receiver, EVENING + 600, &mut truth);
    receiver.turn_to(Mode::Historique);
    let mut other = another(Mode::Historique, EVENING + 630);
    receive(&mut other, &mut receiver, EVENING + 900, &mut truth);
    let counted = counter(&receiver) - first;
    assert!((50..2000).contains(&counted), "{counted}");
    assert_eq!(withdrawn(&receiver), counted);
    let minutes = receiver.trend().power(0, 60);
    assert!((14..=16).contains(&minutes.len()), "{}", minutes.len());
}

#[test]
fn an_hour_that_comes_twice_has_its_two_rows() {
    let mut receiver = Receiver::new(Mode::Standard);
    let mut meter = SimulatedMeter::new(Scenario {
        start: BEFORE_HOUR_CHANGE,
        ..scenario(Mode::Standard, TariffPlan::Base)
    })
    .unwrap();
    let mut truth = Truth::default();
    receive(
        &mut meter,
        &mut receiver,
        BEFORE_HOUR_CHANGE + 1800,
        &mut truth,
    );
    assert_eq!(energies(&receiver), truth.energies);
    let hours: Vec<i64> = energies(&receiver).keys().map(|(hour, _)| *hour).collect();
    let hour = BEFORE_HOUR_CHANGE / 3600;
    assert_eq!(hours, [hour, hour + 1]);
    let rows = receiver.trend().power(0, 60);
    let steady = rows
        .windows(2)
        .all(|two| two[0].start + 60_000_000 == two[1].start);
    assert!(steady && rows.len() == 31, "{}", rows.len());
    let newest = receiver.state().time;
    assert!(newest >= Some(Timestamp((BEFORE_HOUR_CHANGE + 1800) * 1_000_000)));
}

#[test]
fn a_silent_meter_has_no_rows_for_its_silence() {
    let mut receiver = Receiver::new(Mode::Standard);
    let mut truth = Truth::default();
    let mut meter = SimulatedMeter::new(scenario(Mode::Standard, TariffPlan::Base)).unwrap();
    receive(&mut meter, &mut receiver, EVENING + 120, &mut truth);
    receiver.receive_nothing(240);
    meter.let_pass(300);
    receive(&mut meter, &mut receiver, EVENING + 600, &mut truth);
    let minutes: Vec<u64> = receiver
        .trend()
        .power(0, 60)
        .iter()
        .map(|row| (row.start - micros(EVENING)) / 60_000_000)
        .collect();
    let expected: Vec<u64> = truth
        .powers
        .keys()
        .map(|minute| u64::try_from(minute - EVENING / 60).unwrap())
        .collect();
    assert_eq!(minutes, expected);
    assert!(!minutes.contains(&4) && minutes.len() < 9, "{minutes:?}");
    assert_eq!(withdrawn(&receiver), truth.energies.values().sum::<u64>());
}
