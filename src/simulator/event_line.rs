//! An event as one line: `swap,at=2min,index=1`, or `silence duration=30s`.
//!
//! ```text
//! line = kind *( separator key "=" value )      separator = 1*( "," | " " | tab )
//! ```
//! Kinds, keys and values are those of a [scenario file](super::scenario_file); a line without `at` is an event that comes
//! at once, or at the start.

use super::event::ScenarioEvent;
use super::scenario_file::read_events;

/// Reads an event of one line.
///
/// ```
/// let event = linky_sensor::simulator::parse_event("silence,at=2min,duration=30s")?;
/// assert_eq!((event.at, event.duration()), (120, 30));
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// What is wrong with it, in one line.
pub fn parse_event(line: &str) -> Result<ScenarioEvent, String> {
    let mut parts = line.split([',', ' ', '\t']).filter(|part| !part.is_empty());
    let kind = parts
        .next()
        .ok_or("found an empty event, expected its kind")?;
    let mut text = format!("[[event]]\nkind = {}\n", quoted(kind));
    let mut has_time = false;
    for part in parts {
        let (key, value) = part
            .split_once('=')
            .filter(|(key, _)| is_key(key))
            .ok_or_else(|| format!("found {part:?}, expected KEY=VALUE, such as duration=30s"))?;
        let value = if is_number(value) {
            value.to_owned()
        } else {
            quoted(value)
        };
        text.push_str(&format!("{key} = {value}\n"));
        has_time |= key == "at";
    }
    if !has_time {
        text.push_str("at = \"0s\"\n");
    }
    let events = read_events(kind, &text).map_err(|error| {
        let first = error.faults().first();
        first.map_or_else(String::new, |fault| {
            let subject = &fault.subject;
            let (found, expected) = (&fault.found, &fault.expected);
            format!("{subject}: found {found}, expected {expected}")
        })
    })?;
    let event = events.first().copied();
    event.ok_or_else(|| format!("found {line:?}, expected an event"))
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// An integer of TOML, which begins with no nought.
fn is_number(text: &str) -> bool {
    text == "0"
        || (!text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && !text.is_empty())
}

/// A string of TOML: the escapes of JSON are some of its own.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{ScenarioChange, TariffPlan};
    use crate::tic::Mode;

    #[test]
    fn a_line_is_an_event() {
        for (line, at, change) in [
            (
                "swap,at=2min,index=1",
                120,
                ScenarioChange::Swap { index: 1 },
            ),
            ("swap", 0, ScenarioChange::Swap { index: 0 }),
            (
                "mode mode=historique",
                0,
                ScenarioChange::Mode(Mode::Historique),
            ),
            (
                "contract, contract=off-peak",
                0,
                ScenarioChange::Contract(TariffPlan::OffPeak),
            ),
            (
                "overrun va=9000 duration=5min at=1h",
                3600,
                ScenarioChange::Overrun {
                    va: 9000,
                    duration: 300,
                },
            ),
        ] {
            assert_eq!(
                parse_event(line),
                Ok(ScenarioEvent { at, change }),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_reason() {
        for (line, reason) in [
            ("", "an empty event"),
            (" , ", "an empty event"),
            ("swop", "found \"swop\", expected \"swap\""),
            ("swap index", "found \"index\", expected KEY=VALUE"),
            ("swap in.dex=1", "expected KEY=VALUE"),
            ("swap index=x", "a number from 0 to 999999999"),
            ("swap index=", "a number from 0 to 999999999"),
            ("swap index=007", "a number from 0 to 999999999"),
            ("swap index=99999999999999999999", "expected"),
            ("swap volts=3", "no such key in an event of this kind"),
            ("swap index=1 index=2", "expected"),
            ("silence", "duration"),
            ("silence duration=\"]\n[x", "expected"),
            ("silence kind=swap", "expected"),
        ] {
            let error = parse_event(line).unwrap_err();
            assert!(error.contains(reason), "{line:?}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
