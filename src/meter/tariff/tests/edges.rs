//! Sources that contradict each other, starts in the night, changes of the contract.

use std::sync::Arc;

use super::contracts::{OffPeakHours, TempoDays};
use super::*;
use crate::meter::{LinkCause, LinkDetail};

type Groups = Vec<(&'static str, Option<String>, String)>;

/// The frame of a contract, with some groups changed.
fn changed(unix: i64, truth: &impl Truth, change: &[(&str, Option<&str>, &str)]) -> Groups {
    let (day, second, season) = on_the_wall(unix);
    let mut groups = vec![
        ("ADSC", None, "031876000000".to_owned()),
        ("DATE", Some(horodate(season, day, second)), String::new()),
    ];
    groups.extend(truth.groups(day, second));
    for (label, horodate, data) in change {
        let group = groups.iter_mut().find(|(name, ..)| name == label).unwrap();
        group.1 = horodate.map(str::to_owned).or(group.1.take());
        (*data).clone_into(&mut group.2);
    }
    groups
}

/// A house whose meter was seen at 09:00 and 23:00 of the day before.
fn house_since_yesterday(day: i64, truth: &impl Truth) -> House {
    let mut house = House::new(&Memory::default());
    for start in [day - 2 * DAY + 9 * HOUR, day - 15 * HOUR, day - HOUR] {
        for second in 0..4 {
            house.at(start + second, truth);
        }
    }
    house
}

#[test]
fn two_indexes_in_one_frame_are_none() {
    let noon = unix(2026, 1, 15, 12);
    let mut house = house_since_yesterday(unix(2026, 1, 15, 0), &OffPeakHours);
    let update = house.at(noon, &OffPeakHours);
    assert_eq!(text(&update, Key::TARIFF), Some("peak"));
    let groups = changed(noon + 1, &OffPeakHours, &[("STGE", None, &stge(1, 0))]);
    let update = house.frame(noon + 1, &groups);
    assert_eq!(text(&update, Key::TARIFF), None);
    assert_eq!(moment(&update, Key::NEXT_TARIFF_TIME), None);
    let mut groups = changed(noon + 2, &OffPeakHours, &[("STGE", None, &stge(1, 0))]);
    groups.retain(|(label, ..)| *label != "NTARF");
    let update = house.frame(noon + 2, &groups);
    assert_eq!(
        text(&update, Key::TARIFF),
        Some("off_peak"),
        "the index changed in a frame without NTARF"
    );
}

#[test]
fn a_change_that_is_due_is_the_next_one() {
    let midnight = unix(2026, 1, 15, 0);
    let mut house = house_since_yesterday(midnight, &OffPeakHours);
    // Off-peak hours end at 07:00.
    let end = midnight + 7 * HOUR;
    let still = [
        ("STGE", None, &*stge(1, 0)),
        ("NTARF", None, "01"),
        ("LTARF", None, " HEURE  CREUSE  "),
    ];
    let mut next = |late: i64| {
        let groups = changed(end + late, &OffPeakHours, &still);
        let update = house.frame(end + late, &groups);
        assert_eq!(text(&update, Key::TARIFF), Some("off_peak"));
        let word = text(&update, Key::NEXT_TARIFF).map(str::to_owned);
        (word, moment(&update, Key::NEXT_TARIFF_TIME))
    };
    assert_eq!(next(123), (Some("peak".to_owned()), Some(end)));
    assert_eq!(next(1_000), (None, None), "the plan is another one");
}

#[test]
fn a_degraded_clock_plans_nothing() {
    let midnight = unix(2026, 1, 15, 0);
    let mut house = house_since_yesterday(midnight, &OffPeakHours);
    let noon = midnight + 12 * HOUR;
    let update = house.at(noon, &OffPeakHours);
    assert!(moment(&update, Key::NEXT_TARIFF_TIME).is_some());
    let groups = changed(
        noon + 1,
        &OffPeakHours,
        &[("DATE", Some("h260115120001"), "")],
    );
    let update = house.frame(noon + 1, &groups);
    assert_eq!(text(&update, Key::TARIFF), Some("peak"));
    assert_eq!(moment(&update, Key::NEXT_TARIFF_TIME), None);
}

/// A day after which this colour comes.
fn day_before(color: u8) -> i64 {
    let november = civil::days_from_civil(2026, 11, 10);
    let is_before = |day: &i64| TempoDays::color(*day) == 0 && TempoDays::color(*day + 1) == color;
    (november..).find(is_before).unwrap()
}

#[test]
fn an_announced_colour_survives_a_start_in_the_night() {
    for (color, word) in [(0, "blue_peak"), (1, "white_peak"), (2, "red_peak")] {
        let truth = TempoDays { night: 0 };
        // Local midnight, in winter.
        let midnight = (day_before(color) + 1) * DAY - HOUR;
        let mut house = house_since_yesterday(midnight, &truth);
        let mut again = House::new(&house.meter.memory());
        for second in 0..3 {
            let now = midnight + 2 * HOUR + second;
            for house in [&mut house, &mut again] {
                let update = house.at(now, &truth);
                assert_eq!(text(&update, Key::NEXT_TARIFF), Some(word));
                let at = moment(&update, Key::NEXT_TARIFF_TIME);
                assert_eq!(at, Some(midnight + 6 * HOUR));
            }
        }
    }
}

#[test]
fn colours_that_contradict_each_other_are_not_known() {
    let truth = TempoDays { night: 0 };
    let evening = day_before(2) * DAY + 22 * HOUR;
    let mut house = house_since_yesterday(day_before(2) * DAY - HOUR, &truth);
    for (second, tomorrow, word) in [(0, 3, Some("red_peak")), (5, 1, None), (10, 0, None)] {
        for frame in 0..3 {
            let now = evening + second + frame;
            let groups = changed(now, &truth, &[("STGE", None, &stge(1, tomorrow))]);
            let update = house.frame(now, &groups);
            assert_eq!(text(&update, Key::TARIFF), Some("blue_off_peak"));
            assert_eq!(text(&update, Key::NEXT_TARIFF), word);
            let at = moment(&update, Key::NEXT_TARIFF_TIME);
            assert_eq!(at, Some(evening + 7 * HOUR), "06:00");
        }
    }
}

#[test]
fn a_new_contract_begins_without_a_wrong_word() {
    let midnight = unix(2026, 11, 12, 0);
    let mut house = house_since_yesterday(midnight, &OffPeakHours);
    let tempo = TempoDays { night: 0 };
    let mut words = Vec::new();
    for second in 0..5 {
        let now = midnight + 12 * HOUR + second;
        let update = house.at(now, &tempo);
        let (day, second, _) = on_the_wall(now);
        let word = tempo.word(tempo.index(day, second));
        let tariff = text(&update, Key::TARIFF);
        assert!(tariff.is_none_or(|tariff| tariff == word), "{tariff:?}");
        words.push(tariff.is_some());
    }
    assert_eq!(words, [false, true, true, true, true]);
}

#[test]
fn the_historique_codes_have_the_same_words() {
    for (option, code, tariff, off_peak) in [
        ("BASE", "TH..", "base", "false"),
        ("HC..", "HC..", "off_peak", "true"),
        ("EJP.", "PM..", "ejp_peak", "false"),
        ("BBR(", "HPJW", "white_peak", "false"),
    ] {
        let mut house = House::new(&Memory::default());
        house.mode = Mode::Historique;
        let groups = [
            ("ADCO", None, "031876000000".to_owned()),
            ("OPTARIF", None, option.to_owned()),
            ("PTEC", None, code.to_owned()),
            ("PAPP", None, "00450".to_owned()),
        ];
        let mut last = None;
        for second in 0..4 {
            last = Some(house.frame(unix(2026, 1, 15, 12) + second, &groups));
        }
        let update = last.unwrap();
        assert_eq!(text(&update, Key::TARIFF), Some(tariff));
        let reading = &update.snapshot.reading;
        let is_off_peak = reading.get(Key::OFF_PEAK).map(ToString::to_string);
        assert_eq!(is_off_peak.as_deref(), Some(off_peak));
        assert!(!update.snapshot.keys.contains(Key::NEXT_TARIFF));
    }
}

#[test]
fn snapshots_share_a_calendar_until_a_profile_changes() {
    let midnight = unix(2026, 1, 15, 0);
    let mut house = house_since_yesterday(midnight, &OffPeakHours);
    let of = |update: Update| update.snapshot.calendar.clone();
    let first = of(house.at(midnight + 8 * HOUR, &OffPeakHours));
    assert!(first.today.is_some() && first.tomorrow.is_some());
    let second = of(house.at(midnight + 8 * HOUR + 1, &OffPeakHours));
    assert!(Arc::ptr_eq(&first, &second), "it was parsed again");
    let other = format!("0000C002{}", " NONUTILE".repeat(10));
    for frame in 2..6 {
        let now = midnight + 8 * HOUR + frame;
        house.frame(
            now,
            &changed(now, &OffPeakHours, &[("PJOURF+1", None, &other)]),
        );
    }
    let third = house.meter.last().calendar.clone();
    assert_eq!(third.today, first.today);
    assert_ne!(third.tomorrow, first.tomorrow);
    let mono = Duration::from_secs(house.seconds + 3_600);
    let detail = LinkDetail::new(LinkCause::NoByte, "silent");
    let later = Moment { wall: None, mono };
    house.meter.push(Input::Tick { detail }, later);
    assert!(!house.meter.last().calendar.is_known(), "after a silence");
}
