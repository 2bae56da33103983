//! A hundred hours of a house that overloads its meter: the breaker never opens without a warning.

use std::time::Duration;

use linky_sensor::meter::model::breaker::BreakerModel;

use crate::overload::{Overload, Truth};

const HOURS: u64 = 100;

/// Seconds from one frame to the next: standard single-phase, three-phase, historique three-phase.
const INTERVALS: [f64; 3] = [0.93, 1.27, 1.9];
/// A warning comes at least this many seconds before the opening: a house that was near the limit leaves no more.
const LEAD: u64 = 2;

#[test]
fn the_breaker_never_opens_without_a_warning() {
    for interval in INTERVALS {
        let mut house = Overload::new(20_260_101);
        let (mut truth, mut model) = (Truth::default(), BreakerModel::default());
        let (mut openings, mut closes_at, mut frame_at) = (0, 0, 0.0);
        let mut warns_since = None;
        for second in 0..HOURS * 3_600 {
            let is_open = second < closes_at;
            let apparent = if is_open { 0 } else { house.apparent(second) };
            let opens = truth.push(second, apparent) && !is_open;
            while frame_at < (second + 1) as f64 {
                let time = Duration::from_secs_f64(frame_at);
                model.push(&truth.sample(time, second, apparent));
                let is_on = model.forecast(time).warning == Some(true);
                warns_since = is_on.then(|| warns_since.unwrap_or(second));
                frame_at += interval;
            }
            if opens {
                openings += 1;
                // Somebody goes to the meter and closes it.
                closes_at = second + 300;
                let lead = warns_since.map(|since| second - since);
                assert!(
                    lead >= Some(LEAD),
                    "every {interval} s: opening {openings} at {second} s, warned {lead:?} s before"
                );
            }
        }
        assert!(openings > 100, "{openings}");
    }
}
