//! What is printed of a wrong command line. English is clap's own; French has a sentence for each kind.

use std::error::Error as _;
use std::num::{ParseFloatError, ParseIntError};

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::words::Words;

/// The error in French: what is wrong, what was likely meant, the form of the command. `None` for what is no error of the
/// user, or has no sentence: clap prints it.
pub fn in_french(error: &Error, words: Words) -> Option<String> {
    let mut lines = vec![words.usage_error(&sentence(error, words)?)];
    let values = listed(error, ContextKind::ValidValue);
    if !values.is_empty() {
        lines.push(format!("  {}", words.usage_values(&values.join(", "))));
    }
    for kind in [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ] {
        let suggested: Vec<String> = listed(error, kind)
            .iter()
            .map(|word| words.quoted(word))
            .collect();
        if !suggested.is_empty() {
            let or = words.pick(" ou ", " or ");
            lines.push(words.usage_did_you_mean(&suggested.join(or)));
        }
    }
    let usage = error.get(ContextKind::Usage).map(ToString::to_string);
    if let Some(form) = usage
        .as_deref()
        .and_then(|usage| usage.trim().strip_prefix("Usage:"))
    {
        lines.push(String::new());
        lines.push(words.usage_form(form.trim()));
    }
    lines.push(words.usage_more());
    Some(lines.join("\n"))
}

fn sentence(error: &Error, words: Words) -> Option<String> {
    let text = |kind| listed(error, kind).join(" ");
    let argument = || text(ContextKind::InvalidArg);
    let value = || text(ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => words.usage_unexpected(&argument()),
        ErrorKind::InvalidSubcommand => {
            words.usage_no_such_command(&text(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => words.usage_command_missing(),
        ErrorKind::InvalidValue if value().is_empty() => words.usage_value_missing(&argument()),
        ErrorKind::InvalidValue => words.usage_wrong_value(&value(), &argument()),
        ErrorKind::ValueValidation => {
            let why = why_wrong(error, words);
            words.usage_wrong_value_for(&value(), &argument(), &why)
        }
        ErrorKind::NoEquals => words.usage_equals_missing(&argument()),
        ErrorKind::TooManyValues => words.usage_too_many_values(&value(), &argument()),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            words.usage_number_of_values(&argument())
        }
        ErrorKind::ArgumentConflict => {
            let others = listed(error, ContextKind::PriorArg);
            if others.is_empty() || others == listed(error, ContextKind::InvalidArg) {
                words.usage_given_twice(&argument())
            } else {
                let others: Vec<String> = others.iter().map(|other| words.quoted(other)).collect();
                words.usage_conflict(&argument(), &others.join(", "))
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = listed(error, ContextKind::InvalidArg);
            let missing: Vec<String> = missing
                .iter()
                .map(|argument| words.quoted(argument))
                .collect();
            words.usage_arguments_missing(&missing.join(", "))
        }
        ErrorKind::InvalidUtf8 => words.usage_not_utf8(),
        _ => return None,
    })
}

/// Why a value was not taken.
fn why_wrong(error: &Error, words: Words) -> String {
    let Some(source) = error.source() else {
        return String::new();
    };
    if source.is::<ParseIntError>() {
        words.usage_not_integer()
    } else if source.is::<ParseFloatError>() {
        words.usage_not_number()
    } else {
        words.translated_lines(&source.to_string())
    }
}

/// The texts of a piece of an error.
fn listed(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::{CommandLine, help};
    use crate::config::Language;

    fn shown(line: &str) -> String {
        let mut command = help::in_french(CommandLine::command());
        let error = command
            .try_get_matches_from_mut(line.split(' '))
            .unwrap_err();
        in_french(&error, Words::new(Language::French, false)).unwrap()
    }

    #[test]
    fn each_kind_of_error_is_a_sentence_in_french() {
        for (line, expected) in [
            (
                "linky-sensor statuts",
                "erreur : commande « statuts » inconnue\nVouliez-vous dire « status » ?",
            ),
            (
                "linky-sensor status --jsn",
                "erreur : argument « --jsn » inattendu\nVouliez-vous dire « --json » ?",
            ),
            (
                "linky-sensor status more",
                "erreur : argument « more » inattendu\n",
            ),
            (
                "linky-sensor --lang de status",
                "erreur : valeur « de » invalide pour « --lang <LANGUE> »\n  valeurs possibles : auto, fr, en",
            ),
            (
                "linky-sensor status --lang",
                "erreur : il manque une valeur à « --lang <LANGUE> »\n",
            ),
            (
                "linky-sensor simulate --seed x",
                "erreur : valeur « x » invalide pour « --seed <GRAINE> » : ce n'est pas un nombre entier\n",
            ),
            (
                "linky-sensor migrate",
                "erreur : il manque « <FICHIER> »\n\nUtilisation : linky-sensor migrate ",
            ),
            (
                "linky-sensor status --json --json",
                "erreur : « --json » ne peut être donné qu'une fois\n",
            ),
        ] {
            let expected = expected
                .replace(" : ", "\u{a0}: ")
                .replace(" ?", "\u{a0}?")
                .replace("« ", "«\u{a0}")
                .replace(" »", "\u{a0}»");
            let shown = shown(line);
            assert!(shown.starts_with(&expected), "{line}:\n{shown}\n{expected}");
            assert!(shown.ends_with("ou linky-sensor(8)."), "{shown}");
            assert!(!shown.contains("Usage"), "{shown}");
        }
    }
}
