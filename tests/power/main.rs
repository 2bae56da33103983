//! The models of the active power and of the breaker, on signals whose truth is known.
//!
//! `tests/signals` holds what simulated meters sent, frame by frame, beside the power that really flowed; its README has
//! the format. `docs/POWER.md` gives the errors, which `scripts/power` measures.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking; the figures of a house are small and positive"
)]

mod any;
mod breaker;
mod house;
mod household;
mod overload;
mod power;
mod published;
mod rough;
#[path = "../signals/mod.rs"]
mod signals;
