//! The meter's side of the wire: a Linky meter in software, for people without one at hand and for tests.
//!
//! ```text
//! Scenario -> household, calendar -> measure -> registers -> standard | historique -> frame     bytes of a frame
//!                                                                 bytes -> noise -> pace -> pty or stdout
//! ```
//! The upper line is pure: a [`Scenario`] gives the same bytes for ever, time is simulated, and each frame comes with the
//! groups that it holds, so that a test compares what was sent with what was decoded. The lower line is the wire:
//! damage, the baud rate, a pseudo-terminal.
//!
//! ```
//! use linky_sensor::simulator::{Scenario, SimulatedMeter, TariffPlan};
//!
//! let scenario = Scenario { contract: TariffPlan::Tempo, seed: 7, ..Scenario::default() };
//! let frame = SimulatedMeter::new(scenario)?.next().ok_or("a meter never ends")?;
//! assert_eq!(frame.bytes.first(), Some(&0x82), "STX with its parity bit");
//! assert_eq!(frame.groups.first().map(|group| group.label.name()), Some("ADSC"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod appliance;
mod breaker;
mod calendar;
mod clock;
mod coloured_days;
mod event;
mod event_line;
mod frame;
mod historique;
mod household;
mod measure;
mod meter;
mod noise;
mod pace;
mod plan;
mod pty;
mod random;
mod registers;
mod scenario;
mod scenario_file;
mod standard;
mod state;

pub use appliance::Appliance;
pub use clock::parse_start;
pub use event::{ScenarioChange, ScenarioEvent};
pub use event_line::parse_event;
pub use frame::{FrameKind, SentFrame, SentGroup};
pub use meter::SimulatedMeter;
pub use noise::{Channel, Noise};
pub use pace::{Pace, Speed};
pub use plan::{Phases, TariffPlan};
pub use pty::Pty;
pub use random::Random;
pub use scenario::{Scenario, ScenarioError};
pub use scenario_file::{SHIPPED_SCENARIOS, parse_scenario};
