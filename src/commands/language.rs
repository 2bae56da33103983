//! The language of this process, chosen before its arguments are parsed: an error about them is in it too.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::config::{self, LanguageChoice};
use crate::names::file;
use crate::words::{Words, locale};

/// The option that chooses the language.
pub const OPTION: &str = "lang";

/// The words for the arguments of a process and its environment: see [`locale`].
pub fn words(arguments: &[OsString], variable: impl Fn(&str) -> Option<String>) -> Words {
    let asked = value_of(arguments, OPTION).and_then(|value| choice(value.to_str()?));
    let chosen = asked.unwrap_or_else(|| {
        let path = value_of(arguments, "config").unwrap_or(OsStr::new(file::CONFIG));
        config::language(Path::new(path))
    });
    let language = chosen
        .language()
        .unwrap_or_else(|| locale::language(&variable));
    Words::new(language, locale::is_ascii(variable))
}

fn choice(word: &str) -> Option<LanguageChoice> {
    LanguageChoice::ALL
        .into_iter()
        .find(|choice| choice.as_str() == word)
}

/// The value of the first option `--name VALUE` or `--name=VALUE`.
fn value_of<'a>(arguments: &'a [OsString], name: &str) -> Option<&'a OsStr> {
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        let Some(option) = argument.to_str().and_then(|text| text.strip_prefix("--")) else {
            continue;
        };
        if option.is_empty() {
            return None;
        }
        match option.split_once('=') {
            Some((option, value)) if option == name => return Some(OsStr::new(value)),
            None if option == name => return rest.next().map(OsString::as_os_str),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Language;

    fn language(line: &str, lang: &str) -> Language {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let variable = |name: &str| (name == "LANG").then(|| lang.to_owned());
        words(&arguments, variable).language()
    }

    #[test]
    fn the_option_comes_before_the_configuration_and_the_locale() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("linky-sensor.toml");
        std::fs::write(&file, "language = \"fr\"\n[mqtt]\nunknown = 1\n").unwrap();
        let file = file.display();
        for (line, lang, expected) in [
            (
                "linky-sensor status --lang fr",
                "en_GB.UTF-8",
                Language::French,
            ),
            (
                "linky-sensor --lang=en status",
                "fr_FR.UTF-8",
                Language::English,
            ),
            (
                "linky-sensor --lang auto status",
                "fr_FR.UTF-8",
                Language::French,
            ),
            (
                "linky-sensor --lang de status",
                "fr_FR.UTF-8",
                Language::French,
            ),
            (
                "linky-sensor status -- --lang fr",
                "en_GB.UTF-8",
                Language::English,
            ),
            (
                "linky-sensor status --lang",
                "en_GB.UTF-8",
                Language::English,
            ),
        ] {
            let line = format!("{line} --config /nonexistent");
            assert_eq!(language(&line, lang), expected, "{line}");
        }
        let line = format!("linky-sensor --config {file} status");
        assert_eq!(language(&line, "en_GB.UTF-8"), Language::French);
        let line = format!("linky-sensor --lang en --config={file} status");
        assert_eq!(language(&line, "fr_FR.UTF-8"), Language::English);
    }
}
