//! The rule that a label falls under.

use crate::tic::{Label, Role};

/// How a value of a label is validated; the head of the module has what each rule accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// An energy that only grows.
    Index,
    /// The meter's clock.
    Clock,
    /// What stays the same from frame to frame: identity, contract, texts, dated values.
    Text,
    /// A maximum of the day, dated: it grows within the day.
    Maximum,
    /// Bits and numbers that change with the tariff, the breaker, the relays; a text that is sent in one frame only.
    Register,
    /// What changes from frame to frame, within the bounds of physics.
    Instantaneous,
}

impl Rule {
    /// The rule of a label, by its role.
    pub fn of(label: Label) -> Self {
        match label.role() {
            role if role.is_index() => Self::Index,
            Role::Clock => Self::Clock,
            Role::Maximum(_) => Self::Maximum,
            Role::Register | Role::Once => Self::Register,
            Role::Current | Role::Voltage | Role::ApparentPower => Self::Instantaneous,
            _ => Self::Text,
        }
    }
}
