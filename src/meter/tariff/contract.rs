//! Which kind of contract the meter counts for.
//!
//! The historique mode has a code for it. The standard mode has only the name that the supplier gave to the
//! calendar: the usual names are known here, any other is `Other`.

use crate::meter::label_values::LabelValues;
use crate::tic::{Label, Mode, TariffOption};

/// A kind of contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// One price at all hours.
    Base,
    /// Peak and off-peak hours.
    OffPeak,
    /// *Effacement jour de pointe*: two prices, and mobile peak days.
    Ejp,
    /// Three colours of days, peak and off-peak hours.
    Tempo,
    /// A producer's.
    Producer,
    /// A calendar with another name.
    Other,
}

/// Names of calendars with two periods, without their spaces. A longer name ("HC WEEK-END") has more periods.
const OFF_PEAK: [&str; 6] = [
    "HPLEINE/CREUSE",
    "HEURESCREUSES",
    "HP/HC",
    "HC/HP",
    "HPHC",
    "HCHP",
];

impl Contract {
    /// The contract by the current values; `None` while its label has none.
    pub fn of(values: &LabelValues, mode: Mode) -> Option<Self> {
        match mode {
            Mode::Standard => values
                .get(Label::NGTF)
                .map(|content| Self::by_calendar_name(content.text())),
            Mode::Historique => TariffOption::parse(values.get(Label::OPTARIF)?.text().as_bytes())
                .map(Self::by_option),
        }
    }

    fn by_calendar_name(name: &str) -> Self {
        let has = |word: &str| {
            let mut parts = name.as_bytes().windows(word.len());
            parts.any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        };
        let is = |known: &&str| {
            let letters = name.bytes().filter(|byte| *byte != b' ');
            letters
                .map(|byte| byte.to_ascii_uppercase())
                .eq(known.bytes())
        };
        if has("TEMPO") {
            Self::Tempo
        } else if has("EJP") {
            Self::Ejp
        } else if OFF_PEAK.iter().any(is) {
            Self::OffPeak
        } else if has("PRODUCTEUR") {
            Self::Producer
        } else if name.trim().eq_ignore_ascii_case("BASE") {
            Self::Base
        } else {
            Self::Other
        }
    }

    fn by_option(option: TariffOption) -> Self {
        match option {
            TariffOption::Base => Self::Base,
            TariffOption::OffPeak => Self::OffPeak,
            TariffOption::Ejp => Self::Ejp,
            TariffOption::Tempo => Self::Tempo,
        }
    }

    /// The words of all contracts.
    pub const WORDS: [&'static str; 6] = ["base", "off_peak", "ejp", "tempo", "producer", "other"];

    /// Its public word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::OffPeak => "off_peak",
            Self::Ejp => "ejp",
            Self::Tempo => "tempo",
            Self::Producer => "producer",
            Self::Other => "other",
        }
    }

    /// How many supplier indexes it uses, where that is fixed.
    pub fn indexes(self) -> Option<u8> {
        match self {
            Self::Base => Some(1),
            Self::OffPeak | Self::Ejp => Some(2),
            Self::Tempo => Some(6),
            Self::Producer | Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_calendar_names_are_known() {
        for (name, contract) in [
            ("      BASE      ", Contract::Base),
            ("base", Contract::Base),
            ("H PLEINE/CREUSE ", Contract::OffPeak),
            ("     TEMPO      ", Contract::Tempo),
            ("   PRODUCTEUR   ", Contract::Producer),
            ("EJP", Contract::Ejp),
            ("h pleine/creuse", Contract::OffPeak),
            ("HC WEEK-END", Contract::Other),
            ("B A S E", Contract::Other),
            ("", Contract::Other),
            ("ZEN WEEK-END", Contract::Other),
        ] {
            assert_eq!(Contract::by_calendar_name(name), contract, "{name:?}");
        }
    }
}
