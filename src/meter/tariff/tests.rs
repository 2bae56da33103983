//! Years of meters: the words of each hour against a calendar that is written apart.
//!
//! The truth is a function from the hour on the wall to an index; what comes next is found by walking through it minute by
//! minute. The meter is a [`Meter`] that is fed with frames.

use core::time::Duration;

use crate::meter::{Identity, Input, Key, Memory, Meter, Moment, Timestamp, Update};
use crate::tic::{Decoder, Mode, Parity, civil, push_group, with_parity};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// 2026-03-29 and 2026-10-25, 01:00 UTC.
const SUMMER: core::ops::Range<i64> = 1_774_746_000..1_792_890_000;

/// The clock on the wall: the day since 1970, the second of the day, the letter of the season.
fn on_the_wall(unix: i64) -> (i64, i64, char) {
    let (offset, season) = if SUMMER.contains(&unix) {
        (2 * HOUR, 'E')
    } else {
        (HOUR, 'H')
    };
    let local = unix + offset;
    (local.div_euclid(DAY), local.rem_euclid(DAY), season)
}

fn unix(year: i64, month: u8, day: u8, hour: i64) -> i64 {
    let local = civil::days_from_civil(year, month, day) * DAY + hour * HOUR;
    let winter = local - HOUR;
    if SUMMER.contains(&winter) {
        winter - HOUR
    } else {
        winter
    }
}

fn horodate(season: char, day: i64, second: i64) -> String {
    let (year, month, day) = civil::civil_from_days(day);
    let (hour, minute, second) = (second / HOUR, second / MINUTE % 60, second % 60);
    let year = year % 100;
    format!("{season}{year:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

/// `(from, four digits)`, from in minutes of the day, as PJOURF+1.
fn profile(slots: &[(i64, &str)]) -> String {
    let mut blocks: Vec<String> = slots
        .iter()
        .map(|(minute, word)| format!("{:02}{:02}{word}", minute / 60, minute % 60))
        .collect();
    blocks.resize(11, "NONUTILE".to_owned());
    blocks.join(" ")
}

/// A contract as it really is.
trait Truth {
    /// The index in force.
    fn index(&self, day: i64, second: i64) -> u8;
    /// Its public word.
    fn word(&self, index: u8) -> &'static str;
    /// The groups of the tariff, from NGTF on.
    fn groups(&self, day: i64, second: i64) -> Vec<(&'static str, Option<String>, String)>;
    /// Whether the meter can know what is in force then.
    fn is_announced(&self, now: (i64, i64), then: (i64, i64)) -> bool;
}

fn is_off_peak(word: &str) -> bool {
    word.ends_with("off_peak")
}

fn stge(index: u8, tomorrow: u32) -> String {
    format!(
        "{:08X}",
        0x003A_0001 | u32::from(index - 1) << 10 | tomorrow << 26
    )
}

struct House {
    meter: Meter,
    mode: Mode,
    seconds: u64,
}

impl House {
    fn new(memory: &Memory) -> Self {
        let identity = Identity {
            number: 0,
            id: "main".into(),
            boot: "b00t".into(),
            shows_identifiers: false,
        };
        Self {
            meter: Meter::new(identity, memory),
            mode: Mode::Standard,
            seconds: 0,
        }
    }

    fn frame(&mut self, unix: i64, groups: &[(&str, Option<String>, String)]) -> Update {
        let mut bytes = vec![0x02];
        for (label, horodate, data) in groups {
            push_group(self.mode, label, horodate.as_deref(), data, &mut bytes);
        }
        bytes.push(0x03);
        let bytes: Vec<u8> = bytes.into_iter().map(with_parity).collect();
        let frame = Decoder::new(self.mode, Parity::Check)
            .push(&bytes)
            .remove(0);
        assert!(!frame.is_damaged(), "{groups:?}");
        self.seconds = u64::try_from(unix).unwrap();
        let now = Moment {
            wall: Some(Timestamp(unix * 1_000_000)),
            mono: Duration::from_secs(self.seconds),
        };
        (*self.meter.push(Input::Frame(frame), now).unwrap()).clone()
    }

    fn at(&mut self, unix: i64, truth: &impl Truth) -> Update {
        let (day, second, season) = on_the_wall(unix);
        let mut groups = vec![
            ("ADSC", None, "031876000000".to_owned()),
            ("DATE", Some(horodate(season, day, second)), String::new()),
        ];
        groups.extend(truth.groups(day, second));
        self.frame(unix, &groups)
    }
}

fn text(update: &Update, key: Key) -> Option<&str> {
    update.snapshot.reading.text(key)
}

fn moment(update: &Update, key: Key) -> Option<i64> {
    let value = update.snapshot.reading.get(key)?;
    value.micros().map(|micros| micros / 1_000_000)
}

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

/// Lives from `from` to `until`, three frames every 47 minutes.
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
        at += 47 * MINUTE + 13;
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

/// Two ranges of off-peak hours, others in summer, as the reform of 2025 to 2027 has them.
struct OffPeakHours;

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

#[test]
fn a_year_of_off_peak_hours() {
    let (from, until) = (unix(2026, 1, 2, 9), unix(2027, 1, 2, 9));
    live(from, until, &OffPeakHours, check_next(from, &OffPeakHours));
}

/// Tempo, as in the simulator: white and red days are drawn, announced at 18:00 as a peak and at 20:00 as a colour.
struct TempoDays {
    /// What the bits of tomorrow are between midnight and 06:00.
    night: u32,
}

impl TempoDays {
    /// 0 blue, 1 white, 2 red.
    fn color(day: i64) -> u8 {
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

#[test]
fn a_year_of_tempo() {
    for night in 0..=3 {
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

/// EJP: peaks from 07:00 to 01:00, announced at 18:00.
struct EjpDays;

impl EjpDays {
    fn is_peak(day: i64) -> bool {
        matches!(civil::civil_from_days(day).1, 11 | 12 | 1..=3) && day * 7919 % 9 < 2
    }

    /// The peak that runs or is announced, by the day that it begins on.
    fn peak(day: i64, second: i64) -> Option<i64> {
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

/// A calendar with a name of its own: off-peak hours at night and all day at weekends, as three indexes.
struct Weekends;

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
