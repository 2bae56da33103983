//! The colours of Tempo days.

use super::Contract;
use crate::meter::part::Context;
use crate::tic::{Color, Label};

/// The colour of the index in force: Tempo counts indexes 1 to 6 in the order off-peak and peak of blue, white, red.
pub fn of_today(context: &Context<'_>) -> Option<Color> {
    if context.contract? != Contract::Tempo {
        return None;
    }
    match context.values.get(Label::NTARF)?.number() {
        1 | 2 => Some(Color::Blue),
        3 | 4 => Some(Color::White),
        5 | 6 => Some(Color::Red),
        _ => None,
    }
}
