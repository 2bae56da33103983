//! The energy that a house used while the mode of its meter was switched.
//!
//! Some seconds pass between the last frame of one mode and the first of the other, and a counter that began anew on the
//! indexes of the other mode would miss their energy. So where an index of the new mode continues one of the former, the
//! difference is counted. Where none does, nothing is counted: the difference is a jump like any other.
//!
//! Inputs: the counters' indexes in both modes, and the time between them. Output: how much is added to each counter. Pure.
//!
//! | counter | is added |
//! |---|---|
//! | of a tariff | the step of its index |
//! | of the total | the sum of these steps, if all tariffs that both modes have continue: the standard total may include those of an old contract. Else the step of the total. With BASE, which is index 1 or the total in standard mode: the step of the first of them that continues |

use core::time::Duration;
use std::collections::BTreeMap;

use super::quantity::Key;

/// The most that a connection can carry, in W: one with three phases.
const POWER_MAX: i64 = 68_000;

/// After a longer time an index that is a little ahead may be another one by chance.
const GAP_MAX: Duration = Duration::from_secs(300);

/// Indexes in Wh, by the counters that count on them.
pub type CountedIndexes = BTreeMap<Key, i64>;

/// How much is added to each counter, in Wh; one that is not in it stays as it is.
pub fn steps(from: &CountedIndexes, to: &CountedIndexes, gap: Duration) -> CountedIndexes {
    let step = |index: Key, counter: Key| {
        let step = to.get(&counter)? - from.get(&index)?;
        (0..=reach(gap)?).contains(&step).then_some(step)
    };
    let is_tariff = |key: &Key| !matches!(*key, Key::ENERGY_COUNTER | Key::ENERGY_COUNTER_INJECTED);
    let shared = from
        .keys()
        .filter(|key| is_tariff(key) && to.contains_key(key));
    let tariffs: Vec<_> = shared.map(|key| (*key, step(*key, *key))).collect();
    let total = if tariffs.is_empty() {
        let (total, first) = (Key::ENERGY_COUNTER, Key::ENERGY_COUNTER_TARIFF_1);
        let base = step(total, first).or_else(|| step(first, total));
        base.or_else(|| step(total, total))
    } else {
        let sum: Option<i64> = tariffs.iter().map(|(_, step)| *step).sum();
        sum.or_else(|| step(Key::ENERGY_COUNTER, Key::ENERGY_COUNTER))
    };
    let total = total.map(|step| (Key::ENERGY_COUNTER, step));
    let tariffs = tariffs
        .into_iter()
        .filter_map(|(key, step)| Some((key, step?)));
    tariffs.chain(total).collect()
}

/// The most that a house can use in this time, in Wh, rounded up; `None` if it is longer than [`GAP_MAX`].
fn reach(gap: Duration) -> Option<i64> {
    let seconds = i64::try_from(gap.as_secs()).ok()?;
    (gap <= GAP_MAX).then(|| (POWER_MAX * (seconds + 2)).div_euclid(3_600) + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOTAL: Key = Key::ENERGY_COUNTER;
    const FIRST: Key = Key::ENERGY_COUNTER_TARIFF_1;
    const SECOND: Key = Key::ENERGY_COUNTER_TARIFF_2;
    const THIRD: Key = Key::ENERGY_COUNTER_TARIFF_3;

    fn stepped(from: &[(Key, i64)], to: &[(Key, i64)], seconds: u64) -> Vec<(Key, i64)> {
        let indexes = |list: &[(Key, i64)]| list.iter().copied().collect();
        let steps = steps(&indexes(from), &indexes(to), Duration::from_secs(seconds));
        steps.into_iter().collect()
    }

    #[test]
    fn the_total_goes_on_by_the_tariffs_that_both_modes_have() {
        let historique = [(TOTAL, 3_000), (FIRST, 1_000), (SECOND, 2_000)];
        // 5 MWh of an old contract.
        let standard = [
            (TOTAL, 5_003_007),
            (FIRST, 1_000),
            (SECOND, 2_007),
            (THIRD, 5_000_000),
        ];
        let expected = [(TOTAL, 7), (FIRST, 0), (SECOND, 7)];
        assert_eq!(stepped(&historique, &standard, 12), expected);
        let later = [(TOTAL, 3_011), (FIRST, 1_004), (SECOND, 2_007)];
        let expected = [(TOTAL, 4), (FIRST, 4), (SECOND, 0)];
        assert_eq!(stepped(&standard, &later, 12), expected);
    }

    #[test]
    fn a_base_contract_has_index_1_or_the_total() {
        let standard = [(TOTAL, 5_003_000), (FIRST, 3_000)];
        assert_eq!(stepped(&[(TOTAL, 2_990)], &standard, 12), [(TOTAL, 10)]);
        assert_eq!(stepped(&[(TOTAL, 5_002_990)], &standard, 12), [(TOTAL, 10)]);
        assert_eq!(stepped(&standard, &[(TOTAL, 3_004)], 12), [(TOTAL, 4)]);
        assert_eq!(stepped(&standard, &[(TOTAL, 5_003_004)], 12), [(TOTAL, 4)]);
    }

    #[test]
    fn what_does_not_continue_adds_nothing() {
        let historique = [(TOTAL, 3_000), (FIRST, 1_000), (SECOND, 2_000)];
        let leapt = [(TOTAL, 9_000), (FIRST, 1_003), (SECOND, 7_997)];
        assert_eq!(stepped(&historique, &leapt, 12), [(FIRST, 3)]);
        let exchanged = [(TOTAL, 3_004), (FIRST, 2_001), (SECOND, 1_003)];
        assert_eq!(stepped(&historique, &exchanged, 12), [(TOTAL, 4)]);
        let less = [(TOTAL, 2_999), (FIRST, 1_000), (SECOND, 1_999)];
        assert_eq!(stepped(&historique, &less, 12), [(FIRST, 0)]);
        let long_after = [(TOTAL, 3_010), (FIRST, 1_010), (SECOND, 2_000)];
        assert_eq!(stepped(&historique, &long_after, 301), []);
        assert_eq!(stepped(&[], &historique, 1), []);
    }
}
