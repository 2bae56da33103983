//! What was agreed to is done: written, restarted, and the first frame awaited.

use std::io::{self, Write};

use super::screen;
use crate::commands::console::{CommandError, Console};
use crate::commands::doctor::CheckState;
use crate::commands::setup::plan::SetupPlan;
use crate::commands::setup::service::{Restart, Start};
use crate::commands::setup::{SetupContext, outcome_text, writing};
use crate::names::exit;

/// Writes the file and the password.
pub fn write(
    context: &SetupContext<'_>,
    plan: &SetupPlan,
    text: &str,
    console: &mut Console,
) -> Result<(), CommandError> {
    let words = console.words();
    writing::write(&context.present.drop_in, text, &plan.password)
        .map_err(|failed| failed.into_error(words))?;
    writeln!(console)?;
    show_now(console, CheckState::Ok, &words.setup_written())?;
    Ok(())
}

/// Restarts the service, and waits for the first frame. Returns `OK` if it works, or there was nothing to restart.
pub fn restart(
    context: &SetupContext<'_>,
    plan: &SetupPlan,
    is_received: bool,
    console: &mut Console,
) -> Result<u8, CommandError> {
    let words = console.words();
    let Restart::Requested(before) = context.restart(words)? else {
        let text = words.setup_no_service_manager();
        screen::show_state(console, CheckState::Skipped, &text)?;
        return Ok(exit::OK);
    };
    show_now(console, CheckState::Ok, &words.setup_restarted())?;
    match context.follow(before, plan, is_received, words)? {
        Start::NotFollowed => Ok(exit::OK),
        Start::Received {
            after,
            is_published,
            reading,
        } => {
            let text = outcome_text::first_frame(after, is_published, words);
            let state = if is_published || plan.broker.is_none() {
                CheckState::Ok
            } else {
                CheckState::Warning
            };
            screen::show_state(console, state, &text)?;
            let moment = outcome_text::moment(&reading, words);
            writeln!(console, "\n{}", words.setup_done(&moment))?;
            show_next_steps(console)?;
            Ok(exit::OK)
        }
        Start::Running => {
            screen::show_state(console, CheckState::Skipped, &words.setup_patient())?;
            show_next_steps(console)?;
            Ok(exit::OK)
        }
        Start::Late => {
            screen::show_state(console, CheckState::Failed, &words.setup_late())?;
            Ok(exit::FAILURE)
        }
        Start::Failed(code) => {
            let text = words.setup_failed(i64::from(code));
            screen::show_state(console, CheckState::Failed, &text)?;
            Ok(exit::FAILURE)
        }
    }
}

fn show_next_steps(console: &mut Console) -> io::Result<()> {
    let words = console.words();
    let arrow = words.symbol("→", "->");
    writeln!(console, "{arrow} {}", words.setup_next_watch())?;
    writeln!(console, "{arrow} {}", words.setup_next_doctor())
}

/// Shows what is done before the next step is begun.
fn show_now(console: &mut Console, state: CheckState, text: &str) -> io::Result<()> {
    screen::show_state(console, state, text)?;
    console.flush()
}
