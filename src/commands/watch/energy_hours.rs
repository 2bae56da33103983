//! The energy of each hour of yesterday and today, by index.
//!
//! Input: what the daemon keeps. Output: sums. Hours are those of the host's clock; 255 is what was injected,
//! 0 what a meter counts without an index.

use std::collections::BTreeMap;

use super::wall;
use crate::dbus::PastEnergy;

/// The number that stands for what was injected.
pub const INJECTED: u8 = 255;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct EnergyHours {
    /// Wh by the start of the hour, in seconds since the epoch, and the index.
    hours: BTreeMap<(i64, u8), i64>,
}

impl EnergyHours {
    /// Takes what the daemon keeps in the place of what was known.
    pub fn load(&mut self, rows: &[PastEnergy]) {
        let hour = |row: &PastEnergy| {
            let start = row.start.0.div_euclid(1_000_000);
            let energy = i64::try_from(row.energy).unwrap_or(i64::MAX);
            ((start, row.index), energy)
        };
        self.hours = rows.iter().map(hour).collect();
    }

    /// Whether anything is known.
    pub fn is_known(&self) -> bool {
        !self.hours.is_empty()
    }

    /// What was withdrawn in the hours that begin from `from` on and before `to`.
    pub fn withdrawn(&self, from: i64, to: i64) -> i64 {
        let hours = self.between(from, to);
        hours
            .filter(|(index, _)| *index != INJECTED)
            .map(|(_, energy)| energy)
            .sum()
    }

    /// What was injected in them.
    pub fn injected(&self, from: i64, to: i64) -> i64 {
        self.of_index(INJECTED, from, to)
    }

    /// What an index counted in them.
    pub fn of_index(&self, index: u8, from: i64, to: i64) -> i64 {
        let hours = self.between(from, to);
        hours
            .filter(|(counted, _)| *counted == index)
            .map(|(_, energy)| energy)
            .sum()
    }

    /// The first hour between two moments of which something is known.
    pub fn first_hour(&self, from: i64, to: i64) -> Option<i64> {
        let mut hours = (from <= to).then(|| self.hours.range((from, 0)..(to, 0)))?;
        hours.next().map(|((start, _), _)| *start)
    }

    /// The index that counted most in them.
    pub fn main_index(&self, from: i64, to: i64) -> Option<u8> {
        let mut sums: BTreeMap<u8, i64> = BTreeMap::new();
        for (index, energy) in self
            .between(from, to)
            .filter(|(index, _)| *index != INJECTED)
        {
            *sums.entry(index).or_default() += energy;
        }
        sums.into_iter()
            .max_by_key(|(_, energy)| *energy)
            .map(|(index, _)| index)
    }

    /// What was withdrawn yesterday until the same time of day; `None` if the whole of it is not known.
    pub fn yesterday_until(&self, now: i64) -> Option<i64> {
        let (start, today) = (wall::midnight(now, -1), wall::midnight(now, 0));
        let until = start + (now - today).min(today - start);
        let hour = until - until.rem_euclid(3600);
        let is_known = self
            .hours
            .range((start, 0)..(start + 3600, 0))
            .next()
            .is_some();
        let part = self.withdrawn(hour, hour + 3600) * (until - hour) / 3600;
        is_known.then(|| self.withdrawn(start, hour) + part)
    }

    fn between(&self, from: i64, to: i64) -> impl Iterator<Item = (u8, i64)> {
        let hours = (from <= to).then(|| self.hours.range((from, 0)..(to, 0)));
        hours
            .into_iter()
            .flatten()
            .map(|((_, index), energy)| (*index, *energy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Timestamp;

    #[test]
    fn hours_are_summed_by_index() {
        // 2026-01-14T22:30:00 in France.
        let now = 1_768_426_200;
        let start = wall::midnight(now, -1);
        let rows: Vec<PastEnergy> = (0..46)
            .flat_map(|hour| [(hour, 1, 400), (hour, 2, 100), (hour, INJECTED, 50)])
            .map(|(hour, index, energy)| PastEnergy {
                start: Timestamp((start + hour * 3600) * 1_000_000),
                index,
                energy,
            })
            .collect();
        let mut hours = EnergyHours::default();
        assert!(!hours.is_known());
        assert_eq!(hours.yesterday_until(now), None);
        hours.load(&rows);
        assert_eq!(hours.withdrawn(start, start + 7200), 1000);
        assert_eq!(hours.injected(start, start + 7200), 100);
        assert_eq!(hours.main_index(start, start + 7200), Some(1));
        assert_eq!(hours.main_index(now + 7200, now + 9000), None);
        assert_eq!(hours.yesterday_until(now), Some(22 * 500 + 250));
        assert_eq!(hours.withdrawn(now, start), 0);
    }
}
