//! What a current, a voltage or an apparent power of the moment can be at most.
//!
//! Input: the value of a group, and the number of phases of the meter. The bounds are generous, for a wrong hold is worse than
//! a rare wrong value: a Linky is made for 90 A in one phase and for 60 A in each of three, and a motor that starts may draw
//! twice that for the second that a value is measured over.

use crate::tic::{Label, Role};

/// A, of the only phase or of one of three. As long as the number of phases is not known, the greater one holds.
const SINGLE_PHASE_CURRENT: u32 = 2 * 90;
const THREE_PHASE_CURRENT: u32 = 2 * 60;
/// V: 230 V and 10 %. What a power is bounded with.
const VOLTAGE: u32 = 253;
/// V: 400 V and 10 %. Without a neutral, a phase gets up to the voltage between two phases, and that must be published.
const VOLTAGE_WITHOUT_NEUTRAL: u32 = 440;

/// True if a meter with this number of phases can have measured `value`. True of every label that is bounded by nothing.
pub fn is_possible(label: Label, value: u32, phases: Option<u8>) -> bool {
    let current = match phases {
        Some(3) => THREE_PHASE_CURRENT,
        _ => SINGLE_PHASE_CURRENT,
    };
    let highest = match label.role() {
        Role::Current => current,
        Role::Voltage => VOLTAGE_WITHOUT_NEUTRAL,
        Role::ApparentPower if label.phase().is_some() || phases == Some(1) => current * VOLTAGE,
        // Three phases, or not known yet.
        Role::ApparentPower => 3 * THREE_PHASE_CURRENT * VOLTAGE,
        _ => u32::MAX,
    };
    value <= highest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_connection_carries_at_most_and_a_starting_motor_are_possible() {
        for (label, phases, value) in [
            (Label::IRMS1, Some(1), 90),
            (Label::IRMS1, Some(1), 150),
            (Label::IRMS2, Some(3), 100),
            (Label::IINST, None, 150),
            (Label::URMS1, Some(1), 0),
            (Label::URMS1, Some(3), 405),
            (Label::SINSTS, Some(1), 40_000),
            (Label::SINSTS, Some(3), 90_000),
            (Label::SINSTS2, Some(3), 30_000),
            (Label::PAPP, None, 90_000),
        ] {
            assert!(
                is_possible(label, value, phases),
                "{label} {value} {phases:?}"
            );
        }
    }

    #[test]
    fn what_no_connection_carries_is_not_possible() {
        for (label, phases, value) in [
            (Label::IRMS1, Some(1), 201),
            (Label::IRMS2, Some(3), 121),
            (Label::IINST, None, 401),
            (Label::URMS1, Some(1), 630),
            (Label::SINSTS, Some(1), 50_000),
            (Label::SINSTS, Some(3), 99_999),
            (Label::SINSTS2, Some(3), 40_000),
            (Label::PAPP, None, 92_000),
        ] {
            assert!(
                !is_possible(label, value, phases),
                "{label} {value} {phases:?}"
            );
        }
    }

    #[test]
    fn an_index_and_a_text_have_no_bound() {
        assert!(is_possible(Label::EAST, 999_999_999, Some(1)));
        assert!(is_possible(Label::NGTF, 0, None));
    }
}
