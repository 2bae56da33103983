//! The energy of today by index: since midnight if the daemon knows that, else since the first hour that it keeps, else
//! since the screen was opened.

use super::model::MeterView;
use super::wall;
use crate::meter::Key;

/// From when on it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedSince {
    /// The midnight of the meter.
    Midnight,
    /// This moment, in seconds since the epoch.
    Hour(i64),
    /// The opening of the screen.
    Opening,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TodayEnergy {
    /// From when on.
    pub since: CountedSince,
    /// All that was withdrawn, in Wh.
    pub total: i64,
    /// What each index counted, in Wh.
    pub indexes: Vec<(u8, i64)>,
    /// What was injected, in Wh; `None` for a meter that injects nothing.
    pub injected: Option<i64>,
}

impl TodayEnergy {
    /// The energy of today; `None` while nothing is known.
    pub fn of(meter: &MeterView, now: i64) -> Option<Self> {
        let mut today = Self::since_midnight(meter)
            .or_else(|| Self::by_hours(meter, now))
            .or_else(|| Self::since_opening(meter))?;
        // 0 is no index: that of a meter that has none, or of one that is silent now.
        let has_index = today
            .indexes
            .iter()
            .any(|(index, wh)| *index > 0 && *wh > 0);
        let current = Some(meter.tariff_index()).filter(|index| *index > 0 || !has_index);
        today
            .indexes
            .retain(|(index, energy)| *energy > 0 || Some(*index) == current);
        let is_producer = meter.flag(Key::PRODUCER) == Some(true);
        today.injected = today.injected.filter(|energy| *energy > 0 || is_producer);
        Some(today)
    }

    fn since_midnight(meter: &MeterView) -> Option<Self> {
        Some(Self {
            since: CountedSince::Midnight,
            total: meter.int(Key::ENERGY_TODAY)?,
            indexes: counters()
                .filter_map(|(today, _, index)| Some((index, meter.int(today)?)))
                .collect(),
            injected: meter.int(Key::ENERGY_INJECTED_TODAY),
        })
    }

    fn by_hours(meter: &MeterView, now: i64) -> Option<Self> {
        let (midnight, next) = (wall::midnight(now, 0), wall::midnight(now, 1));
        let first = meter.energy.first_hour(midnight, next)?;
        let of_index = |index| (index, meter.energy.of_index(index, midnight, next));
        Some(Self {
            since: if first == midnight {
                CountedSince::Midnight
            } else {
                CountedSince::Hour(first)
            },
            total: meter.energy.withdrawn(midnight, next),
            indexes: (0..=10).map(of_index).collect(),
            injected: Some(meter.energy.injected(midnight, next)),
        })
    }

    fn since_opening(meter: &MeterView) -> Option<Self> {
        Some(Self {
            since: CountedSince::Opening,
            total: meter.since_opening(Key::ENERGY_COUNTER)?,
            indexes: counters()
                .filter_map(|(_, counter, index)| Some((index, meter.since_opening(counter)?)))
                .collect(),
            injected: meter.since_opening(Key::ENERGY_COUNTER_INJECTED),
        })
    }
}

/// Of each index the energy of today, its counter and its number.
fn counters() -> impl Iterator<Item = (Key, Key, u8)> {
    Key::all().filter_map(|key| {
        let counter = key.since_midnight()?;
        Some((key, counter, counter.row().number?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dbus::PastEnergy;
    use crate::meter::{Timestamp, Value};

    /// 2026-01-14T22:30:00 in France.
    const NOW: i64 = 1_768_426_200;

    fn set(meter: &mut MeterView, key: Key, value: u64) {
        meter.set(key, Some(Value::Int(value)), NOW);
    }

    #[test]
    fn the_best_that_is_known_is_shown() {
        let mut meter = MeterView::new("main");
        assert_eq!(TodayEnergy::of(&meter, NOW), None);
        set(&mut meter, Key::TARIFF_INDEX, 1);
        set(&mut meter, Key::ENERGY_COUNTER, 5000);
        set(&mut meter, Key::ENERGY_COUNTER_TARIFF_1, 3000);
        set(&mut meter, Key::ENERGY_COUNTER_TARIFF_2, 2000);
        set(&mut meter, Key::ENERGY_COUNTER, 5040);
        set(&mut meter, Key::ENERGY_COUNTER_TARIFF_2, 2040);
        let today = TodayEnergy::of(&meter, NOW).unwrap();
        assert_eq!((today.since, today.total), (CountedSince::Opening, 40));
        assert_eq!(today.indexes, [(1, 0), (2, 40)], "also the one in force");
        let hour = wall::midnight(NOW, 0) + 3 * 3600;
        meter.energy.load(&[PastEnergy {
            start: Timestamp(hour * 1_000_000),
            index: 2,
            energy: 700,
        }]);
        let today = TodayEnergy::of(&meter, NOW).unwrap();
        assert_eq!((today.since, today.total), (CountedSince::Hour(hour), 700));
        set(&mut meter, Key::ENERGY_TODAY, 900);
        set(&mut meter, Key::ENERGY_TODAY_TARIFF_2, 900);
        let today = TodayEnergy::of(&meter, NOW).unwrap();
        assert_eq!((today.since, today.total), (CountedSince::Midnight, 900));
        assert_eq!(today.indexes, [(2, 900)]);
        assert_eq!(today.injected, None);
    }
}
