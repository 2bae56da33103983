//! How the facts about a meter change with its frames, and when they are settled.

use crate::config::Language;
use crate::meter::{Input, Key, LinkDetail};
use crate::mqtt::discovery::names::entity_name;
use crate::mqtt::discovery::{Facts, Learning, LearntFacts};
use crate::mqtt::samples::{self, Sample};
use crate::tic::Mode;

#[test]
fn facts_are_settled_when_they_have_stood_for_some_frames() {
    let mut sample = Sample::new();
    let mut learnt = LearntFacts::default();
    let mut learn = |lines: &str| learnt.update(&sample.frame(Mode::Standard, lines).snapshot);
    let mut found = Vec::new();
    for _ in 0..20 {
        found.push(learn(&samples::single_phase()));
    }
    let last_change = found.iter().rposition(|found| *found == Learning::Changed);
    let settled = found.iter().position(|found| *found == Learning::Settled);
    assert_eq!(last_change.map(|place| place + 10), settled, "{found:?}");
    let tempo = samples::single_phase().replace("NGTF|      BASE      ", "NGTF|     TEMPO      ");
    // A text is accepted when it was received twice.
    assert_eq!(learn(&tempo), Learning::Same);
    assert_eq!(learn(&tempo), Learning::Changed);
    assert!(!learnt.are_settled());
}

#[test]
fn a_lost_link_changes_nothing_that_was_announced() {
    let mut sample = Sample::new();
    let mut facts = Facts::default();
    for _ in 0..4 {
        facts.update(
            &sample
                .frame(Mode::Standard, &samples::three_phase())
                .snapshot,
        );
    }
    let before = facts.clone();
    sample.unplug();
    for _ in 0..40 {
        sample.push(Input::Tick {
            detail: LinkDetail::default(),
        });
    }
    assert!(sample.last().contract.is_none(), "nothing stands any more");
    facts.update(&sample.last());
    assert_eq!(facts, before);
}

#[test]
fn a_name_that_becomes_known_is_announced() {
    let mut sample = Sample::new();
    let mut facts = Facts::default();
    for _ in 0..6 {
        facts.update(&sample.frame(Mode::Standard, &samples::unusual()).snapshot);
    }
    let later = samples::unusual()
        .replace("  HC  WEEK-END  ", "  HEURES PLEINES")
        .replace("STGE|003A0401", "STGE|003A0001")
        .replace("NTARF|02", "NTARF|01");
    let mut changes = 0;
    for _ in 0..6 {
        let before = facts.clone();
        facts.update(&sample.frame(Mode::Standard, &later).snapshot);
        changes += u32::from(facts != before);
    }
    assert!(changes > 0);
    let name = |key| entity_name(key, &facts, Language::French);
    assert_eq!(name(Key::ENERGY_COUNTER_TARIFF_1), "Heures pleines");
    assert_eq!(name(Key::ENERGY_COUNTER_TARIFF_2), "HC week-end");
}
