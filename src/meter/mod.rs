//! What the meter means: from frames to the states that are published.
//!
//! ```text
//!  Input (frame, or what the port saw) + Moment
//!     │ plausible  which groups may be believed
//!     │ label_values  the current value of each label, what was missed
//!     │ source     the table reads it; derive makes what several labels give
//!     │ presence   which keys this meter has
//!     │ link, calendar, event
//!     ▼
//!  Update { Snapshot, events }
//! ```
//!
//! Everything here is a pure function of what it is told; time is an argument.

mod calendar;
mod contract;
mod derive;
mod event;
mod input;
pub mod json;
mod label_values;
mod link;
mod memory;
#[expect(
    clippy::module_inception,
    reason = "the machine carries the name of what it models"
)]
mod meter;
pub mod model;
mod plausible;
mod presence;
pub mod quantity;
mod reading;
mod row;
mod snapshot;
mod source;
mod value;

pub use calendar::Calendar;
pub use contract::Contract;
pub use event::{Event, EventKind};
pub use input::Input;
pub use link::Link;
pub use memory::{Baseline, Memory};
pub use meter::{Identity, Meter};
pub use plausible::{Safeguard, Safeguards};
pub use quantity::Key;
pub use reading::{Keys, Reading};
pub use row::{Enabled, HomeAssistant, Interface, Kind, Quantity, StateClass, capitalised};
pub use snapshot::{SCHEMA, Snapshot, Update};
pub use source::Source;
pub use value::{Moment, Time, Timestamp, Value};
