//! Damage by a long cable, a weak optocoupler or a busy computer, drawn from a seed.
//!
//! [`Channel`] takes the bytes of a frame and gives those that arrive; it works on all eight bits, parity included. The
//! kinds of damage are independent of each other, and each has its rate in [`Noise`].

use super::random::Random;

/// How often each kind of damage happens: probabilities, 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Noise {
    /// A bit is flipped: per bit (the bit error rate).
    pub bit_error: f64,
    /// Four characters are replaced by random ones: per character.
    pub burst: f64,
    /// A character is lost: per character.
    pub lost: f64,
    /// A character arrives twice: per character.
    pub doubled: f64,
    /// A character changes places with the next: per character.
    pub swapped: f64,
    /// One of the eight bits sticks at 0 or 1 for 32 characters: per character.
    pub stuck: f64,
    /// The rest of a frame is lost: per frame, a call of [`Channel::pass`].
    pub cut: f64,
    /// Not damage: the adapter is set to seven bits and clears the parity bit, after all the rest.
    pub strip_parity: bool,
}

/// Characters of a burst.
const BURST: u32 = 4;
/// Characters for which a bit sticks.
const STUCK: u32 = 32;

/// A noisy line.
#[derive(Debug, Clone)]
pub struct Channel {
    noise: Noise,
    random: Random,
    /// Characters left of the burst.
    burst: u32,
    /// Characters left, the bit, and whether it sticks at 1.
    stuck: (u32, u8, bool),
}

impl Channel {
    /// A line; the same seed does the same damage.
    #[must_use]
    pub const fn new(noise: Noise, seed: u64) -> Self {
        Self {
            noise,
            random: Random::new(seed),
            burst: 0,
            stuck: (0, 0, false),
        }
    }

    /// The bytes that arrive of those of a frame.
    pub fn pass(&mut self, sent: &[u8]) -> Vec<u8> {
        let mut bytes = sent.to_vec();
        if self.random.chance(self.noise.cut) {
            let length = self
                .random
                .below(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            bytes.truncate(length as usize);
        }
        if self.noise.swapped > 0.0 {
            for place in 1..bytes.len() {
                if self.random.chance(self.noise.swapped) {
                    bytes.swap(place - 1, place);
                }
            }
        }
        let mut arrived = Vec::with_capacity(bytes.len() + 8);
        for byte in bytes {
            if self.random.chance(self.noise.lost) {
                continue;
            }
            let copies = if self.random.chance(self.noise.doubled) {
                2
            } else {
                1
            };
            let byte = self.damage(byte);
            arrived.extend((0..copies).map(|_| byte));
        }
        arrived
    }

    fn damage(&mut self, byte: u8) -> u8 {
        let mut byte = byte;
        if self.random.chance(self.noise.burst) {
            self.burst = BURST;
        }
        if self.burst > 0 {
            self.burst -= 1;
            byte = self.random.bits().to_le_bytes()[0];
        }
        if self.noise.bit_error > 0.0 {
            for bit in 0..8 {
                byte ^= u8::from(self.random.chance(self.noise.bit_error)) << bit;
            }
        }
        if self.random.chance(self.noise.stuck) {
            let [bit, high, ..] = self.random.bits().to_le_bytes();
            self.stuck = (STUCK, 1 << (bit % 8), high % 2 == 1);
        }
        if let (1.., bit, high) = self.stuck {
            self.stuck.0 -= 1;
            byte = if high { byte | bit } else { byte & !bit };
        }
        if self.noise.strip_parity {
            byte & 0x7F
        } else {
            byte
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: [u8; 10_000] = [0x55; 10_000];

    fn pass(noise: Noise) -> Vec<u8> {
        Channel::new(noise, 5).pass(&SENT)
    }

    #[test]
    fn a_quiet_line_changes_nothing() {
        assert_eq!(pass(Noise::default()), SENT);
    }

    #[test]
    fn bits_are_flipped_at_their_rate_and_by_the_seed() {
        let noise = Noise {
            bit_error: 0.01,
            ..Noise::default()
        };
        let flipped: u32 = pass(noise)
            .iter()
            .map(|byte| (byte ^ 0x55).count_ones())
            .sum();
        assert!((700..900).contains(&flipped), "{flipped}");
        assert_eq!(pass(noise), pass(noise));
        assert_ne!(pass(noise), Channel::new(noise, 6).pass(&SENT));
    }

    #[test]
    fn characters_are_lost_doubled_and_cut() {
        let lost = pass(Noise {
            lost: 0.1,
            ..Noise::default()
        })
        .len();
        assert!((8_850..9_150).contains(&lost), "{lost}");
        let doubled = pass(Noise {
            doubled: 0.1,
            ..Noise::default()
        })
        .len();
        assert!((10_850..11_150).contains(&doubled), "{doubled}");
        assert!(
            pass(Noise {
                cut: 1.0,
                ..Noise::default()
            })
            .len()
                < SENT.len()
        );
    }

    #[test]
    fn neighbours_change_places() {
        let sent: Vec<u8> = (0..=127).cycle().take(10_000).collect();
        let mut arrived = Channel::new(
            Noise {
                swapped: 0.05,
                ..Noise::default()
            },
            5,
        )
        .pass(&sent);
        assert_ne!(arrived, sent);
        let mut sent = sent;
        arrived.sort_unstable();
        sent.sort_unstable();
        assert_eq!(arrived, sent);
    }

    #[test]
    fn a_burst_takes_four_and_a_bit_sticks_for_32() {
        let differing = |noise| pass(noise).iter().filter(|&&byte| byte != 0x55).count();
        let burst = differing(Noise {
            burst: 0.01,
            ..Noise::default()
        });
        assert!((300..450).contains(&burst), "{burst}");
        // Half of the time the bit already has the value at which it sticks.
        let stuck = differing(Noise {
            stuck: 0.001,
            ..Noise::default()
        });
        assert!((50..320).contains(&stuck), "{stuck}");
    }

    #[test]
    fn a_seven_bit_adapter_clears_the_parity() {
        let arrived = Channel::new(
            Noise {
                strip_parity: true,
                ..Noise::default()
            },
            0,
        )
        .pass(&[0x82, 0x8D]);
        assert_eq!(arrived, [0x02, 0x0D]);
    }
}
