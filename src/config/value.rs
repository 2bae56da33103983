//! The parsers of the values that keys take.
//!
//! A parser is a function from a [`TomlValue`], or from its text, to the checked value or to an [`InvalidValue`]: what
//! was expected, and advice. Amounts carry their unit:
//!
//! ```text
//! duration = number [" "] ("ms" | "s" | "min" | "h" | "d")
//! size     = number [" "] ("B" | "kB" | "MB" | "GB" | "KiB" | "MiB" | "GiB")     kB is 1000 B, KiB 1024 B
//! ```

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::document::TomlValue;
use super::error::{Fault, Location};

/// Why a value is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    expected: String,
    advice: Option<String>,
    shown: Option<String>,
}

impl InvalidValue {
    pub(crate) fn new(expected: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            advice: None,
            shown: None,
        }
    }

    /// Adds advice.
    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Shows this instead of the value, which holds a secret.
    pub(super) fn show(mut self, shown: impl Into<String>) -> Self {
        self.shown = Some(shown.into());
        self
    }

    pub(super) fn into_fault(
        self,
        location: Location,
        subject: String,
        value: &TomlValue,
    ) -> Fault {
        let Self {
            expected,
            advice,
            shown,
        } = self;
        Fault {
            location,
            subject,
            found: shown.unwrap_or_else(|| value.describe()),
            expected,
            advice,
        }
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)?;
        self.advice
            .as_ref()
            .map_or(Ok(()), |advice| write!(f, "\n    {advice}"))
    }
}

impl std::error::Error for InvalidValue {}

/// `true` or `false`.
pub(crate) fn boolean(value: &TomlValue) -> Result<bool, InvalidValue> {
    match value {
        TomlValue::Boolean(boolean) => Ok(*boolean),
        TomlValue::Text(_) => Err(InvalidValue::new("true or false, without quotes")),
        _ => Err(InvalidValue::new("true or false")),
    }
}

/// A text that `parse` accepts.
pub(crate) fn text<T>(
    parse: impl FnOnce(&str) -> Result<T, InvalidValue>,
) -> impl FnOnce(&TomlValue) -> Result<T, InvalidValue> {
    move |value| match value {
        TomlValue::Text(text) => parse(text),
        // What `parse` expects is in its error: give it a text that nothing accepts.
        _ => match parse("\0") {
            Err(InvalidValue {
                expected, shown, ..
            }) => Err(InvalidValue {
                expected,
                advice: Some("It is a text: put it between double quotes.".to_owned()),
                shown: shown.map(|_| "something that is not a text".to_owned()),
            }),
            Ok(_) => Err(InvalidValue::new("a text between double quotes")),
        },
    }
}

/// One of the words of a closed list.
pub(crate) fn one_of<T: Copy>(
    choices: &[T],
    word: impl Fn(T) -> &'static str,
) -> impl FnOnce(&TomlValue) -> Result<T, InvalidValue> {
    text(move |text| {
        choices
            .iter()
            .copied()
            .find(|choice| word(*choice) == text)
            .ok_or_else(|| {
                let words: Vec<String> = choices
                    .iter()
                    .map(|choice| format!("{:?}", word(*choice)))
                    .collect();
                InvalidValue::new(match words.split_last() {
                    Some((last, [first @ .., before_last])) => {
                        let head: String = first.iter().map(|word| format!("{word}, ")).collect();
                        format!("{head}{before_last} or {last}")
                    }
                    _ => words.concat(),
                })
            })
    })
}

/// A text of 1 to 64 characters, all of them printable.
pub(super) fn parse_label(text: &str) -> Result<String, InvalidValue> {
    let is_fit = !text.trim().is_empty()
        && text.chars().count() <= 64
        && !text.chars().any(char::is_control);
    is_fit
        .then(|| text.to_owned())
        .ok_or_else(|| InvalidValue::new("a text of 1 to 64 characters on one line"))
}

/// The name of a directory below `/sys/class/leds`, such as `ACT` or `green:wlan`.
pub(super) fn parse_led(text: &str) -> Result<String, InvalidValue> {
    let is_fit = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'/')
        && !text.starts_with('.');
    is_fit.then(|| text.to_owned()).ok_or_else(|| {
        InvalidValue::new("the name of an LED, one of those that `ls /sys/class/leds` shows")
    })
}

/// An absolute path: the daemon's working directory is `/`. A refused value is not shown: it may be the very password
/// or key that the file should hold.
pub(super) fn parse_path(text: &str) -> Result<PathBuf, InvalidValue> {
    let is_fit = text.starts_with('/') && !text.contains('\0');
    is_fit.then(|| PathBuf::from(text)).ok_or_else(|| {
        InvalidValue::new("the full path of a file, from /").show("a text that is not a full path")
    })
}

/// A topic to publish on, or the beginning of one.
pub(super) fn parse_topic(text: &str) -> Result<String, InvalidValue> {
    let expected = InvalidValue::new("a topic such as \"linky\" or \"house/linky\"");
    if text.contains(['+', '#']) {
        return Err(
            expected.advise("+ and # are wildcards: they can be subscribed to, not published on.")
        );
    }
    if text.split('/').any(str::is_empty) {
        return Err(expected
            .advise("No level may be empty: no / at the beginning or the end, no // within."));
    }
    if text.starts_with('$') {
        return Err(expected.advise("Topics that begin with $ belong to the broker."));
    }
    if text.len() > 200 || text.chars().any(char::is_control) {
        return Err(expected.advise("At most 200 bytes, all of them printable."));
    }
    Ok(text.to_owned())
}

/// The name of a client at the broker; it is also one level of a topic.
pub(super) fn parse_client_id(text: &str) -> Result<String, InvalidValue> {
    let is_allowed =
        |character: char| character.is_ascii_alphanumeric() || "-_.:".contains(character);
    let is_fit = (1..=64).contains(&text.len()) && text.chars().all(is_allowed);
    is_fit
        .then(|| text.to_owned())
        .ok_or_else(|| InvalidValue::new("1 to 64 letters, digits or any of - _ . :"))
}

/// A duration in `range`.
pub(crate) fn parse_duration(text: &str, range: &RangeInclusive<Duration>) -> Option<Duration> {
    let (number, unit) = split_unit(text)?;
    let milliseconds: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number
        .checked_mul(milliseconds)
        .map(Duration::from_millis)
        .filter(|duration| range.contains(duration))
}

/// A size in bytes in `range`.
pub(super) fn parse_size(text: &str, range: &RangeInclusive<u64>) -> Option<u64> {
    let (number, unit) = split_unit(text)?;
    let bytes: u64 = match unit {
        "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number
        .checked_mul(bytes)
        .filter(|size| range.contains(size))
}

/// `10s` or `10 s` -> 10 and `s`.
fn split_unit(text: &str) -> Option<(u64, &str)> {
    let (number, unit) = text.split_at(text.find(|character: char| !character.is_ascii_digit())?);
    Some((number.parse().ok()?, unit.strip_prefix(' ').unwrap_or(unit)))
}

/// A duration as the configuration writes it, in the largest unit that needs no fraction.
///
/// ```
/// use linky_sensor::config::format_duration;
/// assert_eq!(format_duration(std::time::Duration::from_secs(120)), "2min");
/// ```
#[must_use]
pub fn format_duration(duration: Duration) -> String {
    format_amount(
        duration.as_millis(),
        &[
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("min", 60_000),
            ("s", 1_000),
        ],
        "ms",
    )
}

/// A size in bytes as the configuration writes it, in the largest unit that needs no fraction.
///
/// ```
/// assert_eq!(linky_sensor::config::format_size(64 << 20), "64MiB");
/// ```
#[must_use]
pub fn format_size(bytes: u64) -> String {
    let units = [
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("KiB", 1 << 10),
        ("kB", 1_000),
    ];
    format_amount(u128::from(bytes), &units, "B")
}

fn format_amount(amount: u128, units: &[(&str, u128)], smallest: &str) -> String {
    let unit = units
        .iter()
        .find(|(_, size)| amount > 0 && amount.is_multiple_of(*size));
    unit.map_or_else(
        || format!("{amount}{smallest}"),
        |(name, size)| format!("{}{name}", amount / size),
    )
}

#[cfg(test)]
mod tests;
