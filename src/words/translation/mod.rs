//! The French of texts that other modules write in English, for the journal too: faults of the configuration, of files, of
//! scenarios, errors of the system.
//!
//! A row is the English text, with `{}` for what varies, and the French one, with `{0}`, `{1}` for the same in order. What
//! varies is translated by the same rows, if it has one: a text may hold another. A text without a row stays English, so
//! that a new fault is never lost; the tests of the configuration fail until it has its row.
//!
//! | file | |
//! |---|---|
//! | `configuration` | the faults of the configuration and of scenarios |
//! | `files` | passwords, certificates, keys; the errors of the system |
//! | `network` | why a host cannot be reached |
//! | `tls` | why there is no TLS with a broker |
//! | `arguments` | values of the command line |

mod arguments;
mod configuration;
mod files;
mod network;
mod tls;

use super::Words;
use crate::config::{ConfigError, Fault, Language};

/// An English text and its French one.
type TranslatedRow = (&'static str, &'static str);

/// All rows; of those that fit a text the first counts.
const TABLES: [&[TranslatedRow]; 5] = [
    configuration::ROWS,
    files::ROWS,
    network::ROWS,
    tls::ROWS,
    arguments::ROWS,
];

/// What stands between a text and its advice.
const ADVICE: &str = "\n    ";

/// How deep texts are inside each other.
const DEPTH_MAX: u8 = 3;

impl Words {
    /// A text that is English everywhere else, in the language of the user.
    pub fn translated(self, english: &str) -> String {
        match self.language() {
            Language::English => english.to_owned(),
            Language::French => in_french(english, DEPTH_MAX),
        }
    }

    /// The same of a text of several lines, each of which has a row of its own.
    pub fn translated_lines(self, english: &str) -> String {
        let lines = english.lines().map(|line| {
            let text = line.trim_start();
            let indent = &line[..line.len() - text.len()];
            format!("{indent}{}", self.translated(text))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The faults of a configuration, each with its place, what was found, what was expected and what to do.
    pub fn faults(self, error: &ConfigError) -> String {
        let faults: Vec<String> = error
            .faults()
            .iter()
            .map(|fault| self.fault(fault))
            .collect();
        faults.join("\n")
    }

    fn fault(self, fault: &Fault) -> String {
        if self.language() == Language::English {
            return fault.to_string();
        }
        let Fault {
            location,
            subject,
            found,
            expected,
            advice,
        } = fault;
        let colon = if subject.is_empty() { "" } else { "\u{a0}: " };
        // A value is shown as it is written, whatever words it has.
        let is_value = found.starts_with('"') && found.ends_with(['"', '…']);
        let found = if is_value {
            found.clone()
        } else {
            self.translated(found)
        };
        let expected = self.translated(expected);
        let advice = advice.as_ref().map(|advice| self.translated(advice));
        let advice = advice.map_or_else(String::new, |advice| format!("\n    {advice}"));
        format!(
            "{location}: {subject}{colon}trouvé\u{a0}: {found}\u{a0}; attendu\u{a0}: {expected}{advice}"
        )
    }
}

fn in_french(english: &str, depth: u8) -> String {
    let found = TABLES
        .into_iter()
        .flatten()
        .find_map(|(pattern, french)| Some((french, varying(pattern, english)?)));
    let Some((french, parts)) = found else {
        let Some((text, advice)) = english.split_once(ADVICE).filter(|_| depth > 0) else {
            return english.to_owned();
        };
        let [text, advice] = [text, advice].map(|part| in_french(part, depth - 1));
        return text + ADVICE + &advice;
    };
    let mut text = (*french).to_owned();
    for (number, part) in parts.iter().enumerate() {
        let part = match depth {
            0 => (*part).to_owned(),
            _ => in_french(part, depth - 1),
        };
        text = text.replace(&format!("{{{number}}}"), &part);
    }
    text
}

/// What stands in the places of `{}` if the text has this pattern.
fn varying<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut parts = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let at = if pieces.peek().is_none() {
            rest.len().checked_sub(piece.len())?
        } else {
            rest.find(piece)?
        };
        let (part, after) = rest.split_at_checked(at)?;
        rest = after.strip_prefix(piece)?;
        parts.push(part);
    }
    rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_found_in_its_places() {
        assert_eq!(
            varying("a {} of {}", "a key of [x]"),
            Some(vec!["key", "[x]"])
        );
        assert_eq!(varying("{}", "é"), Some(vec!["é"]));
        assert_eq!(varying("{}é", "a"), None);
        assert_eq!(varying("plain", "plain"), Some(vec![]));
        assert_eq!(varying("plain", "plainer"), None);
        assert_eq!(varying("{} é", "xé"), None);
    }

    #[test]
    fn what_is_of_one_address_is_translated_behind_it() {
        assert_eq!(
            in_french(
                "at [2001:db8::2]:8883: it refuses the handshake. x",
                DEPTH_MAX
            ),
            "à l'adresse [2001:db8::2]:8883 : il refuse d'ouvrir TLS. x"
        );
    }

    #[test]
    fn a_row_uses_all_that_varies_and_is_reached() {
        let rows = TABLES.concat();
        for (at, (english, french)) in rows.iter().enumerate() {
            for number in 0..english.matches("{}").count() {
                assert!(french.contains(&format!("{{{number}}}")), "{french}");
            }
            let sample = english.replace("{}", "~");
            let first = rows
                .iter()
                .position(|(pattern, _)| varying(pattern, &sample).is_some());
            assert_eq!(first, Some(at), "{english} is caught by an earlier row");
        }
    }
}
