//! Contracts as they really are.

use super::*;

/// Two ranges of off-peak hours, others in summer, as the reform of 2025 to 2027 has them.
pub struct OffPeakHours;

impl OffPeakHours {
    /// Ranges in minutes of the day.
    fn ranges(day: i64) -> [core::ops::Range<i64>; 2] {
        match civil::civil_from_days(day).1 {
            4..=10 => [3 * 60 + 10..7 * 60 + 40, 11 * 60 + 30..15 * 60],
            // The night begins in the hour that is left out in March.
            _ => [2 * 60 + 20..7 * 60, 12 * 60 + 26..15 * 60 + 56],
        }
    }
}

impl Truth for OffPeakHours {
    fn index(&self, day: i64, second: i64) -> u8 {
        let minute = second / MINUTE;
        let cheap = Self::ranges(day)
            .iter()
            .any(|range| range.contains(&minute));
        if cheap { 1 } else { 2 }
    }

    fn word(&self, index: u8) -> &'static str {
        ["off_peak", "peak"][usize::from(index - 1)]
    }

    fn groups(&self, day: i64, second: i64) -> Vec<(&'static str, Option<String>, String)> {
        let index = self.index(day, second);
        let [night, noon] = Self::ranges(day + 1);
        let slots = [
            (0, "8002"),
            (night.start, "C001"),
            (night.end, "8002"),
            (noon.start, "8001"),
            (noon.end, "8002"),
        ];
        let name = [" HEURE  CREUSE  ", "  HEURE  PLEINE "][usize::from(index - 1)];
        vec![
            ("NGTF", None, "H PLEINE/CREUSE ".to_owned()),
            ("LTARF", None, name.to_owned()),
            ("STGE", None, stge(index, 0)),
            ("NTARF", None, format!("{index:02}")),
            ("PJOURF+1", None, profile(&slots)),
        ]
    }

    fn is_announced(&self, _: (i64, i64), _: (i64, i64)) -> bool {
        true
    }
}

/// Tempo, as in the simulator: white and red days are drawn, announced at 18:00 as a peak and at 20:00 as a colour.
pub struct TempoDays {
    /// What the bits of tomorrow are between midnight and 06:00.
    pub night: u32,
}

impl TempoDays {
    /// 0 blue, 1 white, 2 red.
    pub fn color(day: i64) -> u8 {
        let month = civil::civil_from_days(day).1;
        match (month, day * 7919 % 11) {
            (11..=12 | 1..=3, 0..=2) => 2,
            (10..=12 | 1..=5, 3..=5) => 1,
            _ => 0,
        }
    }

    fn peak(day: i64) -> Vec<(&'static str, Option<String>, String)> {
        let labels = match Self::color(day) {
            1 => ["DPM1", "FPM1"],
            2 => ["DPM2", "FPM2"],
            _ => return Vec::new(),
        };
        let times = [day, day + 1].map(|day| Some(horodate(' ', day, 6 * HOUR)));
        labels
            .into_iter()
            .zip(times)
            .map(|(label, time)| (label, time, "00".to_owned()))
            .collect()
    }
}

impl Truth for TempoDays {
    fn index(&self, day: i64, second: i64) -> u8 {
        let of = if second < 6 * HOUR { day - 1 } else { day };
        let dear = (6 * HOUR..22 * HOUR).contains(&second);
        Self::color(of) * 2 + 1 + u8::from(dear)
    }

    fn word(&self, index: u8) -> &'static str {
        [
            "blue_off_peak",
            "blue_peak",
            "white_off_peak",
            "white_peak",
            "red_off_peak",
            "red_peak",
        ][usize::from(index - 1)]
    }

    fn groups(&self, day: i64, second: i64) -> Vec<(&'static str, Option<String>, String)> {
        let index = self.index(day, second);
        let name = [
            "    HC  BLEU    ",
            "    HP  BLEU    ",
            "   HC  BLANC    ",
            "   HP  BLANC    ",
            "   HC  ROUGE    ",
            "   HP  ROUGE    ",
        ][usize::from(index - 1)];
        let tomorrow = match second / HOUR {
            20.. => u32::from(Self::color(day + 1)) + 1,
            ..6 => self.night,
            _ => 0,
        };
        let mut groups = vec![
            ("NGTF", None, "     TEMPO      ".to_owned()),
            ("LTARF", None, name.to_owned()),
            ("STGE", None, stge(index, tomorrow)),
        ];
        let running = if second < 6 * HOUR { day - 1 } else { day };
        groups.extend(Self::peak(running));
        if !(6 * HOUR..18 * HOUR).contains(&second) {
            let next = Self::peak(running + 1);
            // Of two peaks with the same number the running one is sent.
            if !groups
                .iter()
                .any(|(label, ..)| next.iter().any(|(other, ..)| label == other))
            {
                groups.extend(next);
            }
        }
        groups.push(("NTARF", None, format!("{index:02}")));
        let slots = [(0, "4001"), (6 * 60, "4002"), (22 * 60, "4001")];
        groups.push(("PJOURF+1", None, profile(&slots)));
        groups
    }

    fn is_announced(&self, now: (i64, i64), then: (i64, i64)) -> bool {
        let tempo_day = |(day, second): (i64, i64)| if second < 6 * HOUR { day - 1 } else { day };
        match tempo_day(then) - tempo_day(now) {
            0 => true,
            1 => now.1 >= 20 * HOUR || now.1 < 6 * HOUR,
            _ => false,
        }
    }
}

/// EJP: peaks from 07:00 to 01:00, announced at 18:00.
pub struct EjpDays;

impl EjpDays {
    fn is_peak(day: i64) -> bool {
        matches!(civil::civil_from_days(day).1, 11 | 12 | 1..=3) && day * 7919 % 9 < 2
    }

    /// The peak that runs or is announced, by the day that it begins on.
    pub fn peak(day: i64, second: i64) -> Option<i64> {
        let today = second < HOUR && Self::is_peak(day - 1);
        let known = if today {
            Some(day - 1)
        } else if Self::is_peak(day) {
            Some(day)
        } else {
            (second >= 18 * HOUR).then_some(day + 1)
        };
        known.filter(|day| Self::is_peak(*day))
    }
}

impl Truth for EjpDays {
    fn index(&self, day: i64, second: i64) -> u8 {
        let running = Self::is_peak(day) && second >= 7 * HOUR;
        let ending = Self::is_peak(day - 1) && second < HOUR;
        1 + u8::from(running || ending)
    }

    fn word(&self, index: u8) -> &'static str {
        ["ejp_normal", "ejp_peak"][usize::from(index - 1)]
    }

    fn groups(&self, day: i64, second: i64) -> Vec<(&'static str, Option<String>, String)> {
        let index = self.index(day, second);
        let name = [" HEURES NORMALES", " POINTE  MOBILE "][usize::from(index - 1)];
        let mut groups = vec![
            ("NGTF", None, "      EJP       ".to_owned()),
            ("LTARF", None, name.to_owned()),
            ("STGE", None, stge(index, 0)),
        ];
        let peak = Self::peak(day, second);
        if let Some(peak) = peak {
            let time = |day, hour| Some(horodate(' ', day, hour * HOUR));
            groups.push(("DPM1", time(peak, 7), "00".to_owned()));
            groups.push(("FPM1", time(peak + 1, 1), "00".to_owned()));
        }
        groups.push(("NTARF", None, format!("{index:02}")));
        groups.push(("PJOURF+1", None, profile(&[(0, "8001")])));
        if peak.is_some() {
            groups.push(("PPOINTE", None, profile(&[(0, "8001"), (7 * 60, "8002")])));
        }
        groups
    }

    fn is_announced(&self, _: (i64, i64), _: (i64, i64)) -> bool {
        true
    }
}

/// A calendar with a name of its own: off-peak hours at night and all day at weekends, as three indexes.
pub struct Weekends;

impl Truth for Weekends {
    fn index(&self, day: i64, second: i64) -> u8 {
        // 1970-01-01 was a Thursday.
        let is_weekend = (day + 3) % 7 >= 5;
        match second / HOUR {
            _ if is_weekend => 3,
            2..=5 => 4,
            22.. | ..6 => 1,
            _ => 2,
        }
    }

    fn word(&self, index: u8) -> &'static str {
        ["off_peak", "peak", "off_peak", "super_off_peak"][usize::from(index - 1)]
    }

    fn groups(&self, day: i64, second: i64) -> Vec<(&'static str, Option<String>, String)> {
        let index = self.index(day, second);
        let name = [
            " HEURE  CREUSE  ",
            "  HEURE  PLEINE ",
            "  HC WEEK-END   ",
            "H SUPER CREUSES ",
        ][usize::from(index - 1)];
        let slots: &[_] = if self.index(day + 1, 12 * HOUR) == 3 {
            &[(0, "8003")]
        } else {
            &[(0, "C001"), (120, "C004"), (360, "8002"), (1320, "C001")]
        };
        vec![
            ("NGTF", None, "HC ET WEEK-END  ".to_owned()),
            ("LTARF", None, name.to_owned()),
            ("STGE", None, stge(index, 0)),
            ("NTARF", None, format!("{index:02}")),
            ("PJOURF+1", None, profile(slots)),
        ]
    }

    fn is_announced(&self, _: (i64, i64), _: (i64, i64)) -> bool {
        true
    }
}
