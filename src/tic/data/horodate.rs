//! The horodate: a civil time with its season, before the data of some groups in standard mode.
//!
//! ```text
//! horodate = season year month day hour minute second    ; 13 characters, `SAAMMJJhhmmss`
//! season   = "H"      ; winter, +01:00
//!          / "E"      ; summer, +02:00
//!          / "h"      ; winter, the clock of the meter is degraded
//!          / "e"      ; summer, the clock of the meter is degraded
//!          / SP       ; none: legal time of Europe/Paris (start and end of mobile peaks)
//! year     = 2DIGIT   ; from 2000 on
//! month    = 2DIGIT   ; 01 to 12
//! day      = 2DIGIT   ; 01 to the length of the month
//! hour     = 2DIGIT   ; 00 to 23
//! minute   = 2DIGIT   ; 00 to 59
//! second   = 2DIGIT   ; 00 to 59
//! ```
//!
//! The letter alone gives the offset from UTC: the hour that occurs twice in autumn is never
//! ambiguous, and no time-zone database is needed. It is not checked against the date: meters
//! overseas may have no summer time. Source: 54E 6.2.1.1.

use core::fmt;

use super::civil::{self, DAY};
use super::digits::parse_decimal;

/// The first character of a horodate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Season {
    /// `H`, +01:00.
    Winter,
    /// `E`, +02:00.
    Summer,
    /// `h`: +01:00, by a degraded clock.
    DegradedWinter,
    /// `e`: +02:00, by a degraded clock.
    DegradedSummer,
    /// A space: legal time of Europe/Paris.
    Blank,
}

/// A date and time as the meter sends it; always a date of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Horodate {
    /// Season, which gives the offset.
    pub season: Season,
    /// 2000 to 2099.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to the length of the month.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl Horodate {
    /// Parses thirteen characters; `None` if they are not a season and a date of the calendar.
    ///
    /// ```
    /// use linky_sensor::tic::Horodate;
    ///
    /// let horodate = Horodate::parse(b"E231029023000").unwrap();
    /// assert_eq!(horodate.to_string(), "2023-10-29T02:30:00+02:00");
    /// assert_eq!(horodate.unix(), 1_698_539_400);
    /// assert_eq!(Horodate::parse(b"E230229000000"), None); // no leap year
    /// ```
    pub fn parse(text: &[u8]) -> Option<Horodate> {
        let (season, digits) = text.split_first()?;
        let (pairs, []) = digits.as_chunks::<2>() else {
            return None;
        };
        let &[year, month, day, hour, minute, second] = pairs else {
            return None;
        };
        let season = match season {
            b'H' => Season::Winter,
            b'E' => Season::Summer,
            b'h' => Season::DegradedWinter,
            b'e' => Season::DegradedSummer,
            b' ' => Season::Blank,
            _ => return None,
        };
        let number = |pair: [u8; 2]| parse_decimal(&pair).and_then(|n| u8::try_from(n).ok());
        let year = 2000 + u16::from(number(year)?);
        let (month, day) = (number(month)?, number(day)?);
        let (hour, minute, second) = (number(hour)?, number(minute)?, number(second)?);
        let valid = day >= 1
            && day <= civil::days_in_month(year, month)
            && hour < 24
            && minute < 60
            && second < 60;
        valid.then_some(Horodate {
            season,
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }

    /// Seconds since the epoch, UTC. A blank season is resolved as legal time of Europe/Paris, the
    /// first of two occurrences.
    pub const fn unix(&self) -> i64 {
        self.local() - self.offset() as i64
    }

    /// Seconds east of UTC: 3600 or 7200.
    pub const fn offset(&self) -> i32 {
        match self.season {
            Season::Winter | Season::DegradedWinter => civil::WINTER,
            Season::Summer | Season::DegradedSummer => civil::SUMMER,
            Season::Blank => civil::paris_offset_of_local(self.local()),
        }
    }

    /// True if the clock of the meter is degraded: it ran without a reference.
    pub const fn is_degraded(&self) -> bool {
        matches!(self.season, Season::DegradedWinter | Season::DegradedSummer)
    }

    /// The civil time counted as if it were UTC.
    const fn local(&self) -> i64 {
        let days = civil::days_from_civil(self.year as i64, self.month, self.day);
        days * DAY + self.hour as i64 * 3_600 + self.minute as i64 * 60 + self.second as i64
    }
}

/// RFC 3339 with seconds and offset: `2020-02-14T23:08:04+01:00`.
impl fmt::Display for Horodate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Horodate {
            year,
            month,
            day,
            hour,
            minute,
            second,
            ..
        } = self;
        let offset = self.offset() / 3_600;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+{offset:02}:00"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Horodate> {
        Horodate::parse(text.as_bytes())
    }

    #[test]
    fn the_letter_gives_the_offset() {
        assert_eq!(parse("H081225223518").unwrap().unix(), 1_230_240_918);
        assert_eq!(parse("E090714074553").unwrap().unix(), 1_247_550_353);
        assert_eq!(
            parse("E231029023000").unwrap().to_string(),
            "2023-10-29T02:30:00+02:00"
        );
        assert_eq!(
            parse("H231029023000").unwrap().unix() - parse("E231029023000").unwrap().unix(),
            3_600
        );
        assert_eq!(
            parse("H230714120000").unwrap().offset(),
            3_600,
            "winter in July: overseas"
        );
    }

    #[test]
    fn lower_case_is_a_degraded_clock() {
        assert!(parse("h210131235959").unwrap().is_degraded());
        assert!(parse("e210701000000").unwrap().is_degraded());
        assert!(!parse("E210701000000").unwrap().is_degraded());
        assert_eq!(
            parse("e210701000000").unwrap().unix(),
            parse("E210701000000").unwrap().unix()
        );
    }

    #[test]
    fn a_blank_season_is_legal_time_in_paris() {
        assert_eq!(
            parse(" 240108060000").unwrap().to_string(),
            "2024-01-08T06:00:00+01:00"
        );
        assert_eq!(
            parse(" 240708060000").unwrap().to_string(),
            "2024-07-08T06:00:00+02:00"
        );
        assert_eq!(
            parse(" 231029023000").unwrap().to_string(),
            "2023-10-29T02:30:00+02:00"
        );
    }

    #[test]
    fn only_dates_of_the_calendar_pass() {
        assert!(parse("H240229235959").is_some());
        for wrong in [
            "H230229000000",
            "H200230120000",
            "H201325223518",
            "H200014120000",
            "H200200120000",
            "H200431120000",
            "H200214240000",
            "H200214006000",
            "H200214000060",
            "X200214120000",
            "H20021412000",
            "H2002141200000",
            "",
            "H",
            "H2002141200:0",
            "H20021412000O",
            "H 00214120000",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
