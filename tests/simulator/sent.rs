//! Every meter that there can be, and what holds of each frame that it sends.

use std::collections::HashMap;

use linky_sensor::simulator::{Phases, Scenario, SentFrame, TariffPlan};
use linky_sensor::tic::{Decoder, Frame, Label, Mode, Profile, Relays, Status};

pub const CONTRACTS: [TariffPlan; 4] = [
    TariffPlan::Base,
    TariffPlan::OffPeak,
    TariffPlan::Tempo,
    TariffPlan::Ejp,
];

/// Every meter that there can be.
pub fn scenarios() -> Vec<Scenario> {
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

pub fn decode(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Frame> {
    decoder.push(bytes)
}

/// The same groups, character by character.
pub fn assert_same(sent: &SentFrame, frame: &Frame) {
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

pub fn number(sent: &SentFrame, label: Label) -> u32 {
    sent.get(label)
        .unwrap_or_else(|| panic!("{label} is missing"))
        .data
        .parse()
        .unwrap()
}

pub fn sum(sent: &SentFrame, prefix: &str) -> u32 {
    let parts = sent
        .groups
        .iter()
        .filter(|group| group.label.name().starts_with(prefix));
    parts.map(|group| group.data.parse::<u32>().unwrap()).sum()
}

pub fn status(sent: &SentFrame) -> Status {
    Status::parse(sent.get(Label::STGE).unwrap().data.as_bytes()).unwrap()
}

/// What holds in every standard frame.
pub fn assert_consistent(sent: &SentFrame) {
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
            assert!(Profile::parse(&group.data, None).is_some(), "{label}");
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
pub fn assert_growing(before: &mut HashMap<Label, u32>, sent: &SentFrame) {
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
