//! Houses that are fed with frames: the words of each hour against a calendar that is written apart.
//!
//! The truth is a function from the hour on the wall to an index; what comes next is found by walking through it minute by
//! minute. The meter is a [`Meter`] that is fed with frames.

mod contracts;
mod edges;
mod learning;
mod years;

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
        let identity = Identity::new("main", "b00t");
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
