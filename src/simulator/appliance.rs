//! The appliances of a house: what each draws, with which power factor, and when.
//!
//! Apparent power is more than active power for two reasons. A motor draws reactive power; an electronic supply draws its
//! current in pulses, whose harmonics carry no power at all. Both are here, in quadrature:
//! `VA² = W² + var² + distortion²`. All arithmetic is in integers.

use super::clock::{DAY, Local};
use super::random::draw;

/// What can be in a house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Appliance {
    /// Router, standby: always on.
    Standby,
    /// A compressor.
    Fridge,
    /// Lights and screens of the evening.
    Lights,
    /// Coffee machine, in the morning.
    Coffee,
    /// Kettle, in the afternoon.
    Kettle,
    /// Oven, in the evening.
    Oven,
    /// Induction hob, at noon.
    Hob,
    /// Washing machine: a motor, and its heater.
    WashingMachine,
    /// Water heater, in cheap hours.
    WaterHeater,
    /// Storage heaters, in cheap hours of the winter.
    StorageHeater,
    /// Electric heaters with an electronic thermostat, in winter.
    Heating,
    /// Heat pump, in winter.
    HeatPump,
    /// Pump of a pool: a motor, by day.
    PoolPump,
    /// Electric car, in the night.
    Car,
}

/// When an appliance is on.
#[derive(Debug, Clone, Copy)]
enum Habit {
    /// Always.
    Always,
    /// By its thermostat: seconds on, seconds off.
    Cycle { on: u32, off: u32 },
    /// The same, from October to February.
    Winter { on: u32, off: u32 },
    /// Once a day, on `days` days of a hundred: starts between the seconds `from` and `until`, runs for `lasts` seconds.
    Daily {
        days: u32,
        from: u32,
        until: u32,
        lasts: u32,
    },
    /// In cheap hours, by its thermostat.
    Cheap { on: u32, off: u32 },
    /// The same, from October to February.
    CheapInWinter { on: u32, off: u32 },
}

const fn daily(days: u32, from: u32, until: u32, lasts: u32) -> Habit {
    Habit::Daily {
        days,
        from,
        until,
        lasts,
    }
}

/// What the current of a load looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Current {
    /// In phase with the voltage.
    Resistive,
    /// Behind the voltage: a motor.
    Inductive,
    /// In pulses: an electronic supply.
    Distorted,
}

/// What an appliance draws while it is on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub watts: i32,
    /// Power factor in hundredths: W / VA.
    factor: i32,
    current: Current,
    habit: Habit,
}

impl Load {
    /// var.
    pub fn reactive(self) -> i32 {
        match self.current {
            Current::Inductive => self.beside(),
            Current::Resistive | Current::Distorted => 0,
        }
    }

    /// VA of the harmonics.
    pub fn distortion(self) -> i32 {
        match self.current {
            Current::Distorted => self.beside(),
            Current::Resistive | Current::Inductive => 0,
        }
    }

    /// VA in quadrature with the active power: W × √(1 - factor²) / factor.
    fn beside(self) -> i32 {
        self.watts * (10_000 - self.factor * self.factor).isqrt() / self.factor
    }
}

impl Appliance {
    /// Every choice, by importance: what comes first is shed last. In a three-phase house they are on phases 1, 2, 3, 1, …
    pub const ALL: [Self; 14] = [
        Self::Standby,
        Self::Fridge,
        Self::Lights,
        Self::Coffee,
        Self::Kettle,
        Self::Oven,
        Self::Hob,
        Self::WashingMachine,
        Self::WaterHeater,
        Self::StorageHeater,
        Self::Heating,
        Self::HeatPump,
        Self::PoolPump,
        Self::Car,
    ];

    /// The household that a scenario has by default.
    pub const USUAL: [Self; 10] = [
        Self::Standby,
        Self::Fridge,
        Self::Lights,
        Self::Coffee,
        Self::Kettle,
        Self::Oven,
        Self::Hob,
        Self::WashingMachine,
        Self::WaterHeater,
        Self::StorageHeater,
    ];

    /// Its word, such as `water-heater`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standby => "standby",
            Self::Fridge => "fridge",
            Self::Lights => "lights",
            Self::Coffee => "coffee",
            Self::Kettle => "kettle",
            Self::Oven => "oven",
            Self::Hob => "hob",
            Self::WashingMachine => "washing-machine",
            Self::WaterHeater => "water-heater",
            Self::StorageHeater => "storage-heater",
            Self::Heating => "heating",
            Self::HeatPump => "heat-pump",
            Self::PoolPump => "pool-pump",
            Self::Car => "car",
        }
    }

    /// What it draws and when.
    pub(super) const fn load(self) -> Load {
        use Current::{Distorted, Inductive, Resistive};
        let (watts, factor, current, habit) = match self {
            Self::Standby => (65, 60, Distorted, Habit::Always),
            Self::Fridge => (
                90,
                75,
                Inductive,
                Habit::Cycle {
                    on: 720,
                    off: 1_380,
                },
            ),
            Self::Lights => (240, 85, Distorted, daily(100, 64_800, 68_400, 15_000)),
            Self::Coffee => (950, 100, Resistive, daily(95, 24_000, 27_000, 420)),
            Self::Kettle => (1_900, 100, Resistive, daily(80, 57_600, 63_000, 170)),
            Self::Oven => (1_700, 100, Resistive, daily(55, 67_500, 70_200, 2_700)),
            Self::Hob => (1_300, 98, Distorted, daily(70, 42_300, 45_000, 1_300)),
            Self::WashingMachine => (1_450, 95, Inductive, daily(45, 32_400, 57_600, 1_500)),
            Self::WaterHeater => (
                1_600,
                100,
                Resistive,
                Habit::Cheap {
                    on: 9_000,
                    off: 5_400,
                },
            ),
            Self::StorageHeater => (
                1_300,
                100,
                Resistive,
                Habit::CheapInWinter { on: 900, off: 600 },
            ),
            Self::Heating => (1_500, 100, Resistive, Habit::Winter { on: 25, off: 15 }),
            Self::HeatPump => (
                1_200,
                90,
                Inductive,
                Habit::Winter {
                    on: 1_500,
                    off: 2_100,
                },
            ),
            Self::PoolPump => (1_000, 78, Inductive, daily(100, 36_000, 37_800, 21_600)),
            Self::Car => (3_200, 99, Distorted, daily(90, 81_000, 82_800, 14_400)),
        };
        Load {
            watts,
            factor,
            current,
            habit,
        }
    }

    /// Its place in [`Appliance::ALL`].
    pub(super) const fn number(self) -> usize {
        self as usize
    }

    /// Whether it would be on at this second. `cheap`: cheap hours are in force.
    pub(super) fn is_on(self, seed: u64, unix: i64, now: Local, cheap: bool) -> bool {
        let number = self as u64;
        let cycle = |on: u32, off: u32| {
            let shift = draw(seed, number, 0, on + off);
            (unix + i64::from(shift)).rem_euclid(i64::from(on + off)) < i64::from(on)
        };
        let is_cold = || from_midsummer(unix) > 110;
        match self.load().habit {
            Habit::Always => true,
            Habit::Cycle { on, off } => cycle(on, off),
            Habit::Winter { on, off } => is_cold() && cycle(on, off),
            Habit::Cheap { on, off } => cheap && cycle(on, off),
            Habit::CheapInWinter { on, off } => cheap && is_cold() && cycle(on, off),
            Habit::Daily {
                days,
                from,
                until,
                lasts,
            } => {
                // What began yesterday may still be on after midnight.
                [(now.day, now.second), (now.day - 1, now.second + DAY)]
                    .into_iter()
                    .any(|(day, second)| {
                        let start = from + draw(seed, number, day, until - from);
                        (start..start + lasts).contains(&second)
                            && draw(seed, number, -day, 100) < days
                    })
            }
        }
    }
}

/// Days from 21 June, 0 to 183: the season, for sun and cold.
pub(super) fn from_midsummer(unix: i64) -> i64 {
    // Four years are 1461 days.
    let day_of_year = (unix.div_euclid(i64::from(DAY)) * 4).rem_euclid(1_461) / 4;
    let days = (day_of_year - 171).abs();
    days.min(365 - days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apparent_power_follows_from_the_power_factor() {
        for appliance in Appliance::ALL {
            let load = appliance.load();
            let apparent = f64::from(load.watts)
                .hypot(f64::from(load.reactive()))
                .hypot(f64::from(load.distortion()));
            let factor = 100.0 * f64::from(load.watts) / apparent;
            assert!(
                (factor - f64::from(load.factor)).abs() < 1.0,
                "{}: {factor}",
                appliance.as_str()
            );
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_list() {
        for (number, appliance) in Appliance::ALL.into_iter().enumerate() {
            assert_eq!(appliance.number(), number);
        }
    }
}
