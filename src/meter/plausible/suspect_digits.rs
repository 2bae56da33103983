//! The digits that may be damaged.
//!
//! A jump that one other digit would bring back into reach has most likely a damaged digit: a reset or another meter hardly
//! ever looks like that. Such a digit is *suspect*.
//!
//! | a digit of a place | when |
//! |---|---|
//! | becomes suspect | a jump shows it, another digit there would make the value plausible, and no digit of that place is suspect |
//! | holds a value | the value shows it, even if the value comes within reach as time goes on: a stuck digit does that now and then |
//! | is cleared | a value that goes on from a suspect one has another digit there: it moves, so it is not stuck; or a value is accepted |
//!
//! Input: values. Invariant: at most one digit is suspect in each decimal place.

/// Decimal places: an index has nine digits, a time in seconds ten.
const PLACES: usize = 10;

/// The suspect digit of each decimal place, from the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SuspectDigits([Option<u8>; PLACES]);

impl SuspectDigits {
    /// Makes each digit suspect of `value` that could be replaced to make it a value from `low` to `high`.
    pub fn raise(&mut self, value: i64, low: i64, high: i64) {
        for ((suspect, digit), unit) in self.0.iter_mut().zip(digits(value)).zip(UNITS) {
            let without = value - i64::from(digit) * unit;
            let mut others = (0..10).filter(|other| *other != i64::from(digit));
            if others.any(|other| (low..=high).contains(&(without + other * unit))) {
                suspect.get_or_insert(digit);
            }
        }
    }

    /// True if a value shows a suspect digit.
    pub fn is_in(&self, value: i64) -> bool {
        let mut pairs = self.0.iter().zip(digits(value));
        pairs.any(|(suspect, digit)| *suspect == Some(digit))
    }

    /// True if a value shows a suspect digit that another does not.
    pub fn is_new_in(&self, value: i64, other: i64) -> bool {
        let mut pairs = self.0.iter().zip(digits(value).zip(digits(other)));
        pairs.any(|(suspect, (digit, other))| *suspect == Some(digit) && digit != other)
    }

    /// Clears the digits that `value` does not show. It goes on from a value that showed them.
    pub fn clear_others(&mut self, value: i64) {
        for (suspect, digit) in self.0.iter_mut().zip(digits(value)) {
            *suspect = suspect.filter(|suspect| *suspect == digit);
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
    fn one_digit_that_explains_a_jump_is_suspect() {
        let mut suspects = SuspectDigits::default();
        suspects.raise(12_200, 12_289, 12_310);
        assert!(suspects.is_in(12_200) && suspects.is_in(99_299));
        suspects.clear_others(12_211);
        assert!(!suspects.is_in(12_300), "the tens have moved");
        assert!(suspects.is_in(12_211), "the hundreds have not");
        suspects.clear_others(12_300);
        assert_eq!(suspects, SuspectDigits::default());
    }

    #[test]
    fn a_jump_that_no_single_digit_explains_makes_none_suspect() {
        let mut suspects = SuspectDigits::default();
        suspects.raise(98_765_432, 12_345_678, 12_345_700);
        suspects.raise(0, 12_345_678, 12_345_700);
        assert_eq!(suspects, SuspectDigits::default());
    }

    #[test]
    fn the_digit_that_is_there_explains_nothing() {
        let mut suspects = SuspectDigits::default();
        suspects.raise(12_300, 12_300, 12_300);
        assert_eq!(suspects, SuspectDigits::default());
    }

    #[test]
    fn a_second_jump_does_not_clear_the_suspects_of_the_first() {
        let mut suspects = SuspectDigits::default();
        suspects.raise(12_200, 12_289, 12_310);
        suspects.raise(72_300, 12_289, 12_310);
        assert!(suspects.is_in(12_250) && suspects.is_in(78_111));
    }
}
