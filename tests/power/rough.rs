//! A hundred hours of a house that overloads its meter: the breaker never opens without a warning.

use std::time::Duration;

use linky_sensor::meter::model::breaker::{BreakerModel, BreakerSample, Maximum, PhaseLoad};
use linky_sensor::simulator::Random;

const CUTOFF: u32 = 6_000;
const HOURS: u64 = 100;

/// Loads that come and go, some of them pulsing, up to twice the cut-off power.
struct House {
    random: Random,
    base: u32,
    pulse: u32,
    period: u64,
    left: u32,
}

impl House {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            base: 0,
            pulse: 0,
            period: 2,
            left: 0,
        }
    }

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
            age: i64::try_from(second - self.dated).unwrap(),
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

/// Seconds from one frame to the next: standard single-phase, three-phase, historique three-phase.
const INTERVALS: [f64; 3] = [0.93, 1.27, 1.9];
/// A warning comes at least this many seconds before the opening: a house that was near the limit leaves no more.
const LEAD: u64 = 2;

#[test]
fn the_breaker_never_opens_without_a_warning() {
    for interval in INTERVALS {
        let mut house = House::new(20_260_101);
        let (mut truth, mut model) = (Truth::default(), BreakerModel::default());
        let (mut openings, mut closes_at, mut frame_at) = (0, 0, 0.0);
        let mut warns_since = None;
        for second in 0..HOURS * 3_600 {
            let is_open = second < closes_at;
            let apparent = if is_open { 0 } else { house.apparent(second) };
            let opens = truth.push(second, apparent) && !is_open;
            while frame_at < (second + 1) as f64 {
                let time = Duration::from_secs_f64(frame_at);
                model.push(&truth.sample(time, second, apparent));
                let is_on = model.forecast(time).warning == Some(true);
                warns_since = is_on.then(|| warns_since.unwrap_or(second));
                frame_at += interval;
            }
            if opens {
                openings += 1;
                // Somebody goes to the meter and closes it.
                closes_at = second + 300;
                let lead = warns_since.map(|since| second - since);
                assert!(
                    lead >= Some(LEAD),
                    "every {interval} s: opening {openings} at {second} s, warned {lead:?} s before"
                );
            }
        }
        assert!(openings > 100, "{openings}");
    }
}
