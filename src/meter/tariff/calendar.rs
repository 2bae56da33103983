//! The day profiles: what the meter's calendar plans for today, tomorrow and the next peak day.
//!
//! The meter sends only the profile of the next day (PJOURF+1) and of an announced peak (PPOINTE). Today's
//! is the one that was sent for tomorrow the day before: it is remembered, with the day that it is for.
//!
//! They change once a day, and are parsed only when a text changes: all snapshots until then share one [`Calendar`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::meter::group_value::GroupValue;
use crate::meter::label_values::LabelValues;
use crate::meter::part::Save;
use crate::tic::{Label, Profile, Slot, civil};

/// A profile and the day that it is for, in days since 1970-01-01 of the meter's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Planned {
    day: i64,
    profile: String,
}

/// What is remembered: the profile of today and that of tomorrow, as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarMemory {
    today: Option<Planned>,
    tomorrow: Option<Planned>,
    #[serde(skip)]
    parsed: Parsed,
}

impl CalendarMemory {
    /// Takes the next day's profile from a frame that carries the clock too: one without the other could belong to the
    /// other side of midnight.
    pub fn on_frame(&mut self, values: &LabelValues) -> Save {
        let mut save = Save::Later;
        let sent = values.fresh(Label::PJOURF_1).map(GroupValue::text);
        if let (Some(today), Some(profile)) = (day_of(values.fresh(Label::DATE)), sent) {
            let day = today + 1;
            let is_known = |known: &Planned| known.day == day && known.profile == profile;
            if !self.tomorrow.as_ref().is_some_and(is_known) {
                let profile = profile.to_owned();
                self.turn(today, Planned { day, profile });
                save = Save::Now;
            }
        }
        self.parse(values);
        save
    }

    /// What was planned for this day is today's; `next` is tomorrow's.
    fn turn(&mut self, day: i64, next: Planned) {
        match self.tomorrow.replace(next) {
            Some(planned) if planned.day == day => self.today = Some(planned),
            _ => self.today = self.today.take().filter(|planned| planned.day == day),
        }
    }

    /// Parses the profiles that the current values of the labels give, where they differ from the last ones.
    pub fn parse(&mut self, values: &LabelValues) {
        let maker = values
            .get(Label::ADSC)
            .and_then(|content| Some(content.address()?.maker()));
        let day = day_of(values.get(Label::DATE));
        let is_of_today = |planned: &&Planned| Some(planned.day) == day;
        // After midnight the profile of tomorrow is still that of today, until the new one is accepted.
        let is_stale = self.tomorrow.as_ref().is_some_and(|p| is_of_today(&p));
        let tomorrow = values
            .get(Label::PJOURF_1)
            .map(GroupValue::text)
            .filter(|_| !is_stale);
        let today = [&self.today, &self.tomorrow]
            .into_iter()
            .flatten()
            .find(is_of_today)
            .map(|planned| planned.profile.as_str());
        let peak = values.get(Label::PPOINTE).map(GroupValue::text);
        self.parsed.update([today, tomorrow, peak], maker);
    }

    /// The calendar as it was parsed last.
    pub fn calendar(&self) -> &Arc<Calendar> {
        &self.parsed.calendar
    }

    /// The meter sends no calendar any more; the days that are planned stay what they are.
    pub fn interrupt(&mut self) {
        self.parsed = Parsed::default();
    }
}

/// A calendar, and what it was parsed from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parsed {
    /// Today's profile, tomorrow's and that of the peak, as sent.
    texts: [Option<String>; 3],
    /// The manufacturer's code.
    maker: Option<u8>,
    calendar: Arc<Calendar>,
}

impl Parsed {
    fn update(&mut self, texts: [Option<&str>; 3], maker: Option<u8>) {
        if self.maker == maker && self.texts.iter().map(Option::as_deref).eq(texts) {
            return;
        }
        let profiles = texts.map(|text| Profile::parse(text?, maker));
        let assumed = profiles.iter().flatten().any(|profile| profile.assumed);
        let [today, tomorrow, peak] = profiles.map(|profile| profile.map(|it| it.slots));
        *self = Self {
            texts: texts.map(|text| text.map(str::to_owned)),
            maker,
            calendar: Arc::new(Calendar {
                today,
                tomorrow,
                peak,
                assumed,
            }),
        };
    }
}

/// The day of the meter's clock, in days since 1970-01-01.
pub fn day_of(date: Option<&GroupValue>) -> Option<i64> {
    let date = date?.horodate()?;
    Some(civil::days_from_civil(
        date.year.into(),
        date.month,
        date.day,
    ))
}

/// The plans that are known; `None` for one that is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Today's slots, in order from midnight.
    pub today: Option<Vec<Slot>>,
    /// Tomorrow's.
    pub tomorrow: Option<Vec<Slot>>,
    /// Those of the next peak day.
    pub peak: Option<Vec<Slot>>,
    /// Whether the hours could be read in two ways, and one was taken by the manufacturer's habit.
    pub assumed: bool,
}

impl Calendar {
    /// Whether the meter sends a calendar at all.
    pub fn is_known(&self) -> bool {
        self.today.is_some() || self.tomorrow.is_some() || self.peak.is_some()
    }
}
