//! What may follow a label: the exact length of the data, the characters and values it may hold,
//! and whether a horodate comes first.
//!
//! ```text
//! number(n)    = nDIGIT               ; within(n, a, b): a value from a to b
//! digits(n)    = nDIGIT               ; an identity, not a number
//! hex(n)       = nHEXDIG              ; in upper case
//! text(n)      = n( %x20 to %x7E )    ; padded with spaces, on either side
//! empty        = ""
//! schedule(1)  = "A" / "C" / "D" / "E" / "Y"
//! profile, option, period, tomorrow   ; see data/profile.rs and data/tariff.rs
//! dated(g)     = horodate SEP g       ; a season letter is needed
//! announced(g) = horodate SEP g       ; a season letter, or SP
//! ```
//!
//! The sum of a group is blind to a flip of bit 6, to two opposite changes and to characters lost
//! in fours: an exact grammar is what catches these. So it is as narrow as the specification
//! allows, and no narrower: every value that a meter may send is accepted. Source: 54E 6.

use super::data::digits::{parse_decimal, parse_hex};
use super::data::horodate::Season;
use super::data::profile;
use super::data::tariff::{Period, TariffOption, Tomorrow};

/// What the data of a label is made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DataKind {
    /// Nothing: the horodate is all there is (DATE).
    Empty,
    /// A whole number in decimal digits, padded with zeros.
    Number,
    /// Decimal digits that identify something; not a number.
    Digits,
    /// A whole number in upper-case hexadecimal digits.
    Hex,
    /// Printable characters, 0x20 to 0x7E. Spaces belong to it: it is never trimmed here.
    Text,
    /// Eleven blocks of a day profile; see [`Profile`](super::Profile).
    Profile,
    /// A code of OPTARIF; see [`TariffOption`].
    TariffOption,
    /// A code of PTEC; see [`Period`].
    Period,
    /// A code of DEMAIN; see [`Tomorrow`].
    Tomorrow,
    /// A letter of HHPHC: A, C, D, E or Y.
    Schedule,
}

/// The horodate of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dated {
    No,
    /// With a season letter.
    Yes,
    /// With a season letter, or a space in its place.
    MaybeBlank,
}

/// All that may follow one label.
#[derive(Clone, Copy)]
pub(super) struct Grammar {
    kind: DataKind,
    dated: Dated,
    len: u8,
    least: u32,
    most: u32,
}

impl Grammar {
    const fn new(kind: DataKind, len: u8) -> Grammar {
        Grammar {
            kind,
            dated: Dated::No,
            len,
            least: 0,
            most: u32::MAX,
        }
    }

    pub(super) const fn kind(&self) -> DataKind {
        self.kind
    }

    pub(super) const fn data_len(&self) -> usize {
        self.len as usize
    }

    pub(super) const fn is_dated(&self) -> bool {
        !matches!(self.dated, Dated::No)
    }

    /// True if a horodate of this season may come before the data.
    pub(super) const fn admits_season(&self, season: Season) -> bool {
        match self.dated {
            Dated::No => false,
            Dated::Yes => !matches!(season, Season::Blank),
            Dated::MaybeBlank => true,
        }
    }

    /// Checks the data of a group, all of it printable. Returns its value (0 if it is not a
    /// number), or `None` if this label cannot have such data.
    pub(super) fn parse_data(&self, data: &[u8]) -> Option<u32> {
        if data.len() != self.data_len() {
            return None;
        }
        match self.kind {
            DataKind::Number => {
                parse_decimal(data).filter(|value| (self.least..=self.most).contains(value))
            }
            DataKind::Hex => parse_hex(data),
            DataKind::Empty | DataKind::Text => Some(0),
            DataKind::Digits => data.iter().all(u8::is_ascii_digit).then_some(0),
            DataKind::Profile => profile::is_well_formed(data).then_some(0),
            DataKind::TariffOption => TariffOption::parse(data).map(|_| 0),
            DataKind::Period => Period::parse(data).map(|_| 0),
            DataKind::Tomorrow => Tomorrow::parse(data).map(|_| 0),
            DataKind::Schedule => matches!(data, b"A" | b"C" | b"D" | b"E" | b"Y").then_some(0),
        }
    }
}

/// No data.
pub(super) const fn empty() -> Grammar {
    Grammar::new(DataKind::Empty, 0)
}

/// A number of `len` digits, at most nine.
pub(super) const fn number(len: u8) -> Grammar {
    Grammar::new(DataKind::Number, len)
}

/// A number of `len` digits between two bounds, both allowed.
pub(super) const fn within(len: u8, least: u32, most: u32) -> Grammar {
    Grammar {
        least,
        most,
        ..number(len)
    }
}

/// An identity of `len` digits.
pub(super) const fn digits(len: u8) -> Grammar {
    Grammar::new(DataKind::Digits, len)
}

/// `len` hexadecimal digits, at most eight.
pub(super) const fn hex(len: u8) -> Grammar {
    Grammar::new(DataKind::Hex, len)
}

/// `len` printable characters.
pub(super) const fn text(len: u8) -> Grammar {
    Grammar::new(DataKind::Text, len)
}

/// A day profile.
pub(super) const fn profile(len: u8) -> Grammar {
    Grammar::new(DataKind::Profile, len)
}

/// A code of OPTARIF.
pub(super) const fn option(len: u8) -> Grammar {
    Grammar::new(DataKind::TariffOption, len)
}

/// A code of PTEC.
pub(super) const fn period(len: u8) -> Grammar {
    Grammar::new(DataKind::Period, len)
}

/// A code of DEMAIN.
pub(super) const fn tomorrow(len: u8) -> Grammar {
    Grammar::new(DataKind::Tomorrow, len)
}

/// A letter of HHPHC.
pub(super) const fn schedule(len: u8) -> Grammar {
    Grammar::new(DataKind::Schedule, len)
}

/// The same after a horodate.
pub(super) const fn dated(grammar: Grammar) -> Grammar {
    Grammar {
        dated: Dated::Yes,
        ..grammar
    }
}

/// The same after a horodate whose season may be blank: the bounds of a mobile peak.
pub(super) const fn announced(grammar: Grammar) -> Grammar {
    Grammar {
        dated: Dated::MaybeBlank,
        ..grammar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_exact() {
        assert_eq!(number(5).parse_data(b"02700"), Some(2700));
        assert_eq!(number(5).parse_data(b"2700"), None);
        assert_eq!(number(5).parse_data(b"002700"), None);
        assert_eq!(empty().parse_data(b""), Some(0));
        assert_eq!(empty().parse_data(b" "), None);
    }

    #[test]
    fn a_range_has_both_its_bounds() {
        let tariff = within(2, 1, 10);
        assert_eq!(
            ["00", "01", "10", "11"].map(|d| tariff.parse_data(d.as_bytes())),
            [None, Some(1), Some(10), None]
        );
        let relays = within(3, 0, 255);
        assert_eq!(
            ["000", "255", "256"].map(|d| relays.parse_data(d.as_bytes())),
            [Some(0), Some(255), None]
        );
    }

    #[test]
    fn only_the_bounds_of_a_peak_may_have_no_season() {
        assert!(!number(5).admits_season(Season::Winter));
        assert!(dated(number(5)).admits_season(Season::DegradedSummer));
        assert!(!dated(number(5)).admits_season(Season::Blank));
        assert!(announced(number(2)).admits_season(Season::Blank));
        assert!(announced(number(2)).admits_season(Season::Winter));
    }

    #[test]
    fn identities_texts_and_letters() {
        assert_eq!(digits(12).parse_data(b"041776000123"), Some(0));
        assert_eq!(digits(12).parse_data(b"04177600012A"), None);
        assert_eq!(text(4).parse_data(b"  a~"), Some(0));
        assert_eq!(schedule(1).parse_data(b"Y"), Some(0));
        assert_eq!(schedule(1).parse_data(b"B"), None);
        assert_eq!(hex(2).parse_data(b"0E"), Some(14));
    }
}
