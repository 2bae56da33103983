//! Which rule a label falls under.

use crate::tic::{Kind, Label};

/// A rule; see the module above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// An energy that only grows.
    Index,
    /// The meter's clock.
    Clock,
    /// What is sent again and again: identity, contract, texts, dated values.
    Text,
    /// A maximum of the day, dated: it grows within the day.
    Maximum,
    /// Bits and numbers that change with the tariff, the breaker, the relays.
    Register,
    /// What is sent once.
    Once,
    /// What changes from frame to frame.
    Instantaneous,
}

impl Rule {
    /// The rule of a label.
    pub fn of(label: Label) -> Self {
        match label {
            Label::DATE => Self::Clock,
            Label::MSG2 => Self::Once,
            Label::SMAXSN | Label::SMAXSN1 | Label::SMAXSN2 | Label::SMAXSN3 | Label::SMAXIN => {
                Self::Maximum
            }
            // NTARF is a number, and goes with the texts of the tariff.
            Label::VTIC | Label::PREF | Label::PCOUP | Label::ISOUSC | Label::NTARF => Self::Text,
            Label::STGE
            | Label::RELAIS
            | Label::NJOURF
            | Label::NJOURF_1
            | Label::IMAX
            | Label::IMAX1
            | Label::IMAX2
            | Label::IMAX3
            | Label::PMAX
            | Label::PEJP
            | Label::PPOT => Self::Register,
            _ if is_index(label) => Self::Index,
            _ if label.has_horodate() || label.kind() != Kind::Number => Self::Text,
            _ => Self::Instantaneous,
        }
    }
}

/// The energies have nine digits, and nothing else in either mode is a number of nine.
fn is_index(label: Label) -> bool {
    label.kind() == Kind::Number && label.data_len() == 9
}
