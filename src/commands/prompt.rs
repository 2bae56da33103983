//! Questions on a terminal: plain lines on standard input, which a screen reader, a serial console and a script can use.
//!
//! An answer that is empty is the default, which is in brackets. The end of the input is an error
//! ([`io::ErrorKind::UnexpectedEof`]).

use std::io::{self, BufRead, Read, Write};

use super::console::Console;
use super::unseen::Unseen;

/// The length of an answer, at most: MQTT sends that of a password in two bytes.
const ANSWER_MAX: u64 = 65_537;

/// How often a question is asked, at most.
const QUESTIONS_MAX: usize = 20;

/// Asks until there is an answer. The number of times is bounded; after that it is as at the end of the input.
pub fn until_answered<T>(mut ask: impl FnMut() -> io::Result<Option<T>>) -> io::Result<T> {
    for _ in 0..QUESTIONS_MAX {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// Asks for a line, and gives it without the spaces around it.
pub fn line(console: &mut Console, question: &str) -> io::Result<String> {
    write!(console, "{question}")?;
    console.flush()?;
    Ok(read_line()?.trim().to_owned())
}

/// Asks for what must not be seen.
pub fn secret(out: &mut impl Write, question: &str) -> io::Result<String> {
    let _unseen = Unseen::new()?;
    write!(out, "{question}")?;
    out.flush()?;
    let answer = read_secret();
    writeln!(out)?;
    answer
}

/// Reads a line of which only its end is no part.
pub fn read_secret() -> io::Result<String> {
    Ok(read_line()?.trim_end_matches(['\n', '\r']).to_owned())
}

/// Asks a question that is answered by yes or no, in either language; yes is the default.
pub fn yes(console: &mut Console, question: &str) -> io::Result<bool> {
    let choice = console.words().pick("O/n", "Y/n").to_owned();
    let question = format!("{question} [{choice}] ");
    until_answered(|| Ok(parse_yes(&line(console, &question)?)))
}

fn read_line() -> io::Result<String> {
    let mut answer = String::new();
    let read = io::stdin().lock().take(ANSWER_MAX).read_line(&mut answer)?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

/// Yes, no, or neither.
fn parse_yes(answer: &str) -> Option<bool> {
    match answer.to_lowercase().as_str() {
        "" | "o" | "oui" | "y" | "yes" => Some(true),
        _ if is_no(answer) => Some(false),
        _ => None,
    }
}

/// Whether an answer is no, in either language.
pub fn is_no(answer: &str) -> bool {
    ["n", "non", "no"].contains(&answer.to_lowercase().as_str())
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
