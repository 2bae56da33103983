//! The tariff period: what the meter names it, in closed words.
//!
//! ```text
//! words of LTARF, upper case, between spaces and punctuation
//! super  = "SUPER" "CREUSE" / "HSC"            ; CREUSE, CREUSES, HC
//! cheap  = "CREUSE" / "CREUSES" / "HC"
//! dear   = "PLEINE" / "PLEINES" / "HP"
//! colour = "BLEU" / "BLANC" / "ROUGE"          ; and the letters BLEUE(S), BLANCHE …
//! peak   = "POINTE" / "PM"                     ; of the EJP contract alone
//! normal = "NORMALE" / "NORMALES" / "HN"       ; of the EJP contract alone
//! base   = "BASE"
//! ```
//!
//! A name that has none of these words, or two that exclude each other, names no period.

use super::contract::Contract;
use crate::tic::{Color, Period};

/// The period of the contract that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TariffPeriod {
    /// One price at all hours.
    Base,
    /// Off-peak hours.
    OffPeak,
    /// Peak hours.
    Peak,
    /// The cheapest hours of a contract with three periods.
    SuperOffPeak,
    /// EJP, outside the mobile peaks.
    EjpNormal,
    /// EJP, a mobile peak.
    EjpPeak,
    /// Tempo.
    Tempo(Color, Hours),
    /// A period with a name of its own: that of the label.
    Other,
}

/// The hours of a Tempo day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    /// Off-peak.
    Cheap,
    /// Peak.
    Dear,
}

use TariffPeriod::{Base, EjpNormal, EjpPeak, OffPeak, Other, Peak, SuperOffPeak, Tempo};

impl TariffPeriod {
    const ALL: [Self; 13] = [
        Base,
        OffPeak,
        Peak,
        SuperOffPeak,
        EjpNormal,
        EjpPeak,
        Tempo(Color::Blue, Hours::Cheap),
        Tempo(Color::Blue, Hours::Dear),
        Tempo(Color::White, Hours::Cheap),
        Tempo(Color::White, Hours::Dear),
        Tempo(Color::Red, Hours::Cheap),
        Tempo(Color::Red, Hours::Dear),
        Other,
    ];

    /// The words of all periods.
    pub const WORDS: [&'static str; Self::ALL.len()] = [
        "base",
        "off_peak",
        "peak",
        "super_off_peak",
        "ejp_normal",
        "ejp_peak",
        "blue_off_peak",
        "blue_peak",
        "white_off_peak",
        "white_peak",
        "red_off_peak",
        "red_peak",
        "other",
    ];

    /// Its public word.
    pub fn as_str(self) -> &'static str {
        let words = Self::ALL.iter().zip(Self::WORDS);
        words
            .into_iter()
            .find(|(period, _)| **period == self)
            .map_or("other", |(_, word)| word)
    }

    /// Whether the price is that of off-peak hours; `None` for a period of unknown price.
    pub fn is_off_peak(self) -> Option<bool> {
        match self {
            OffPeak | SuperOffPeak | Tempo(_, Hours::Cheap) => Some(true),
            Base | Peak | EjpNormal | EjpPeak | Tempo(_, Hours::Dear) => Some(false),
            Other => None,
        }
    }

    /// The period that this index counts, where the contract fixes the order of its indexes (54E 6.1).
    pub fn of_index(contract: Contract, index: u8) -> Option<Self> {
        Some(match (contract, index) {
            (Contract::Base, 1) => Base,
            (Contract::OffPeak, 1) => OffPeak,
            (Contract::OffPeak, 2) => Peak,
            (Contract::Ejp, 1) => EjpNormal,
            (Contract::Ejp, 2) => EjpPeak,
            (Contract::Tempo, 1..=6) => {
                let color = match index {
                    1 | 2 => Color::Blue,
                    3 | 4 => Color::White,
                    _ => Color::Red,
                };
                let hours = if index % 2 == 1 {
                    Hours::Cheap
                } else {
                    Hours::Dear
                };
                Tempo(color, hours)
            }
            _ => return None,
        })
    }

    /// The period that LTARF names; `None` if it names none that the contract can have.
    pub fn named(name: &str, contract: Contract) -> Option<Self> {
        let name = name.to_ascii_uppercase();
        let words = || {
            name.split(|letter: char| !letter.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
        };
        let has = |any: &[&str]| words().any(|word| any.contains(&word));
        let (mut cheap, mut dear) = (false, false);
        let (mut color, mut has_two_colors) = (None, false);
        for word in words() {
            let named = match word {
                "BLEU" | "BLEUE" | "BLEUS" | "BLEUES" => Color::Blue,
                "BLANC" | "BLANCHE" | "BLANCS" | "BLANCHES" => Color::White,
                "ROUGE" | "ROUGES" => Color::Red,
                _ => {
                    cheap |= ["CREUSE", "CREUSES", "HC", "HSC"].contains(&word);
                    dear |= ["PLEINE", "PLEINES", "HP"].contains(&word);
                    continue;
                }
            };
            has_two_colors |= color.replace(named).is_some_and(|other| other != named);
        }
        let ambiguous = cheap && dear || has_two_colors;
        let period = match (contract, color) {
            _ if ambiguous => return None,
            (Contract::Ejp, _) if has(&["POINTE", "PM"]) => EjpPeak,
            (Contract::Ejp, _) if has(&["NORMALE", "NORMALES", "HN"]) => EjpNormal,
            (Contract::Tempo, Some(color)) if cheap => Tempo(color, Hours::Cheap),
            (Contract::Tempo, Some(color)) if dear => Tempo(color, Hours::Dear),
            (Contract::OffPeak | Contract::Other, None) if has(&["SUPER", "HSC"]) && cheap => {
                SuperOffPeak
            }
            (Contract::OffPeak | Contract::Other, None) if cheap => OffPeak,
            (Contract::OffPeak | Contract::Other, None) if dear => Peak,
            (Contract::Base | Contract::Other, None) if words().count() == 1 && has(&["BASE"]) => {
                Base
            }
            _ => return None,
        };
        Some(period)
    }
}

impl From<Period> for TariffPeriod {
    fn from(period: Period) -> Self {
        match period {
            Period::All => Base,
            Period::OffPeak => OffPeak,
            Period::Peak => Peak,
            Period::EjpNormal => EjpNormal,
            Period::EjpPeak => EjpPeak,
            Period::Tempo { color, peak: true } => Tempo(color, Hours::Dear),
            Period::Tempo { color, peak: false } => Tempo(color, Hours::Cheap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_meters_send() {
        for (contract, name, word) in [
            (Contract::OffPeak, " HEURE  CREUSE  ", Some("off_peak")),
            (Contract::OffPeak, "  HEURE  PLEINE ", Some("peak")),
            (Contract::OffPeak, "INDEX INACTIF 2 ", None),
            (Contract::Base, "      BASE      ", Some("base")),
            (Contract::Tempo, "   HC  BLANC    ", Some("white_off_peak")),
            (Contract::Tempo, "    HP  BLEU    ", Some("blue_peak")),
            (Contract::Tempo, " HEURE  CREUSE  ", None),
            (Contract::Ejp, " POINTE  MOBILE ", Some("ejp_peak")),
            (Contract::Ejp, " HEURES NORMALES", Some("ejp_normal")),
            (Contract::Other, "H SUPER CREUSES ", Some("super_off_peak")),
            (Contract::Other, "  HC WEEK-END   ", Some("off_peak")),
            (Contract::Other, "    HP HIVER    ", Some("peak")),
            (Contract::Other, "    POINTE      ", None),
            (Contract::Other, "HEURES WEEK-END ", None),
            (Contract::Other, "     HP/HC      ", None),
        ] {
            let named = TariffPeriod::named(name, contract);
            assert_eq!(named.map(TariffPeriod::as_str), word, "{name:?}");
        }
    }

    #[test]
    fn the_words_are_in_the_order_of_the_periods() {
        assert_eq!(EjpPeak.as_str(), "ejp_peak");
        assert_eq!(Tempo(Color::Red, Hours::Dear).as_str(), "red_peak");
        assert_eq!(Other.as_str(), "other");
    }

    #[test]
    fn historique_codes_and_indexes_name_the_same_periods() {
        for (contract, code) in [
            (Contract::OffPeak, "HC.."),
            (Contract::OffPeak, "HP.."),
            (Contract::Ejp, "HN.."),
            (Contract::Ejp, "PM.."),
            (Contract::Tempo, "HCJB"),
            (Contract::Tempo, "HPJW"),
            (Contract::Tempo, "HPJR"),
        ] {
            let code = Period::parse(code.as_bytes()).unwrap();
            let of_index = TariffPeriod::of_index(contract, code.index().unwrap());
            assert_eq!(of_index, Some(code.into()));
        }
    }
}
