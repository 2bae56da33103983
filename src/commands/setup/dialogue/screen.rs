//! How the dialogue is shown: numbered titles, and what belongs to them indented.

use std::io::{self, Write};

use crate::commands::console::Console;
use crate::commands::doctor::{CheckState, Style};
use crate::commands::watch;

/// What comes before each line under a title.
pub const INDENT: &str = "   ";

/// A narrower terminal is written to as if it had this room.
const ROOM_MIN: usize = 30;

/// Begins a part.
pub fn title(console: &mut Console, number: usize, text: &str) -> io::Result<()> {
    let style = Style::of_stdout(console.words());
    writeln!(console, "\n{}", style.bold(&format!("{number}. {text}")))
}

/// Shows a text under a title, its lines broken between words where the terminal ends.
pub fn show(console: &mut Console, text: &str) -> io::Result<()> {
    show_behind(console, "", 0, text)
}

/// Shows a text as it is: a file, a command.
pub fn show_unbroken(console: &mut Console, text: &str) -> io::Result<()> {
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
    show_behind(console, &format!("{sign} "), 2, text)
}

/// Shows steps to take. They have commands, which are copied whole.
pub fn show_steps(console: &mut Console, steps: &[String]) -> io::Result<()> {
    let arrow = console.words().symbol("→", "->");
    for step in steps {
        show_unbroken(console, &format!("{arrow} {step}"))?;
    }
    Ok(())
}

/// Shows a text behind a sign of this width; what does not fit into a line goes on below the text.
fn show_behind(console: &mut Console, sign: &str, width: usize, text: &str) -> io::Result<()> {
    let room = watch::columns().map(|columns| columns.saturating_sub(INDENT.len() + width));
    let mut sign = sign;
    for line in text.lines() {
        for (number, part) in broken(line, room.unwrap_or(usize::MAX)).iter().enumerate() {
            let hang = if number > 0 { width } else { 0 };
            if part.is_empty() {
                writeln!(console)?;
            } else {
                writeln!(console, "{INDENT}{sign}{:hang$}{part}", "")?;
            }
            sign = "";
        }
    }
    Ok(())
}

/// A line in parts of at most so many characters, where it has spaces to break it at.
fn broken(line: &str, room: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some((end, _)) = rest.char_indices().nth(room.max(ROOM_MIN)) {
        let (head, tail) = rest.split_at(end);
        let at = if tail.starts_with(' ') {
            Some(end)
        } else {
            head.rfind(' ')
        };
        let Some((part, after)) = at.and_then(|at| rest.split_at_checked(at)) else {
            break;
        };
        if part.trim().is_empty() {
            break;
        }
        parts.push(part.trim_end());
        rest = after.trim_start();
    }
    parts.push(rest);
    parts
}

/// A question under a title.
pub fn question(text: &str) -> String {
    format!("{INDENT}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words() {
        let line = "a meter sends in standard mode: TEMPO, 6 kVA, one phase";
        assert_eq!(
            broken(line, 32),
            ["a meter sends in standard mode:", "TEMPO, 6 kVA, one phase"]
        );
        assert_eq!(broken(line, usize::MAX), [line]);
        assert_eq!(broken("", 40), [""]);
        let path = "/dev/serial/by-id/usb-FTDI_FT230X_Basic_UART_EXAMPLE1-if00-port0";
        assert_eq!(broken(path, 40), [path]);
        assert_eq!(broken("été ".repeat(20).trim_end(), 40).len(), 2);
    }
}
