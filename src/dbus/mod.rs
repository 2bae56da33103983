//! D-Bus: the service that people's programs read, and the client that our own commands are.
//!
//! ```text
//!  Subscription of all meters ───────> server ──> session ──> bus
//!                                         │          │ interface_spec      which interfaces a meter has, and what is on them
//!                                         │          │ property            a name, a type, a value of a snapshot
//!                                         │          │ property_interface  all of them behind zbus, answered from one snapshot
//!                                         │          │ trend               what the power and the energy were, by a handle
//!                                         │          └ signal              what differs, as messages
//!                                         └ a connection is never repaired: it is dropped and made anew (bus);
//!                                           its socket takes in no more calls than are answered
//! ```
//!
//! Nothing here is listed by hand: properties are the rows of the table of quantities, signals are the kinds of
//! events, and the shipped introspection is written by the same code that answers Introspect. Every wait on the bus
//! has a deadline. This is the only module that knows zbus.

mod bus;
mod client;
mod deadline;
mod error;
mod follow;
mod interface_spec;
pub mod introspection;
mod manager;
mod past;
mod property;
mod property_interface;
mod raw;
mod serial_getty;
mod server;
mod session;
mod signal;
mod socket;
mod trend;
mod unit;

pub use bus::Bus;
pub use client::{Client, Overview, SeenMeter};
pub use error::Error;
pub use follow::{DayPlans, FollowedMeter, News, PlanStep, SeenEvent, follow};
pub use past::{PastEnergy, PastPower};
pub use serial_getty::{NoAnswer, active_serial_getty};
pub use server::run;
pub use unit::{UnitState, restart_unit, unit_state};
