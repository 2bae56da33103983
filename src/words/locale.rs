//! Which language a command prints.
//!
//! The first of these that names one: `--lang`; the key `language` of the configuration, unless `auto`; the locale:
//! `LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is not empty, and `LANGUAGE` by its order where the locale is none
//! of C's (as gettext(3) does, but without the locale having to be installed). English otherwise.

use crate::config::Language;

/// The language of the locale, from the variables of the environment.
pub fn language(variable: impl Fn(&str) -> Option<String>) -> Language {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = first_set(&set, "LC_MESSAGES").unwrap_or_default();
    if is_c(&locale) {
        return Language::English;
    }
    let preferred = set("LANGUAGE").unwrap_or_default();
    preferred
        .split(':')
        .chain([locale.as_str()])
        .find_map(named)
        .unwrap_or(Language::English)
}

/// Whether the locale's characters are ASCII alone: neither UTF-8 nor anything that this program can write.
pub fn is_ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = first_set(&set, "LC_CTYPE").unwrap_or_default();
    let charset = locale.split_once('.').map_or("", |(_, charset)| charset);
    let charset = charset.split('@').next().unwrap_or_default();
    !["utf-8", "utf8"].contains(&charset.to_ascii_lowercase().as_str())
}

fn first_set(set: &impl Fn(&str) -> Option<String>, category: &str) -> Option<String> {
    set("LC_ALL")
        .or_else(|| set(category))
        .or_else(|| set("LANG"))
}

/// The locale of C, by any of its names.
fn is_c(locale: &str) -> bool {
    let name = locale.split(['.', '@']).next().unwrap_or_default();
    ["", "C", "POSIX"].contains(&name)
}

/// The language that the name of a locale begins with: `fr`, `fr_CH.UTF-8`, `en_GB`.
fn named(locale: &str) -> Option<Language> {
    let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
    Language::ALL
        .into_iter()
        .find(|known| known.as_str() == language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(set: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_locale_gives_the_language() {
        for (set, expected) in [
            (&[("LANG", "fr_FR.UTF-8")][..], Language::French),
            (&[("LANG", "en_GB.UTF-8")], Language::English),
            (&[("LANG", "de_DE.UTF-8")], Language::English),
            (&[], Language::English),
            (&[("LANG", "fr")], Language::French),
            (&[("LANG", "fra")], Language::English),
            (&[("LANG", "fr_FR@euro")], Language::French),
            (&[("LC_ALL", ""), ("LANG", "fr_FR")], Language::French),
            (&[("LC_ALL", "C"), ("LANG", "fr_FR")], Language::English),
            (
                &[("LC_MESSAGES", "fr_FR"), ("LANG", "en_GB")],
                Language::French,
            ),
            (
                &[("LC_ALL", "en_GB"), ("LC_MESSAGES", "fr_FR")],
                Language::English,
            ),
            (
                &[("LANGUAGE", "de:fr:en"), ("LANG", "en_GB")],
                Language::French,
            ),
            (&[("LANGUAGE", "de"), ("LANG", "fr_FR")], Language::French),
            (
                &[("LANGUAGE", "fr"), ("LANG", "C.UTF-8")],
                Language::English,
            ),
            (&[("LANGUAGE", "fr")], Language::English),
        ] {
            assert_eq!(language(variables(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn a_locale_without_utf8_is_ascii() {
        for (set, expected) in [
            (&[("LANG", "fr_FR.UTF-8")][..], false),
            (&[("LANG", "C.utf8")], false),
            (&[("LANG", "fr_FR.UTF-8@euro")], false),
            (&[("LC_ALL", "C"), ("LANG", "fr_FR.UTF-8")], true),
            (&[("LC_CTYPE", "C.UTF-8"), ("LANG", "C")], false),
            (&[("LANG", "fr_FR.ISO-8859-1")], true),
            (&[("LANG", "fr_FR")], true),
            (&[], true),
        ] {
            assert_eq!(is_ascii(variables(set)), expected, "{set:?}");
        }
    }
}
