//! What every panel is given: one meter, the words, the colours, the time.

use ratatui::style::Style;
use ratatui::text::Span;

use super::model::{MeterView, WatchModel};
use super::palette::{Palette, Tint};
use super::plan::HourPlan;
use super::power_history::PlotRange;
use crate::meter::{Hours, Key, TariffPeriod};
use crate::tic::Color;
use crate::words::Words;

/// The limit of a meter that gives none, in VA: the smallest contract that is usual.
const USUAL_LIMIT: i64 = 6000;
/// The voltage that currents are reckoned with.
pub const NOMINAL_VOLTAGE: i64 = 230;

/// See the module.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The daemon and all meters.
    pub model: &'a WatchModel,
    /// The meter that is shown.
    pub meter: &'a MeterView,
    /// The words.
    pub words: Words,
    /// The colours and characters.
    pub palette: Palette,
    /// The host's clock, in seconds since the epoch.
    pub now: i64,
    /// What the plot shows.
    pub range: PlotRange,
    /// It is the only frame.
    pub is_once: bool,
}

impl<'a> Scene<'a> {
    /// The meter's clock.
    pub fn clock(&self) -> i64 {
        self.meter.clock(self.now)
    }

    /// The tariff now.
    pub fn plan(&self) -> HourPlan<'a> {
        HourPlan::new(self.meter, self.clock())
    }

    /// What the contract allows; a usual value if it is not known, for the colours alone.
    pub fn scale_limit(&self) -> i64 {
        self.meter.limit().unwrap_or(USUAL_LIMIT)
    }

    /// The colour of a power.
    pub fn level(&self, power: i64) -> Tint {
        self.palette.level(power, self.scale_limit())
    }

    /// The phases: one or three.
    pub fn phases(&self) -> u16 {
        if self.meter.int(Key::PHASES) == Some(3) {
            3
        } else {
            1
        }
    }

    /// The colour of a period.
    pub fn tint(&self, period: Option<TariffPeriod>) -> Tint {
        match period {
            Some(TariffPeriod::Tempo(color, Hours::Dear)) => color_ink(color),
            Some(TariffPeriod::Tempo(color, Hours::Cheap)) => self.palette.night(color_ink(color)),
            Some(TariffPeriod::OffPeak | TariffPeriod::SuperOffPeak) => Tint::OFF_PEAK,
            Some(TariffPeriod::EjpPeak) => Tint::RED,
            Some(TariffPeriod::EjpNormal) => Tint::OFF_PEAK,
            Some(TariffPeriod::Base | TariffPeriod::Peak | TariffPeriod::Other) => Tint::PEAK,
            None => Tint::GREY,
        }
    }

    /// The colour of an index.
    pub fn index_tint(&self, index: u8) -> Tint {
        match self.plan().period_of(index) {
            Some(period) => self.tint(Some(period)),
            None => Tint::PEAK,
        }
    }

    /// The name of an index in a list.
    pub fn index_name(&self, index: u8) -> String {
        let period = self.plan().period_of(index);
        match period.map(|period| self.words.period_short(period.as_str())) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ if index == 0 => self.words.without_index(),
            _ => self.words.index_number(index),
        }
    }

    /// Less important text.
    pub fn quiet(&self, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.palette.quiet())
    }

    /// Important text.
    pub fn strong(&self, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.palette.strong())
    }

    /// Text in a colour.
    pub fn colored(&self, text: impl Into<String>, ink: Tint) -> Span<'static> {
        Span::styled(text.into(), self.palette.ink(ink))
    }

    /// Text in a style.
    pub fn styled(&self, text: impl Into<String>, style: Style) -> Span<'static> {
        Span::styled(text.into(), style)
    }

    /// A character, or its replacement in ASCII.
    pub fn glyph<'t>(&self, symbol: &'t str, ascii: &'t str) -> &'t str {
        self.palette.glyph(symbol, ascii)
    }
}

/// The colour of a Tempo day.
pub fn color_ink(color: Color) -> Tint {
    match color {
        Color::Blue => Tint::BLUE,
        Color::White => Tint::WHITE,
        Color::Red => Tint::RED,
    }
}
