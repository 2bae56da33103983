//! The questions of `setup`, in their order: the adapter, the name, the broker, whether to write.
//!
//! What is found, tried and written is done beside; here it is asked and shown.
//!
//! | file | |
//! |---|---|
//! | `adapter` | which port |
//! | `name` | the id of the meter |
//! | `broker` | where, who, the password |
//! | `authority` | who signed the certificate of the broker |
//! | `consent` | the file, and the last yes |
//! | `outcome` | the writing, the restart, the first frame |
//! | `screen` | how all this is shown |

mod adapter;
mod authority;
mod broker;
mod consent;
mod name;
mod outcome;
mod screen;

use std::io::{self, Write};

use super::SetupContext;
use super::plan::SetupPlan;
use crate::commands::console::{CommandError, Console};
use crate::names::exit;

/// Asks, and does what was agreed to. Returns the exit code.
pub fn run(context: &SetupContext<'_>, console: &mut Console) -> Result<u8, CommandError> {
    let words = console.words();
    let (plan, is_received) = ask(context, console).map_err(|error| ended(error, console))?;
    let text = context
        .present
        .text_of(&plan, words)
        .map_err(|fault| fault.into_error(words))?;
    screen::title(console, 4, &words.setup_title_consent())?;
    let is_agreed =
        consent::ask(context, &plan, &text, console).map_err(|error| ended(error, console))?;
    if !is_agreed {
        return Ok(exit::OK);
    }
    outcome::write(context, &plan, &text, console)?;
    outcome::restart(context, &plan, is_received, console)
}

/// The answers, and whether the meter was received.
fn ask(context: &SetupContext<'_>, console: &mut Console) -> io::Result<(SetupPlan, bool)> {
    let words = console.words();
    writeln!(console, "{}", words.setup_greeting())?;
    screen::title(console, 1, &words.setup_title_adapter())?;
    let port = adapter::ask(context, console)?;
    screen::title(console, 2, &words.setup_title_name())?;
    let id = name::ask(context, console)?;
    screen::title(console, 3, &words.setup_title_broker())?;
    let (broker, password) = broker::ask(context, console)?;
    let plan = SetupPlan {
        id,
        device: port.device,
        broker,
        password,
        language: Some(words.language()),
    };
    Ok((plan, port.is_received))
}

/// The end of the input is no failure of an output.
fn ended(error: io::Error, console: &mut Console) -> CommandError {
    if error.kind() != io::ErrorKind::UnexpectedEof {
        return error.into();
    }
    // The cursor is behind the question.
    match writeln!(console) {
        Ok(()) => CommandError::new(exit::FAILURE, console.words().setup_ended()),
        Err(error) => error.into(),
    }
}
