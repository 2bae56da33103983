//! Timelines of power and energy: what is answered of each.

use core::time::Duration;

use super::hour_energy::{INJECTED, ReadingTime};
use super::power_ring::{PowerPoint, PowerRow};
use super::saved_trend::SavedTrend;
use super::trend::Trend;

/// 2026-11-24T11:00:00Z.
const START: i64 = 1_795_518_000;
const DAY: i64 = 86_400;

fn micros(time: i64) -> u64 {
    time.unsigned_abs() * 1_000_000
}

/// A house whose clock and meter go on.
struct House {
    trend: Trend,
    now: i64,
    mono: u64,
    energy: u64,
}

impl House {
    fn new() -> Self {
        Self {
            trend: Trend::default(),
            now: START,
            mono: 1000,
            energy: 5_000_000,
        }
    }

    fn time(&self) -> ReadingTime {
        ReadingTime {
            wall: self.now,
            mono: Some(Duration::from_secs(self.mono)),
        }
    }

    /// A frame, and this time until the next.
    fn frame(&mut self, power: u32, seconds: u64) {
        self.trend.set_time(self.now);
        self.trend.push_power(&PowerPoint {
            mean: power,
            highest: power,
            active: i32::try_from(power).ok(),
            tariff_index: 1,
            ..PowerPoint::default()
        });
        self.trend.push_energy(1, self.energy, self.time());
        self.trend.see_hour(1, self.time());
        self.pass(seconds);
    }

    fn pass(&mut self, seconds: u64) {
        self.now += i64::try_from(seconds).unwrap();
        self.mono += seconds;
    }

    /// Frames of this power for a time, one each `every` seconds, which counts 1 Wh.
    fn frames(&mut self, power: u32, seconds: u64, every: u64) {
        for _ in 0..seconds / every {
            self.energy += 1;
            self.frame(power, every);
        }
    }

    fn power(&self, step: u32) -> Vec<PowerRow> {
        self.trend.power(0, step)
    }

    /// From START on: hour, index, Wh.
    fn hours(&self) -> Vec<(u64, u8, u64)> {
        let rows = self.trend.energy(0).into_iter();
        rows.map(|row| {
            let hour = (row.start - micros(START)) / 3_600_000_000;
            (hour, row.index, row.energy)
        })
        .collect()
    }

    fn restart(&mut self) -> usize {
        let text = serde_json::to_string_pretty(&SavedTrend::of(&self.trend).unwrap()).unwrap();
        let saved: SavedTrend = serde_json::from_str(&text).unwrap();
        self.trend = Trend::default();
        saved.restore(&mut self.trend);
        text.len()
    }
}

#[test]
fn the_seconds_go_round_and_a_frame_every_two_seconds_is_a_row_every_two() {
    let mut house = House::new();
    house.frames(400, 3000, 2);
    let rows = house.power(1);
    // The last frame is two seconds old.
    let newest = micros(house.now - 2);
    assert_eq!(rows.len(), 450);
    assert_eq!(rows[449].start, newest);
    assert!(rows.iter().all(|row| row.start + 900_000_000 > newest));
    assert!(
        rows.windows(2)
            .all(|two| two[0].start + 2_000_000 == two[1].start)
    );
    let tens = house.power(10);
    assert!((90..=91).contains(&tens.len()), "{}", tens.len());
    assert!(tens.iter().all(|row| row.mean == 400));
}

#[test]
fn the_minutes_go_round_and_have_their_mean_and_highest() {
    let mut house = House::new();
    for _ in 0..3 * 1440 {
        house.frames(300, 30, 2);
        house.frames(900, 30, 2);
    }
    let minutes = house.power(60);
    assert_eq!(minutes.len(), 2880);
    assert!(
        minutes
            .iter()
            .all(|row| (row.mean, row.highest) == (600, 900))
    );
    assert_eq!(minutes[2879].start, micros(START + 3 * DAY - 60));
    assert_eq!(minutes[2879].tariff_index, 1);
    assert_eq!(house.power(119), minutes, "whole minutes");
    // Steps begin at multiples of their length, so that the first is known in part.
    assert!((96..=97).contains(&house.power(1800).len()));
    let since = micros(START + 3 * DAY - 600);
    assert_eq!(house.trend.power(since, 60).len(), 10);
    assert_eq!(house.trend.power(since + 1, 60).len(), 9);
    let active = house.trend.active_power(since, 300);
    assert_eq!(active.len(), 2);
    assert!(active.iter().all(|row| row.mean == 600));
}

#[test]
fn a_silence_has_no_row_and_what_is_too_old_none_either() {
    let mut house = House::new();
    house.frames(500, 600, 2);
    house.pass(7200);
    house.trend.set_time(house.now);
    assert_eq!(house.power(1), []);
    assert_eq!(house.power(60).len(), 10);
    house.frames(700, 600, 2);
    assert_eq!(house.power(60).len(), 20);
    let hours: Vec<_> = house.power(3600);
    let means: Vec<_> = hours.iter().map(|row| row.mean).collect();
    assert_eq!(means, [500, 700], "an hour in between was not seen");
    // Nothing shows which hour it was of.
    house.energy += 900;
    house.pass(3600);
    house.frames(700, 60, 2);
    assert_eq!(
        house.hours().iter().map(|row| row.2).sum::<u64>(),
        299 + 299 + 29
    );
    house.pass(3 * 86_400);
    house.trend.set_time(house.now);
    assert_eq!(house.power(60), []);
}

#[test]
fn a_restart_keeps_a_day_by_five_minutes_and_a_month_of_energies() {
    let mut house = House::new();
    for hour in 0..40 * 24 {
        house.energy += 600;
        house.frames(200 + hour % 24 * 10, 3600, 20);
    }
    house.frame(500, 2);
    let (before, hours) = (
        house.trend.power(micros(house.now - 85_000), 300),
        house.hours(),
    );
    assert_eq!(hours.len(), 31 * 24);
    let size = house.restart();
    assert!(size < 12_000, "{size} bytes");
    let after = house.trend.power(micros(house.now - 85_000), 300);
    assert_eq!(after, before);
    assert_eq!(house.hours(), hours);
    assert_eq!(house.power(1), []);
    let kept = SavedTrend::of(&house.trend).unwrap();
    house.restart();
    let again = SavedTrend::of(&house.trend).unwrap();
    assert_eq!(
        serde_json::to_string(&again).unwrap(),
        serde_json::to_string(&kept).unwrap()
    );

    // What is used while the daemon is off inside an hour is counted.
    house.pass(900);
    house.energy += 77;
    house.frame(500, 2);
    let last = house.hours().pop().unwrap();
    assert_eq!((last.1, last.2), (1, 77));
    assert_eq!(house.power(1).len(), 1);
}

#[test]
fn what_was_not_seen_of_a_step_is_not_made_up_by_a_restart() {
    let mut house = House::new();
    // Minutes 0, 1, 3 and the beginning of 7.
    for pause in [0, 0, 60, 180] {
        house.pass(pause);
        house.frames(300, 60, 2);
    }
    let before = house.power(60);
    assert_eq!(before.len(), 4);
    house.restart();
    assert_eq!(house.power(60), before);
    house.pass(120);
    house.frame(400, 2);
    assert_eq!(house.power(60).len(), 5);
}

#[test]
fn a_producer_keeps_what_was_injected() {
    let mut house = House::new();
    for second in 0..600 {
        house.trend.set_time(START + second);
        house.trend.push_power(&PowerPoint {
            injected_mean: 1500,
            injected_highest: 1500,
            active: Some(-1480),
            ..PowerPoint::default()
        });
        house.now = START + second;
        let injected = 100 + second.unsigned_abs() / 3;
        house.trend.push_energy(INJECTED, injected, house.time());
    }
    house.restart();
    let rows = house.power(300);
    let injected: Vec<_> = rows
        .iter()
        .map(|row| (row.mean, row.injected_mean, row.injected_highest))
        .collect();
    assert_eq!(injected, [(0, 1500, 1500); 2]);
    assert_eq!(house.trend.active_power(0, 300)[1].mean, -1480);
    assert_eq!(house.hours(), [(0, INJECTED, 199)]);
}

#[test]
fn a_clock_that_is_set_back_shows_nothing_of_the_future_and_loses_little() {
    let mut house = House::new();
    house.frames(300, 3600, 2);
    house.now -= 1800;
    house.frames(900, 60, 2);
    let rows = house.power(60);
    assert_eq!(rows.len(), 31);
    assert_eq!(rows[30].start, micros(START + 1800));
    assert_eq!((rows[29].mean, rows[30].mean), (300, 900));
    // Set right again: what was known before is known again.
    house.now = START + 3600;
    house.frames(500, 60, 2);
    assert_eq!(house.power(60).len(), 61);
    let counted: u64 = house.hours().iter().map(|row| row.2).sum();
    assert_eq!(counted, 1800 - 1 + 30 + 30, "no Wh is counted twice");
}

#[test]
fn a_clock_that_was_never_set_records_nothing() {
    let mut house = House::new();
    house.now = 100;
    house.frames(300, 60, 2);
    assert_eq!(house.power(1), []);
    assert_eq!(house.power(60), []);
    house.now = START;
    house.frames(300, 60, 2);
    assert_eq!(house.power(60).len(), 1);
}

#[test]
fn the_memory_is_bounded() {
    let mut house = House::new();
    let empty = house.trend.size();
    assert!(empty < 400, "{empty} bytes before the first frame");
    for _ in 0..45 * 24 * 6 {
        house.frame(300, 600);
        for index in 2..=10 {
            house.trend.push_energy(index, house.energy, house.time());
            house.trend.see_hour(index, house.time());
        }
        house.energy += 50;
    }
    let size = house.trend.size();
    assert!((60_000..100_000).contains(&size), "{size} bytes");
}
