//! The D-Bus service on a real dbus-daemon: what a program on the bus sees of a meter.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "../support/mod.rs"]
mod support;

mod changes;
mod history;
mod introspection;
mod login_prompt;
mod stage;
mod status;
mod trouble;
mod values;
