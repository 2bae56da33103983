//! Two states, what is known of them, and how a new figure corrects both: a Kalman filter.
//!
//! - `factor`: the power factor of the moment, 0 to 1;
//! - `energy`: what was withdrawn since the index last moved, Wh. Between 0 and 1 if the estimate is right, for at 1 the
//!   index moves.
//!
//! Each frame predicts: the energy grows by the factor times the VA, and an error of the factor becomes an error of the energy,
//! which the covariance carries. An index that moves measures the energy, and through the covariance corrects the factor.
//!
//! The effect of each constant on the mean error over the test signals is given for its half and its double.

/// Standard deviation of the factor before anything is known. Half 3 %, double 4 %.
const FIRST: f64 = 0.20;
/// The most that it may become. Half 3 %, double 0 %.
const MOST: f64 = 0.30;
/// Drift of the factor: variance per second, 0.019 in an hour. 1 to 2 %.
const DRIFT: f64 = 1e-7;
/// Share of a frame's energy that is not known, for the power moves within the second. 1 %.
const SAMPLING: f64 = 0.04;
/// Share of a change of the VA that the missed seconds may have carried either way.
const UNSEEN: f64 = 0.4;
/// Floor of the error of the index, Wh. 1 %.
const FLOOR: f64 = 0.03;
/// Age of the second that the index shows, s. Half 13 %, double 7 % better here, but it makes a short frame slower.
const AGE: f64 = 0.35;
/// A surprise of more than three standard deviations: the factor has changed unseen. Half 4 %, double 0 %.
const SURPRISE: f64 = 9.0;
/// What it adds to the standard deviation of the factor. 0 %.
const SURPRISE_WIDENS: f64 = 0.05;
/// What the loss of the phase adds to the variance of the factor.
const LOSS_WIDENS: f64 = 0.01;
/// The index is somewhere between two whole numbers: the variance of a uniform value, Wh².
const UNIFORM: f64 = 1.0 / 12.0;
/// No variance is less: nothing is ever certain.
const LEAST_VARIANCE: f64 = 1e-6;
/// Two states are never wholly the same.
const CORRELATION: f64 = 0.999;

/// The energy that went through since the last frame.
#[derive(Clone, Copy, Debug)]
pub struct Elapsed {
    /// Seconds.
    pub seconds: f64,
    /// The VA, times the time, Wh.
    pub apparent: f64,
    /// What the other direction carried meanwhile, Wh.
    pub opposite: f64,
    /// How far the VA moved, times the seconds of which no frame came, Wh.
    pub missed: f64,
}

/// The two states; see the module.
#[derive(Clone, Debug)]
pub struct Estimate {
    pub factor: f64,
    pub energy: f64,
    factor_variance: f64,
    energy_variance: f64,
    covariance: f64,
}

impl Estimate {
    /// Before anything is known: small loads are electronics and motors, large ones heaters.
    pub fn new(apparent: f64) -> Self {
        Self {
            factor: (0.35 + 0.18 * apparent.max(1.0).log10()).clamp(0.5, 0.97),
            energy: 0.5,
            factor_variance: FIRST * FIRST,
            energy_variance: UNIFORM,
            covariance: 0.0,
        }
    }

    /// Variance of the factor.
    pub fn variance(&self) -> f64 {
        self.factor_variance
    }

    /// Where the index stands between two whole numbers is not known any more.
    pub fn lose_phase(&mut self) {
        self.energy = 0.5;
        self.energy_variance = UNIFORM;
        self.covariance = 0.0;
        self.factor_variance = (self.factor_variance + LOSS_WIDENS).min(MOST * MOST);
    }

    /// A share of the VA is of a load that has just started or stopped: `keeps` of the old variance stays, and `adds` comes.
    pub fn widen(&mut self, keeps: f64, adds: f64, kept_share: f64) {
        self.factor_variance = (keeps * self.factor_variance + adds).min(MOST * MOST);
        self.covariance *= kept_share;
    }

    /// The factor was measured on another occasion, with this variance.
    pub fn recall(&mut self, factor: f64, variance: f64) {
        let gain = self.factor_variance / (self.factor_variance + variance);
        self.factor += gain * (factor - self.factor);
        self.factor_variance *= 1.0 - gain;
        self.covariance *= 1.0 - gain;
    }

    /// Time went by. Answers with the energy that the index should have counted, Wh.
    pub fn predict(&mut self, elapsed: &Elapsed) -> f64 {
        let apparent = elapsed.apparent;
        let expected = (apparent * self.factor - elapsed.opposite).max(0.0);
        self.energy += expected;
        self.energy_variance += 2.0 * apparent * self.covariance
            + apparent * apparent * self.factor_variance
            + (SAMPLING * apparent).powi(2)
            + (UNSEEN * elapsed.missed).powi(2);
        self.covariance += apparent * self.factor_variance;
        self.factor_variance += DRIFT * elapsed.seconds;
        expected
    }

    /// Variance of the energy that an index implies, at this power in W.
    pub fn index_variance(power: f64) -> f64 {
        FLOOR * FLOOR + (AGE * power / 3600.0).powi(2)
    }

    /// A surprise this large means that the factor has changed.
    pub fn expect_surprise(&mut self, energy: f64, variance: f64, apparent: f64) {
        let surprise = energy - self.energy;
        if surprise * surprise > SURPRISE * (self.energy_variance + variance) {
            self.factor_variance += SURPRISE_WIDENS * SURPRISE_WIDENS;
            self.energy_variance += (SURPRISE_WIDENS * apparent).powi(2);
        }
    }

    /// The energy is measured, with this variance, and counts for this share of a measurement. Answers with what was wrong
    /// with the energy, Wh.
    pub fn correct(&mut self, energy: f64, variance: f64, share: f64) -> f64 {
        let surprise = energy - self.energy;
        let total = self.energy_variance + variance;
        let (gain, factor_gain) = (self.energy_variance / total, self.covariance / total);
        self.energy += gain * surprise;
        self.factor += factor_gain * surprise;
        self.factor_variance =
            (self.factor_variance - share * factor_gain * self.covariance).max(LEAST_VARIANCE);
        self.covariance -= share * factor_gain * self.energy_variance;
        self.energy_variance =
            (self.energy_variance - share * gain * self.energy_variance).max(LEAST_VARIANCE);
        gain * surprise
    }

    /// Keeps all five within what is possible.
    pub fn bound(&mut self) {
        let most = CORRELATION * (self.energy_variance * self.factor_variance).sqrt();
        self.covariance = self.covariance.clamp(-most, most);
        self.factor = self.factor.clamp(0.0, 1.0);
    }
}
