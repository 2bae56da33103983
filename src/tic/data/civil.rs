//! Dates without a time-zone database: seconds since the epoch to and from the civil calendar, and
//! the offset of legal time in metropolitan France.
//!
//! Days are counted in the proleptic Gregorian calendar from 1970-01-01; the arithmetic shifts the
//! year to begin in March, so that the leap day is its last. Years may be any that a `u16` horodate
//! or a `i64` of seconds near our time holds (years -1 000 000 to +1 000 000 do not overflow). The
//! offset follows the rule of the European Union since 1996: summer time from the last Sunday of
//! March to the last Sunday of October, both at 01:00 UTC.

/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// Offset of winter time in Paris, in seconds east of UTC.
pub const WINTER: i32 = 3_600;

/// Offset of summer time in Paris, in seconds east of UTC.
pub const SUMMER: i32 = 7_200;

/// Days from 1970-01-01 to a date. `month` is 1 to 12, `day` 1 to 31; a day past the
/// end of its month counts into the next.
pub const fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i64 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i64 - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date (year, month 1 to 12, day 1 to 31) that is `days` days after 1970-01-01.
///
/// ```
/// use linky_sensor::tic::civil::{civil_from_days, days_from_civil};
///
/// assert_eq!(civil_from_days(19_782), (2024, 2, 29));
/// assert_eq!(days_from_civil(2024, 2, 29), 19_782);
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a month is below 13 and a day below 32"
)]
pub const fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month as u8, day as u8)
}

/// Number of days of a month (1 to 12); 0 for any other month.
pub const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}

/// Offset of legal time in Paris at an instant, in seconds east of UTC: [`WINTER`] or [`SUMMER`].
pub const fn paris_offset(unix: i64) -> i32 {
    let (year, _, _) = civil_from_days(unix.div_euclid(DAY));
    if unix >= change(year, 3) && unix < change(year, 10) {
        SUMMER
    } else {
        WINTER
    }
}

/// Offset of a civil time in Paris (given as if it were UTC). A time that occurs twice is taken as
/// the first, in summer time; a time that never occurs as if the clocks had not moved yet.
pub const fn paris_offset_of_local(local: i64) -> i32 {
    if paris_offset(local - SUMMER as i64) == SUMMER {
        SUMMER
    } else {
        WINTER
    }
}

/// The instant at which the clocks change in a month of 31 days: its last Sunday, 01:00 UTC.
const fn change(year: i64, month: u8) -> i64 {
    let last = days_from_civil(year, month, 31);
    // 1970-01-01 was a Thursday, four days after a Sunday.
    let after_sunday = (last + 4).rem_euclid(7);
    (last - after_sunday) * DAY + 3_600
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i64, month: u8, day: u8, hour: i64, minute: i64) -> i64 {
        days_from_civil(year, month, day) * DAY + hour * 3_600 + minute * 60
    }

    #[test]
    fn known_days() {
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 2, 29), 11_016);
        assert_eq!(days_from_civil(2024, 12, 31), 20_088);
        assert_eq!(days_from_civil(1969, 12, 31), -1);
        assert_eq!(civil_from_days(11_016), (2000, 2, 29));
    }

    #[test]
    fn every_day_of_five_centuries_returns() {
        let mut expected = (1800i64, 1u8, 1u8);
        for days in days_from_civil(1800, 1, 1)..days_from_civil(2300, 1, 1) {
            assert_eq!(civil_from_days(days), expected);
            assert_eq!(days_from_civil(expected.0, expected.1, expected.2), days);
            expected.2 += 1;
            if expected.2 > days_in_month(u16::try_from(expected.0).unwrap(), expected.1) {
                expected = if expected.1 == 12 {
                    (expected.0 + 1, 1, 1)
                } else {
                    (expected.0, expected.1 + 1, 1)
                };
            }
        }
    }

    #[test]
    fn any_number_of_days_is_a_date() {
        for days in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
            let (_, month, day) = civil_from_days(days);
            assert!((1..=12).contains(&month) && (1..=31).contains(&day));
        }
    }

    #[test]
    fn summer_time_begins_and_ends_on_the_last_sunday_at_one_utc() {
        for (year, march, october) in [(2023, 26, 29), (2024, 31, 27), (2025, 30, 26)] {
            assert_eq!(paris_offset(at(year, 3, march, 1, 0) - 1), WINTER);
            assert_eq!(paris_offset(at(year, 3, march, 1, 0)), SUMMER);
            assert_eq!(paris_offset(at(year, 10, october, 1, 0) - 1), SUMMER);
            assert_eq!(paris_offset(at(year, 10, october, 1, 0)), WINTER);
        }
    }

    #[test]
    fn local_times_around_the_changes() {
        let offset =
            |month, day, hour, minute| paris_offset_of_local(at(2023, month, day, hour, minute));
        assert_eq!(offset(3, 26, 1, 59), WINTER);
        assert_eq!(offset(3, 26, 2, 30), WINTER, "never occurs");
        assert_eq!(offset(3, 26, 3, 0), SUMMER);
        assert_eq!(offset(10, 29, 1, 59), SUMMER);
        assert_eq!(offset(10, 29, 2, 30), SUMMER, "the first of two");
        assert_eq!(offset(10, 29, 3, 0), WINTER);
        assert_eq!(offset(1, 1, 0, 0), WINTER);
        assert_eq!(offset(7, 14, 12, 0), SUMMER);
    }
}
