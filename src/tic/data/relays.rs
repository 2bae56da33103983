//! RELAIS: the state of eight relays.
//!
//! ```text
//! relays = 3DIGIT     ; a byte in decimal, 000 to 255
//! ```
//!
//! Bit *n* - 1 is relay *n*: 1 is closed. Relay 1 is the dry contact of the meter, 2 to 8 are
//! virtual. Source: 54E 6.2.3.15.

use super::digits::parse_decimal;

/// The eight relays.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Relays(u8);

impl Relays {
    /// Relays of a known value.
    pub const fn new(raw: u8) -> Relays {
        Relays(raw)
    }

    /// Parses three decimal digits, 000 to 255; `None` for anything else.
    ///
    /// ```
    /// use linky_sensor::tic::Relays;
    ///
    /// let relays = Relays::parse(b"005").unwrap();
    /// assert!(relays.is_closed(1) && !relays.is_closed(2) && relays.is_closed(3));
    /// ```
    pub fn parse(data: &[u8]) -> Option<Relays> {
        if data.len() != 3 {
            return None;
        }
        u8::try_from(parse_decimal(data)?).ok().map(Relays)
    }

    /// The eight bits.
    pub const fn raw(self) -> u8 {
        self.0
    }

    /// True if relay `n`, 1 to 8, is closed; false for any other `n`.
    pub const fn is_closed(self, n: u8) -> bool {
        matches!(n, 1..=8) && self.0 >> (n - 1) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays_count_from_one() {
        let relays = Relays::parse(b"140").unwrap();
        let closed: Vec<_> = (0..=9).filter(|&n| relays.is_closed(n)).collect();
        assert_eq!(closed, [3, 4, 8]);
        assert!(Relays::new(1).is_closed(1));
        assert_eq!(Relays::parse(b"255"), Some(Relays::new(255)));
    }

    #[test]
    fn eight_relays_give_at_most_255() {
        for wrong in ["256", "1", "0001", "12a"] {
            assert_eq!(Relays::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
