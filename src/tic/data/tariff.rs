//! OPTARIF, PTEC and DEMAIN: the codes of the tariff in historique mode. Each is a closed set: any
//! other code rejects its group.
//!
//! ```text
//! option   = "BASE" / "HC.." / "EJP." / "BBR" programmes
//! programmes = %x28 to %x3F            ; 001ccppp: circuit 1 A to C (cc), circuit 2 P0 to P7 (ppp)
//! period   = "TH.." / "HC.." / "HP.." / "HN.." / "PM.."
//!          / "H" ( "C" / "P" ) "J" ( "B" / "W" / "R" )
//! tomorrow = "----" / "BLEU" / "BLAN" / "ROUG"
//! ```
//!
//! Source: 02E, and 54E 6.1 for how a Linky maps its supplier indexes on them.

/// A Tempo day.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Color {
    /// `BLEU`, JB.
    Blue,
    /// `BLAN`, JW.
    White,
    /// `ROUG`, JR.
    Red,
}

/// OPTARIF, the tariff option of the contract.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TariffOption {
    /// `BASE`: one price; also what a Linky shows for a contract that this mode cannot express.
    Base,
    /// `HC..`: off-peak and peak hours.
    OffPeak,
    /// `EJP.`: mobile peaks.
    Ejp,
    /// `BBRx`: Tempo. The last character holds the programmes of two circuits of the home: any from
    /// `(` to `?`.
    Tempo,
}

impl TariffOption {
    /// Parses the four characters of OPTARIF; `None` for any other code.
    pub fn parse(data: &[u8]) -> Option<TariffOption> {
        match data {
            b"BASE" => Some(TariffOption::Base),
            b"HC.." => Some(TariffOption::OffPeak),
            b"EJP." => Some(TariffOption::Ejp),
            [b'B', b'B', b'R', b'('..=b'?'] => Some(TariffOption::Tempo),
            _ => None,
        }
    }
}

/// PTEC, the tariff period in force.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Period {
    /// `TH..`: all hours.
    All,
    /// `HC..`
    OffPeak,
    /// `HP..`
    Peak,
    /// `HN..`: EJP, normal hours.
    EjpNormal,
    /// `PM..`: EJP, mobile peak.
    EjpPeak,
    /// `HCJB` to `HPJR`.
    Tempo {
        /// Colour of the day.
        color: Color,
        /// Peak hours, as opposed to off-peak.
        peak: bool,
    },
}

impl Period {
    /// Parses the four characters of PTEC; `None` for any other code.
    ///
    /// ```
    /// use linky_sensor::tic::{Color, Period};
    ///
    /// let period = Period::parse(b"HPJW").unwrap();
    /// assert_eq!(period, Period::Tempo { color: Color::White, peak: true });
    /// assert_eq!(period.index(), Some(4));
    /// ```
    pub fn parse(data: &[u8]) -> Option<Period> {
        Some(match data {
            b"TH.." => Period::All,
            b"HC.." => Period::OffPeak,
            b"HP.." => Period::Peak,
            b"HN.." => Period::EjpNormal,
            b"PM.." => Period::EjpPeak,
            [b'H', hours @ (b'C' | b'P'), b'J', day] => Period::Tempo {
                color: match day {
                    b'B' => Color::Blue,
                    b'W' => Color::White,
                    b'R' => Color::Red,
                    _ => return None,
                },
                peak: *hours == b'P',
            },
            _ => return None,
        })
    }

    /// The supplier index that counts, 1 to 6. `None` for all hours: BASE is index 1 for some
    /// calendars and the total for others.
    pub const fn index(self) -> Option<u8> {
        match self {
            Period::All => None,
            Period::OffPeak | Period::EjpNormal => Some(1),
            Period::Peak | Period::EjpPeak => Some(2),
            Period::Tempo { color, peak } => Some(color as u8 * 2 + 1 + peak as u8),
        }
    }
}

/// DEMAIN, the colour of the next Tempo day.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tomorrow(Option<Color>);

impl Tomorrow {
    /// Parses the four characters of DEMAIN; `None` for any other code.
    pub fn parse(data: &[u8]) -> Option<Tomorrow> {
        match data {
            b"----" => Some(Tomorrow(None)),
            b"BLEU" => Some(Tomorrow(Some(Color::Blue))),
            b"BLAN" => Some(Tomorrow(Some(Color::White))),
            b"ROUG" => Some(Tomorrow(Some(Color::Red))),
            _ => None,
        }
    }

    /// The colour, once announced.
    pub const fn color(self) -> Option<Color> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_a_closed_set() {
        assert_eq!(TariffOption::parse(b"BASE"), Some(TariffOption::Base));
        assert_eq!(TariffOption::parse(b"HC.."), Some(TariffOption::OffPeak));
        assert_eq!(TariffOption::parse(b"EJP."), Some(TariffOption::Ejp));
        for tempo in ["BBR(", "BBR2", "BBR?"] {
            assert_eq!(
                TariffOption::parse(tempo.as_bytes()),
                Some(TariffOption::Tempo)
            );
        }
        for other in ["BBR'", "BBR@", "base", "HC.", "", "XX.."] {
            assert_eq!(TariffOption::parse(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_period_gives_the_index_that_counts() {
        let index = |code: &str| Period::parse(code.as_bytes()).unwrap().index();
        assert_eq!(
            ["TH..", "HC..", "HP..", "HN..", "PM.."].map(index),
            [None, Some(1), Some(2), Some(1), Some(2)]
        );
        let tempo = ["HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"].map(index);
        assert_eq!(
            tempo,
            [Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)]
        );
        for other in ["HPJX", "HNJB", "HC", "", "HP..."] {
            assert_eq!(Period::parse(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn tomorrow_may_be_not_announced() {
        assert_eq!(Tomorrow::parse(b"----").unwrap().color(), None);
        assert_eq!(Tomorrow::parse(b"ROUG").unwrap().color(), Some(Color::Red));
        assert_eq!(Tomorrow::parse(b"VERT"), None);
    }
}
