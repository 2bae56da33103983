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
