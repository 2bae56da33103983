//! The next change of the tariff: what the calendar plans, from the period in force on.
//!
//! Inputs: the meter's clock, the index in force, the day profiles, the announced peaks, the announced colour. Output: the
//! period of the next other index, when it begins, and when the next off-peak hours begin.
//!
//! - Times are civil: slots are hours on the wall of a day, and a day may have 23 or 25 hours.
//! - Tempo: the profiles give the hours, the colour is that of the day from 06:00 to 06:00. A colour that is not announced
//!   is not known, but its hours are.
//! - EJP: the index is 1 outside the peaks, and 2 from DPM to FPM.
//! - Another contract follows PPOINTE from DPM to FPM.
//! - NTARF is in force. A plan that contradicts it plans nothing, except for a moment around a change: the meter switches
//!   some seconds, seldom minutes, after the hour.

use super::calendar::Calendar;
use super::contract::Contract;
use super::period::Hours;
use super::period::TariffPeriod;
use crate::meter::value::Time;
use crate::tic::{Color, Horodate, Slot, civil};

/// A Tempo day begins at 06:00, in seconds since midnight.
const TEMPO_DAY: i64 = 6 * 3_600;
/// A change may come this many seconds before its time.
const EARLY_MAX: i64 = 10;
/// A change may come this many seconds after its time.
const LATE_MAX: i64 = 900;

/// A peak that ends later than this many seconds after midnight is none.
const PLAN_MAX: i64 = 10 * civil::DAY;

/// A mobile peak, in seconds since 1970 on the wall; a side that is not known has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeakWindow {
    /// The number of the peak, 1 to 3.
    pub number: u8,
    /// DPM.
    pub start: i64,
    /// FPM.
    pub end: i64,
}

/// What is in force at some time, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PlannedPeriod {
    index: Option<u8>,
    period: Option<TariffPeriod>,
    off_peak: Option<bool>,
}

impl PlannedPeriod {
    /// Whether the other is another index; `None` if it is not known.
    fn differs(self, other: Self) -> Option<bool> {
        match (self.index, other.index) {
            (Some(a), Some(b)) => Some(a != b),
            _ => (self.off_peak? != other.off_peak?).then_some(true),
        }
    }
}

/// What the next changes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NextChanges {
    /// The next period; `None` while its colour is not announced, or it was never seen.
    pub tariff: Option<TariffPeriod>,
    /// When it begins.
    pub time: Option<Time>,
    /// When off-peak hours begin next; those that run now do not count.
    pub off_peak: Option<Time>,
}

/// All that a plan is made of.
pub struct Plan<'a> {
    /// The meter's clock.
    pub now: Horodate,
    /// The index in force.
    pub index: u8,
    /// The contract.
    pub contract: Contract,
    /// The day profiles.
    pub calendar: &'a Calendar,
    /// The peaks that run or are announced.
    pub peaks: &'a [PeakWindow],
    /// Tempo: the colour that begins at the next 06:00, once announced.
    pub next_color: Option<Color>,
    /// What an index counts.
    pub period: &'a dyn Fn(u8) -> Option<TariffPeriod>,
}

impl Plan<'_> {
    /// The next changes; empty where nothing is known, or the plan contradicts what is in force.
    pub fn next(&self) -> NextChanges {
        let mut next = NextChanges::default();
        let Some((from, mut before)) = self.anchor() else {
            return next;
        };
        let mut is_first = true;
        for at in self.boundaries().into_iter().filter(|at| *at > from) {
            let step = self.step(at);
            match before.differs(step) {
                Some(true) => {}
                Some(false) => continue,
                None => break,
            }
            if is_first {
                next.tariff = step.period;
                next.time = Some(self.time(at));
                is_first = false;
            }
            match (before.off_peak, step.off_peak) {
                (Some(false), Some(true)) => {
                    next.off_peak = Some(self.time(at));
                    break;
                }
                (Some(_), Some(_)) => {}
                _ => break,
            }
            before = step;
        }
        next
    }

    /// The time from which on the plan is followed, and what is in force then.
    fn anchor(&self) -> Option<(i64, PlannedPeriod)> {
        let now = wall(&self.now);
        let in_force = self.of_index(self.index);
        let agrees = |step: PlannedPeriod| step.differs(in_force) == Some(false);
        if agrees(self.step(now)) {
            return Some((now, in_force));
        }
        let boundaries = self.boundaries();
        let early = boundaries.iter().find(|at| **at > now)?;
        if *early <= now + EARLY_MAX && agrees(self.step(*early)) {
            return Some((*early, in_force));
        }
        let late = boundaries.iter().rev().find(|at| **at <= now)?;
        let is_late = now - *late <= LATE_MAX && agrees(self.step(*late - 1));
        is_late.then_some((*late - 1, in_force))
    }

    fn midnight(&self) -> i64 {
        wall(&self.now).div_euclid(civil::DAY) * civil::DAY
    }

    /// When something may change, in order.
    fn boundaries(&self) -> Vec<i64> {
        let midnight = self.midnight();
        let days = [
            (midnight, &self.calendar.today),
            (midnight + civil::DAY, &self.calendar.tomorrow),
        ];
        let mut all: Vec<i64> = days
            .iter()
            .filter_map(|(day, slots)| Some((day, slots.as_ref()?)))
            .flat_map(|(day, slots)| slots.iter().map(move |slot| day + second(slot)))
            .collect();
        match self.contract {
            Contract::Tempo => all.extend(days.map(|(day, _)| day + TEMPO_DAY)),
            _ => all.extend(self.peaks.iter().flat_map(|peak| self.inside(peak))),
        }
        all.retain(|at| (midnight - civil::DAY..midnight + PLAN_MAX).contains(at));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The boundaries that a peak makes.
    fn inside(&self, peak: &PeakWindow) -> Vec<i64> {
        let mut all = vec![peak.start, peak.end];
        if self.contract != Contract::Ejp {
            let slots = self.calendar.peak.iter().flatten();
            let midnight = self.midnight();
            all.extend(
                slots
                    .flat_map(|slot| [0, civil::DAY].map(|day| midnight + day + second(slot)))
                    .filter(|at| (peak.start..peak.end).contains(at)),
            );
        }
        all
    }

    /// What is planned at a time on the wall.
    fn step(&self, at: i64) -> PlannedPeriod {
        match self.contract {
            Contract::Tempo => self.tempo(at),
            Contract::Ejp => self.of_index(1 + u8::from(self.peak_at(at).is_some())),
            _ => self
                .index_at(at)
                .map(|index| self.of_index(index))
                .unwrap_or_default(),
        }
    }

    fn of_index(&self, index: u8) -> PlannedPeriod {
        let period = (self.period)(index);
        PlannedPeriod {
            index: Some(index),
            period,
            off_peak: period.and_then(TariffPeriod::is_off_peak),
        }
    }

    fn peak_at(&self, at: i64) -> Option<&PeakWindow> {
        let mut peaks = self.peaks.iter();
        peaks.find(|peak| (peak.start..peak.end).contains(&at))
    }

    /// The index of the ordinary profile, or that of the peak profile in a peak.
    fn index_at(&self, at: i64) -> Option<u8> {
        if self.peak_at(at).is_none() {
            return self.ordinary_index_at(at);
        }
        // One profile cannot be that of two peaks.
        let slots = self
            .calendar
            .peak
            .as_ref()
            .filter(|_| self.peaks.len() == 1);
        index_of(slots?, at.rem_euclid(civil::DAY))
    }

    fn ordinary_index_at(&self, at: i64) -> Option<u8> {
        let of_day = at.rem_euclid(civil::DAY);
        let slots = match (at - of_day) - self.midnight() {
            0 => self.calendar.today.as_ref(),
            civil::DAY => self.calendar.tomorrow.as_ref(),
            _ => None,
        };
        index_of(slots?, of_day)
    }

    /// The hours by the profile, the colour by the day.
    fn tempo(&self, at: i64) -> PlannedPeriod {
        let hours = self.ordinary_index_at(at);
        let Some(TariffPeriod::Tempo(_, hours)) =
            hours.and_then(|index| TariffPeriod::of_index(Contract::Tempo, index))
        else {
            return PlannedPeriod::default();
        };
        let color_of = |period| match period {
            Some(TariffPeriod::Tempo(color, _)) => Some(color),
            _ => None,
        };
        let color = match tempo_day(at) - tempo_day(wall(&self.now)) {
            0 => color_of(TariffPeriod::of_index(Contract::Tempo, self.index)),
            1 => self.next_color,
            _ => None,
        };
        let known = (1..=6).find(|index| {
            let period = TariffPeriod::of_index(Contract::Tempo, *index);
            color.is_some_and(|color| period == Some(TariffPeriod::Tempo(color, hours)))
        });
        known.map_or(
            PlannedPeriod {
                index: None,
                period: None,
                off_peak: Some(hours == Hours::Cheap),
            },
            |index| self.of_index(index),
        )
    }

    /// A time on the wall as a moment. The season is that of Paris as long as the meter's clock keeps it; a meter overseas
    /// keeps its own.
    fn time(&self, at: i64) -> Time {
        let now = self.now.offset();
        let paris = |at: i64| civil::paris_offset_of_local(at);
        let at_now = wall(&self.now);
        let keeps_paris = paris(at_now) == now || paris(at_now + 3_600) == now;
        let unix = |offset: i32| at - i64::from(offset);
        if !keeps_paris {
            return Time::new(unix(now), now);
        }
        let offset = paris(at);
        // In the hour that is repeated, the second time.
        if now == civil::WINTER && offset == civil::SUMMER && unix(offset) <= self.now.unix() {
            return Time::new(unix(now), now);
        }
        // In the hour that is left out: it begins when the hour after it does.
        if offset == civil::WINTER && civil::paris_offset(unix(offset)) == civil::SUMMER {
            let hour = at - at.rem_euclid(3_600);
            return Time::new(hour - i64::from(civil::WINTER), civil::SUMMER);
        }
        Time::new(unix(offset), offset)
    }
}

/// Seconds since 1970 on the wall of the meter.
pub fn wall(time: &Horodate) -> i64 {
    time.unix().saturating_add(time.offset().into())
}

/// The day on which the Tempo day began that a time on the wall is in, in days since 1970-01-01.
pub fn tempo_day(at: i64) -> i64 {
    (at - TEMPO_DAY).div_euclid(civil::DAY)
}

fn second(slot: &Slot) -> i64 {
    i64::from(slot.hour) * 3_600 + i64::from(slot.minute) * 60
}

/// The index that the profile has in force at a second of the day. A slot without an index leaves that before it.
fn index_of(slots: &[Slot], of_day: i64) -> Option<u8> {
    let mut past = slots.iter().rev().filter(|slot| second(slot) <= of_day);
    past.find_map(|slot| slot.tariff_index)
}
