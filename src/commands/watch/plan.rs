//! The tariff of today and tomorrow: which index counts at a moment, at what price, and what comes next.
//!
//! Input: a meter and its clock. Output: indexes, prices, moments in seconds since the epoch. A Tempo day runs from 06:00
//! to 06:00, so its bands do too: the colour of the small hours of tomorrow is today's. On the first day the profile of
//! today is not known; that of tomorrow is taken, as most days are alike.

use super::model::MeterView;
use super::wall;
use crate::dbus::PlanStep;
use crate::meter::{Contract, Hours, Key, TariffPeriod};
use crate::tic::Color;

/// When a Tempo day begins, in seconds after midnight.
const TEMPO_START: i64 = 6 * 3600;

/// How dear the hour is, among those of its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// Off-peak.
    Low,
    /// The usual price, or that of peak hours.
    High,
    /// A mobile peak.
    Top,
}

/// What counts at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedHour {
    /// The number of the index; `None` while the colour of its day is not announced.
    pub index: Option<u8>,
    /// The period that it counts, if the contract has an order that is known.
    pub period: Option<TariffPeriod>,
    /// Its price.
    pub price: Price,
}

/// A change that is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPeriod {
    /// When, by the meter's clock.
    pub at: i64,
    /// To which period: one of the closed words; empty if it is not known.
    pub word: String,
}

/// The plan of a meter at a moment of its clock.
#[derive(Clone, Copy, Debug)]
pub struct HourPlan<'a> {
    meter: &'a MeterView,
    now: i64,
}

impl<'a> HourPlan<'a> {
    /// The plan of this meter when its clock is at `now`.
    pub fn new(meter: &'a MeterView, now: i64) -> Self {
        Self { meter, now }
    }

    /// The kind of contract, if it is a usual one.
    pub fn contract(&self) -> Option<Contract> {
        let word = self.meter.text(Key::CONTRACT_TYPE);
        [
            Contract::Base,
            Contract::OffPeak,
            Contract::Ejp,
            Contract::Tempo,
        ]
        .into_iter()
        .find(|contract| contract.as_str() == word)
    }

    /// Whether days have colours.
    pub fn is_tempo(&self) -> bool {
        self.contract() == Some(Contract::Tempo)
    }

    /// The period that an index counts, where the contract fixes it.
    pub fn period_of(&self, index: u8) -> Option<TariffPeriod> {
        TariffPeriod::of_index(self.contract()?, index)
    }

    /// What an index costs.
    pub fn price_of(&self, index: u8) -> Price {
        match self.period_of(index) {
            Some(TariffPeriod::EjpPeak) => Price::Top,
            Some(period) if period.is_off_peak() == Some(true) => Price::Low,
            // The meter names what counts now, also under a contract of a name of its own.
            None if index == self.meter.tariff_index()
                && self.meter.flag(Key::OFF_PEAK) == Some(true) =>
            {
                Price::Low
            }
            _ => Price::High,
        }
    }

    /// The start of the day of the contract that so many days follow: midnight, or 06:00 with Tempo.
    pub fn day(&self, days: i64) -> i64 {
        if !self.is_tempo() {
            return wall::midnight(self.now, days);
        }
        let days = days - i64::from(wall::second(self.now) < TEMPO_START);
        let midnight = wall::local(wall::midnight(self.now, days));
        wall::moment(midnight.saturating_add(TEMPO_START))
    }

    /// The profile of a day of the calendar: today, or tomorrow.
    fn profile(&self, is_tomorrow: bool) -> Option<&'a [PlanStep]> {
        let plans = &self.meter.plans;
        let (first, second) = if is_tomorrow {
            (&plans.tomorrow, &plans.today)
        } else {
            (&plans.today, &plans.tomorrow)
        };
        let known = first.as_deref().or(second.as_deref());
        known.filter(|steps| !steps.is_empty())
    }

    /// Whether the hours of a day are known.
    pub fn is_known(&self) -> bool {
        self.profile(false).is_some()
    }

    /// What is planned at a moment of today or tomorrow.
    pub fn at(&self, moment: i64) -> Option<PlannedHour> {
        let is_tomorrow = moment >= wall::midnight(self.now, 1);
        let minute = wall::second(moment) / 60;
        let steps = self.profile(is_tomorrow)?;
        let begun = steps
            .iter()
            .rev()
            .find(|(start, _)| i64::from(*start) <= minute);
        // Before the first step of a day the last one goes on.
        let (_, index) = begun.or(steps.last())?;
        let index = *index;
        if index == 0 {
            return None;
        }
        match self.period_of(index) {
            Some(TariffPeriod::Tempo(_, hours)) => Some(self.tempo_hour(moment, hours)),
            period => Some(PlannedHour {
                index: Some(index),
                period,
                price: self.price_of(index),
            }),
        }
    }

    /// The hours are the profile's, the colour is that of the day.
    fn tempo_hour(&self, moment: i64, hours: Hours) -> PlannedHour {
        let key = if moment >= self.day(1) {
            Key::COLOR_TOMORROW
        } else {
            Key::COLOR_TODAY
        };
        let color = color_named(self.meter.text(key));
        let period = color.map(|color| TariffPeriod::Tempo(color, hours));
        let index = (1..=6).find(|index| period.is_some() && self.period_of(*index) == period);
        let price = match hours {
            Hours::Cheap => Price::Low,
            Hours::Dear => Price::High,
        };
        PlannedHour {
            index,
            period,
            price,
        }
    }

    /// The next change: as the daemon works it out, else by the profiles if they agree with what counts now.
    pub fn next(&self) -> Option<NextPeriod> {
        let at = self.meter.time(Key::NEXT_TARIFF_TIME);
        if let Some(at) = at.filter(|at| *at > self.now) {
            let word = self.meter.text(Key::NEXT_TARIFF).to_owned();
            return Some(NextPeriod { at, word });
        }
        let current = self.at(self.now)?;
        if current.index != Some(self.meter.tariff_index()) {
            return None;
        }
        let mut starts: Vec<i64> = self.starts().filter(|start| *start > self.now).collect();
        starts.sort_unstable();
        let changes = starts.into_iter().filter_map(|at| Some((at, self.at(at)?)));
        changes
            .skip_while(|(_, hour)| (hour.index, hour.price) == (current.index, current.price))
            .map(|(at, hour)| {
                let word = hour.period.map_or("", TariffPeriod::as_str).to_owned();
                NextPeriod { at, word }
            })
            .next()
    }

    /// When something may change, today and tomorrow.
    fn starts(&self) -> impl Iterator<Item = i64> {
        let of_day = |day: i64| {
            let midnight = wall::local(wall::midnight(self.now, day));
            let steps = self.profile(day == 1).unwrap_or_default();
            let starts = steps.iter().map(|(minute, _)| i64::from(*minute) * 60);
            starts.map(move |second| wall::moment(midnight + second))
        };
        of_day(0).chain(of_day(1)).chain([self.day(1)])
    }

    /// Whether off-peak hours are in force.
    pub fn is_off_peak(&self) -> bool {
        self.meter.flag(Key::OFF_PEAK) == Some(true)
    }
}

/// The colour with this public word.
pub fn color_named(word: &str) -> Option<Color> {
    match word {
        "blue" => Some(Color::Blue),
        "white" => Some(Color::White),
        "red" => Some(Color::Red),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Value;
    use crate::tic::civil::DAY;

    /// 2026-01-14T22:01:48 in France.
    const EVENING: i64 = 1_768_424_508;

    fn meter(contract: &'static str, today: &[PlanStep], tomorrow: &[PlanStep]) -> MeterView {
        let mut meter = MeterView::new("main");
        meter.set(Key::CONTRACT_TYPE, Some(Value::Enum(contract)), EVENING);
        let some = |steps: &[PlanStep]| (!steps.is_empty()).then(|| steps.to_vec());
        meter.plans.today = some(today);
        meter.plans.tomorrow = some(tomorrow);
        meter
    }

    #[test]
    fn a_tempo_day_runs_from_six_to_six() {
        let hours = [(0, 1), (360, 2), (1320, 1)];
        let mut meter = meter("tempo", &hours, &hours);
        meter.set(Key::COLOR_TODAY, Some(Value::Enum("white")), EVENING);
        meter.set(Key::COLOR_TOMORROW, Some(Value::Enum("red")), EVENING);
        let plan = HourPlan::new(&meter, EVENING);
        assert_eq!(wall::clock(plan.day(0)), "06:00");
        assert_eq!(plan.day(1) - plan.day(0), DAY);
        let index = |moment| plan.at(moment).unwrap().index;
        assert_eq!(index(EVENING), Some(3));
        let six = plan.day(1);
        assert_eq!(index(six - 60), Some(3), "the small hours are white still");
        assert_eq!(index(six), Some(6));
        assert_eq!(plan.at(six).unwrap().price, Price::High);
        assert_eq!(plan.next(), None, "what counts now is not known");
        let mut counting = meter.clone();
        counting.set(Key::TARIFF_INDEX, Some(Value::Int(3)), EVENING);
        let next = HourPlan::new(&counting, EVENING).next().unwrap();
        assert_eq!((next.at, next.word.as_str()), (six, "red_peak"));
        let early = HourPlan::new(&meter, six - 60);
        assert_eq!(early.day(0), plan.day(0), "at 05:59 it is yet the same day");
    }

    #[test]
    fn a_colour_that_is_not_announced_has_its_hours_all_the_same() {
        let hours = [(0, 1), (360, 2), (1320, 1)];
        let mut meter = meter("tempo", &[], &hours);
        meter.set(Key::COLOR_TODAY, Some(Value::Enum("blue")), EVENING);
        let plan = HourPlan::new(&meter, EVENING);
        let noon = plan.at(plan.day(1) + 6 * 3600).unwrap();
        assert_eq!((noon.index, noon.price), (None, Price::High));
    }

    #[test]
    fn off_peak_hours_are_cheap_and_those_of_unknown_contracts_as_the_meter_names_them() {
        let hours = [(0, 1), (390, 2), (1350, 1)];
        let known = meter("off_peak", &hours, &[]);
        let plan = HourPlan::new(&known, EVENING);
        assert_eq!(wall::clock(plan.day(0)), "00:00");
        assert_eq!(plan.at(plan.day(0)).unwrap().price, Price::Low);
        assert_eq!(plan.at(plan.day(1) + 12 * 3600).unwrap().index, Some(2));
        let mut other = meter("other", &[(0, 4)], &[]);
        assert_eq!(HourPlan::new(&other, EVENING).price_of(4), Price::High);
        other.set(Key::TARIFF_INDEX, Some(Value::Int(4)), EVENING);
        other.set(Key::OFF_PEAK, Some(Value::Bool(true)), EVENING);
        assert_eq!(HourPlan::new(&other, EVENING).price_of(4), Price::Low);
        let next = plan.next();
        assert_eq!(next, None, "what counts now is not what is planned");
        let silent = meter("base", &[], &[(5, 0)]);
        assert_eq!(HourPlan::new(&silent, EVENING).at(EVENING), None);
    }
}
