//! A house for a day, second by second, from a seed; and what its meter sends. Shared with the bench.

#![allow(dead_code, reason = "each user needs a part")]

use std::time::Duration;

use linky_sensor::meter::model::power::PowerSample;
use linky_sensor::simulator::Random;

pub const DAY: u64 = 86_400;

/// A load of the house: W when it is on, its power factor, and how long it is on and off, in seconds, by its mean.
struct Load {
    power: f64,
    factor: f64,
    on: u32,
    off: u32,
}

const LOADS: [Load; 6] = [
    // Standby, always on.
    Load {
        power: 70.0,
        factor: 0.6,
        on: u32::MAX,
        off: 0,
    },
    // Fridge.
    Load {
        power: 90.0,
        factor: 0.75,
        on: 700,
        off: 1_400,
    },
    // Lights.
    Load {
        power: 150.0,
        factor: 0.9,
        on: 9_000,
        off: 12_000,
    },
    // Kettle and oven.
    Load {
        power: 2_000.0,
        factor: 1.0,
        on: 200,
        off: 7_000,
    },
    // Washing machine.
    Load {
        power: 400.0,
        factor: 0.7,
        on: 900,
        off: 20_000,
    },
    // A heater on its thermostat.
    Load {
        power: 1_000.0,
        factor: 1.0,
        on: 60,
        off: 90,
    },
];

/// One second of the house.
#[derive(Clone, Copy)]
pub struct Second {
    pub active: f64,
    pub apparent: u32,
}

/// A day, second by second, from a seed.
pub fn day(seed: u64) -> Vec<Second> {
    let mut random = Random::new(seed);
    let mut left = LOADS.map(|load| (true, u64::from(random.below(load.on.max(1)))));
    (0..DAY)
        .map(|_| {
            let (mut active, mut reactive) = (0.0, 0.0);
            for (load, (is_on, left)) in LOADS.iter().zip(&mut left) {
                if *left == 0 {
                    *is_on = !*is_on || load.off == 0;
                    let mean = if *is_on { load.on } else { load.off };
                    *left = u64::from(mean / 2 + random.below(mean));
                }
                *left -= 1;
                if *is_on {
                    active += load.power;
                    reactive += load.power * (1.0 / load.factor.powi(2) - 1.0).sqrt();
                }
            }
            let apparent = f64::hypot(active, reactive).round();
            Second {
                active,
                apparent: apparent as u32,
            }
        })
        .collect()
}

/// A meter that counts what goes through it.
pub struct Counter {
    /// Wh, with what the index does not show.
    pub energy: f64,
    /// VA to which the apparent power is rounded.
    pub resolution: u32,
}

impl Counter {
    /// A meter in standard mode, or in historique mode, where the apparent power is rounded to 10 VA.
    pub fn new(resolution: u32) -> Self {
        Self {
            energy: 12_345_000.3,
            resolution,
        }
    }

    /// The frame that shows this second.
    pub fn push(&mut self, number: u64, second: Second) -> PowerSample {
        self.energy += second.active / 3600.0;
        let rounded = f64::from(second.apparent) / f64::from(self.resolution);
        PowerSample {
            time: Duration::from_secs(number),
            meter_time: i64::try_from(number).ok().filter(|_| self.resolution == 1),
            energy: Some(self.energy as u64),
            apparent: Some(rounded.round() as u32 * self.resolution),
            resolution: self.resolution,
            ..PowerSample::default()
        }
    }
}
