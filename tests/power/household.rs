//! A day of a household: what the power adds up to is what the index counted.

use std::time::Duration;

use linky_sensor::meter::model::power::{ActivePower, PowerSample};
use linky_sensor::simulator::Random;

const DAY: u64 = 86_400;

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
struct Second {
    active: f64,
    apparent: u32,
}

/// A day, second by second, from a seed.
fn day(seed: u64) -> Vec<Second> {
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

#[test]
fn over_a_day_the_power_adds_up_to_the_index() {
    for seed in 1..=3 {
        let mut model = ActivePower::default();
        let (mut counted, mut energy, mut shown) = (0.3, 0.0, None);
        let mut begin = None;
        let mut deviation = 0.0;
        for (number, second) in (0..).zip(day(seed)) {
            counted += second.active / 3600.0;
            // From frame to frame the last power stands.
            energy += shown.unwrap_or(0.0) / 3600.0;
            let time = Duration::from_secs(number);
            model.push(&PowerSample {
                time,
                meter_time: i64::try_from(number).ok(),
                energy: Some(12_345_000 + counted as u64),
                apparent: Some(second.apparent),
                resolution: 1,
                ..PowerSample::default()
            });
            shown = model.power(time);
            if begin.is_none() && shown.is_some() {
                begin = Some((counted, number));
            }
            if let Some(power) = shown {
                deviation += (power - second.active).abs();
            }
        }
        let (before, began) = begin.unwrap();
        let error = energy / (counted - before) - 1.0;
        assert!(error.abs() < 0.001, "seed {seed}: {:.3} %", 100.0 * error);
        let mean = deviation / (DAY - began) as f64;
        assert!(mean < 15.0, "seed {seed}: {mean} W off on the average");
    }
}
