//! What happens to a simulated meter while it runs.

use super::plan::TariffPlan;
use crate::tic::Mode;

/// A change, and when it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScenarioEvent {
    /// Seconds from the start of the scenario.
    pub at: u32,
    /// What changes.
    pub change: ScenarioChange,
}

/// What changes. A `duration` is in seconds; afterwards everything is as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScenarioChange {
    /// Another meter: the next serial number, no maxima, and this index, Wh.
    Swap {
        /// Wh.
        index: u32,
    },
    /// The supplier switches the output to this mode.
    Mode(Mode),
    /// Another contract. The indexes go on.
    Contract(TariffPlan),
    /// The first phase draws this much, whatever the house does. It ends when the breaker opens.
    Overrun {
        /// VA, at a power factor of 1.
        va: u32,
        /// Seconds.
        duration: u32,
    },
    /// Another voltage on a phase.
    Voltage {
        /// From 1.
        phase: u8,
        /// V.
        volts: u16,
        /// Seconds.
        duration: u32,
    },
    /// A phase of the grid is lost.
    PhaseLoss {
        /// From 1.
        phase: u8,
        /// Seconds.
        duration: u32,
    },
    /// The meter loses its clock.
    DegradedClock {
        /// Seconds.
        duration: u32,
    },
    /// The terminal cover is open.
    OpenCover {
        /// Seconds.
        duration: u32,
    },
    /// The meter sends nothing.
    Silence {
        /// Seconds.
        duration: u32,
    },
    /// The line is so noisy that no frame is whole.
    Noise {
        /// Seconds.
        duration: u32,
    },
}

impl ScenarioEvent {
    /// Seconds for which it lasts; 0 for what changes at once and for good.
    #[must_use]
    pub const fn duration(&self) -> u32 {
        match self.change {
            ScenarioChange::Swap { .. } | ScenarioChange::Mode(_) | ScenarioChange::Contract(_) => {
                0
            }
            ScenarioChange::Overrun { duration, .. }
            | ScenarioChange::Voltage { duration, .. }
            | ScenarioChange::PhaseLoss { duration, .. }
            | ScenarioChange::DegradedClock { duration }
            | ScenarioChange::OpenCover { duration }
            | ScenarioChange::Silence { duration }
            | ScenarioChange::Noise { duration } => duration,
        }
    }

    /// Whether it lasts at this second from the start.
    pub(super) fn is_on(&self, since_start: i64) -> bool {
        let at = i64::from(self.at);
        (at..at + i64::from(self.duration())).contains(&since_start)
    }
}
