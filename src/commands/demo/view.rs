//! What the demo receives from the broker, for people: the first state in full, then one line for each.

use std::io::{self, Write};

use serde_json::Value;

/// The widest bar, in characters.
const BAR: u64 = 30;

/// What `mosquitto_sub -v` prints for a message without a payload.
const NOTHING: &str = "(null)";

/// What was shown so far.
#[derive(Default)]
pub struct DemoView {
    is_first_shown: bool,
}

impl DemoView {
    /// Shows a line of `mosquitto_sub -v`: the topic, a space, the message. Returns whether it is a state of a meter
    /// that is received.
    pub fn show(&mut self, line: &str, out: &mut impl Write) -> io::Result<bool> {
        let Some((name, message)) = line.split_once(' ') else {
            return Ok(false);
        };
        match (
            name.rsplit('/').next(),
            serde_json::from_str::<Value>(message),
        ) {
            (Some("state"), Ok(state)) => self.show_state(name, &state, out),
            (Some("event"), Ok(event)) => {
                let text = |key: &str| {
                    event
                        .get(key)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned()
                };
                writeln!(
                    out,
                    "event     {}: {} -> {}",
                    text("event_type"),
                    text("from"),
                    text("to")
                )?;
                Ok(false)
            }
            // What is retained no more is published as nothing.
            (Some("availability"), _) if message != NOTHING => {
                writeln!(out, "{name} {message}")?;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    fn show_state(&mut self, name: &str, state: &Value, out: &mut impl Write) -> io::Result<bool> {
        let receiving = state.get("link").and_then(Value::as_str) == Some("receiving");
        let energy = state.get("energy").and_then(Value::as_u64);
        if receiving && energy.is_some() && !self.is_first_shown {
            self.is_first_shown = true;
            writeln!(out, "{name} {state:#}")?;
            return Ok(true);
        }
        // Before the first figures a state holds only the link, which the events show.
        if self.is_first_shown {
            write_line(state, energy, out)?;
        }
        Ok(receiving && self.is_first_shown)
    }
}

fn write_line(state: &Value, energy: Option<u64>, out: &mut impl Write) -> io::Result<()> {
    let text = |key: &str| {
        state
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or("-")
            .to_owned()
    };
    let number = |key: &str| state.get(key).and_then(Value::as_u64);
    let power = number("apparent_power");
    let share = match (power, number("subscribed_power")) {
        (Some(power), Some(subscribed)) if subscribed > 0 => {
            (power * BAR).div_ceil(subscribed).min(BAR)
        }
        _ => 0,
    };
    let bar: String = (0..BAR)
        .map(|n| if n < share { '#' } else { '.' })
        .collect();
    let time = text("time");
    let clock = time.get(11..19).unwrap_or("-");
    let power = power.map_or("-".to_owned(), |power| format!("{power} VA"));
    let energy = energy.map_or("-".to_owned(), |energy| format!("{energy} Wh"));
    writeln!(
        out,
        "{clock}  {:9}  {power:>8} {bar}  {energy:>13}  {}",
        text("link"),
        text("tariff_name")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[&str]) -> String {
        let mut out = Vec::new();
        let mut view = DemoView::default();
        for line in lines {
            view.show(line, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_state_is_a_line_with_a_bar() {
        let whole = r#"linky/main/state {"link":"receiving","energy":5}"#;
        let state = r#"linky/main/state {"time":"2026-01-01T10:11:12.000Z","link":"syncing","apparent_power":1500,"subscribed_power":6000}"#;
        let shown = shown(&[whole, state]);
        let line = shown.lines().last().unwrap();
        assert!(
            line.starts_with("10:11:12  syncing     1500 VA ########......"),
            "{line}"
        );
    }

    #[test]
    fn the_first_state_of_a_meter_is_shown_whole() {
        let state = r#"linky/main/state {"link":"receiving","energy":5}"#;
        assert!(shown(&[state, "linky/main/availability online"]).contains("\"energy\": 5"));
        assert_eq!(shown(&["linky/main/state not json"]), "");
    }
}
