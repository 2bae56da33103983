//! Years: no wrong word, and what comes next is found by walking through the truth.

use super::contracts::{EjpDays, OffPeakHours, TempoDays, Weekends};
use super::*;

/// What is to come: the next index, when, and when off-peak hours begin. Only the first can be unknown where the others
/// are not.
fn expected(unix: i64, truth: &impl Truth) -> (Option<&'static str>, Option<i64>, Option<i64>) {
    let (day, second, _) = on_the_wall(unix);
    let mut last = truth.index(day, second);
    let (mut word, mut change, mut off_peak) = (None, None, None);
    let mut at = unix - unix.rem_euclid(MINUTE);
    loop {
        at += MINUTE;
        let (then, of_day, _) = on_the_wall(at);
        if then > day + 1 || off_peak.is_some() {
            return (word, change, off_peak);
        }
        let index = truth.index(then, of_day);
        if index == last {
            continue;
        }
        if change.is_none() {
            change = Some(at);
            word = truth
                .is_announced((day, second), (then, of_day))
                .then(|| truth.word(index));
        }
        if is_off_peak(truth.word(index)) && !is_off_peak(truth.word(last)) {
            off_peak = Some(at);
        }
        last = index;
    }
}

/// Lives from `from` to `until`, three frames every 97 minutes.
fn live(from: i64, until: i64, truth: &impl Truth, mut check: impl FnMut(i64, &Update)) {
    let mut house = House::new(&Memory::default());
    let mut at = from;
    while at < until {
        for second in 0..3 {
            let now = at + second;
            let update = house.at(now, truth);
            let (day, of_day, _) = on_the_wall(now);
            let word = truth.word(truth.index(day, of_day));
            let context = format!("{}", update.snapshot.time.unwrap());
            let reading = &update.snapshot.reading;
            assert_eq!(text(&update, Key::TARIFF), Some(word), "{context}");
            let off_peak = reading.get(Key::OFF_PEAK).map(ToString::to_string);
            assert_eq!(off_peak, Some(is_off_peak(word).to_string()), "{context}");
            if second == 2 {
                check(now, &update);
            }
        }
        // Never at the same minutes of the hour.
        at += 97 * MINUTE + 13;
    }
}

fn check_next(from: i64, truth: &impl Truth) -> impl FnMut(i64, &Update) {
    let first_day = on_the_wall(from).0;
    move |now, update| {
        let (word, change, off_peak) = if on_the_wall(now).0 == first_day {
            (None, None, None)
        } else {
            expected(now, truth)
        };
        let context = format!("{}", update.snapshot.time.unwrap());
        assert_eq!(moment(update, Key::NEXT_TARIFF_TIME), change, "{context}");
        assert_eq!(text(update, Key::NEXT_TARIFF), word, "{context}");
        assert_eq!(
            moment(update, Key::NEXT_OFF_PEAK_TIME),
            off_peak,
            "{context}"
        );
    }
}

#[test]
fn a_year_of_off_peak_hours() {
    let (from, until) = (unix(2026, 1, 2, 9), unix(2027, 1, 2, 9));
    live(from, until, &OffPeakHours, check_next(from, &OffPeakHours));
}

#[test]
fn a_year_of_tempo() {
    for night in [0, 3] {
        let truth = TempoDays { night };
        let (from, until) = match night {
            0 => (unix(2026, 1, 2, 9), unix(2027, 1, 2, 9)),
            _ => (unix(2026, 10, 20, 9), unix(2026, 12, 20, 9)),
        };
        let mut next = check_next(from, &truth);
        live(from, until, &truth, |now, update| {
            next(now, update);
            let (day, second, _) = on_the_wall(now);
            let color = |day| ["blue", "white", "red"][usize::from(TempoDays::color(day))];
            let today = color(if second < 6 * HOUR { day - 1 } else { day });
            assert_eq!(text(update, Key::COLOR_TODAY), Some(today));
            if second >= 6 * HOUR {
                let tomorrow = (second >= 20 * HOUR).then(|| color(day + 1));
                assert_eq!(text(update, Key::COLOR_TOMORROW), tomorrow);
            }
        });
    }
}

#[test]
fn a_year_of_ejp() {
    let (from, until) = (unix(2026, 1, 2, 9), unix(2027, 1, 2, 9));
    live(from, until, &EjpDays, |now, update| {
        let (day, second, _) = on_the_wall(now);
        let next = EjpDays::peak(day, second).map(|peak| {
            let start = (peak, 7 * HOUR);
            if (day, second) < start {
                ("ejp_peak", start)
            } else {
                ("ejp_normal", (peak + 1, HOUR))
            }
        });
        let context = format!("{}", update.snapshot.time.unwrap());
        assert_eq!(
            text(update, Key::NEXT_TARIFF),
            next.map(|(word, _)| word),
            "{context}"
        );
        let at = moment(update, Key::NEXT_TARIFF_TIME).map(|at| {
            let (day, second, _) = on_the_wall(at);
            (day, second)
        });
        assert_eq!(at, next.map(|(_, at)| at), "{context}");
        assert_eq!(moment(update, Key::NEXT_OFF_PEAK_TIME), None);
    });
}

#[test]
fn an_unknown_calendar_is_learnt_by_its_names() {
    let mut house = House::new(&Memory::default());
    let from = unix(2026, 1, 5, 9);
    // A week and a day, hour by hour.
    for hour in 0..8 * 24 {
        for second in 0..5 {
            let now = from + hour * HOUR + second;
            let update = house.at(now, &Weekends);
            let (day, of_day, _) = on_the_wall(now);
            let word = Weekends.word(Weekends.index(day, of_day));
            let tariff = text(&update, Key::TARIFF);
            assert!(
                tariff.is_none_or(|tariff| tariff == word),
                "{tariff:?}, not {word}"
            );
            assert!(
                tariff.is_some() || second < 3 && hour < 6 * 24,
                "hour {hour}"
            );
            assert_eq!(
                text(&update, Key::CONTRACT_TYPE),
                tariff.map(|_| "other").or(Some("other"))
            );
        }
    }
    let memory = house.meter.memory();
    let mut house = House::new(&memory);
    for hour in 8 * 24..20 * 24 {
        for second in 0..3 {
            let now = from + hour * HOUR + second;
            let update = house.at(now, &Weekends);
            let (day, of_day, _) = on_the_wall(now);
            let word = Weekends.word(Weekends.index(day, of_day));
            assert_eq!(text(&update, Key::TARIFF), Some(word));
            if second == 2 {
                let next = expected(now, &Weekends);
                assert_eq!(text(&update, Key::NEXT_TARIFF), next.0);
                assert_eq!(moment(&update, Key::NEXT_TARIFF_TIME), next.1);
                assert_eq!(moment(&update, Key::NEXT_OFF_PEAK_TIME), next.2);
            }
        }
    }
}
