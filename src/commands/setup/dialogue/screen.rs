//! How the dialogue is shown: numbered titles, and what belongs to them indented.

use std::io::{self, Write};

use crate::commands::console::Console;
use crate::commands::doctor::{CheckState, Style};

/// What comes before each line under a title.
pub const INDENT: &str = "   ";

/// Begins a part.
pub fn title(console: &mut Console, number: usize, text: &str) -> io::Result<()> {
    let style = Style::of_stdout(console.words());
    writeln!(console, "\n{}", style.bold(&format!("{number}. {text}")))
}

/// Shows a text under a title.
pub fn show(console: &mut Console, text: &str) -> io::Result<()> {
    for line in text.lines() {
        if line.is_empty() {
            writeln!(console)?;
        } else {
            writeln!(console, "{INDENT}{line}")?;
        }
    }
    Ok(())
}

/// Shows what was found, with its sign.
pub fn show_state(console: &mut Console, state: CheckState, text: &str) -> io::Result<()> {
    let sign = Style::of_stdout(console.words()).sign(state);
    show(console, &format!("{sign} {text}"))
}

/// Shows steps to take.
pub fn show_steps(console: &mut Console, steps: &[String]) -> io::Result<()> {
    let arrow = console.words().symbol("→", "->");
    for step in steps {
        show(console, &format!("{arrow} {step}"))?;
    }
    Ok(())
}

/// A question under a title.
pub fn question(text: &str) -> String {
    format!("{INDENT}{text}")
}
