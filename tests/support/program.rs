//! Our own program, in English whatever the locale and the configuration of the machine.

#![allow(dead_code, reason = "each test uses its own part")]

use std::process::Command;

/// Where it is.
pub const PATH: &str = env!("CARGO_BIN_EXE_linky-sensor");

/// What comes before the other arguments: `language` in /etc/linky-sensor may be French.
pub const ENGLISH: [&str; 2] = ["--lang", "en"];

/// The program, for more arguments. Its terminal shows UTF-8.
pub fn command() -> Command {
    let mut command = Command::new(PATH);
    command.args(ENGLISH).env("LC_ALL", "C.UTF-8");
    command
}
