//! The filter that a Linky decides with, for one phase.
//!
//! Each second `y ← B·x² + (1 - B)·y`, x being the apparent power withdrawn and B 0.008; the breaker opens as soon as
//! y ≥ L², L being 1.3 times the cut-off power (54E chapter 7). So y is a mean of x² over the last two minutes: 1.1 times the
//! cut-off power may go on for ever, 1.4 times opens after 247 s (the specification: 250), 2.5 times after 40.
//!
//! Frames come every 0.9 to 2.3 s, not each second: the second of the frame is known, those between are interpolated. That
//! costs 1 to 2 % of the day's maximum at worst.
//!
//! y is known as an upper bound, with a `slack` down to the lower one. Both come together again by themselves, by half in 87
//! s. SMAXSN, the maximum of √y since midnight, helps: y is at most that, and is just that in the second that dates it.

/// Of the filter, per second.
const B: f64 = 0.008;
/// Frames further apart than this leave seconds of which nothing is known.
const BLIND: f64 = 10.0;
/// After this many seconds without a frame nothing is known any more: of y then 0.8 % is left.
const FORGOTTEN: f64 = 600.0;
/// Up to this many seconds between two frames no second is missed.
const NEXT_SECOND: f64 = 1.05;
/// The load of the moment is a mean of x² that follows this many times as fast as y, within ten seconds: hobs and heaters pulse.
const LOAD_SPEED: f64 = 12.0;
/// y is known once its bounds are this near to each other, as a share of the limit.
const KNOWN: f64 = 0.05;

/// SMAXSN of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maximum {
    /// VA, since midnight.
    pub apparent: u32,
    /// Seconds from its horodate to the second of the frame.
    pub age: i64,
}

/// The filter; see the module.
#[derive(Clone, Debug)]
pub struct TripFilter {
    /// Seconds.
    time: f64,
    /// VA.
    apparent: f64,
    /// VA².
    y: f64,
    /// VA²: y is at least `y - slack`.
    slack: f64,
    /// Mean of x² over the last seconds, VA².
    load: f64,
    /// VA at which the breaker opens once √y has come to it.
    limit: f64,
    /// Every maximum so far was in tens of VA, as some meters send them.
    in_tens: bool,
}

impl TripFilter {
    /// Before anything is known: y is whatever keeps the breaker closed, and at most the maximum of the day.
    pub fn new(time: f64, apparent: f64, limit: f64, maximum: Option<Maximum>) -> Self {
        let mut filter = Self {
            time,
            apparent,
            y: limit * limit,
            slack: limit * limit,
            load: apparent * apparent,
            limit,
            in_tens: true,
        };
        filter.bound(maximum);
        filter
    }

    /// Takes a frame in: its time in seconds, the VA withdrawn, the limit in VA, and SMAXSN if the frame has it.
    pub fn push(&mut self, time: f64, apparent: f64, limit: f64, maximum: Option<Maximum>) {
        let seconds = time - self.time;
        if seconds > FORGOTTEN {
            let in_tens = self.in_tens;
            *self = Self::new(time, apparent, limit, None);
            self.in_tens = in_tens;
        } else if seconds > 0.0 {
            self.limit = limit;
            self.advance(apparent, seconds);
            self.time = time;
            self.apparent = apparent;
        } else {
            return;
        }
        self.bound(maximum);
    }

    fn advance(&mut self, apparent: f64, seconds: f64) {
        let (now, then) = (apparent * apparent, self.apparent * self.apparent);
        let square = if seconds <= NEXT_SECOND {
            now
        } else {
            (now * (seconds + 1.0) + then * (seconds - 1.0)) / (2.0 * seconds)
        };
        let kept = decay(seconds);
        if seconds > BLIND {
            // Anything may have run meanwhile, from nothing to what just does not open the breaker.
            let limit = self.limit * self.limit;
            let least = (self.y - self.slack) * kept;
            let most = (self.y * kept + (1.0 - kept) * square.max(limit)).min(limit);
            self.y = most.max(least);
            self.slack = self.y - least;
        } else {
            self.y = square + (self.y - square) * kept;
            self.slack *= kept;
        }
        let kept = decay(seconds * LOAD_SPEED);
        self.load = square + (self.load - square) * kept;
    }

    /// What the maximum of the day shows of y. One that contradicts what is known, by more than the sampling can explain, is of
    /// a meter that makes its maximum in another way, or a damaged figure: it is left out.
    fn bound(&mut self, maximum: Option<Maximum>) {
        let Some(maximum) = maximum else { return };
        let shown = f64::from(maximum.apparent);
        let tolerance = KNOWN * self.limit;
        let least = (self.y - self.slack).max(0.0).sqrt() - tolerance;
        let most = self.y.sqrt() + tolerance;
        self.in_tens &= maximum.apparent.is_multiple_of(10);
        if (0..=1).contains(&maximum.age) {
            // It is being set.
            if (least..=most).contains(&shown) {
                self.y = shown * shown;
                self.slack = 0.0;
            }
            return;
        }
        let bound = (shown + if self.in_tens { 10.0 } else { 1.0 }).powi(2);
        if shown >= least && self.y > bound {
            self.slack = (self.slack - (self.y - bound)).max(0.0);
            self.y = bound;
        }
    }

    /// Whether y is known well enough to forecast with.
    pub fn is_known(&self) -> bool {
        self.doubt() <= KNOWN * self.limit
    }

    /// How far √y may be below [`root`](Self::root), VA.
    pub fn doubt(&self) -> f64 {
        self.root() - (self.y - self.slack).max(0.0).sqrt()
    }

    /// √y, VA.
    pub fn root(&self) -> f64 {
        self.y.sqrt()
    }

    /// √y as a share of the limit: at 1 the breaker opens.
    pub fn share(&self) -> f64 {
        self.y.sqrt() / self.limit
    }

    /// Whether the load of the moment would open the breaker some time.
    pub fn is_overloaded(&self) -> bool {
        self.load > self.limit * self.limit
    }

    /// Seconds until the breaker opens if the load of the moment stays; `None` if it never does.
    pub fn trip_in(&self) -> Option<f64> {
        let limit = self.limit * self.limit;
        if self.y >= limit {
            return Some(0.0);
        }
        self.is_overloaded()
            .then(|| ((self.load - limit) / (self.load - self.y)).ln() / (1.0 - B).ln())
    }

    /// VA that may be added for ever; negative: VA that must go.
    pub fn headroom(&self) -> f64 {
        self.limit - self.apparent
    }

    /// VA that may be added for these seconds.
    pub fn headroom_for(&self, seconds: f64) -> f64 {
        let kept = decay(seconds);
        let square = (self.limit * self.limit - self.y * kept) / (1.0 - kept);
        square.max(0.0).sqrt() - self.apparent
    }
}

/// What is left of y after these seconds.
fn decay(seconds: f64) -> f64 {
    (1.0 - B).powf(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: f64 = 7_800.0;

    fn from_nothing() -> TripFilter {
        let nothing = Maximum {
            apparent: 0,
            age: 0,
        };
        TripFilter::new(0.0, 0.0, LIMIT, Some(nothing))
    }

    fn opens_after(apparent: f64) -> Option<u32> {
        let mut filter = from_nothing();
        (1..7_200).find(|&second| {
            filter.push(f64::from(second), apparent, LIMIT, None);
            filter.share() >= 1.0
        })
    }

    /// The table of 54E, page 30.
    #[test]
    fn it_opens_when_the_specification_wants() {
        assert_eq!(opens_after(1.1 * 6_000.0), None);
        assert!((245..=249).contains(&opens_after(1.4 * 6_000.0).unwrap()));
        assert!((39..=41).contains(&opens_after(2.5 * 6_000.0).unwrap()));
    }

    #[test]
    fn the_forecast_is_when_it_opens() {
        let mut filter = from_nothing();
        filter.push(1.0, 8_400.0, LIMIT, None);
        // The load of the moment is a mean over ten seconds.
        for second in 2..60 {
            filter.push(f64::from(second), 8_400.0, LIMIT, None);
        }
        let trip_in = filter.trip_in().unwrap();
        assert!((59.0 + trip_in - 247.0).abs() < 3.0, "{trip_in}");
    }

    #[test]
    fn what_may_be_held_for_a_minute_just_does_not_open() {
        let mut filter = from_nothing();
        let apparent = filter.headroom_for(60.0);
        for second in 1..=60 {
            filter.push(f64::from(second), apparent, LIMIT, None);
        }
        assert!((filter.share() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn without_a_maximum_it_takes_minutes_to_know() {
        for (apparent, after) in [(0.0, 746), (1_000.0, 522), (3_000.0, 401)] {
            let mut filter = TripFilter::new(0.0, apparent, LIMIT, None);
            let known = (1..800).find(|&second| {
                filter.push(f64::from(second), apparent, LIMIT, None);
                filter.is_known()
            });
            assert_eq!(known, Some(after), "{apparent} VA");
        }
    }

    #[test]
    fn a_maximum_that_cannot_be_is_left_out() {
        for (apparent, age) in [(8_000, 0), (1_000, 0), (1_000, 600)] {
            let mut filter = from_nothing();
            for second in 1..200 {
                filter.push(f64::from(second), 5_000.0, LIMIT, None);
            }
            let before = filter.share();
            filter.push(200.0, 5_000.0, LIMIT, Some(Maximum { apparent, age }));
            assert!((filter.share() - before).abs() < 0.01, "{apparent} VA");
        }
    }

    #[test]
    fn a_silence_makes_it_unknown_and_stays_on_the_safe_side() {
        let mut filter = from_nothing();
        filter.push(1.0, 1_000.0, LIMIT, None);
        assert!(filter.is_known());
        let mut truth = filter.clone();
        for second in 2..60 {
            truth.push(f64::from(second), 7_700.0, LIMIT, None);
        }
        for blind in [&mut filter, &mut truth] {
            blind.push(60.0, 1_000.0, LIMIT, None);
        }
        assert!(!filter.is_known());
        assert!(filter.share() >= truth.share());
    }
}
