//! What comes out of the broker, shown to a person: the first state whole, then a line for each.

use std::io::{self, Write};

use serde_json::Value;

/// The widest bar, in characters.
const BAR: u64 = 30;

/// What was shown so far.
pub struct View<W> {
    out: W,
    whole: bool,
}

impl<W: Write> View<W> {
    /// Nothing was shown yet.
    pub fn new(out: W) -> Self {
        Self { out, whole: false }
    }

    /// Shows a line of `mosquitto_sub -v`: the topic, a space, the message. Returns whether it is a state of a meter
    /// that is heard.
    pub fn show(&mut self, line: &str) -> io::Result<bool> {
        let Some((name, message)) = line.split_once(' ') else {
            return Ok(false);
        };
        match (
            name.rsplit('/').next(),
            serde_json::from_str::<Value>(message),
        ) {
            (Some("state"), Ok(state)) => self.state(name, &state),
            (Some("event"), Ok(event)) => {
                let text = |key: &str| {
                    event
                        .get(key)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned()
                };
                writeln!(
                    self.out,
                    "event     {}: {} -> {}",
                    text("event_type"),
                    text("from"),
                    text("to")
                )?;
                Ok(false)
            }
            (Some("availability"), _) => {
                writeln!(self.out, "{name} {message}")?;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    fn state(&mut self, name: &str, state: &Value) -> io::Result<bool> {
        let receiving = state.get("link").and_then(Value::as_str) == Some("receiving");
        let energy = state.get("energy").and_then(Value::as_u64);
        if receiving && energy.is_some() && !self.whole {
            self.whole = true;
            writeln!(self.out, "{name} {state:#}")?;
            return Ok(true);
        }
        // Until then there is nothing to see but the link, which the events tell.
        if self.whole {
            self.line(state, energy)?;
        }
        Ok(receiving && self.whole)
    }

    fn line(&mut self, state: &Value, energy: Option<u64>) -> io::Result<()> {
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
            self.out,
            "{clock}  {:9}  {power:>8} {bar}  {energy:>13}  {}",
            text("link"),
            text("tariff_name")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[&str]) -> String {
        let mut out = Vec::new();
        let mut view = View::new(&mut out);
        for line in lines {
            view.show(line).unwrap();
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
