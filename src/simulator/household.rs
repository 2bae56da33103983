//! The house behind the meter: which loads are on at a moment, what the sun gives, what the voltage is.
//!
//! Input: a seed, the size of the connection, a moment. Output: [`PhaseFlow`], what goes through each phase in that second.
//! A pure function: it has no state, and gives any second of any year. Each [`Appliance`] has its habit, and what varies
//! from day to day is drawn for that day. A load shedder keeps the house below the subscribed
//! power, as it does in real French houses; only the overrun of the scenario exceeds it.
//!
//! Active power is in W, reactive in var, both positive when withdrawn; all arithmetic is in integers, so that a seed
//! means the same on every machine.

use super::appliance::{Appliance, from_midsummer};
use super::clock::{DAY, Local};
use super::event::{ScenarioChange, ScenarioEvent};
use super::plan::Phases;
use super::random::draw;
use super::scenario::Scenario;

/// What one phase carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct PhaseFlow {
    /// W, negative when injected.
    pub active: i32,
    /// var.
    pub reactive: i32,
    /// VA of the harmonics of the current, which are neither active nor reactive.
    pub distortion: i32,
    /// Tenths of a volt.
    pub decivolts: i32,
}

/// What `draw` takes for anything but an appliance.
const VOLTAGE: u64 = 100;
const CLOUDS: u64 = 200;
const FLICKER: u64 = 300;

/// A house; see the module.
#[derive(Debug, Clone)]
pub(super) struct House {
    seed: u64,
    /// By importance: what comes first is shed last.
    appliances: Vec<Appliance>,
    phases: usize,
    /// W per phase that the load shedder allows.
    limit: i32,
    /// W of the panels at noon in June; 0 without.
    panels: i32,
    /// When the overruns begin, and the W that they reach.
    overrun: Option<(i64, i32)>,
    start: i64,
    /// What changes the flows: overruns and voltages.
    events: Vec<ScenarioEvent>,
}

impl House {
    pub fn new(scenario: &Scenario) -> Self {
        let power = i32::from(scenario.power_kva);
        let per_phase = power * 1_000 / i32::from(scenario.phases.count());
        // A three-phase house has a single-phase inverter, which must not fill its phase.
        let panels = power
            * if scenario.phases == Phases::One {
                500
            } else {
                300
            };
        let subscribed = i32::try_from(scenario.subscribed_current()).unwrap_or(0);
        Self {
            seed: scenario.seed,
            appliances: Appliance::ALL
                .into_iter()
                .filter(|appliance| scenario.appliances.contains(appliance))
                .collect(),
            phases: usize::from(scenario.phases.count()),
            limit: per_phase * 85 / 100,
            panels: if scenario.producer { panels } else { 0 },
            // At any voltage of the house the current is then well above the subscribed one.
            overrun: scenario
                .overrun
                .then_some((scenario.start, subscribed * 300)),
            start: scenario.start,
            events: scenario.events.clone(),
        }
    }

    /// Something more happens.
    pub fn push_event(&mut self, event: ScenarioEvent) {
        self.events.push(event);
    }

    /// The breaker opened at this second: what caused it is switched off.
    pub fn end_overruns(&mut self, unix: i64) {
        let since_start = unix - self.start;
        let events = self.events.iter_mut();
        for event in events.filter(|event| event.is_on(since_start)) {
            if let ScenarioChange::Overrun { duration, .. } = &mut event.change {
                *duration = 0;
            }
        }
    }

    /// What flows at this second. `cheap`: the dry contact is closed. `is_open`: so is the breaker. On a phase that does
    /// not exist, nothing.
    pub fn flows(&self, unix: i64, now: Local, cheap: bool, is_open: bool) -> [PhaseFlow; 3] {
        let mut flows = [PhaseFlow::default(); 3];
        // A house without a contact heats its water by a timer, in the same night.
        let cheap = cheap || (1..5).contains(&now.hour());
        for appliance in &self.appliances {
            let load = appliance.load();
            if let Some(flow) = flows.get_mut(appliance.number() % self.phases)
                && flow.active + load.watts <= self.limit
                && appliance.is_on(self.seed, unix, now, cheap)
            {
                flow.active += load.watts;
                flow.reactive += load.reactive();
                flow.distortion += load.distortion();
            }
        }
        let [first, ..] = &mut flows;
        first.active += draw(self.seed, FLICKER, unix, 12).cast_signed();
        let sun = self.sun(unix);
        first.active -= sun;
        first.reactive -= sun / 50;
        if let Some((start, watts)) = self.overrun
            && unix >= start
            && (60..180).contains(&(unix - start).rem_euclid(600))
        {
            first.active = watts;
        }
        let now_on = || {
            self.events
                .iter()
                .filter(|event| event.is_on(unix - self.start))
        };
        for event in now_on() {
            if let ScenarioChange::Overrun { va, .. } = event.change {
                (first.active, first.reactive, first.distortion) = (va.cast_signed(), 0, 0);
            }
        }
        if is_open {
            flows = [PhaseFlow::default(); 3];
        }
        for (phase, flow) in (0_u64..).zip(flows.iter_mut().take(self.phases)) {
            // The wires of the street: 0.4 V for each kW.
            flow.decivolts =
                2_320 + self.wander(VOLTAGE + phase, unix, 300, 80) - 40 - flow.active * 4 / 1_000;
        }
        for event in now_on() {
            let (phase, volts) = match event.change {
                ScenarioChange::Voltage { phase, volts, .. } => (phase, volts),
                ScenarioChange::PhaseLoss { phase, .. } => (phase, 0),
                _ => continue,
            };
            if let Some(flow) = flows.get_mut(usize::from(phase).saturating_sub(1)) {
                flow.decivolts = i32::from(volts) * 10;
            }
        }
        flows
    }

    /// W of the panels: a parabola from sunrise to sunset, longer and higher in summer, under passing clouds.
    fn sun(&self, unix: i64) -> i32 {
        const NOON: i64 = 11 * 3_600 + 50 * 60;
        if self.panels == 0 {
            return 0;
        }
        let from_midsummer = from_midsummer(unix);
        let half_day = 29_000 - from_midsummer * 14_000 / 183;
        let from_noon = (unix.rem_euclid(i64::from(DAY)) - NOON).abs();
        if from_noon >= half_day {
            return 0;
        }
        let height = 1_000 - 1_000 * from_noon * from_noon / (half_day * half_day);
        let season = 1_000 - 500 * from_midsummer / 183;
        let weather = 350
            + i64::from(draw(
                self.seed,
                CLOUDS,
                unix.div_euclid(i64::from(DAY)),
                500,
            ));
        let sky = weather + i64::from(self.wander(CLOUDS + 1, unix, 120, 150));
        i32::try_from(i64::from(self.panels) * height * season / 1_000_000 * sky / 1_000)
            .unwrap_or(0)
    }

    /// A value in `0..range` that wanders: drawn every `period` seconds, on a straight line between.
    fn wander(&self, thing: u64, unix: i64, period: i64, range: u32) -> i32 {
        let (knot, into) = (unix.div_euclid(period), unix.rem_euclid(period));
        let value = |knot| i64::from(draw(self.seed, thing, knot, range));
        let between = (value(knot) * (period - into) + value(knot + 1) * into) / period;
        i32::try_from(between).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::parse_start;
    use super::*;

    fn day_of(house: &House, text: &str) -> Vec<[PhaseFlow; 3]> {
        let start = parse_start(text, 0).unwrap();
        (0..1_440)
            .map(|minute| start + minute * 60)
            .map(|unix| house.flows(unix, Local::at(unix), false, false))
            .collect()
    }

    #[test]
    fn a_house_lives() {
        let house = House::new(&Scenario::default());
        let powers: Vec<_> = day_of(&house, "2026-01-15T00:00")
            .iter()
            .map(|flows| flows[0].active)
            .collect();
        let (least, most) = (powers.iter().min().unwrap(), powers.iter().max().unwrap());
        assert!((60..=80).contains(least), "{least} W at night");
        assert!((1_500..5_100).contains(most), "{most} W at most");
        let mean = powers.iter().sum::<i32>() / 1_440;
        assert!((200..1_500).contains(&mean), "{mean} W in the mean");
        assert_eq!(
            day_of(&house, "2026-01-15T00:00"),
            day_of(&house.clone(), "2026-01-15T00:00")
        );
        let other = House::new(&Scenario {
            seed: 1,
            ..Scenario::default()
        });
        assert_ne!(
            day_of(&house, "2026-01-15T00:00"),
            day_of(&other, "2026-01-15T00:00")
        );
    }

    #[test]
    fn it_stays_below_the_subscribed_power_and_within_the_voltage() {
        for (phases, power_kva) in [
            (Phases::One, 3),
            (Phases::One, 9),
            (Phases::Three, 6),
            (Phases::Three, 36),
        ] {
            let scenario = Scenario {
                phases,
                power_kva,
                ..Scenario::default()
            };
            let limit = i32::from(power_kva) * 1_000 / i32::from(phases.count());
            for flows in day_of(&House::new(&scenario), "2026-02-01T00:00") {
                for flow in flows.iter().take(usize::from(phases.count())) {
                    assert!(flow.active < limit, "{flow:?}");
                    assert!((2_200..=2_400).contains(&flow.decivolts), "{flow:?}");
                }
            }
        }
    }

    #[test]
    fn the_sun_shines_by_day_and_more_in_summer() {
        let house = House::new(&Scenario {
            producer: true,
            ..Scenario::default()
        });
        let given = |text| {
            day_of(&house, text)
                .iter()
                .map(|flows| i64::from((-flows[0].active).max(0)))
                .sum::<i64>()
        };
        assert!(given("2026-06-21T00:00") > 2 * given("2026-12-21T00:00"));
        let midnight = parse_start("2026-06-21T00:00", 0).unwrap();
        assert_eq!(house.sun(midnight), 0);
        assert!(house.sun(midnight + 14 * 3_600) > 500);
    }

    #[test]
    fn an_overrun_comes_after_a_minute_and_lasts_two() {
        let scenario = Scenario {
            overrun: true,
            ..Scenario::default()
        };
        let house = House::new(&scenario);
        let over = |after| {
            let unix = scenario.start + after;
            house.flows(unix, Local::at(unix), false, false)[0].active > 6_900
        };
        assert_eq!(
            [59, 60, 179, 180, 660].map(over),
            [false, true, true, false, true]
        );
    }
}
