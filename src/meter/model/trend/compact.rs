//! Numbers of three bytes: what a connection carries, in W or VA, and how often a ring went round.

/// From 0 to 16 777 215; what is greater is kept as that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct U24([u8; 3]);

impl U24 {
    /// The greatest.
    pub const MAX: u32 = 0xFF_FFFF;

    /// The number.
    pub fn new(value: u32) -> Self {
        let [_, high, middle, low] = value.min(Self::MAX).to_be_bytes();
        Self([high, middle, low])
    }

    /// The number.
    pub fn get(self) -> u32 {
        let [high, middle, low] = self.0;
        u32::from_be_bytes([0, high, middle, low])
    }
}

/// A number with a sign, or none: up to eight millions either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OptionalI24(U24);

/// What stands for zero; a number of nothing but zero bits stands for none.
const ZERO: i32 = 0x80_0000;

impl OptionalI24 {
    /// The number, or none.
    pub fn new(value: Option<i32>) -> Self {
        let bits = value.map_or(0, |value| value.saturating_add(ZERO).max(1));
        Self(U24::new(u32::try_from(bits).unwrap_or(0)))
    }

    /// The number, if there is one.
    pub fn get(self) -> Option<i32> {
        match self.0.get() {
            0 => None,
            bits => Some(i32::try_from(bits).ok()? - ZERO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_kept_and_what_does_not_is_bounded() {
        for value in [0, 1, 91_080, U24::MAX] {
            assert_eq!(U24::new(value).get(), value);
        }
        assert_eq!(U24::new(u32::MAX).get(), U24::MAX);
        for value in [None, Some(0), Some(-36_000), Some(91_080), Some(-1)] {
            assert_eq!(OptionalI24::new(value).get(), value);
        }
        assert!(OptionalI24::new(Some(i32::MIN)).get() < Some(-8_000_000));
        assert!(OptionalI24::new(Some(i32::MAX)).get() > Some(8_000_000));
        assert_eq!(size_of::<U24>(), 3);
    }
}
