//! A house that overloads its meter, and the meter. Shared with the bench.

use std::time::Duration;

use linky_sensor::meter::model::breaker::{BreakerModel, BreakerSample, Maximum, PhaseLoad};
use linky_sensor::simulator::Random;

/// VA.
const CUTOFF: u32 = 6_000;

/// Loads that come and go, some of them pulsing, up to twice the cut-off power.
struct Overload {
    random: Random,
    base: u32,
    pulse: u32,
    period: u64,
    left: u32,
}

impl Overload {
    /// From a seed.
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            base: 0,
            pulse: 0,
            period: 2,
            left: 0,
        }
    }

    /// The VA of this second.
    fn apparent(&mut self, second: u64) -> u32 {
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
struct Truth {
    y: f64,
    maximum: u32,
    dated: u64,
}

impl Truth {
    /// Whether the breaker opens in this second.
    fn push(&mut self, second: u64, apparent: u32) -> bool {
        self.y += 0.008 * (f64::from(apparent).powi(2) - self.y);
        let root = self.y.sqrt() as u32;
        if second.is_multiple_of(86_400) || root > self.maximum {
            (self.maximum, self.dated) = (root, second);
        }
        self.y >= (1.3 * f64::from(CUTOFF)).powi(2)
    }

    /// The frame of this second.
    fn sample(&self, time: Duration, second: u64, apparent: u32) -> BreakerSample {
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

/// An opening of the breaker.
pub struct Opening {
    /// The second of it.
    pub second: u64,
    /// Since which second the model had warned without a pause.
    pub warned: Option<u64>,
}

/// A house that overloads its meter for some hours, with a frame each `interval` seconds. Somebody closes the breaker five
/// minutes after each opening. Returns the openings, and how many warnings there were.
pub fn openings(seed: u64, hours: u64, interval: f64) -> (Vec<Opening>, usize) {
    let mut house = Overload::new(seed);
    let (mut truth, mut model) = (Truth::default(), BreakerModel::default());
    let (mut openings, mut warnings) = (Vec::new(), 0);
    let (mut warned, mut closes_at, mut frame_at) = (None, 0, 0.0);
    for second in 0..hours * 3_600 {
        let is_open = second < closes_at;
        let apparent = if is_open { 0 } else { house.apparent(second) };
        let opens = truth.push(second, apparent) && !is_open;
        while frame_at < (second + 1) as f64 {
            let time = Duration::from_secs_f64(frame_at);
            model.push(&truth.sample(time, second, apparent));
            let is_on = model.forecast(time).warning == Some(true);
            warnings += usize::from(is_on && warned.is_none());
            warned = is_on.then(|| warned.unwrap_or(second));
            frame_at += interval;
        }
        if opens {
            openings.push(Opening { second, warned });
            closes_at = second + 300;
        }
    }
    (openings, warnings)
}
