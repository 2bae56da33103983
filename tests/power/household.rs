//! A day of a household: what the power adds up to is what the index counted.

use linky_sensor::meter::model::power::ActivePower;

use crate::house::{Counter, day};

#[test]
fn over_a_day_the_power_adds_up_to_the_index() {
    for (seed, resolution) in [(1, 1), (2, 1), (3, 10)] {
        let (mut model, mut meter) = (ActivePower::default(), Counter::new(resolution));
        let (mut energy, mut deviation, mut seconds) = (0.0, 0.0, 0);
        let (mut shown, mut before) = (None, None);
        for (number, second) in (0..).zip(day(seed)) {
            // From frame to frame the last power stands.
            energy += shown.unwrap_or(0.0) / 3600.0;
            let sample = meter.push(number, second);
            model.push(&sample);
            shown = model.power(sample.time);
            if let Some(power) = shown {
                before.get_or_insert(meter.energy);
                deviation += (power - second.active).abs();
                seconds += 1;
            }
        }
        let error = energy / (meter.energy - before.unwrap()) - 1.0;
        assert!(error.abs() < 0.001, "seed {seed}: {:.3} %", 100.0 * error);
        let mean = deviation / f64::from(seconds);
        assert!(mean < 15.0, "seed {seed}: {mean} W off on the average");
    }
}

/// At the VA that the house had before, the power is there with the first frame; else with the second increment.
#[test]
fn a_restart_does_not_make_the_house_a_stranger() {
    let (mut model, mut meter) = (ActivePower::default(), Counter::new(1));
    let (mut starts, mut at_once) = (0, 0);
    for (number, second) in (0..).zip(day(4)) {
        let sample = meter.push(number, second);
        model.push(&sample);
        if number % 3_600 == 3_599 {
            let saved = model.save();
            model = ActivePower::default();
            model.restore(&saved);
            model.push(&sample);
            starts += 1;
            if let Some(power) = model.power(sample.time) {
                at_once += 1;
                let error = (power - second.active).abs() / second.active;
                assert!(error < 0.1, "{power} W, not {} W", second.active);
            }
        }
    }
    assert!(at_once * 2 > starts, "{at_once} of {starts}");
}
