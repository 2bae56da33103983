//! The trend on disk: the last 24 hours by five minutes, and the energies, as short lines of text.
//!
//! ```text
//! steps   = step *( ";" step )                             the first begins at `from`, each is five minutes
//! step    = [ [ minutes "/" ] mean "," highest "," tariff [ "," [ active ] [ "," injected "," injected highest ] ] ]
//! hours   = hour *( ";" hour )                             the first begins at `first_hour`
//! hour    = [ energy *( " " energy ) ]     energy = index ":" Wh
//! ```
//! An empty step or hour is not known. `minutes` has a bit for each minute of the step that is known; without it all are.
//! A restored minute has the mean and the highest of its step.

use serde::{Deserialize, Serialize};

use super::compact::U24;
use super::hour_energy::{self, HourRow, LastReading, ROWS_MAX, ReadingTime};
use super::power_ring::{PointSum, PowerPoint};
use super::trend::Trend;

/// The length of a step, in seconds.
const STEP: i64 = 300;
const MINUTE: i64 = 60;
/// How many are kept.
const STEPS: i64 = 288;
/// All five minutes of a step.
const WHOLE: u8 = 0b1_1111;
/// Hours that are read from disk, at most.
const HOURS_MAX: usize = 31 * 24;

/// See the module. Times are in seconds since the epoch.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedTrend {
    now: i64,
    from: i64,
    steps: String,
    first_hour: i64,
    hours: String,
    /// Index, value and time of the counters as they were last read.
    counters: Vec<(u8, u64, i64)>,
}

impl SavedTrend {
    /// What is kept of a trend; `None` if nothing is known.
    pub fn of(trend: &Trend) -> Option<Self> {
        if trend.now == 0 {
            return None;
        }
        let newest = trend.now - trend.now.rem_euclid(STEP);
        let from = newest - (STEPS - 1) * STEP;
        let steps = (0..STEPS).map(|step| step_text(trend, from + step * STEP));
        let steps = steps.collect::<Vec<_>>().join(";");
        let rows = trend.energy.rows(0, trend.now);
        let first_hour = rows.first().map_or(0, |row| row.hour);
        let mut hours = String::new();
        let mut hour = first_hour;
        for row in &rows {
            while hour < row.hour {
                hours.push(';');
                hour += 1;
            }
            if !hours.is_empty() && !hours.ends_with(';') {
                hours.push(' ');
            }
            hours.push_str(&format!("{}:{}", row.index, row.energy.get()));
        }
        let counters = trend.energy.last().iter();
        Some(Self {
            now: trend.now,
            from,
            steps: steps.trim_end_matches(';').to_owned(),
            first_hour: first_hour.into(),
            hours,
            counters: counters
                .map(|last| (last.index, last.value, last.time.wall))
                .collect(),
        })
    }

    /// Enters it into a trend that has nothing yet.
    pub fn restore(&self, trend: &mut Trend) {
        trend.set_time(self.now);
        let steps = usize::try_from(STEPS).unwrap_or_default();
        let starts = (0..STEPS).map(|step| self.from.saturating_add(step * STEP));
        for (text, start) in self.steps.split(';').take(steps).zip(starts) {
            if let Some((minutes, point)) = parse_step(text) {
                for minute in (0..5).filter(|minute| minutes >> minute & 1 == 1) {
                    let time = start.saturating_add(i64::from(minute) * MINUTE);
                    if time <= trend.now {
                        trend.minutes.set(time, &point);
                    }
                }
            }
        }
        let first = u32::try_from(self.first_hour).unwrap_or_default();
        let hours = (first..).zip(self.hours.split(';').take(HOURS_MAX));
        let rows = hours.flat_map(|(hour, text)| {
            let energies = text.split(' ').filter_map(parse_energy);
            energies.map(move |(index, energy)| HourRow {
                hour,
                index,
                energy,
            })
        });
        let last = self
            .counters
            .iter()
            .map(|(index, value, wall)| LastReading {
                index: *index,
                value: *value,
                time: ReadingTime {
                    wall: *wall,
                    mono: None,
                },
            });
        trend.energy.restore(rows.take(ROWS_MAX), last);
    }
}

fn step_text(trend: &Trend, start: i64) -> String {
    let (mut sum, mut minutes) = (PointSum::default(), 0_u8);
    for minute in 0..5_u8 {
        let time = start + i64::from(minute) * MINUTE;
        if time <= trend.now
            && let Some(point) = trend.minutes.get(time)
        {
            sum.add(&point);
            minutes |= 1 << minute;
        }
    }
    let Some(point) = sum.point() else {
        return String::new();
    };
    let PowerPoint {
        mean,
        highest,
        injected_mean,
        injected_highest,
        active,
        tariff_index,
    } = point;
    let mut text = match minutes {
        WHOLE => String::new(),
        _ => format!("{minutes}/"),
    };
    text.push_str(&format!("{mean},{highest},{tariff_index}"));
    let has_injected = injected_highest > 0;
    if active.is_some() || has_injected {
        text.push(',');
        text.push_str(&active.map_or_else(String::new, |active| active.to_string()));
    }
    if has_injected {
        text.push_str(&format!(",{injected_mean},{injected_highest}"));
    }
    text
}

/// The minutes that are known, and the point of each.
fn parse_step(text: &str) -> Option<(u8, PowerPoint)> {
    let (minutes, text) = match text.split_once('/') {
        Some((minutes, text)) => (minutes.parse().ok()?, text),
        None => (WHOLE, text),
    };
    let mut fields = text.split(',');
    let mut number = || -> Option<u32> {
        let number = fields.next()?.parse().ok()?;
        (number <= U24::MAX).then_some(number)
    };
    let (mean, highest) = (number()?, number()?);
    let tariff_index = u8::try_from(number()?).ok()?;
    let active = fields.next().filter(|field| !field.is_empty());
    let active = match active {
        Some(active) => Some(active.parse().ok()?),
        None => None,
    };
    let mut injected = fields.map(|field| field.parse().ok().filter(|number| *number <= U24::MAX));
    let (injected_mean, injected_highest) = match injected.next() {
        Some(mean) => (mean?, injected.next()??),
        None => (0, 0),
    };
    Some((
        minutes,
        PowerPoint {
            mean,
            highest,
            injected_mean,
            injected_highest,
            active,
            tariff_index,
        },
    ))
}

fn parse_energy(text: &str) -> Option<(u8, U24)> {
    let (index, energy) = text.split_once(':')?;
    let index = index
        .parse()
        .ok()
        .filter(|index| hour_energy::is_index(*index))?;
    let energy: u32 = energy.parse().ok()?;
    (energy <= U24::MAX).then(|| (index, U24::new(energy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_read_as_it_is_written() {
        let point = PowerPoint {
            mean: 340,
            highest: 812,
            tariff_index: 1,
            ..PowerPoint::default()
        };
        let injecting = PowerPoint {
            active: Some(-620),
            injected_mean: 640,
            injected_highest: 700,
            ..point
        };
        for (text, expected) in [
            ("340,812,1", Some((WHOLE, point))),
            ("3/340,812,1", Some((3, point))),
            ("340,812,1,-620,640,700", Some((WHOLE, injecting))),
            (
                "340,812,1,,640,700",
                Some((
                    WHOLE,
                    PowerPoint {
                        active: None,
                        ..injecting
                    },
                )),
            ),
            ("", None),
            ("340", None),
            ("340,812,256", None),
            ("340,-812,1", None),
            ("340,812,1,x", None),
            ("340,812,1,5,6", None),
            ("999999999,812,1", None),
            ("300/340,812,1", None),
        ] {
            assert_eq!(parse_step(text), expected, "{text}");
        }
    }

    #[test]
    fn a_damaged_file_is_ignored_where_it_does_not_fit() {
        let saved = SavedTrend {
            now: i64::MAX,
            from: i64::MIN,
            steps: "x;1,2;9/9,9,9".repeat(1000),
            first_hour: -1,
            hours: "1:5 2:;;:;300:1;1:99999999999;11:4".repeat(1000),
            counters: vec![(77, 1, 1), (1, u64::MAX, i64::MIN)],
        };
        let mut trend = Trend::default();
        saved.restore(&mut trend);
        trend.push_energy(
            1,
            0,
            ReadingTime {
                wall: i64::MAX,
                mono: None,
            },
        );
        let _ = (trend.power(0, 0), trend.active_power(u64::MAX, u32::MAX));
        let _ = (trend.energy(0), SavedTrend::of(&trend));
    }
}
