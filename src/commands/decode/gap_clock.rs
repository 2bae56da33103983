//! The clock of a recording with gaps: time on the wire, and what the meter's dates advance by beyond it.
//!
//! Without it an index that a day of the gap moved looks like a leap within seconds, and is held. A date that goes back
//! (another meter, another recording) moves nothing: time never goes back.

use std::time::Duration;

use crate::meter::Timestamp;

/// More than a century is no gap but a wrong date.
const GAP_MAX: Duration = Duration::from_secs(100 * 366 * 86_400);

/// The gaps so far.
#[derive(Debug, Default)]
pub struct GapClock {
    /// The last date, and its time on the wire.
    last: Option<(Timestamp, Duration)>,
    gaps: Duration,
}

impl GapClock {
    /// The time of a frame that ends `at` on the wire and has this date.
    pub fn time(&mut self, at: Duration, date: Option<Timestamp>) -> Duration {
        if let Some(date) = date {
            if let Some((last, then)) = self.last {
                let advance = date.0.saturating_sub(last.0);
                let advance = Duration::from_micros(u64::try_from(advance).unwrap_or(0));
                let gap = advance.saturating_sub(at.saturating_sub(then));
                // A date has whole seconds.
                if gap > Duration::from_secs(1) && gap < GAP_MAX {
                    self.gaps = self.gaps.saturating_add(gap);
                }
            }
            self.last = Some((date, at));
        }
        at.saturating_add(self.gaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(frames: &[(u64, Option<i64>)]) -> Vec<u64> {
        let mut clock = GapClock::default();
        let time = |&(at, date): &(u64, Option<i64>)| {
            let date = date.map(|seconds| Timestamp(seconds * 1_000_000));
            clock.time(Duration::from_secs(at), date).as_secs()
        };
        frames.iter().map(time).collect()
    }

    #[test]
    fn a_gap_of_the_dates_is_time_and_nothing_else_is() {
        let frames = [
            (2, Some(100)),
            (4, Some(102)),
            (6, Some(3_704)),
            (8, Some(3_706)),
        ];
        assert_eq!(times(&frames), [2, 4, 3_606, 3_608]);
        let rounded = [(2, Some(100)), (3, Some(102)), (4, None), (5, Some(104))];
        assert_eq!(times(&rounded), [2, 3, 4, 5]);
        let back = [
            (2, Some(100)),
            (4, Some(50)),
            (6, Some(52)),
            (8, Some(1_052)),
        ];
        assert_eq!(times(&back), [2, 4, 6, 1_006]);
        let wrong = [(2, Some(0)), (4, Some(9_000_000_000_000)), (6, None)];
        assert_eq!(times(&wrong), [2, 4, 6]);
    }
}
