//! The file that would be written, and the last yes.

use std::io;

use super::screen;
use crate::commands::console::Console;
use crate::commands::doctor::CheckState;
use crate::commands::prompt;
use crate::commands::setup::plan::{PasswordPlan, SetupPlan};
use crate::commands::setup::{SetupContext, writing};

/// Shows the file. Whether it is to be written: not where nothing changes, or nothing may be written.
pub fn ask(
    context: &SetupContext<'_>,
    plan: &SetupPlan,
    text: &str,
    console: &mut Console,
) -> io::Result<bool> {
    let words = console.words();
    let drop_in = &context.present.drop_in;
    screen::show_unbroken(console, &drop_in.display().to_string())?;
    let indented: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    screen::show_unbroken(console, &indented.join("\n").replace("  \n", "\n"))?;
    match plan.password {
        PasswordPlan::Keep => {}
        PasswordPlan::Store(_) => screen::show(console, &words.setup_password_apart())?,
        PasswordPlan::Remove => screen::show(console, &words.setup_password_removed())?,
    }
    if !context.is_written {
        screen::show(console, &words.setup_not_written(context.machine.home))?;
        return Ok(false);
    }
    if context.is_unchanged(plan, text) {
        screen::show_state(console, CheckState::Ok, &words.setup_unchanged())?;
        return Ok(false);
    }
    let found = context.present.text.as_deref();
    if found.is_some_and(|found| found != text) {
        let earlier = writing::earlier(drop_in);
        screen::show(
            console,
            &words.setup_earlier_kept(&earlier.display().to_string()),
        )?;
    }
    let is_agreed = prompt::yes(console, &screen::question(&words.setup_ask_write()))?;
    if !is_agreed {
        screen::show(console, &words.setup_declined())?;
    }
    Ok(is_agreed)
}
