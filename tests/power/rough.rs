//! A hundred hours of a house that overloads its meter: the breaker never opens without a warning.

use crate::overload::{Opening, openings};

const HOURS: u64 = 100;

/// Seconds from one frame to the next: standard single-phase, three-phase, historique three-phase.
const INTERVALS: [f64; 3] = [0.93, 1.27, 1.9];
/// A warning comes at least this many seconds before the opening: a house that was near the limit leaves no more.
const LEAD: u64 = 2;

#[test]
fn the_breaker_never_opens_without_a_warning() {
    for interval in INTERVALS {
        let (openings, _) = openings(20_260_101, HOURS, interval);
        for Opening { second, warned } in &openings {
            let lead = warned.map(|since| second - since);
            assert!(
                lead >= Some(LEAD),
                "every {interval} s: the opening at {second} s, warned {lead:?} s before"
            );
        }
        assert!(openings.len() > 100, "{}", openings.len());
    }
}
