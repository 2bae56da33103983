//! What the doctor prints: a line for each check, one sentence, and what to do; or the same as one JSON object.
//!
//! ```text
//! ✓ Port        FT230X Basic UART (FTDI), free
//! ✗ Meter       not one byte in 12 s, at either speed
//!
//! The adapter answers and the meter does not: it is most likely the wires.
//! → At the meter, under the green cover: …
//! ```
//! The JSON is English, and its words (`check`, `state`, `finding`, `verdict`, `remedies`) are stable: see linky-sensor(8).
//! No meter's number is in either.

use std::io::{self, IsTerminal, Write};

use serde_json::{Value, json};

use super::check_state::CheckState;
use super::finding::CheckFinding;
use super::machine::Machine;
use super::remedy::Remedy;
use super::verdict::DoctorVerdict;
use crate::config::Language;
use crate::words::Words;

/// A check, and what it found.
#[derive(Debug)]
pub struct CheckLine {
    /// The id of the meter that it is about, where there are several.
    pub meter: Option<String>,
    /// What was found.
    pub finding: CheckFinding,
}

impl CheckLine {
    /// A check that is about no single meter, or the only one.
    pub fn of(finding: impl Into<CheckFinding>) -> Self {
        Self {
            meter: None,
            finding: finding.into(),
        }
    }
}

/// The sentence, and what to do.
#[derive(Debug)]
pub struct Conclusion {
    /// What it comes to.
    pub verdict: DoctorVerdict,
    /// The most likely first; empty where there is nothing to do.
    pub remedies: Vec<Remedy>,
}

/// How text is shown.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The language, and whether more than ASCII is shown.
    pub words: Words,
    /// A terminal that shows colours.
    pub is_coloured: bool,
}

impl Style {
    /// That of standard output.
    pub fn of_stdout(words: Words) -> Self {
        Self {
            words,
            is_coloured: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    fn wrapped(self, code: &str, text: &str) -> String {
        if self.is_coloured {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// The sign of a state.
    pub fn sign(self, state: CheckState) -> String {
        let words = self.words;
        match state {
            CheckState::Ok => self.wrapped("32", words.symbol("✓", "+")),
            CheckState::Warning => self.wrapped("33", "!"),
            CheckState::Failed => self.wrapped("31", words.symbol("✗", "X")),
            CheckState::Skipped => self.wrapped("2", words.symbol("·", "-")),
        }
    }

    /// A sentence that matters.
    pub fn bold(self, text: &str) -> String {
        self.wrapped("1", text)
    }
}

/// The name of a check in a column of this width; several meters are distinguished by their ids.
fn column(checked: &CheckLine, words: Words, width: usize) -> String {
    let name = checked.finding.check().text(words);
    let name = match &checked.meter {
        Some(id) => format!("{name} {id}"),
        None => name,
    };
    format!("{name:<width$}")
}

/// The width of the column of names.
fn width(checks: &[CheckLine], words: Words) -> usize {
    let names = checks.iter().map(|checked| {
        let name = checked.finding.check().text(words).chars().count();
        name + checked
            .meter
            .as_ref()
            .map_or(0, |id| id.chars().count() + 1)
    });
    let longest = names.max().unwrap_or(0);
    (longest + 1).max(NAME_WIDTH)
}

/// The least width of the column of names.
const NAME_WIDTH: usize = 10;

/// Writes the checks.
pub fn write_checks(out: &mut dyn Write, style: Style, checks: &[CheckLine]) -> io::Result<()> {
    let width = width(checks, style.words);
    for checked in checks {
        let sign = style.sign(checked.finding.state());
        let name = column(checked, style.words, width);
        let text = checked.finding.text(style.words);
        let mut lines = text.lines();
        writeln!(out, "{sign} {name}  {}", lines.next().unwrap_or_default())?;
        for line in lines {
            writeln!(out, "  {:width$}  {line}", "")?;
        }
    }
    Ok(())
}

/// Writes the sentence and what to do.
pub fn write_conclusion(
    out: &mut dyn Write,
    style: Style,
    machine: &Machine,
    conclusion: &Conclusion,
) -> io::Result<()> {
    writeln!(out)?;
    for line in conclusion.verdict.text(style.words).lines() {
        writeln!(out, "{}", style.bold(line))?;
    }
    let arrow = style.words.symbol("→", "->");
    for remedy in &conclusion.remedies {
        let text = machine.fitted(&remedy.text(style.words));
        let mut lines = text.lines();
        writeln!(out, "{arrow} {}", lines.next().unwrap_or_default())?;
        for line in lines {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// The report for programs.
pub fn to_json(checks: &[CheckLine], machine: &Machine, conclusion: &Conclusion) -> Value {
    let english = Words::new(Language::English, false);
    let checks: Vec<Value> = checks
        .iter()
        .map(|checked| {
            let mut entry = json!({
                "check": checked.finding.check().as_str(),
                "state": checked.finding.state().as_str(),
                "finding": checked.finding.word(),
                "text": checked.finding.text(english),
            });
            if let (Some(id), Some(entry)) = (&checked.meter, entry.as_object_mut()) {
                entry.insert("meter".to_owned(), json!(id));
            }
            entry
        })
        .collect();
    let remedies: Vec<Value> = conclusion
        .remedies
        .iter()
        .map(|remedy| {
            let text = machine.fitted(&remedy.text(english));
            json!({ "remedy": remedy.word(), "text": text })
        })
        .collect();
    json!({
        "checks": checks,
        "verdict": conclusion.verdict.word(),
        "text": conclusion.verdict.text(english),
        "remedies": remedies,
    })
}
