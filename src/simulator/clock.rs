//! The meter's clock: legal time of Europe/Paris, to the second.
//!
//! Tariffs, midnights and horodates follow legal time; energies and means follow elapsed seconds. [`Local`] is the
//! bridge. A season belongs to it, so that the hour repeated in autumn is two different hours, as on the wire.

use crate::tic::civil;

/// Seconds of a day without a change of the clock.
pub(super) const DAY: u32 = 86_400;

/// A moment in legal time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Local {
    /// Days since 1 January 1970.
    pub day: i64,
    /// Seconds since midnight by the clock on the wall, 0 to 86 399.
    pub second: u32,
    /// Summer time is in force.
    pub summer: bool,
}

impl Local {
    /// The legal time at a moment of Unix time.
    pub fn at(unix: i64) -> Self {
        let offset = civil::paris_offset(unix);
        let local = unix + i64::from(offset);
        let second = u32::try_from(local.rem_euclid(i64::from(DAY))).unwrap_or(0);
        Self {
            day: local.div_euclid(i64::from(DAY)),
            second,
            summer: offset == civil::SUMMER,
        }
    }

    /// `SAAMMJJhhmmss`; lower case for a degraded clock.
    pub fn horodate(self, degraded: bool) -> String {
        let season = match (self.summer, degraded) {
            (true, false) => 'E',
            (true, true) => 'e',
            (false, false) => 'H',
            (false, true) => 'h',
        };
        written(season, self.day, self.second)
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> u32 {
        self.second / 3_600
    }

    /// From November to March: the high season of the grid, and of peak days.
    pub fn is_winter(self) -> bool {
        let (_, month, _) = civil::civil_from_days(self.day);
        !(4..=10).contains(&month)
    }
}

/// A horodate with a season of one's own: a space for the start and end of a mobile peak.
pub(super) fn written(season: char, day: i64, second: u32) -> String {
    let (year, month, date) = civil::civil_from_days(day);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!(
        "{season}{:02}{month:02}{date:02}{hour:02}{minute:02}{second:02}",
        year.rem_euclid(100)
    )
}

/// A start as people write it: `now`, seconds since 1970, or legal time of Europe/Paris, `2026-01-15T18:30`, with or
/// without seconds, with a `T` or a space. In the hour repeated in autumn the first is meant; the hour skipped in spring
/// is read as if the clock had not changed yet.
///
/// # Errors
/// What was expected, in one line.
pub fn parse_start(text: &str, now: i64) -> Result<i64, String> {
    if text == "now" {
        return Ok(now);
    }
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    parse_civil(text).ok_or_else(|| {
        format!("\"{text}\" is no moment: expected \"now\", seconds since 1970, or legal time such as 2026-01-15T18:30:00")
    })
}

fn parse_civil(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', ' '])?;
    let mut date = date.splitn(3, '-');
    let mut time = time.splitn(3, ':');
    let (year, month, day) = (
        date.next()?.parse().ok()?,
        date.next()?.parse().ok()?,
        date.next()?.parse().ok()?,
    );
    let (hour, minute): (u8, u8) = (time.next()?.parse().ok()?, time.next()?.parse().ok()?);
    let second: u8 = time.next().map_or(Some(0), |text| text.parse().ok())?;
    let days = civil::days_from_civil(year, month, day);
    if civil::civil_from_days(days) != (year, month, day) || hour > 23 || minute > 59 || second > 59
    {
        return None;
    }
    let local =
        days * 86_400 + i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    Some(local - i64::from(civil::paris_offset_of_local(local)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_every_form() {
        for text in [
            "1768498200",
            "2026-01-15T18:30",
            "2026-01-15 18:30:00",
            "2026-01-15T18:30:00",
        ] {
            assert_eq!(parse_start(text, 0), Ok(1_768_498_200), "{text}");
        }
        assert_eq!(parse_start("now", 42), Ok(42));
        for text in [
            "",
            "tomorrow",
            "2026-02-30T10:00",
            "2026-01-15",
            "2026-01-15T25:00",
            "2026-01-15T10",
        ] {
            assert!(parse_start(text, 0).is_err(), "{text}");
        }
    }

    #[test]
    fn the_hour_of_autumn_comes_twice_with_two_seasons() {
        let start = parse_start("2026-10-25T02:30", 0).unwrap();
        assert_eq!(Local::at(start).horodate(false), "E261025023000");
        assert_eq!(Local::at(start + 3_600).horodate(false), "H261025023000");
        assert_eq!(Local::at(start + 3_600).horodate(true), "h261025023000");
    }

    #[test]
    fn the_hour_of_spring_is_skipped() {
        let before = parse_start("2026-03-29T01:59:59", 0).unwrap();
        assert_eq!(Local::at(before).horodate(false), "H260329015959");
        assert_eq!(Local::at(before + 1).horodate(false), "E260329030000");
    }
}
