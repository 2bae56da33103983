//! What to simulate: plain data, chosen before the start, the same [`Scenario`] always giving the same bytes.
//!
//! The serial number and the delivery point are zeros by default, so that nothing identifies a customer.

use std::fmt;

use super::appliance::Appliance;
use super::event::{ScenarioChange, ScenarioEvent};
use super::plan::{Phases, TariffPlan};
use crate::tic::Mode;

/// One meter, its contract, its house, and the moment when the simulation starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// The output mode of the meter.
    pub mode: Mode,
    /// Single-phase or three-phase meter.
    pub phases: Phases,
    /// The supplier's tariff.
    pub contract: TariffPlan,
    /// The meter counts injection too, and the house has solar panels. Standard mode only: the historique mode has no
    /// group for it.
    pub producer: bool,
    /// What is in the house, in any order.
    pub appliances: Vec<Appliance>,
    /// Subscribed power PREF, kVA: 1 to 18 single-phase, 3 to 36 three-phase. It also sets the size of the house, which
    /// stays below it (see `overrun`).
    pub power_kva: u8,
    /// Decides the loads of the house, the red days and the pauses.
    pub seed: u64,
    /// The moment of the first frame: seconds since 1970, UTC, from 2001 to 2098. See [`parse_start`](super::parse_start).
    pub start: i64,
    /// Manufacturer's code, 0 to 99. It decides how the hours of PJOURF+1 are written: 2, 81 and 84 in hexadecimal.
    pub maker: u8,
    /// Year of manufacture, 0 to 99 for 2000 to 2099.
    pub year: u8,
    /// Last digits of the serial number, 0 to 999 999.
    pub serial: u32,
    /// Delivery point PRM, 14 digits at most.
    pub prm: u64,
    /// One minute after the start, and then every ten minutes, the first phase exceeds the subscribed power for two
    /// minutes.
    pub overrun: bool,
    /// The meter has lost its clock: lower-case seasons, bit 16 of STGE.
    pub degraded_clock: bool,
    /// MSG1 carries a text, and MSG2 is sent once, half a minute after the start.
    pub messages: bool,
    /// Seconds from the opening of the breaker until the customer closes it again.
    pub reclose_after: u32,
    /// What happens, in any order.
    pub events: Vec<ScenarioEvent>,
}

impl Default for Scenario {
    /// Standard mode, single-phase, base contract, 6 kVA, Thursday 15 January 2026 at 18:30.
    fn default() -> Self {
        Self {
            mode: Mode::Standard,
            phases: Phases::One,
            contract: TariffPlan::Base,
            producer: false,
            appliances: Appliance::USUAL.to_vec(),
            power_kva: 6,
            seed: 0,
            start: 1_768_498_200,
            maker: 4,
            year: 21,
            serial: 0,
            prm: 0,
            overrun: false,
            degraded_clock: false,
            messages: false,
            reclose_after: 180,
            events: Vec::new(),
        }
    }
}

/// Why a [`Scenario`] cannot be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScenarioError {
    /// Historique mode with a producer.
    HistoriqueProducer,
    /// A subscribed power that no such meter has; the greatest that it can have, kVA.
    Power(Phases),
    /// A start that two digits of a year cannot write.
    Start,
    /// A maker, year, serial number or delivery point with too many digits.
    Identity,
    /// An event that cannot happen to this meter, and why not.
    Event(&'static str),
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HistoriqueProducer => {
                f.write_str("a producer needs the standard mode: the historique mode has no injection")
            }
            Self::Power(Phases::One) => f.write_str("a single-phase meter has a subscribed power of 1 to 18 kVA"),
            Self::Power(Phases::Three) => f.write_str("a three-phase meter has a subscribed power of 3 to 36 kVA"),
            Self::Start => f.write_str("the start must lie between 2001 and 2098"),
            Self::Event(why) => f.write_str(why),
            Self::Identity => f.write_str(
                "too many digits: a maker and a year have 2, a serial number 6, a delivery point 14",
            ),
        }
    }
}

impl std::error::Error for ScenarioError {}

impl Scenario {
    /// Checks that a meter can be like this.
    ///
    /// # Errors
    /// The first [`ScenarioError`] found.
    pub fn check(&self) -> Result<(), ScenarioError> {
        let powers = match self.phases {
            Phases::One => 1..=18,
            Phases::Three => 3..=36,
        };
        if self.mode == Mode::Historique && self.producer {
            Err(ScenarioError::HistoriqueProducer)
        } else if !powers.contains(&self.power_kva) {
            Err(ScenarioError::Power(self.phases))
        } else if !(978_307_200..4_070_908_800).contains(&self.start) {
            Err(ScenarioError::Start)
        } else if self.maker > 99
            || self.year > 99
            || self.serial > 999_999
            || self.prm > 99_999_999_999_999
        {
            Err(ScenarioError::Identity)
        } else {
            self.events
                .iter()
                .try_for_each(|event| self.check_event(event))
        }
    }

    pub(super) fn check_event(&self, event: &ScenarioEvent) -> Result<(), ScenarioError> {
        let has_phase = |phase| (1..=self.phases.count()).contains(&phase);
        match event.change {
            ScenarioChange::Mode(Mode::Historique) if self.producer => {
                Err(ScenarioError::HistoriqueProducer)
            }
            ScenarioChange::Voltage { phase, .. } if !has_phase(phase) => {
                Err(ScenarioError::Event("the meter has no such phase"))
            }
            ScenarioChange::PhaseLoss { phase, .. }
                if self.phases == Phases::One || !has_phase(phase) =>
            {
                Err(ScenarioError::Event(
                    "the loss of a phase needs a three-phase meter, and a phase from 1 to 3",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Whether the clock is degraded at this second, Unix time.
    pub(super) fn is_clock_degraded(&self, unix: i64) -> bool {
        self.degraded_clock
            || self.has(unix, |change| {
                matches!(change, ScenarioChange::DegradedClock { .. })
            })
    }

    /// Whether the terminal cover is open at this second, Unix time.
    pub(super) fn is_cover_open(&self, unix: i64) -> bool {
        self.has(unix, |change| {
            matches!(change, ScenarioChange::OpenCover { .. })
        })
    }

    /// Whether the line is noisy at this second, Unix time.
    pub(super) fn is_noisy(&self, unix: i64) -> bool {
        self.has(unix, |change| {
            matches!(change, ScenarioChange::Noise { .. })
        })
    }

    fn has(&self, unix: i64, is_it: impl Fn(&ScenarioChange) -> bool) -> bool {
        let since_start = unix - self.start;
        self.events
            .iter()
            .any(|event| event.is_on(since_start) && is_it(&event.change))
    }

    /// The current per phase above which the subscribed power is exceeded, A: PREF / 200 V / phases (54E).
    #[must_use]
    pub fn subscribed_current(&self) -> u32 {
        u32::from(self.power_kva) * 5 / u32::from(self.phases.count())
    }

    /// The twelve digits of ADSC and ADCO.
    #[must_use]
    pub fn address(&self) -> String {
        let device_type = match self.phases {
            Phases::One => 75,
            Phases::Three => 76,
        };
        format!(
            "{:02}{:02}{device_type}{:06}",
            self.maker, self.year, self.serial
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_can_be_simulated_and_identifies_nobody() {
        let scenario = Scenario::default();
        assert_eq!(scenario.check(), Ok(()));
        assert_eq!(scenario.address(), "042175000000");
        assert_eq!(scenario.subscribed_current(), 30);
    }

    #[test]
    fn what_no_meter_can_be_is_refused_with_words() {
        let producer = Scenario {
            mode: Mode::Historique,
            producer: true,
            ..Scenario::default()
        };
        assert_eq!(producer.check(), Err(ScenarioError::HistoriqueProducer));
        assert!(
            ScenarioError::HistoriqueProducer
                .to_string()
                .contains("standard mode")
        );
        let power = Scenario {
            power_kva: 36,
            ..Scenario::default()
        };
        assert_eq!(power.check(), Err(ScenarioError::Power(Phases::One)));
        assert_eq!(
            Scenario {
                phases: Phases::Three,
                ..power
            }
            .check(),
            Ok(())
        );
        assert_eq!(
            Scenario {
                start: 0,
                ..Scenario::default()
            }
            .check(),
            Err(ScenarioError::Start)
        );
        assert_eq!(
            Scenario {
                serial: 1_000_000,
                ..Scenario::default()
            }
            .check(),
            Err(ScenarioError::Identity)
        );
    }
}
