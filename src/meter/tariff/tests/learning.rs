//! What is learnt from frames: the names of the indexes, the colour that is announced, the kind of contract.

use proptest::prelude::*;

use super::super::color::AnnouncedColor;
use super::super::contract::Contract;
use super::super::names::PeriodNames;
use super::super::next::PeakWindow;
use super::super::period::{Hours, TariffPeriod};
use super::*;
use crate::meter::label_values::LabelValues;
use crate::meter::part::Save;
use crate::tic::Color;

/// The values after a frame of these groups: label, horodate (empty: none), data.
fn values(groups: &[(&str, &str, &str)]) -> LabelValues {
    let mut bytes = vec![0x02];
    for (label, horodate, data) in groups {
        let horodate = (!horodate.is_empty()).then_some(*horodate);
        push_group(Mode::Standard, label, horodate, data, &mut bytes);
    }
    bytes.push(0x03);
    let bytes: Vec<u8> = bytes.into_iter().map(with_parity).collect();
    let frame = Decoder::new(Mode::Standard, Parity::Check)
        .push(&bytes)
        .remove(0);
    assert!(!frame.is_damaged(), "{groups:?}");
    let mut values = LabelValues::default();
    values.enter(&frame, |_, _, _| true);
    values
}

/// Feeds a frame in which the calendar has this name, and the index this one.
fn push(names: &mut PeriodNames, calendar: &str, index: u8, name: &str) -> Save {
    names.on_frame(&values(&[
        ("NGTF", "", &format!("{calendar:<16}")),
        ("LTARF", "", &format!("{name:<16}")),
        ("NTARF", "", &format!("{index:02}")),
    ]))
}

#[test]
fn a_name_is_taken_after_three_frames_in_a_row() {
    let mut names = PeriodNames::default();
    let period = |names: &PeriodNames, index| names.period(Contract::Other, index);
    assert_eq!(push(&mut names, "ZEN", 1, "HEURES WEEK-END"), Save::Later);
    assert_eq!(push(&mut names, "ZEN", 1, "HEURES WEEK-END"), Save::Later);
    assert_eq!(period(&names, 1), None);
    assert_eq!(push(&mut names, "ZEN", 1, "HEURES WEEK-END"), Save::Now);
    assert_eq!(period(&names, 1), Some(TariffPeriod::Other));
    assert_eq!(push(&mut names, "ZEN", 1, "HEURES WEEK-END"), Save::Later);
    // The labels change one after the other: the old name with the new index, for two frames.
    for _ in 0..2 {
        assert_eq!(push(&mut names, "ZEN", 2, "HEURES WEEK-END"), Save::Later);
    }
    for _ in 0..3 {
        let _ = push(&mut names, "ZEN", 2, "HP SEMAINE");
    }
    assert_eq!(period(&names, 2), Some(TariffPeriod::Peak));
    assert_eq!(period(&names, 1), Some(TariffPeriod::Other));
    assert_eq!(period(&names, 3), None);
}

#[test]
fn something_between_the_frames_starts_the_count_anew() {
    let mut names = PeriodNames::default();
    for _ in 0..5 {
        let _ = push(&mut names, "ZEN", 1, "HC");
        let _ = push(&mut names, "ZEN", 1, "HC");
        names.interrupt();
    }
    for index in [1, 2, 1, 2] {
        let _ = push(&mut names, "ZEN", index, "HC");
        let _ = push(&mut names, "ZEN", index, "HC");
    }
    for name in ["HC", "HP", "HC", "HP"] {
        let _ = push(&mut names, "ZEN", 1, name);
        let _ = push(&mut names, "ZEN", 1, name);
    }
    assert_eq!(names.period(Contract::Other, 1), None);
    assert_eq!(names.period(Contract::Other, 2), None);
}

#[test]
fn a_calendar_of_another_name_forgets_the_names() {
    let mut names = PeriodNames::default();
    for _ in 0..3 {
        let _ = push(&mut names, "ZEN", 1, "HC");
    }
    let kept = names.clone();
    assert_eq!(push(&mut names, "ZEN PLUS", 1, "HC"), Save::Now);
    assert_eq!(names.period(Contract::Other, 1), None);
    // A frame in which the name of the calendar is missing or was not accepted proves nothing.
    let mut names = kept;
    let _ = names.on_frame(&values(&[
        ("LTARF", "", "       HC       "),
        ("NTARF", "", "01"),
    ]));
    assert!(names.period(Contract::Other, 1).is_some());
}

#[test]
fn the_name_decides_before_the_order_of_the_indexes() {
    let mut names = PeriodNames::default();
    let by_order = |index| PeriodNames::default().period(Contract::OffPeak, index);
    assert_eq!(by_order(1), Some(TariffPeriod::OffPeak));
    assert_eq!(by_order(2), Some(TariffPeriod::Peak));
    assert_eq!(by_order(3), None);
    for _ in 0..3 {
        let _ = push(&mut names, "HP/HC", 1, "HEURE  PLEINE");
    }
    for _ in 0..3 {
        let _ = push(&mut names, "HP/HC", 2, "INDEX INACTIF 2");
    }
    let period = |index| names.period(Contract::OffPeak, index);
    assert_eq!(period(1), Some(TariffPeriod::Peak));
    assert_eq!(
        period(2),
        Some(TariffPeriod::Peak),
        "the name is of no period"
    );
}

/// A frame at this time of 2026-01-15, with this colour of tomorrow in STGE: 0 none, 1 blue, 2 white, 3 red.
fn announce(color: &mut AnnouncedColor, time: &str, tomorrow: u32) -> Save {
    color.on_frame(&values(&[
        ("DATE", &format!("H260115{time}"), ""),
        ("STGE", "", &stge(1, tomorrow)),
    ]))
}

const DAY_OF_FRAMES: i64 = 20_468;

fn peak(number: u8, day: i64) -> PeakWindow {
    PeakWindow {
        number,
        start: day * DAY + 6 * HOUR,
        end: (day + 1) * DAY + HOUR,
    }
}

#[test]
fn a_colour_is_taken_from_noon_to_midnight_and_is_for_the_next_day_alone() {
    let mut color = AnnouncedColor::default();
    for time in ["000000", "055959", "115959"] {
        assert_eq!(announce(&mut color, time, 3), Save::Later, "{time}");
    }
    assert_eq!(color.of(DAY_OF_FRAMES + 1, &[]), None);
    assert_eq!(announce(&mut color, "200000", 0), Save::Later, "none yet");
    assert_eq!(announce(&mut color, "200001", 3), Save::Now);
    assert_eq!(announce(&mut color, "235959", 3), Save::Later);
    assert_eq!(color.of(DAY_OF_FRAMES + 1, &[]), Some(Color::Red));
    for day in [DAY_OF_FRAMES, DAY_OF_FRAMES + 2] {
        assert_eq!(color.of(day, &[]), None);
    }
    assert_eq!(
        announce(&mut color, "220000", 2),
        Save::Now,
        "it was changed"
    );
    assert_eq!(color.of(DAY_OF_FRAMES + 1, &[]), Some(Color::White));
}

#[test]
fn the_register_and_the_announced_peak_must_agree() {
    let tomorrow = DAY_OF_FRAMES + 1;
    let mut color = AnnouncedColor::default();
    let _ = announce(&mut color, "200000", 2);
    assert_eq!(color.of(tomorrow, &[peak(1, tomorrow)]), Some(Color::White));
    assert_eq!(color.of(tomorrow, &[peak(2, tomorrow)]), None);
    assert_eq!(
        color.of(tomorrow, &[peak(2, tomorrow + 1)]),
        Some(Color::White),
        "a peak of another day"
    );
    let unannounced = AnnouncedColor::default();
    let of = |peaks: &[PeakWindow]| unannounced.of(tomorrow, peaks);
    assert_eq!(of(&[peak(1, tomorrow)]), Some(Color::White));
    assert_eq!(of(&[peak(2, tomorrow)]), Some(Color::Red));
    assert_eq!(of(&[peak(3, tomorrow)]), None, "Tempo has no third peak");
    assert_eq!(of(&[peak(1, tomorrow), peak(2, tomorrow)]), None);
    let open = PeakWindow {
        start: i64::MIN,
        ..peak(2, tomorrow)
    };
    assert_eq!(of(&[open]), None, "it has no day");
}

#[test]
fn a_colour_in_a_damaged_file_is_none() {
    for code in [0, 4, 255] {
        let saved = serde_json::json!({"day": DAY_OF_FRAMES, "code": code});
        let color: AnnouncedColor = serde_json::from_value(saved).unwrap();
        assert_eq!(color.of(DAY_OF_FRAMES, &[]), None);
    }
}

/// The kind of contract by the name of its calendar, in the plainest way.
fn plain_contract(name: &str) -> &'static str {
    let name = name.trim().to_ascii_uppercase();
    let letters = name.replace(' ', "");
    let two = [
        "HPLEINE/CREUSE",
        "HEURESCREUSES",
        "HP/HC",
        "HC/HP",
        "HPHC",
        "HCHP",
    ];
    match &*name {
        tempo if tempo.contains("TEMPO") => "tempo",
        ejp if ejp.contains("EJP") => "ejp",
        _ if two.contains(&&*letters) => "off_peak",
        producer if producer.contains("PRODUCTEUR") => "producer",
        "BASE" => "base",
        _ => "other",
    }
}

proptest! {
    /// A name made of the words that meters send, in capitals or not, with spaces anywhere.
    #[test]
    fn a_contract_is_found_whatever_the_spaces_and_capitals(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "BASE", "TEMPO", "EJP", "HP", "HC", "/", "H", "PLEINE/CREUSE", "HEURES", "CREUSES",
                "PRODUCTEUR", "TEM", "PO", "é", "", "1",
            ]),
            0..4,
        ),
        separator in prop::sample::select(vec!["", " ", "  "]),
        is_lower in any::<bool>(),
    ) {
        let name = words.join(separator);
        let name = if is_lower { name.to_ascii_lowercase() } else { name };
        let name: String = name.chars().filter(char::is_ascii).take(16).collect();
        let values = values(&[("NGTF", "", &format!("{name:^16}"))]);
        let contract = Contract::of(&values, Mode::Standard).map(Contract::as_str);
        prop_assert_eq!(contract, Some(plain_contract(&name)), "{:?}", name);
    }

    /// A name is that of a period which the contract can have, or of none; the order of its words is of no matter.
    #[test]
    fn a_name_is_of_a_period_of_its_contract(
        mut words in prop::collection::vec(
            prop::sample::select(vec![
                "HEURE", "HEURES", "CREUSE", "CREUSES", "PLEINE", "PLEINES", "HC", "HP", "HSC", "SUPER",
                "BLEU", "BLANC", "ROUGE", "POINTE", "MOBILE", "NORMALES", "BASE", "INDEX", "2",
            ]),
            0..5,
        ),
        separator in prop::sample::select(vec![" ", "  ", "-", "/", " . "]),
    ) {
        use TariffPeriod::{Base, EjpNormal, EjpPeak, OffPeak, Peak, SuperOffPeak, Tempo};
        let name = words.join(separator);
        for contract in [
            Contract::Base,
            Contract::OffPeak,
            Contract::Ejp,
            Contract::Tempo,
            Contract::Producer,
            Contract::Other,
        ] {
            let named = TariffPeriod::named(&name, contract);
            let is_possible = match (contract, named) {
                (_, None) => true,
                (Contract::Base, Some(period)) => period == Base,
                (Contract::Ejp, Some(period)) => matches!(period, EjpNormal | EjpPeak),
                (Contract::Tempo, Some(period)) => matches!(period, Tempo(_, Hours::Cheap | Hours::Dear)),
                (Contract::OffPeak, Some(period)) => matches!(period, OffPeak | Peak | SuperOffPeak),
                (Contract::Producer | Contract::Other, Some(_)) => true,
            };
            prop_assert!(is_possible, "{:?} of {:?}: {:?}", name, contract, named);
            words.reverse();
            prop_assert_eq!(TariffPeriod::named(&words.join(" "), contract), named, "{:?}", words);
        }
    }
}
