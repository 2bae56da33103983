//! A house that overloads its meter, and the meter. Shared with the bench.

use std::time::Duration;

use linky_sensor::meter::model::breaker::{BreakerSample, Maximum, PhaseLoad};
use linky_sensor::simulator::Random;

/// VA.
pub const CUTOFF: u32 = 6_000;

/// Loads that come and go, some of them pulsing, up to twice the cut-off power.
pub struct Overload {
    random: Random,
    base: u32,
    pulse: u32,
    period: u64,
    left: u32,
}

impl Overload {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            base: 0,
            pulse: 0,
            period: 2,
            left: 0,
        }
    }

    /// The VA of this second.
    pub fn apparent(&mut self, second: u64) -> u32 {
        if self.left == 0 {
            self.left = 20 + self.random.below(600);
            self.base = match self.random.below(4) {
                0 => self.random.below(3_000),
                1 | 2 => 3_000 + self.random.below(4_500),
                _ => 6_000 + self.random.below(6_000),
            };
            self.pulse = if self.random.chance(0.5) {
                self.random.below(4_000)
            } else {
                0
            };
            self.period = 2 + u64::from(self.random.below(30));
        }
        self.left -= 1;
        let pulses = second % self.period < self.period / 2;
        self.base + if pulses { self.pulse } else { 0 }
    }
}

/// The meter, which sees each second.
#[derive(Default)]
pub struct Truth {
    y: f64,
    maximum: u32,
    dated: u64,
}

impl Truth {
    /// Whether the breaker opens in this second.
    pub fn push(&mut self, second: u64, apparent: u32) -> bool {
        self.y += 0.008 * (f64::from(apparent).powi(2) - self.y);
        let root = self.y.sqrt() as u32;
        if second.is_multiple_of(86_400) || root > self.maximum {
            (self.maximum, self.dated) = (root, second);
        }
        self.y >= (1.3 * f64::from(CUTOFF)).powi(2)
    }

    /// The frame of this second.
    pub fn sample(&self, time: Duration, second: u64, apparent: u32) -> BreakerSample {
        let maximum = Maximum {
            apparent: self.maximum,
            age: (second - self.dated).cast_signed(),
        };
        BreakerSample {
            time,
            cutoff: Some(CUTOFF),
            phases: [
                Some(PhaseLoad {
                    apparent,
                    maximum: Some(maximum),
                }),
                None,
                None,
            ],
        }
    }
}
