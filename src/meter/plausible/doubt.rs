//! The digits that may be damaged.
//!
//! A value that is far from what it could be, and that one other digit would bring back, has most likely a damaged digit:
//! a reset or another meter hardly ever looks so. Such a digit is *doubted*. As long as a value shows it, the value is not
//! believed, though it may become possible as time passes: the digit may be stuck, and then it shows what is possible now
//! and then. A value that goes on from a doubted one and has another digit there clears the digit: it moves, so it is not
//! stuck.
//!
//! Input: values. Invariant: at most one digit is doubted in each decimal place.

/// Decimal places: an index has nine digits, a time in seconds ten.
const PLACES: usize = 10;

/// The doubted digits, by decimal place from the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubt([Option<u8>; PLACES]);

impl Doubt {
    /// Doubts each digit of `value` that could be replaced to make it a value from `low` to `high`.
    pub fn raise(&mut self, value: i64, low: i64, high: i64) {
        for ((doubted, digit), unit) in self.0.iter_mut().zip(digits(value)).zip(UNITS) {
            let without = value - i64::from(digit) * unit;
            let mut others = (0..10).filter(|other| *other != i64::from(digit));
            if others.any(|other| (low..=high).contains(&(without + other * unit))) {
                doubted.get_or_insert(digit);
            }
        }
    }

    /// Whether a value shows a doubted digit.
    pub fn is_in(&self, value: i64) -> bool {
        let mut pairs = self.0.iter().zip(digits(value));
        pairs.any(|(doubted, digit)| *doubted == Some(digit))
    }

    /// Whether a value shows a doubted digit that another does not.
    pub fn is_new_in(&self, value: i64, other: i64) -> bool {
        let mut pairs = self.0.iter().zip(digits(value).zip(digits(other)));
        pairs.any(|(doubted, (digit, other))| *doubted == Some(digit) && digit != other)
    }

    /// Clears the digits that a value does not show, which goes on from one that did.
    pub fn clear_others(&mut self, value: i64) {
        for (doubted, digit) in self.0.iter_mut().zip(digits(value)) {
            *doubted = doubted.filter(|doubted| *doubted == digit);
        }
    }
}

const UNITS: [i64; PLACES] = {
    let mut units = [1; PLACES];
    let mut place = 1;
    while place < PLACES {
        #[expect(
            clippy::indexing_slicing,
            reason = "both places are below PLACES, at compile time"
        )]
        {
            units[place] = units[place - 1] * 10;
        }
        place += 1;
    }
    units
};

fn digits(value: i64) -> impl Iterator<Item = u8> {
    UNITS
        .iter()
        .map(move |unit| u8::try_from(value / unit % 10).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_digit_that_explains_a_leap_is_doubted() {
        let mut doubt = Doubt::default();
        doubt.raise(12_200, 12_289, 12_310);
        assert!(doubt.is_in(12_200) && doubt.is_in(99_299));
        doubt.clear_others(12_211);
        assert!(!doubt.is_in(12_300), "the tens have moved");
        assert!(doubt.is_in(12_211), "the hundreds have not");
        doubt.clear_others(12_300);
        assert_eq!(doubt, Doubt::default());
    }

    #[test]
    fn a_leap_that_no_single_digit_explains_raises_no_doubt() {
        let mut doubt = Doubt::default();
        doubt.raise(98_765_432, 12_345_678, 12_345_700);
        doubt.raise(0, 12_345_678, 12_345_700);
        assert_eq!(doubt, Doubt::default());
    }

    #[test]
    fn the_digit_that_is_there_explains_nothing() {
        let mut doubt = Doubt::default();
        doubt.raise(12_300, 12_300, 12_300);
        assert_eq!(doubt, Doubt::default());
    }

    #[test]
    fn a_second_leap_does_not_clear_the_doubts_of_the_first() {
        let mut doubt = Doubt::default();
        doubt.raise(12_200, 12_289, 12_310);
        doubt.raise(72_300, 12_289, 12_310);
        assert!(doubt.is_in(12_250) && doubt.is_in(78_111));
    }
}
