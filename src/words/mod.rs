//! What commands print for people, in French and in English.
//!
//! One row for each message, both texts side by side: a method of [`Words`] whose arguments the compiler checks in both
//! languages. So a message cannot lack its translation, no file is read at start, and French does not depend on the
//! locales that are installed: on most Raspberry Pis none is.
//!
//! ```text
//! messages! {
//!     /// A meter that sends nothing.
//!     silent(id: &str, minutes: &str) {
//!         fr: "{id} : muet depuis {minutes}",
//!         en: "{id}: silent for {minutes}",
//!     }
//! }
//! ```
//!
//! Input: the language, chosen by [`locale::choose`], and whether the terminal shows more than ASCII. Output: text for a
//! terminal. A file here for each command that prints more than a line; [`number`] has figures, dates and spans.
//!
//! Only `commands` uses this module: the journal, the JSON and everything that programs read are English
//! (`tests/walls.rs`). A message is one of these methods as soon as a person reads it; names of keys, files, commands
//! and topics are the same in both languages. `contain` and `health` are English: an engine keeps what they print as a log. In French a no-break space (U+00A0) is written before `:`, `;`, `!`, `?`.

#[macro_use]
mod table;

mod authority;
mod broker_cause;
mod bus;
mod capture;
mod check_config;
mod commands;
mod date;
mod decode;
mod demo;
mod doctor;
pub mod help;
mod link_cause;
pub mod locale;
mod migrate;
mod number;
mod setup;
mod setup_script;
mod status;
mod system;
mod tariff;
mod translation;
mod usage;
mod watch;
mod watch_sentences;

pub use usage::french_help_titles;

use crate::config::Language;
use crate::meter::word_names;

/// The words of one language, for one terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    language: Language,
    ascii: bool,
}

impl Words {
    /// The words of a language; `ascii`: the terminal shows no other characters, or nobody knows.
    pub const fn new(language: Language, ascii: bool) -> Self {
        Self { language, ascii }
    }

    /// The language.
    pub const fn language(self) -> Language {
        self.language
    }

    /// Whether only ASCII is shown.
    pub const fn is_ascii(self) -> bool {
        self.ascii
    }

    /// One of two texts.
    pub const fn pick<'t>(self, french: &'t str, english: &'t str) -> &'t str {
        match self.language {
            Language::French => french,
            Language::English => english,
        }
    }

    /// One of two forms of a word, by a count: 0 is singular in French, plural in English.
    pub const fn plural<'t>(self, count: u64, one: &'t str, many: &'t str) -> &'t str {
        match (self.language, count) {
            (Language::French, 0 | 1) | (Language::English, 1) => one,
            _ => many,
        }
    }

    /// A word in quotation marks.
    pub fn quoted(self, word: &str) -> String {
        match self.language {
            Language::French => format!("«\u{a0}{word}\u{a0}»"),
            Language::English => format!("'{word}'"),
        }
    }

    /// What separates two statements on a line; French has a space before it.
    pub const fn semicolon(self) -> &'static str {
        self.pick("\u{a0}; ", "; ")
    }

    /// The name of a state, such as `off_peak`, as a title; the word itself if it has none.
    pub fn name_of(self, word: &str) -> String {
        word_names(word).map_or_else(
            || word.to_owned(),
            |names| self.pick(names.french, names.english).to_owned(),
        )
    }

    /// The same inside a sentence: without a capital, unless it is an abbreviation.
    pub fn lower_name_of(self, word: &str) -> String {
        let name = self.name_of(word);
        let mut letters = name.chars();
        match (letters.next(), letters.clone().next()) {
            (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
                first.to_lowercase().chain(letters).collect()
            }
            _ => name,
        }
    }

    /// One character where the terminal shows it, else its replacement in ASCII.
    pub const fn symbol<'t>(self, symbol: &'t str, ascii: &'t str) -> &'t str {
        if self.ascii { ascii } else { symbol }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    messages! {
        /// A message with arguments.
        waiting(count: u64) {
            fr: "{} en attente" (count),
            en: "{} waiting" (count),
        }
        /// A message without.
        greeting() {
            fr: "Bonjour",
            en: "Hello",
        }
        /// Arguments that are named in the text.
        named(id: &str) {
            fr: "compteur {id}",
            en: "meter {id}",
        }
    }

    const FRENCH: Words = Words::new(Language::French, false);
    const ENGLISH: Words = Words::new(Language::English, false);

    #[test]
    fn a_message_has_both_languages() {
        assert_eq!(FRENCH.waiting(3), "3 en attente");
        assert_eq!(ENGLISH.waiting(3), "3 waiting");
        assert_eq!(FRENCH.greeting(), "Bonjour");
        assert_eq!(ENGLISH.named("main"), "meter main");
        assert_eq!(FRENCH.language(), Language::French);
        assert_eq!(ENGLISH.pick("oui", "yes"), "yes");
    }

    #[test]
    fn nought_is_singular_in_french_alone() {
        let form = |words: Words, count| words.plural(count, "one", "many");
        assert_eq!(
            [0, 1, 2].map(|count| form(FRENCH, count)),
            ["one", "one", "many"]
        );
        assert_eq!(
            [0, 1, 2].map(|count| form(ENGLISH, count)),
            ["many", "one", "many"]
        );
    }
}
