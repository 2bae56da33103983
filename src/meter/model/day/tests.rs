use super::*;

const HOUR: i64 = 3_600;

/// A day of October 2026 without an hour change, in Paris (summer time).
const DAY: i64 = 20_736;

fn midnight(day: i64) -> i64 {
    let local = day * civil::DAY;
    local - i64::from(civil::paris_offset_of_local(local))
}

fn day_of(time: i64) -> i64 {
    (time + i64::from(civil::paris_offset(time))).div_euclid(civil::DAY)
}

/// A house that uses one Wh in each second of true time, and a counter that is read with a clock.
struct House {
    counter: DayCounter,
    /// True time.
    now: i64,
    /// How far the clock is ahead.
    ahead: i64,
    /// What the counter lacks.
    less: u64,
    saves: u32,
}

impl House {
    /// First read at this time.
    fn at(now: i64) -> Self {
        let clock = DayTime {
            day: day_of(now),
            time: now,
            mono: Duration::from_secs(now.unsigned_abs()),
        };
        Self {
            counter: DayCounter::new(clock),
            now,
            ahead: 0,
            less: 0,
            saves: 0,
        }
    }

    fn value(&self) -> u64 {
        self.now.unsigned_abs() - self.less
    }

    fn read(&mut self) {
        let time = self.now + self.ahead;
        let clock = DayTime {
            day: day_of(time),
            time,
            mono: Duration::from_secs(self.now.unsigned_abs()),
        };
        if self.counter.push(clock, self.value()) == Save::Now {
            self.saves += 1;
        }
    }

    /// Reads every ten seconds until this time.
    fn until(&mut self, end: i64) {
        while self.now < end {
            self.now += 10.min(end - self.now);
            self.read();
        }
    }

    /// The daemon is off until this time.
    fn off_until(&mut self, end: i64) {
        let kept = serde_json::to_string(&self.counter).unwrap();
        self.counter = serde_json::from_str(&kept).unwrap();
        self.now = end;
        self.read();
    }

    fn figures(&self) -> (Option<u64>, Option<u64>) {
        (self.counter.today(self.value()), self.counter.yesterday())
    }

    /// As the figures should be, after midnights that were read to the second.
    fn expected(&self) -> (Option<u64>, Option<u64>) {
        let (today, before) = (midnight(day_of(self.now)), midnight(day_of(self.now) - 1));
        let since = |from: i64, to: i64| Some((to - from).unsigned_abs());
        (since(today, self.now), since(before, today))
    }
}

#[test]
fn the_first_midnight_gives_today_and_the_second_yesterday() {
    let mut house = House::at(midnight(DAY) + 12 * HOUR);
    house.until(midnight(DAY + 1) - 10);
    assert_eq!(house.figures(), (None, None));
    assert_eq!(house.saves, 0);
    house.until(midnight(DAY + 1));
    assert_eq!(house.figures(), (Some(0), None));
    assert_eq!(house.saves, 1, "written at once");
    house.until(midnight(DAY + 2) + 5 * HOUR);
    assert_eq!(house.figures(), house.expected());
    assert_eq!(house.saves, 2);
}

#[test]
fn the_days_of_the_hour_changes_have_23_and_25_hours() {
    // 2026-03-29 and 2026-10-25.
    for (day, hours) in [
        (civil::days_from_civil(2026, 3, 29), 23),
        (civil::days_from_civil(2026, 10, 25), 25),
    ] {
        let mut house = House::at(midnight(day) - HOUR);
        house.until(midnight(day) + 12 * HOUR);
        assert_eq!(house.figures(), (Some(12 * 3_600), None));
        house.until(midnight(day + 1) + HOUR);
        assert_eq!(house.figures(), (Some(3_600), Some(hours * 3_600)));
    }
}

#[test]
fn what_is_used_while_the_daemon_is_off_by_day_is_counted() {
    let mut house = House::at(midnight(DAY) - HOUR);
    house.until(midnight(DAY) + 8 * HOUR);
    house.off_until(midnight(DAY) + 18 * HOUR);
    assert_eq!(house.figures().0, house.expected().0);
}

#[test]
fn a_midnight_that_was_not_read_is_not_guessed() {
    for hours in [1, 2, 30, 47] {
        let mut house = House::at(midnight(DAY) - HOUR);
        house.until(midnight(DAY + 1) - HOUR);
        house.off_until(midnight(DAY + 1) + hours * HOUR);
        assert_eq!(house.figures(), (None, None), "{hours}");
        let next = day_of(house.now) + 1;
        house.until(midnight(next) + HOUR);
        assert_eq!(house.figures(), (Some(3_600), None), "{hours}");
        house.until(midnight(next + 1) + HOUR);
        assert_eq!(house.figures(), house.expected(), "{hours}");
    }
}

#[test]
fn a_restart_at_midnight_costs_nothing() {
    let mut house = House::at(midnight(DAY) - HOUR);
    house.until(midnight(DAY + 1) - 20);
    house.off_until(midnight(DAY + 1) + 40);
    let (today, yesterday) = house.figures();
    assert_eq!(today, Some(0), "counted from the first reading");
    assert_eq!(yesterday, Some(24 * 3_600 + 40));
}

#[test]
fn a_clock_that_is_set_back_over_midnight_by_seconds_sees_it_again() {
    let mut house = House::at(midnight(DAY) - HOUR);
    house.ahead = 30;
    house.until(midnight(DAY + 1) - 20);
    assert_eq!(house.figures().0, Some(10), "too early, by a wrong clock");
    house.ahead = 0;
    house.until(midnight(DAY + 1) - 10);
    assert_eq!(house.figures().0, Some(24 * 3_600 + 20));
    house.until(midnight(DAY + 1) + HOUR);
    assert_eq!(house.figures(), (Some(3_600), Some(24 * 3_600 + 30)));
}

#[test]
fn a_clock_that_is_set_by_more_takes_its_midnights_along() {
    for ahead in [-40 * HOUR, -HOUR, HOUR, 40 * HOUR, 4_000 * HOUR] {
        let mut house = House::at(midnight(DAY) - 2 * HOUR);
        house.until(midnight(DAY + 1) + 4 * HOUR);
        house.ahead = ahead;
        house.until(midnight(DAY + 1) + 5 * HOUR);
        assert_eq!(house.figures().0, None, "{ahead}");
        house.ahead = 0;
        house.until(midnight(DAY + 1) + 6 * HOUR);
        assert_eq!(house.figures(), (None, None), "{ahead}");
        house.until(midnight(DAY + 3) + HOUR);
        assert_eq!(house.figures(), house.expected(), "{ahead}");
    }
}

#[test]
fn a_clock_that_was_set_back_while_the_daemon_was_off_is_noticed() {
    let mut house = House::at(midnight(DAY) - HOUR);
    house.until(midnight(DAY) + 10 * HOUR);
    house.ahead = -2 * HOUR;
    house.off_until(midnight(DAY) + 10 * HOUR + 60);
    assert_eq!(house.figures(), (None, None));
}

#[test]
fn a_correction_of_what_was_counted_before_midnight_makes_today_unknown() {
    let mut house = House::at(midnight(DAY) - HOUR);
    house.until(midnight(DAY + 1) + 10);
    house.less = 1_000;
    house.until(midnight(DAY + 1) + 20);
    assert_eq!(house.figures(), (None, None));
    house.until(midnight(DAY + 3) + HOUR);
    assert_eq!(house.figures(), house.expected());
}

/// A figure may become unknown by it, and lacks at most what the midnight that was seen may lack.
#[test]
fn from_whatever_was_written_last_no_energy_is_invented() {
    let start = midnight(DAY) - HOUR;
    let mut saved = Vec::new();
    let mut house = House::at(start);
    while house.now < midnight(DAY + 2) + HOUR {
        let next = house.now + 10;
        house.until(next);
        if house.now % 600 < 10 || (house.now - midnight(day_of(house.now))) % 86_200 < 400 {
            saved.push((house.now, house.counter.clone()));
        }
    }
    let off = [0, 30, 100, 130, 5_000, 40_000, 90_000, 200_000];
    for (at, counter) in &saved {
        for off in off {
            let kept = serde_json::to_string(counter).unwrap();
            let mut house = House::at(*at);
            house.counter = serde_json::from_str(&kept).unwrap();
            house.off_until(at + off);
            house.until(at + off + 300);
            let (figures, expected) = (house.figures(), house.expected());
            if let Some(today) = figures.0 {
                let expected = expected.0.unwrap();
                assert!(today <= expected && expected - today <= 120, "{at} {off}");
            }
            if let Some(yesterday) = figures.1 {
                assert!(yesterday.abs_diff(expected.1.unwrap()) <= 120, "{at} {off}");
            }
        }
    }
}
