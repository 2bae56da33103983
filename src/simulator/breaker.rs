//! The breaker of the meter (54E, 7): it opens when the filtered square of the apparent power of a phase reaches
//! (1.3 × PCOUP)², and the customer closes it again some time later.

use super::registers::Highest;
use super::scenario::Scenario;

/// Filtered power that opens it, in parts of the cut-off power.
const THRESHOLD: f64 = 1.3;

/// The breaker.
#[derive(Debug)]
pub(super) struct SimulatedBreaker {
    is_single_phase: bool,
    /// VA² per phase.
    limit: f64,
    reclose_after: i64,
    /// When it opened, Unix time.
    opened: Option<i64>,
}

impl SimulatedBreaker {
    /// A closed one.
    pub fn new(scenario: &Scenario) -> Self {
        let phases = scenario.phases.count();
        let per_phase = f64::from(scenario.power_kva) * 1_000.0 / f64::from(phases);
        Self {
            is_single_phase: phases == 1,
            limit: (THRESHOLD * per_phase).powi(2),
            reclose_after: scenario.reclose_after.into(),
            opened: None,
        }
    }

    pub const fn is_open(&self) -> bool {
        self.opened.is_some()
    }

    /// The filters of the total and of the phases at `now`, Unix time. True if it opens.
    pub fn push(&mut self, now: i64, [total, phases @ ..]: &[Highest; 4]) -> bool {
        if let Some(opened) = self.opened {
            if now - opened >= self.reclose_after {
                self.opened = None;
            }
            return false;
        }
        let reaches = |highest: &Highest| highest.mean_square() >= self.limit;
        let opens = if self.is_single_phase {
            reaches(total)
        } else {
            phases.iter().any(reaches)
        };
        if opens {
            self.opened = Some(now);
        }
        opens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds from nothing to the opening at this multiple of the cut-off power.
    fn opens_after(percent: u32) -> Option<i64> {
        let mut breaker = SimulatedBreaker::new(&Scenario::default());
        let mut filters = [Highest::default(); 4];
        (1..=2_000).find(|&now| {
            let [total, ..] = &mut filters;
            total.add(now, 1, 60 * percent);
            breaker.push(now, &filters)
        })
    }

    #[test]
    fn it_opens_as_the_table_of_the_specification() {
        assert_eq!(opens_after(110), None);
        let at_1_4 = opens_after(140).unwrap();
        assert!((245..=250).contains(&at_1_4), "{at_1_4} s");
        let at_2_5 = opens_after(250).unwrap();
        assert!((38..=41).contains(&at_2_5), "{at_2_5} s");
    }

    #[test]
    fn it_is_closed_again_by_the_customer() {
        let mut breaker = SimulatedBreaker::new(&Scenario::default());
        let mut filters = [Highest::default(); 4];
        filters[0].add(1, 100, 30_000);
        assert!(breaker.push(1, &filters));
        filters[0].add(180, 180, 0);
        assert!(!breaker.push(180, &filters) && breaker.is_open());
        assert!(!breaker.push(181, &filters) && !breaker.is_open());
    }
}
