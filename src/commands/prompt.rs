//! Questions on a terminal: plain lines on standard input, which a screen reader, a serial console and a script can use.
//!
//! An answer that is empty is the default, which is in brackets. The end of the input is an error.

use std::io::{self, BufRead, Read, Write};

use super::console::Console;

/// The length of an answer, at most.
const ANSWER_MAX: u64 = 4096;

/// How often a question is repeated, at most.
const QUESTIONS_MAX: usize = 20;

/// Reads an answer, without the spaces around it.
pub fn read_answer() -> io::Result<String> {
    let mut answer = String::new();
    let read = io::stdin().lock().take(ANSWER_MAX).read_line(&mut answer)?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(answer.trim().to_owned())
}

/// Asks a question that is answered by yes or no, in either language; yes is the default.
pub fn yes(console: &mut Console, question: &str) -> io::Result<bool> {
    let choice = console.words().pick("O/n", "Y/n").to_owned();
    for _ in 0..QUESTIONS_MAX {
        write!(console, "{question} [{choice}] ")?;
        console.flush()?;
        if let Some(answer) = parse_yes(&read_answer()?) {
            return Ok(answer);
        }
    }
    Err(io::ErrorKind::InvalidInput.into())
}

/// Yes, no, or neither.
fn parse_yes(answer: &str) -> Option<bool> {
    match answer.to_lowercase().as_str() {
        "" | "o" | "oui" | "y" | "yes" => Some(true),
        "n" | "non" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_known_in_both_languages() {
        for yes in ["", "o", "Oui", "y", "YES"] {
            assert_eq!(parse_yes(yes), Some(true), "{yes}");
        }
        for no in ["n", "Non", "no", "N"] {
            assert_eq!(parse_yes(no), Some(false), "{no}");
        }
        assert_eq!(parse_yes("peut-être"), None);
    }
}
