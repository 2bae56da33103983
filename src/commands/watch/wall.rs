//! The clock on the wall: legal time in France.
//!
//! Times on the bus are in UTC, without the season. A meter overseas keeps another time; its hours are shown as those of
//! Paris.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::tic::civil::{self, DAY};

/// The host's clock, in seconds since the epoch. For the outermost loops: everything else is given the time.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}

/// Seconds since 1970 on the wall.
pub fn local(unix: i64) -> i64 {
    unix.saturating_add(i64::from(civil::paris_offset(unix)))
}

/// The moment of a time on the wall.
pub fn moment(local: i64) -> i64 {
    local.saturating_sub(i64::from(civil::paris_offset_of_local(local)))
}

/// The moment of the midnight so many days after the one before.
pub fn midnight(unix: i64, days: i64) -> i64 {
    let day = local(unix).div_euclid(DAY).saturating_add(days);
    moment(day.saturating_mul(DAY))
}

/// The second of the day on the wall.
pub fn second(unix: i64) -> i64 {
    local(unix).rem_euclid(DAY)
}

/// `22:01`
pub fn clock(unix: i64) -> String {
    let second = second(unix);
    format!("{:02}:{:02}", second / 3600, second / 60 % 60)
}

/// `22:01:48`
pub fn clock_with_seconds(unix: i64) -> String {
    format!("{}:{:02}", clock(unix), second(unix) % 60)
}

/// The day of the week (0: Sunday), the day and the month.
pub fn date(unix: i64) -> (i64, u8, u8) {
    let days = local(unix).div_euclid(DAY);
    let (_, month, day) = civil::civil_from_days(days);
    // 1970-01-01 was a Thursday.
    ((days + 4).rem_euclid(7), day, month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_france() {
        // 2026-01-14T21:01:48Z
        let evening = 1_768_424_508;
        assert_eq!(clock_with_seconds(evening), "22:01:48");
        assert_eq!(date(evening), (3, 14, 1));
        assert_eq!(clock_with_seconds(midnight(evening, 0)), "00:00:00");
        assert_eq!(midnight(evening, 1) - midnight(evening, 0), DAY);
        // The last Sunday of March has 23 hours.
        let march = 1_774_746_000;
        assert_eq!(date(march), (0, 29, 3));
        assert_eq!(midnight(march, 1) - midnight(march, 0), DAY - 3600);
        assert_eq!(local(midnight(march, 1)).rem_euclid(DAY), 0);
    }
}
