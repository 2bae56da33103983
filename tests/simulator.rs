//! The simulated meter against the decoder: what was sent is what is understood, group by group, and what a meter says
//! is consistent over a year.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::HashMap;

use linky_sensor::simulator::{
    Channel, Contract, FrameKind, Meter, Noise, Phases, Scenario, Sent, parse_start,
};
use linky_sensor::tic::{
    Decoder, Frame, FrameEnd, Horodate, Label, Mode, Parity, Profile, Relays, Status,
};

const CONTRACTS: [Contract; 4] = [
    Contract::Base,
    Contract::OffPeak,
    Contract::Tempo,
    Contract::Ejp,
];

/// Every meter that there can be.
fn scenarios() -> Vec<Scenario> {
    let mut scenarios = vec![];
    for mode in Mode::ALL {
        for phases in [Phases::One, Phases::Three] {
            for contract in CONTRACTS {
                for producer in [false, true] {
                    let power_kva = if phases == Phases::One { 6 } else { 12 };
                    scenarios.push(Scenario {
                        mode,
                        phases,
                        contract,
                        producer,
                        power_kva,
                        seed: 3,
                        ..Scenario::default()
                    });
                }
            }
        }
    }
    scenarios.retain(|scenario| scenario.check().is_ok());
    assert_eq!(scenarios.len(), 24);
    scenarios
}

fn decode(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Frame> {
    let mut frames = vec![];
    decoder.push(bytes, &mut |frame| frames.push(frame));
    frames
}

/// The same groups, character by character.
fn assert_same(sent: &Sent, frame: &Frame) {
    assert_eq!(frame.groups().len(), sent.groups.len());
    for (got, group) in frame.groups().zip(&sent.groups) {
        assert_eq!(got.label(), Some(group.label));
        assert_eq!(
            got.horodate_text(),
            group.horodate.as_deref().unwrap_or(""),
            "{got:?}"
        );
        assert_eq!(got.data(), group.data, "{got:?}");
    }
}

fn number(sent: &Sent, label: Label) -> u32 {
    sent.get(label)
        .unwrap_or_else(|| panic!("{label} is missing"))
        .data
        .parse()
        .unwrap()
}

fn sum(sent: &Sent, prefix: &str) -> u32 {
    let parts = sent
        .groups
        .iter()
        .filter(|group| group.label.name().starts_with(prefix));
    parts.map(|group| group.data.parse::<u32>().unwrap()).sum()
}

fn status(sent: &Sent) -> Status {
    Status::parse(sent.get(Label::STGE).unwrap().data.as_bytes()).unwrap()
}

/// What holds in every standard frame.
fn assert_consistent(sent: &Sent) {
    let total = number(sent, Label::EAST);
    assert_eq!(total, sum(sent, "EASF"));
    assert_eq!(total, sum(sent, "EASD"));
    let status = status(sent);
    assert!(status.is_standard());
    assert_eq!(
        status.tariff_index().map(u32::from),
        Some(number(sent, Label::NTARF))
    );
    let relays = Relays::parse(sent.get(Label::RELAIS).unwrap().data.as_bytes()).unwrap();
    assert_eq!(status.dry_contact_open(), !relays.is_closed(1));
    assert_eq!(status.is_producer(), sent.get(Label::EAIT).is_some());
    for label in [Label::PJOURF_1, Label::PPOINTE] {
        if let Some(group) = sent.get(label) {
            assert!(Profile::parse(&group.data, None).is_ok(), "{label}");
        }
    }
    if sent.get(Label::IRMS2).is_none() && !status.is_injecting() {
        let product = number(sent, Label::IRMS1) * number(sent, Label::URMS1);
        let apparent = number(sent, Label::SINSTS);
        assert!(
            product.abs_diff(apparent) <= 250,
            "{product} VA, {apparent} VA"
        );
    }
}

/// The registers that only grow.
fn assert_growing(before: &mut HashMap<Label, u32>, sent: &Sent) {
    let indexes = ["EAS", "EAIT", "ERQ", "BASE", "HCH", "EJPH", "BBR"];
    for group in &sent.groups {
        if indexes
            .iter()
            .any(|prefix| group.label.name().starts_with(prefix))
        {
            let now = group.data.parse().unwrap();
            let before = before.insert(group.label, now).unwrap_or(0);
            assert!(now >= before, "{}: {before} then {now}", group.label);
        }
    }
}

#[test]
fn two_thousand_frames_of_every_meter_are_understood() {
    for scenario in scenarios() {
        let mut meter = Meter::new(scenario.clone()).unwrap();
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
    let length = |scenario: Scenario, which: &dyn Fn(&Sent) -> bool| {
        let mut meter = Meter::new(scenario).unwrap();
        for _ in 0..20_000 {
            let sent = meter.next().unwrap();
            if which(&sent) {
                return (sent.groups.len(), sent.bytes.len());
            }
            meter.let_pass(1_700);
        }
        panic!("no such frame");
    };
    let any = &|_: &Sent| true;
    let has = |label| move |sent: &Sent| sent.get(label).is_some();
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
    let red_tomorrow = &|sent: &Sent| {
        has(Label::DPM2)(sent) && has(Label::PPOINTE)(sent) && !has(Label::DPM1)(sent)
    };
    assert_eq!(
        length(with(Contract::Tempo, Scenario::default()), red_tomorrow),
        (41, 1_025)
    );
    let white = &|sent: &Sent| {
        has(Label::DPM1)(sent) && !has(Label::PPOINTE)(sent) && !has(Label::DPM2)(sent)
    };
    assert_eq!(length(with(Contract::Tempo, three()), white), (55, 1_264));

    let historique = |contract, phases| Scenario {
        mode: Mode::Historique,
        contract,
        phases,
        ..Scenario::default()
    };
    // The operator's sample of 141 bytes, and HHPHC, 11 bytes.
    assert_eq!(
        length(historique(Contract::Base, Phases::One), any),
        (10, 152)
    );
    assert_eq!(
        length(historique(Contract::OffPeak, Phases::One), any),
        (11, 170)
    );
    assert_eq!(
        length(historique(Contract::Tempo, Phases::One), any),
        (16, 275)
    );
    assert_eq!(
        length(historique(Contract::Base, Phases::Three), any),
        (16, 233)
    );
    let notice = &has(Label::PEJP);
    assert_eq!(
        length(historique(Contract::Ejp, Phases::One), notice),
        (12, 184)
    );
}

#[test]
fn a_year_goes_by_with_its_midnights_and_changes_of_clock() {
    for contract in CONTRACTS {
        let scenario = Scenario {
            contract,
            producer: contract == Contract::Tempo,
            start: parse_start("2025-09-01T12:00", 0).unwrap(),
            ..Scenario::default()
        };
        let mut meter = Meter::new(scenario).unwrap();
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
        let frames: Vec<_> = Meter::new(scenario).unwrap().take(500).collect();
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
fn the_same_scenario_gives_the_same_bytes() {
    let bytes = |seed| -> Vec<u8> {
        let scenario = Scenario {
            seed,
            ..Scenario::default()
        };
        let meter = Meter::new(scenario).unwrap();
        meter.take(50).flat_map(|sent| sent.bytes).collect()
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}

#[test]
fn a_standard_meter_tells_an_overrun_in_its_status() {
    let scenario = Scenario {
        overrun: true,
        ..Scenario::default()
    };
    let start = scenario.start;
    for sent in Meter::new(scenario).unwrap().take(800) {
        let due = (60..180).contains(&((sent.time - start) % 600));
        assert_eq!(status(&sent).over_power(), due, "{} s", sent.time - start);
        assert_eq!(number(&sent, Label::SINSTS) > 6_000, due);
    }
}

#[test]
fn a_historique_meter_warns_of_an_overrun_and_stops_warning() {
    let scenario = Scenario {
        mode: Mode::Historique,
        overrun: true,
        ..Scenario::default()
    };
    let mut warned = [0, 0];
    for sent in Meter::new(scenario).unwrap().take(500) {
        let over = number(&sent, Label::IINST) > number(&sent, Label::ISOUSC);
        assert_eq!(sent.get(Label::ADPS).is_some(), over);
        warned[usize::from(over)] += 1;
    }
    assert!(warned[0] > 200 && warned[1] > 50, "{warned:?}");
}

#[test]
fn a_three_phase_historique_meter_sends_short_frames_in_an_overrun() {
    let scenario = Scenario {
        mode: Mode::Historique,
        phases: Phases::Three,
        power_kva: 9,
        overrun: true,
        ..Scenario::default()
    };
    let start = scenario.start;
    let sent: Vec<_> = Meter::new(scenario).unwrap().take(2_500).collect();
    let cut: Vec<_> = sent
        .iter()
        .filter(|sent| sent.kind == FrameKind::Cut)
        .collect();
    assert!(
        cut.len() >= 2,
        "an overrun begins in the middle of a long frame"
    );
    assert!(cut.iter().all(|sent| sent.bytes.ends_with(&[0x84])), "EOT");

    // From the second in which it begins to one minute after its end.
    for frame in &sent {
        let into = (frame.time - start) % 600;
        match frame.kind {
            FrameKind::Short => assert!((60..=240).contains(&into), "short at {into} s"),
            FrameKind::Cut => assert!((57..=60).contains(&into), "cut at {into} s"),
            FrameKind::Long => {}
        }
        if frame.kind == FrameKind::Short {
            assert_eq!(frame.get(Label::ADIR1).is_some(), into < 180, "{into} s");
            assert!((4..=7).contains(&frame.groups.len()));
        }
    }
    // Twenty short ones, a long one.
    let short: Vec<_> = sent
        .iter()
        .skip_while(|sent| sent.kind != FrameKind::Short)
        .take(42)
        .map(|sent| sent.kind)
        .collect();
    assert_eq!(
        short
            .iter()
            .filter(|kind| **kind == FrameKind::Short)
            .count(),
        40
    );
    assert_eq!((short[20], short[41]), (FrameKind::Long, FrameKind::Long));

    let mut decoder = Decoder::new(Mode::Historique, Parity::Check);
    let mut frames = vec![];
    for sent in &sent {
        frames.extend(decode(&mut decoder, &sent.bytes));
    }
    assert_eq!(frames.len(), sent.len());
    for (sent, frame) in sent.iter().zip(&frames) {
        if sent.kind == FrameKind::Cut {
            assert_eq!(frame.end(), FrameEnd::Aborted);
        } else {
            assert_eq!(frame.is_short(), sent.kind == FrameKind::Short);
            assert_same(sent, frame);
        }
    }
}

#[test]
fn a_message_is_sent_once() {
    let scenario = Scenario {
        messages: true,
        ..Scenario::default()
    };
    let sent: Vec<_> = Meter::new(scenario).unwrap().take(200).collect();
    let with: Vec<_> = sent
        .iter()
        .filter(|sent| sent.get(Label::MSG2).is_some())
        .collect();
    assert_eq!(with.len(), 1);
    let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
    assert_same(with[0], &decode(&mut decoder, &with[0].bytes)[0]);
}

#[test]
fn a_degraded_clock_is_told_everywhere() {
    let scenario = Scenario {
        degraded_clock: true,
        ..Scenario::default()
    };
    let sent = Meter::new(scenario).unwrap().next().unwrap();
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
    for frame in Meter::new(Scenario::default()).unwrap().take(300) {
        sent.entry(frame.groups[5].data.clone()).or_insert(());
        decoder.push(&channel.pass(&frame.bytes), &mut |frame| frames.push(frame));
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
