//! When to warn that the breaker is about to open, with a hysteresis, so that a pulsing load is one warning and not many.

/// It starts when the breaker opens within this many seconds …
const STARTS_BELOW: f64 = 120.0;
/// … or when √y has come to this share of the limit.
const STARTS_AT: f64 = 0.95;
/// It ends when no opening is nearer than this many seconds …
const ENDS_ABOVE: f64 = 240.0;
/// … and √y is below this share …
const ENDS_AT: f64 = 0.90;
/// … for this many seconds.
const CALM: f64 = 10.0;

/// Whether the breaker is about to open.
#[derive(Clone, Debug, Default)]
pub struct Warning {
    is_on: bool,
    calm: f64,
}

impl Warning {
    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Takes a forecast in: whether it can be relied on, when the breaker opens, the share of the limit, and the seconds since
    /// the last one.
    pub fn push(&mut self, is_reliable: bool, trip_in: Option<f64>, share: f64, seconds: f64) {
        let is_near = trip_in.is_some_and(|trip_in| trip_in <= STARTS_BELOW) || share >= STARTS_AT;
        let is_far = trip_in.is_none_or(|trip_in| trip_in > ENDS_ABOVE) && share < ENDS_AT;
        if is_reliable && is_near {
            self.is_on = true;
            self.calm = 0.0;
        } else if self.is_on {
            self.calm = if is_far { self.calm + seconds } else { 0.0 };
            self.is_on = self.calm < CALM;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_that_pulses_is_one_warning() {
        let mut warning = Warning::default();
        for second in 0..100 {
            let trip_in = (second % 8 < 4).then_some(100.0);
            warning.push(true, trip_in, 0.85, 1.0);
            assert!(warning.is_on());
        }
        for _ in 0..10 {
            assert!(warning.is_on());
            warning.push(true, None, 0.8, 1.0);
        }
        assert!(!warning.is_on());
    }

    #[test]
    fn a_forecast_that_cannot_be_relied_on_does_not_warn() {
        let mut warning = Warning::default();
        warning.push(false, Some(0.0), 1.0, 1.0);
        assert!(!warning.is_on());
    }
}
