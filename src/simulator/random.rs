//! Numbers drawn from a seed: SplitMix64, written here so that a seed gives the same meter in every version, on every
//! machine. A crate is free to change its stream; a test that names a seed is not.
//!
//! [`Random`] is a stream (noise, pauses); [`draw`] is a hash of a thing and a time (when the kettle is switched on, on
//! this day), the same at each call. Not for secrets.

/// A stream of numbers.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits, uniformly distributed.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number in `0..bound`; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        scale(self.bits(), bound)
    }

    /// True with the probability `rate`: never for 0 or less, always for 1 or more.
    pub fn chance(&mut self, rate: f64) -> bool {
        // 53 bits: what a double holds without rounding.
        rate > 0.0 && ((self.bits() >> 11) as f64) < rate * (1_u64 << 53) as f64
    }
}

/// The number in `0..bound` that belongs to `thing` at `moment`.
#[must_use]
pub fn draw(seed: u64, thing: u64, moment: i64, bound: u32) -> u32 {
    let moment = mix(moment.cast_unsigned().wrapping_add(0x9E37_79B9_7F4A_7C15));
    scale(
        mix(seed ^ moment ^ thing.wrapping_mul(0xD1B5_4A32_D192_ED03)),
        bound,
    )
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

const fn scale(bits: u64, bound: u32) -> u32 {
    (((bits >> 32) * bound as u64) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_splitmix64() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn chance_is_as_often_as_asked() {
        let mut random = Random::new(1);
        let hits = (0..100_000).filter(|_| random.chance(0.1)).count();
        assert!((9_700..10_300).contains(&hits), "{hits}");
        assert!(!random.chance(0.0));
        assert!(random.chance(1.0));
    }

    #[test]
    fn a_draw_belongs_to_its_moment() {
        assert_eq!(draw(1, 2, 3, 1_000), draw(1, 2, 3, 1_000));
        let different = (0..100)
            .filter(|&moment| draw(1, 2, moment, 1_000) != draw(1, 2, moment + 1, 1_000))
            .count();
        assert!(different > 95);
        assert!((0..1_000).all(|moment| draw(9, 1, moment, 7) < 7));
    }
}
