//! The templates that take a value from the state, and the words that an entity may have.
//!
//! Input: a row of the table. Output: a template of Home Assistant (Jinja) that renders a value for people; `None` is an unknown
//! one. A key that is not in the state is unknown too, without a warning in the log of Home Assistant.

use super::facts::Facts;
use super::names::shown;
use crate::config::Language;
use crate::meter::{Contract, Key, Kind};

/// The template of a quantity.
pub fn value_template(key: Key, facts: &Facts, language: Language) -> String {
    let row = key.row();
    let value = value(key);
    match row.kind {
        // It has more words than a binary sensor has states.
        _ if key == Key::LINK => format!("{{{{ {value} == 'receiving' }}}}"),
        // The number of the peak that is announced or in force.
        _ if key == Key::MOBILE_PEAK || key == Key::MOBILE_PEAK_NOTICE => {
            format!("{{{{ None if {value} is none else {value} > 0 }}}}")
        }
        _ if key == Key::CONTRACT => known_or_text(Key::CONTRACT_TYPE, key, language),
        // The names of an unusual contract hold more than the period.
        _ if key == Key::TARIFF_NAME && facts.usage.contract().is_some_and(is_usual) => {
            known_or_text(Key::TARIFF, key, language)
        }
        Kind::Enum(words) => {
            format!("{{{{ {{{}}}.get({value}) }}}}", dictionary(words, language))
        }
        Kind::Text => format!("{{{{ {} }}}}", squeezed(key)),
        _ => format!("{{{{ {value} }}}}"),
    }
}

/// All words that the template of a quantity may render.
pub fn options(kind: Kind, language: Language) -> Option<Vec<&'static str>> {
    match kind {
        Kind::Enum(words) => Some(words.iter().map(|word| shown(word, language)).collect()),
        _ => None,
    }
}

fn is_usual(contract: Contract) -> bool {
    contract.indexes().is_some()
}

fn value(key: Key) -> String {
    format!("value_json.get('{}')", key.row().key)
}

/// A text with one space between its words: meters pad what they display.
fn squeezed(key: Key) -> String {
    let value = value(key);
    format!("{value}.split() | join(' ') if {value} else None")
}

/// What a word means; of one that means something else, the text that the meter has.
fn known_or_text(word: Key, text: Key, language: Language) -> String {
    let Kind::Enum(words) = word.row().kind else {
        return String::new();
    };
    let known = words.iter().filter(|word| !UNNAMED.contains(word));
    format!(
        "{{{{ {{{}}}.get({}) or ({}) }}}}",
        dictionary(known, language),
        value(word),
        squeezed(text)
    )
}

/// Words that mean less than the text of the meter.
const UNNAMED: [&str; 2] = ["producer", "other"];

/// `'blue': 'Bleu', 'white': 'Blanc'`
fn dictionary<'a>(words: impl IntoIterator<Item = &'a &'static str>, language: Language) -> String {
    let pairs = words.into_iter();
    let pairs: Vec<String> = pairs
        .map(|word| format!("'{word}': '{}'", shown(word, language)))
        .collect();
    pairs.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An attribute or an item that is not there would be a warning for each state, in the log of Home Assistant.
    #[test]
    fn a_template_reads_the_state_by_get_alone() {
        let facts = Facts::default();
        for key in Key::all() {
            for language in [Language::French, Language::English] {
                let template = value_template(key, &facts, language);
                let mut reads = template.split("value_json").skip(1);
                assert!(reads.all(|read| read.starts_with(".get('")), "{template}");
                let is_closed = template.starts_with("{{ ") && template.ends_with(" }}");
                assert!(is_closed && template.contains(key.row().key), "{template}");
            }
        }
    }

    #[test]
    fn a_template_renders_each_option() {
        for key in Key::all().filter(|key| *key != Key::LINK) {
            for language in [Language::French, Language::English] {
                let template = value_template(key, &Facts::default(), language);
                for option in options(key.row().kind, language).unwrap_or_default() {
                    assert!(template.contains(&format!(": '{option}'")), "{template}");
                }
            }
        }
    }
}
