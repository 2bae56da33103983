//! What is printed of the restart and of the first frame.

use std::time::Duration;

use crate::commands::bus_error;
use crate::commands::console::CommandError;
use crate::dbus;
use crate::meter::{Key, Reading};
use crate::names::exit;
use crate::words::Words;

/// The service could not be restarted, or not be followed.
pub fn not_restarted(error: &dbus::Error, words: Words) -> CommandError {
    let why = bus_error::explained(error, words);
    CommandError::new(exit::UNAVAILABLE, words.setup_not_restarted(&why))
}

/// When the first frame came.
pub fn first_frame(after: Duration, is_published: bool, words: Words) -> String {
    let tenths = i64::try_from(after.as_millis() / 100).unwrap_or(i64::MAX);
    let seconds = words.thousandths(tenths.saturating_mul(100), 1);
    words.setup_first_frame(&seconds, is_published)
}

/// The power and the tariff of the moment.
pub fn moment(reading: &Reading, words: Words) -> String {
    let power = reading.int(Key::APPARENT_POWER);
    let power = power.map(|power| {
        let power = i64::try_from(power).unwrap_or(i64::MAX);
        words.volt_amperes(power)
    });
    let tariff = reading
        .text(Key::TARIFF)
        .and_then(|word| period(word, words));
    let tariff = tariff.or_else(|| reading.text(Key::TARIFF_NAME).map(str::to_owned));
    let known: Vec<String> = power.into_iter().chain(tariff).collect();
    known.join(", ")
}

/// A period in words, with the colour of its day: `off-peak, WHITE day`. `None` for one with a name of its own.
fn period(word: &str, words: Words) -> Option<String> {
    let name = Some(words.period_name(word)).filter(|name| !name.is_empty())?;
    let name = name.to_lowercase();
    let colour = word
        .split_once('_')
        .map(|(colour, _)| words.color_name(colour));
    Some(match colour {
        Some(colour) if colour != "?" => words.status_coloured(&name, colour),
        _ => name,
    })
}
