//! Whatever comes in, what comes out is a number that can be.

use std::time::Duration;

use linky_sensor::meter::model::breaker::{BreakerModel, BreakerSample, Maximum, PhaseLoad};
use linky_sensor::meter::model::power::{ActivePower, PowerSample};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Mostly what a house would do, sometimes anything.
fn figure(usual: u32) -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..usual, 1 => Just(0), 1 => any::<u32>()]
}

fn milliseconds() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..3_000_u64, 1 => 0..2_000_000_u64, 1 => 0..u64::from(u32::MAX)]
}

fn energy() -> impl Strategy<Value = Option<u64>> {
    option::weighted(0.9, prop_oneof![8 => 1_000..1_100_u64, 1 => any::<u64>()])
}

prop_compose! {
    fn power_sample()(
        (milliseconds, meter_time) in (milliseconds(), option::of(any::<i64>())),
        (energy, energy_injected) in (energy(), energy()),
        apparent in option::weighted(0.9, figure(9_000)),
        apparent_injected in option::of(figure(9_000)),
        phases in option::of([figure(9_000), figure(9_000), figure(9_000)]),
        resolution in prop_oneof![Just(1), Just(10), any::<u32>()],
    ) -> PowerSample {
        PowerSample {
            time: Duration::from_millis(milliseconds),
            meter_time, energy, apparent, energy_injected, apparent_injected, phases, resolution,
        }
    }
}

prop_compose! {
    fn load()(apparent in figure(20_000), maximum in option::of((figure(9_000), prop_oneof![-2..3_i64, any::<i64>()]))) -> PhaseLoad {
        PhaseLoad { apparent, maximum: maximum.map(|(apparent, age)| Maximum { apparent, age }) }
    }
}

prop_compose! {
    fn breaker_sample()(
        milliseconds in milliseconds(),
        cutoff in option::weighted(0.9, figure(12_000)),
        one in option::weighted(0.9, load()), two in option::of(load()), three in option::of(load()),
    ) -> BreakerSample {
        BreakerSample { time: Duration::from_millis(milliseconds), cutoff, phases: [one, two, three] }
    }
}

proptest! {
    #[test]
    fn a_power_is_never_more_than_its_apparent_power(samples in vec(power_sample(), 1..200)) {
        let mut model = ActivePower::default();
        let mut now = Duration::ZERO;
        let mut is_producer = false;
        for sample in samples {
            now += sample.time;
            model.push(&PowerSample { time: now, ..sample });
            is_producer |= sample.apparent_injected.is_some();
            let Some(power) = model.power(now) else { continue };
            prop_assert!(power.is_finite());
            // A frame without the VA, or without those of one direction, leaves the last power.
            let Some(apparent) = sample.apparent.filter(|_| sample.apparent_injected.is_some() || !is_producer) else { continue };
            let phases = sample.phases.map_or(0.0, |phases| phases.iter().copied().map(f64::from).sum());
            let injected = f64::from(sample.apparent_injected.unwrap_or(u32::MAX));
            prop_assert!(power <= f64::from(apparent).max(phases), "{power} W");
            prop_assert!(power >= -injected - phases, "{power} W");
        }
    }

    #[test]
    fn a_forecast_is_made_of_numbers(samples in vec(breaker_sample(), 1..200)) {
        let mut model = BreakerModel::default();
        let mut now = Duration::ZERO;
        for sample in samples {
            now += sample.time;
            model.push(&BreakerSample { time: now, ..sample });
            let forecast = model.forecast(now);
            let figures = [forecast.load, forecast.trip_in, forecast.headroom, forecast.headroom_60s];
            prop_assert!(figures.iter().flatten().all(|figure| figure.is_finite()), "{forecast:?}");
            prop_assert!([forecast.load, forecast.trip_in].iter().flatten().all(|figure| *figure >= 0.0), "{forecast:?}");
        }
    }
}
