//! What was sent is what is understood, group by group, also over a noisy line.

use std::collections::HashMap;

use linky_sensor::simulator::{
    Channel, FrameKind, Noise, Phases, Scenario, SentFrame, SimulatedMeter, TariffPlan,
};
use linky_sensor::tic::{Decoder, FrameEnd, Label, Mode, Parity};

use crate::sent::{assert_consistent, assert_growing, assert_same, decode, scenarios};

#[test]
fn two_thousand_frames_of_every_meter_are_understood() {
    for scenario in scenarios() {
        let mut meter = SimulatedMeter::new(scenario.clone()).unwrap();
        let mut decoder = Decoder::new(scenario.mode, Parity::Check);
        let mut before = HashMap::new();
        for number_of_frame in 0..2_000 {
            let sent = meter.next().unwrap();
            assert_eq!(sent.kind, FrameKind::Long);
            assert!(sent.bytes.iter().all(|byte| byte.count_ones() % 2 == 0));
            let frames = decode(&mut decoder, &sent.bytes);
            let [frame] = &frames[..] else {
                panic!("{} frames, {scenario:?}", frames.len())
            };
            assert_eq!((frame.end(), frame.rejected().total()), (FrameEnd::Etx, 0));
            assert_eq!(frame.wire_len(), sent.bytes.len());
            assert_same(&sent, frame);
            assert_growing(&mut before, &sent);
            if scenario.mode == Mode::Standard {
                assert_consistent(&sent);
            }
            // The first thousand frames follow each other, the rest is spread over three days.
            if number_of_frame >= 1_000 {
                meter.let_pass(260);
            }
        }
    }
}

#[test]
fn frames_have_the_sizes_of_the_specification() {
    let length = |scenario: Scenario, which: &dyn Fn(&SentFrame) -> bool| {
        let mut meter = SimulatedMeter::new(scenario).unwrap();
        for _ in 0..20_000 {
            let sent = meter.next().unwrap();
            if which(&sent) {
                return (sent.groups.len(), sent.bytes.len());
            }
            meter.let_pass(1_700);
        }
        panic!("no such frame");
    };
    let any = &|_: &SentFrame| true;
    let has = |label| move |sent: &SentFrame| sent.get(label).is_some();
    let three = || Scenario {
        phases: Phases::Three,
        ..Scenario::default()
    };
    let producer = |scenario| Scenario {
        producer: true,
        ..scenario
    };
    let with = |contract, scenario| Scenario {
        contract,
        ..scenario
    };
    assert_eq!(length(Scenario::default(), any), (38, 865));
    assert_eq!(length(producer(Scenario::default()), any), (48, 1_093));
    assert_eq!(length(three(), any), (53, 1_214));
    assert_eq!(length(producer(three()), any), (63, 1_442));
    let red_tomorrow = &|sent: &SentFrame| {
        has(Label::DPM2)(sent) && has(Label::PPOINTE)(sent) && !has(Label::DPM1)(sent)
    };
    assert_eq!(
        length(with(TariffPlan::Tempo, Scenario::default()), red_tomorrow),
        (41, 1_025)
    );
    let white = &|sent: &SentFrame| {
        has(Label::DPM1)(sent) && !has(Label::PPOINTE)(sent) && !has(Label::DPM2)(sent)
    };
    assert_eq!(length(with(TariffPlan::Tempo, three()), white), (55, 1_264));

    let historique = |contract, phases| Scenario {
        mode: Mode::Historique,
        contract,
        phases,
        ..Scenario::default()
    };
    // The operator's sample of 141 bytes, and HHPHC, 11 bytes.
    assert_eq!(
        length(historique(TariffPlan::Base, Phases::One), any),
        (10, 152)
    );
    assert_eq!(
        length(historique(TariffPlan::OffPeak, Phases::One), any),
        (11, 170)
    );
    assert_eq!(
        length(historique(TariffPlan::Tempo, Phases::One), any),
        (16, 275)
    );
    assert_eq!(
        length(historique(TariffPlan::Base, Phases::Three), any),
        (16, 233)
    );
    let notice = &has(Label::PEJP);
    assert_eq!(
        length(historique(TariffPlan::Ejp, Phases::One), notice),
        (12, 184)
    );
}

#[test]
fn the_same_scenario_gives_the_same_bytes() {
    let bytes = |seed| -> Vec<u8> {
        let scenario = Scenario {
            seed,
            ..Scenario::default()
        };
        let meter = SimulatedMeter::new(scenario).unwrap();
        meter.take(50).flat_map(|sent| sent.bytes).collect()
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}

#[test]
fn a_message_is_sent_once() {
    let scenario = Scenario {
        messages: true,
        ..Scenario::default()
    };
    let sent: Vec<_> = SimulatedMeter::new(scenario).unwrap().take(200).collect();
    let with: Vec<_> = sent
        .iter()
        .filter(|sent| sent.get(Label::MSG2).is_some())
        .collect();
    assert_eq!(with.len(), 1);
    let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
    assert_same(with[0], &decode(&mut decoder, &with[0].bytes)[0]);
}

#[test]
fn a_noisy_line_loses_groups_and_forges_no_index() {
    let noise = Noise {
        bit_error: 1e-4,
        ..Noise::default()
    };
    let mut channel = Channel::new(noise, 1);
    let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
    let (mut accepted, mut damaged) = (0, 0);
    let (mut sent, mut frames) = (HashMap::new(), vec![]);
    for frame in SimulatedMeter::new(Scenario::default()).unwrap().take(300) {
        sent.entry(frame.groups[5].data.clone()).or_insert(());
        frames.extend(decoder.push(&channel.pass(&frame.bytes)));
    }
    for frame in frames {
        damaged += u32::from(frame.is_damaged());
        accepted += frame.groups().len();
        if let Some(energy) = frame.get(Label::EAST) {
            assert!(
                sent.contains_key(energy.data()),
                "{} was never sent",
                energy.data()
            );
        }
    }
    assert!(damaged > 50, "{damaged} of 300 frames are damaged");
    assert!(accepted > 9_000, "{accepted} groups of 11 400 accepted");
}
