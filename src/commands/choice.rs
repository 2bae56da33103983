//! Options that take one of a few words, which the type of their value lists itself.
//!
//! The words are those of the configuration and of everything that is published: a type gives them by `ALL` and
//! `as_str`, and an option `--mode` accepts what the key `mode` does.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// The parser of an option whose values are `choices`; `word` gives the public word of one.
pub fn one_of<T>(
    choices: &'static [T],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let words = choices.iter().map(move |choice| word(*choice));
    PossibleValuesParser::new(words).try_map(move |text| {
        let mut choices = choices.iter().copied();
        choices
            .find(|choice| word(*choice) == text)
            .ok_or("not one of the choices")
    })
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;
    use clap::{Arg, Command};

    use super::*;
    use crate::tic::Mode;

    fn parsed(word: &str) -> Result<Mode, clap::Error> {
        let mode = Arg::new("mode")
            .long("mode")
            .value_parser(one_of(&Mode::ALL, Mode::as_str));
        let matches = Command::new("test").arg(mode);
        let matches = matches.try_get_matches_from(["test", "--mode", word])?;
        Ok(*matches.get_one("mode").expect("it was given"))
    }

    #[test]
    fn every_word_of_the_type_is_accepted_and_no_other() {
        for mode in Mode::ALL {
            assert_eq!(parsed(mode.as_str()).unwrap(), mode);
        }
        for wrong in ["", "Standard", "auto", "standard "] {
            let error = parsed(wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{wrong:?}");
            let message = error.to_string();
            for mode in Mode::ALL {
                assert!(message.contains(mode.as_str()), "{message}");
            }
        }
    }
}
