//! The colours of Tempo days: of the index in force, and of the day that comes.
//!
//! A Tempo day goes from 06:00 to 06:00. STGE has the colour of the next day from the evening on; what its bits are after
//! midnight is not specified, so that they are read from noon to midnight only, and kept with the day that they are for. DPM
//! has a date: peak 1 is a white day, peak 2 a red one. Nothing is blue because it is not announced as anything else.

use serde::{Deserialize, Serialize};

use super::calendar::day_of;
use super::contract::Contract;
use super::next::PeakWindow;
use crate::meter::group_value::GroupValue;
use crate::meter::label_values::LabelValues;
use crate::meter::part::{Context, Save};
use crate::tic::{Color, Label, civil};

/// The colour of the index in force: Tempo counts indexes 1 to 6 in the order off-peak and peak of blue, white, red.
pub fn of_today(context: &Context<'_>) -> Option<Color> {
    if context.contract? != Contract::Tempo {
        return None;
    }
    match context.values.get(Label::NTARF)?.number() {
        1 | 2 => Some(Color::Blue),
        3 | 4 => Some(Color::White),
        5 | 6 => Some(Color::Red),
        _ => None,
    }
}

/// A colour that was announced, and the day that it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnnouncedColor {
    /// In days since 1970-01-01.
    day: i64,
    /// 1 blue, 2 white, 3 red, as in STGE; 0 before the first announcement.
    code: u8,
}

impl AnnouncedColor {
    /// Takes the announcement of a frame that carries the clock too.
    pub fn on_frame(&mut self, values: &LabelValues) -> Save {
        let date = values.fresh(Label::DATE);
        let is_afternoon = date
            .and_then(GroupValue::horodate)
            .is_some_and(|date| date.hour >= 12);
        let color = values.fresh(Label::STGE);
        let color = color.and_then(|value| value.status().color_tomorrow());
        let (Some(day), Some(color), true) = (day_of(date), color, is_afternoon) else {
            return Save::Later;
        };
        let announced = Self {
            day: day + 1,
            code: color as u8 + 1,
        };
        let is_new = announced != *self;
        *self = announced;
        Save::now_if(is_new)
    }

    /// The colour of the Tempo day that begins on `day`: what STGE and DPM announce. Nothing if they contradict each other.
    pub fn of(&self, day: i64, peaks: &[PeakWindow]) -> Option<Color> {
        let by_register = Some(self.code).filter(|_| self.day == day);
        let by_peak = peaks
            .iter()
            .filter(|peak| peak.start.div_euclid(civil::DAY) == day)
            .map(|peak| peak.number.saturating_add(1));
        let mut codes = by_register.into_iter().chain(by_peak);
        let code = codes.next()?;
        if codes.any(|other| other != code) {
            return None;
        }
        match code {
            1 => Some(Color::Blue),
            2 => Some(Color::White),
            3 => Some(Color::Red),
            _ => None,
        }
    }
}
