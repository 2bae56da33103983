//! The name of the meter for programs: free where no file names a meter, else one of those.

use std::io;

use super::screen;
use crate::commands::console::Console;
use crate::commands::prompt;
use crate::commands::setup::SetupContext;
use crate::config::MeterId;

/// Asks until there is a name.
pub fn ask(context: &SetupContext<'_>, console: &mut Console) -> io::Result<MeterId> {
    let words = console.words();
    if let Some(id) = &context.options.id {
        screen::show(console, &words.setup_name_given(id.as_str()))?;
        return Ok(id.clone());
    }
    let named = context.present.named_meters();
    match named.as_slice() {
        [] => ask_free(&context.present.id(), console),
        [only] => {
            screen::show(console, &words.setup_name_in_file(only.as_str()))?;
            Ok(only.clone())
        }
        several => ask_which(several, &context.present.id(), console),
    }
}

fn ask_free(usual: &MeterId, console: &mut Console) -> io::Result<MeterId> {
    let words = console.words();
    screen::show(console, &words.setup_name_lasts())?;
    let question = screen::question(&words.setup_ask_name(usual.as_str()));
    prompt::until_answered(|| {
        let answer = prompt::line(console, &question)?;
        if answer.is_empty() {
            return Ok(Some(usual.clone()));
        }
        match MeterId::parse(&answer.to_lowercase()) {
            Ok(id) => Ok(Some(id)),
            Err(error) => {
                screen::show(console, &words.translated_lines(&error.to_string()))?;
                Ok(None)
            }
        }
    })
}

fn ask_which(named: &[MeterId], usual: &MeterId, console: &mut Console) -> io::Result<MeterId> {
    let words = console.words();
    let names: Vec<&str> = named.iter().map(MeterId::as_str).collect();
    let names = names.join(", ");
    let question = screen::question(&words.setup_ask_which_name(&names, usual.as_str()));
    prompt::until_answered(|| {
        let answer = prompt::line(console, &question)?;
        if answer.is_empty() {
            return Ok(Some(usual.clone()));
        }
        Ok(named.iter().find(|id| id.as_str() == answer).cloned())
    })
}
