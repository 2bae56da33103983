//! What the meter means: from frames to the states that are published.
//!
//! ```text
//!  Input (frame, or the state of the port) + Moment
//!     │ link        what the port reports, and the silence
//!     │ state       all that is remembered, in one place: each part takes frames and the time, fills quantities,
//!     │             gives events, begins anew, keeps a section on disk
//!     │   nameplate     which meter answers
//!     │   plausible     which groups are accepted
//!     │   label_values  the current value of each label
//!     │   presence      which keys this meter has; usage: which of them its contract uses
//!     │   models        events, counters, day figures, power, breaker, load curve …
//!     │   tariff        contract, calendar, colours, the period in force and the next
//!     │ source      the table reads the values; derive makes what several labels give
//!     ▼
//!  Update { Snapshot, events, curve }
//! ```
//!
//! Pure: nothing is used but the arguments, and time is one of them. No clock, no file, no log.

mod counters;
mod derive;
mod doubts;
mod entity;
mod event;
mod event_watch;
mod foreign_json;
mod group_value;
mod input;
pub mod json;
mod label_values;
mod link;
mod link_cause;
mod memory;
#[expect(
    clippy::module_inception,
    reason = "the machine carries the name of what it models"
)]
mod meter;
mod mode_switch;
pub mod model;
mod nameplate;
mod part;
mod plausible;
mod presence;
pub mod quantity;
mod reading;
mod row;
mod snapshot;
mod source;
mod state;
mod statistics;
mod tariff;
mod usage;
mod value;
mod word_names;

pub use entity::{Enabled, Entity, HomeAssistant, StateClass};
pub use event::{Event, EventKind};
pub use input::Input;
pub use link::Link;
pub use link_cause::{LinkCause, LinkDetail};
pub use memory::Memory;
pub use meter::{Identity, Meter};
pub use model::breaker::BreakerCheck;
pub use model::curve::CurvePoint;
pub use model::health::{CharacterCounts, GroupCounts, LineFault, lost_phases, lost_phases_shown};
pub use model::trend::{ActivePowerRow, EnergyRow, PowerRow, TrendHandle};
pub use nameplate::fingerprint;
pub use plausible::{Safeguard, Safeguards};
pub use presence::is_in_every_state;
pub use quantity::Key;
pub use reading::{Keys, Reading};
pub use row::{Appearance, Interface, Kind, Quantity, capitalised};
pub use snapshot::{SCHEMA, Snapshot, Update};
pub use source::Source;
pub use tariff::period::{Hours, TariffPeriod};
pub use tariff::{Calendar, Contract, IndexMeaning, IndexMeanings};
pub use usage::Usage;
pub use value::{Moment, Time, Timestamp, Value};
pub use word_names::{WordNames, word_names};
