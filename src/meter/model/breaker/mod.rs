//! The breaker inside the meter: how near it is to opening, when it will, and what may still be switched on.
//!
//! Input: a [`BreakerSample`] per frame. Output: a [`Forecast`].
//!
//! A Linky opens on the filter of `filter`, which forgives a short excess and not a long one; it compares each phase with a
//! limit of its own, and one is enough. STGE 7 and ADPS show something else: that this second exceeds the subscribed power.
//!
//! # Documented, and inferred
//! - The filter, the factor 1.3, and that phases are compared one by one: 54E chapter 7.
//! - **The limit of a phase in three-phase is inferred**: a third of that of the meter. One public frame contradicts a lower one.
//! - The filter goes on over midnight, when SMAXSN starts anew: inferred.
//! - In historique mode the cut-off power is not sent: ISOUSC at 200 V stands for it, and the forecast is an estimate. In
//!   three-phase PAPP is shared out by the currents, which are whole amperes.
//!
//! # Proof
//! Each midnight the maximum of the day is compared with what the model makes of the same frames, without its help: see
//! `self_check`.
//!
//! # Limits
//! The main breaker of the house may open first, and the meter also opens when it overheats: neither is modelled. Whether the
//! filter is cleared when the breaker opens is not documented; here it goes on with 0 VA.
//!
//! # Invariants
//! - What is not known of y is on the safe side: an upper bound.
//! - Load, time and headroom for a minute are null until y is known: at once with a maximum that is being set, else
//!   after six minutes at half the limit, or thirteen at no load. All is null without a limit, and once the last frame
//!   is ten seconds old.

mod filter;
mod part;
mod self_check;
mod warning;

use core::time::Duration;

use super::HOLD;
use filter::TripFilter;
use warning::Warning;

pub use filter::Maximum;
pub use part::{BreakerPart, has_breaker};
pub use self_check::BreakerCheck;

/// The breaker opens at this many times the cut-off power, by the filter.
const MARGIN: f64 = 1.3;
/// Volts that turn a subscribed current into a power (54E, historique mode).
const VOLTS: u32 = 200;

/// The apparent power withdrawn by one phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseLoad {
    /// VA; 0 if it injects.
    pub apparent: u32,
    /// SMAXSN of this phase, if this frame has it and it is of the same day as the frame.
    pub maximum: Option<Maximum>,
}

/// What a frame gives to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSample {
    /// The end of the frame, since any fixed origin; never goes back.
    pub time: Duration,
    /// The cut-off power of a phase, VA; `None` if it is not known.
    pub cutoff: Option<u32>,
    /// One or three phases; `None` where the meter has none.
    pub phases: [Option<PhaseLoad>; 3],
}

impl BreakerSample {
    /// The cut-off power of a phase, where PCOUP gives that of the meter in VA.
    pub fn cutoff_of_phase(cutoff: u32, phases: u8) -> u32 {
        cutoff / u32::from(phases.max(1))
    }

    /// The cut-off power of a phase in historique mode, from the subscribed current in A.
    pub fn cutoff_of_current(subscribed: u32) -> u32 {
        subscribed.saturating_mul(VOLTS)
    }

    /// PAPP shared out to the phases by their currents.
    pub fn share_out(apparent: u32, currents: [u32; 3]) -> [u32; 3] {
        let total: u64 = currents.iter().copied().map(u64::from).sum();
        currents.map(|current| {
            let share = u64::from(apparent) * u64::from(current) / total.max(1);
            u32::try_from(share).unwrap_or(u32::MAX)
        })
    }
}

/// Whether meters of this type open by themselves: the Linky, by the type in its address. Older ones do not.
pub fn opens_by_itself(device_type: u8) -> bool {
    matches!(device_type, 61..=64 | 70 | 71 | 75 | 76)
}

/// What is known of the breaker at a moment. In three-phase each figure is that of the phase that comes out worst.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Forecast {
    /// Share of what opens it, %. A steady load at the cut-off power is 77 %.
    pub load: Option<f64>,
    /// Seconds until it opens if the load of the last ten seconds stays; `None` also if it never does.
    pub trip_in: Option<f64>,
    /// It is about to open.
    pub warning: Option<bool>,
    /// VA that may be added for ever; negative: VA that must be switched off.
    pub headroom: Option<f64>,
    /// VA that may be added for a minute.
    pub headroom_60s: Option<f64>,
}

#[derive(Clone, Debug)]
struct Phase {
    filter: TripFilter,
    warning: Warning,
}

/// The breaker of one meter.
#[derive(Clone, Debug, Default)]
pub struct BreakerModel {
    last: Option<Duration>,
    phases: [Option<Phase>; 3],
    /// Whether the breaker is near to opening was known once.
    warns: bool,
}

impl BreakerModel {
    /// Forgets everything: another meter, another mode or another number of phases.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes the figures of a frame in. One without a limit or a load changes nothing.
    pub fn push(&mut self, sample: &BreakerSample) {
        let limit = sample.cutoff.map(|cutoff| MARGIN * f64::from(cutoff));
        let Some(limit) = limit.filter(|limit| *limit > 0.0) else {
            return;
        };
        if sample.phases.iter().all(Option::is_none) {
            return;
        }
        let seconds = self
            .last
            .map_or(0.0, |last| sample.time.saturating_sub(last).as_secs_f64());
        let time = sample.time.as_secs_f64();
        for (phase, load) in self.phases.iter_mut().zip(&sample.phases) {
            if let Some(load) = load {
                let apparent = f64::from(load.apparent);
                match phase {
                    Some(phase) => phase.filter.push(time, apparent, limit, load.maximum),
                    None => {
                        *phase = Some(Phase {
                            filter: TripFilter::new(time, apparent, limit, load.maximum),
                            warning: Warning::default(),
                        });
                    }
                }
            }
            if let Some(Phase { filter, warning }) = phase {
                let is_reliable = filter.is_known() || filter.is_overloaded();
                warning.push(is_reliable, filter.trip_in(), filter.share(), seconds);
            }
        }
        self.last = Some(sample.time);
        self.warns |= self.is_known() || self.is_warning();
    }

    /// The forecast at a moment.
    pub fn forecast(&self, now: Duration) -> Forecast {
        if self
            .last
            .is_none_or(|last| now.saturating_sub(last) >= HOLD)
        {
            return Forecast::default();
        }
        let known = self.is_known();
        let least = |figures: &dyn Fn(&TripFilter) -> Option<f64>| {
            self.filters().filter_map(figures).reduce(f64::min)
        };
        let load = self.filters().map(TripFilter::share).reduce(f64::max);
        Forecast {
            load: load.filter(|_| known).map(|share| 100.0 * share),
            trip_in: least(&TripFilter::trip_in).filter(|_| known),
            warning: self.warns.then_some(self.is_warning()),
            headroom: least(&|filter| Some(filter.headroom())),
            headroom_60s: least(&|filter| Some(filter.headroom_for(60.0))).filter(|_| known),
        }
    }

    fn filters(&self) -> impl Iterator<Item = &TripFilter> {
        self.phases.iter().flatten().map(|phase| &phase.filter)
    }

    fn is_known(&self) -> bool {
        self.filters().all(TripFilter::is_known)
    }

    fn is_warning(&self) -> bool {
        self.phases
            .iter()
            .flatten()
            .any(|phase| phase.warning.is_on())
    }
}
