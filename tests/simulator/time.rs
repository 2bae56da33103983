//! The meter's clock, and what it does to the values over a year.

use std::collections::HashMap;

use linky_sensor::simulator::{Scenario, SimulatedMeter, TariffPlan, parse_start};
use linky_sensor::tic::{Decoder, Horodate, Label, Mode, Parity};

use crate::sent::{
    CONTRACTS, assert_consistent, assert_growing, assert_same, decode, number, status,
};

#[test]
fn a_year_goes_by_with_its_midnights_and_changes_of_clock() {
    for contract in CONTRACTS {
        let scenario = Scenario {
            contract,
            producer: contract == TariffPlan::Tempo,
            start: parse_start("2025-09-01T12:00", 0).unwrap(),
            ..Scenario::default()
        };
        let mut meter = SimulatedMeter::new(scenario).unwrap();
        let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
        let (mut before, mut clock, mut seasons, mut tariffs) =
            (HashMap::new(), i64::MIN, String::new(), HashMap::new());
        while clock < parse_start("2026-09-01T12:00", 0).unwrap() {
            let sent = meter.next().unwrap();
            let frames = decode(&mut decoder, &sent.bytes);
            assert_eq!(frames.len(), 1);
            assert_same(&sent, &frames[0]);
            assert_consistent(&sent);
            assert_growing(&mut before, &sent);
            *tariffs.entry(number(&sent, Label::NTARF)).or_insert(0) += 1;

            let date = |label| {
                let text = sent.get(label).unwrap().horodate.clone().unwrap();
                (Horodate::parse(text.as_bytes()).unwrap(), text)
            };
            let (now, text) = date(Label::DATE);
            assert_eq!(now.unix(), sent.time);
            assert!(now.unix() > clock, "the clock advances");
            clock = now.unix();
            if !seasons.ends_with(&text[..1]) {
                seasons.push_str(&text[..1]);
            }
            // A maximum is of its day.
            assert_eq!(date(Label::SMAXSN).1[1..7], text[1..7]);
            let (before, _) = date(Label::SMAXSN_1);
            let age = (now.unix() - before.unix()) / 3_600;
            assert!((0..=49).contains(&age) && before.day != now.day, "{age} h");
            // The load curve is of the half hour that has just ended, the voltage of the ten minutes.
            assert!((0..1_800).contains(&(now.unix() - date(Label::CCASN).0.unix())));
            assert!((0..600).contains(&(now.unix() - date(Label::UMOY1).0.unix())));
            meter.let_pass(7_300);
        }
        assert_eq!(seasons, "EHE", "summer, winter, summer");
        let (year, indexes) = (before[&Label::EAST], tariffs.len());
        let expected = [1, 2, 6, 2][contract as usize];
        assert_eq!(indexes, expected, "{contract:?}: {tariffs:?}");
        assert!(year > 1_000_000, "{year} Wh");
    }
}

#[test]
fn the_clock_of_the_frames_is_that_of_the_wire() {
    for mode in Mode::ALL {
        let scenario = Scenario {
            mode,
            ..Scenario::default()
        };
        let start = scenario.start;
        let frames: Vec<_> = SimulatedMeter::new(scenario).unwrap().take(500).collect();
        for pair in frames.windows(2) {
            let length = pair[0].bytes.len() as u128 * 10_000_000 / u128::from(mode.baud());
            let period = (pair[1].at - pair[0].at).as_micros();
            assert_eq!(period, length + pair[0].pause.as_micros());
            assert!((16_700..=33_400).contains(&pair[0].pause.as_micros()));
        }
        for frame in &frames {
            assert_eq!(frame.time - start, frame.at.as_secs().cast_signed());
        }
    }
}

#[test]
fn a_degraded_clock_is_in_every_horodate_and_the_status() {
    let scenario = Scenario {
        degraded_clock: true,
        ..Scenario::default()
    };
    let sent = SimulatedMeter::new(scenario).unwrap().next().unwrap();
    assert!(status(&sent).clock_degraded());
    let horodates = sent
        .groups
        .iter()
        .filter_map(|group| group.horodate.as_deref());
    assert!(horodates.clone().count() >= 6);
    assert!(horodates.into_iter().all(|horodate| {
        Horodate::parse(horodate.as_bytes()).is_some_and(|horodate| horodate.is_degraded())
    }));
}
