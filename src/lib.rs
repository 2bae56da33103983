//! linky-sensor: the French Linky electricity meter on D-Bus, on MQTT and in Home Assistant.
//!
//! The data flows down this list; the README and `docs/` are for users.
//!
//! - [`serial`]: the port; bytes. [`net`]: the way to a host, for it and for [`mqtt`].
//! - [`tic`]: the protocol, pure; bytes to frames. [`capture`]: what was received, as a file.
//! - [`meter`]: the meaning, pure; frames to states and events.
//! - [`sink`]: what every sink is given; [`dbus`], [`mqtt`], [`metrics`]: the sinks; [`store`]: what is kept on disk.
//! - [`service`]: builds all this and watches it.
//! - [`simulator`]: the meter's side of the wire.
//! - [`commands`]: the command line; `words`: what it prints for people. [`config`], [`names`], [`home`]: what everything may use.

extern crate alloc;

pub mod capture;
pub mod commands;
pub mod config;
pub mod dbus;
pub mod home;
pub mod meter;
pub mod metrics;
pub mod mqtt;
pub mod names;
pub mod net;
pub mod serial;
pub mod service;
pub mod simulator;
pub mod sink;
pub mod store;
pub mod tic;
mod words;
