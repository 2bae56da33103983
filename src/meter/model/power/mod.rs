//! The active power in W: what a wattmeter would show, from a meter that sends none.
//!
//! Input: a [`PowerSample`] per frame. Output: [`ActivePower::power`], W, positive when withdrawn, negative when injected.
//!
//! # What the meter does
//! Each second it computes voltage, current, active power P and apparent power S over that second (54E 6.2.3.7). SINSTS
//! is S in whole VA (PAPP: to the nearest 10 VA); EAST adds P up and shows whole Wh. A frame is a snapshot of one second.
//! So S is known each second but is too high by the power factor, P / S: 0.45 to 1 in real houses, a factor of two. The
//! energy is exact, but comes as steps of 1 Wh: every 1.2 s at 3 kW, every 90 s at 40 W.
//!
//! # Why not a window
//! Counting increments over T seconds leaves an error of 0.41 Wh × 3600 / T, rms: 25 W for a minute, whatever the power, and
//! the result is half a minute late. A short window is noise, a long one is history.
//!
//! # The model
//! W = power factor × VA. The VA give the shape, each second; the index only has to give the power factor, which changes
//! when a load starts or stops. An `estimate` of two states (the power factor and the energy since the last increment)
//! follows each direction; a step of the VA makes the power factor uncertain; a memory of `levels` gives back the power
//! factor that the house had at the same VA before. See `direction` for the rules.
//!
//! # Invariants
//! - Null before the second increment of an index: the first gives the phase, the second a power factor. After a restart it
//!   is there at once if the house was at the same VA before.
//! - Without injection, the power is between 0 and the apparent power of the same frame.
//! - What the index counts is what the power adds up to: the difference is repaid within ten minutes.
//! - A meter that is no producer shows 0 VA while the house injects: the power is then 0, and the rest is unknown.

mod direction;
mod estimate;
mod levels;
mod part;

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::HOLD;
use direction::{Direction, Observation};
use levels::SavedLevel;

pub use part::PowerPart;

/// The clock of the meter is the better one as long as it agrees with the host's within this many seconds.
const CLOCKS_AGREE: f64 = 3.0;
/// Phases that inject, in VA; less is rounding, for three phases and their total are each rounded.
const INJECTING: f64 = 3.0;
/// The power factor of a phase that injects: an inverter.
const INVERTER: f64 = 0.99;

/// What a frame gives to the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PowerSample {
    /// The end of the frame, since any fixed origin; never goes back.
    pub time: Duration,
    /// The meter's clock (DATE) in seconds since any fixed origin; `None` in historique mode.
    pub meter_time: Option<i64>,
    /// EAST, or the sum of the indexes of the contract, Wh; `None` if the frame lacks it or it was held.
    pub energy: Option<u64>,
    /// SINSTS or PAPP, VA. Without it the last power stands.
    pub apparent: Option<u32>,
    /// EAIT, Wh.
    pub energy_injected: Option<u64>,
    /// SINSTI, VA; `None` if the meter is no producer.
    pub apparent_injected: Option<u32>,
    /// SINSTS1 to 3, VA, 0 for a phase that injects; `None` for a single-phase meter.
    pub phases: Option<[u32; 3]>,
    /// To how many VA the apparent power is rounded: 1, or 10 in historique mode.
    pub resolution: u32,
}

/// What is kept over a restart, by direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedPower {
    withdrawn: Vec<SavedLevel>,
    injected: Option<Vec<SavedLevel>>,
}

/// The time of the last frame by both clocks.
#[derive(Clone, Copy, Debug)]
struct FrameTime {
    host: Duration,
    meter: Option<i64>,
    /// Seconds that the filters were given so far.
    elapsed: f64,
}

/// The active power of one meter.
///
/// ```
/// use core::time::Duration;
/// use linky_sensor::meter::model::power::{ActivePower, PowerSample};
///
/// let mut model = ActivePower::default();
/// for second in 0..120 {
///     let sample = PowerSample {
///         time: Duration::from_secs(second),
///         energy: Some(1_000 + second * 900 / 3600),
///         apparent: Some(1_000),
///         resolution: 1,
///         ..PowerSample::default()
///     };
///     model.push(&sample);
/// }
/// let power = model.power(Duration::from_secs(120)).unwrap();
/// assert!((power - 900.0).abs() < 20.0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ActivePower {
    withdrawn: Direction,
    /// Of a producer.
    injected: Option<Direction>,
    clock: Option<FrameTime>,
    power: Option<f64>,
}

impl ActivePower {
    /// Forgets everything: another meter, another mode or another number of phases. An index that jumps needs no reset:
    /// the model sees it, and only the phase of the increments is lost.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// What to keep over a restart: the power factors of this house.
    pub fn save(&self) -> SavedPower {
        SavedPower {
            withdrawn: self.withdrawn.save(),
            injected: self.injected.as_ref().map(Direction::save),
        }
    }

    /// Before the first frame: takes back what [`save`](Self::save) gave.
    pub fn restore(&mut self, saved: &SavedPower) {
        self.withdrawn.restore(&saved.withdrawn);
        self.injected = saved.injected.as_ref().map(|saved| {
            let mut direction = Direction::default();
            direction.restore(saved);
            direction
        });
    }

    /// Takes the figures of a frame in.
    pub fn push(&mut self, sample: &PowerSample) {
        let Some(apparent) = sample.apparent else {
            return;
        };
        if self.injected.is_some() && sample.apparent_injected.is_none() {
            // A frame that lost SINSTI: 0 VA withdrawn does not mean that nothing flows. One that never comes again means
            // that the meter is no producer any more.
            if self.is_current(sample.time) {
                return;
            }
            self.injected = None;
        }
        let time = self.advance(sample);
        let step = f64::from(sample.resolution);
        let (withdrawn, injected) = self.observations(sample, apparent, time);
        let mut power = self.withdrawn.push(&withdrawn, step);
        let mut is_known = self.withdrawn.is_known();
        if let Some(injected) = injected {
            let direction = self.injected.get_or_insert_default();
            power -= direction.push(&injected, step);
            is_known |= direction.is_known();
        }
        self.power = is_known.then_some(power);
    }

    /// The power at a moment: W, negative when injected. `None` while it is not known, and once the last frame is ten
    /// seconds old.
    pub fn power(&self, now: Duration) -> Option<f64> {
        self.power.filter(|_| self.is_current(now))
    }

    fn is_current(&self, now: Duration) -> bool {
        self.clock
            .is_some_and(|clock| now.saturating_sub(clock.host) < HOLD)
    }

    /// The time of a frame in seconds. The meter's clock dates the second that was measured; the host's sees it one or two
    /// seconds later, by the speed of the line and the network.
    fn advance(&mut self, sample: &PowerSample) -> f64 {
        let elapsed = self.clock.map_or(0.0, |last| {
            let host = sample.time.saturating_sub(last.host).as_secs_f64();
            let meter = sample
                .meter_time
                .zip(last.meter)
                .map(|(now, then)| now.saturating_sub(then) as f64);
            let meter = meter.filter(|meter| (meter - host).abs() < CLOCKS_AGREE);
            last.elapsed + meter.unwrap_or(host)
        });
        self.clock = Some(FrameTime {
            host: sample.time,
            meter: sample.meter_time,
            elapsed,
        });
        elapsed
    }

    /// What each direction sees. With one phase, or three that go the same way, one direction carries all the VA and the
    /// other none.
    ///
    /// When one phase injects while another withdraws, SINSTS is what is left of their VA, and the power may exceed it. The
    /// VA of each side are then found from the phases, and the index follows their difference.
    fn observations(
        &self,
        sample: &PowerSample,
        apparent: u32,
        time: f64,
    ) -> (Observation, Option<Observation>) {
        let mut withdrawn = Observation::new(time, sample.energy, f64::from(apparent));
        let mut injected = sample
            .apparent_injected
            .map(|va| Observation::new(time, sample.energy_injected, f64::from(va)));
        if let Some(phases) = sample.phases {
            let total: f64 = phases.iter().copied().map(f64::from).sum();
            let net = withdrawn.apparent - injected.map_or(0.0, |injected| injected.apparent);
            let injecting = total - net;
            if injecting > INJECTING && apparent > 0 {
                withdrawn.apparent = total;
                withdrawn.opposite = INVERTER * injecting;
            } else if injecting > INJECTING
                && let Some(injected) = &mut injected
            {
                injected.apparent = injecting;
                injected.opposite = self.withdrawn.factor() * total;
            }
        }
        (withdrawn, injected)
    }
}
