//! `linky-sensor set-password`: stores the broker's password where the service finds it, as a systemd credential.
//!
//! The password is asked for on the terminal, without echo, or read from standard input: it is never on a command line.
//! Only root can read the file; systemd hands it to the service, and to nothing else.

use std::io::{self, IsTerminal, Write};

use nix::unistd::Uid;

use super::console::{CommandError, Console};
use super::{credential, prompt};
use crate::names::exit;
use crate::words::Words;

/// The command has no arguments of its own.
#[derive(Debug, clap::Args)]
pub struct SetPassword {}

impl SetPassword {
    /// Reads the password and stores it.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        check_is_root()
            .and_then(|()| read_password(console, words))
            .and_then(|password| credential::store(&password))
            .map_err(|error| not_stored(&error, words))?;
        let path = credential::path();
        writeln!(
            console,
            "{}",
            words.password_stored(&path.display().to_string())
        )?;
        Ok(exit::OK)
    }
}

fn not_stored(error: &io::Error, words: Words) -> CommandError {
    let cause = words.translated(&error.to_string());
    let (code, cause) = match error.kind() {
        io::ErrorKind::PermissionDenied => (exit::NO_PERMISSION, words.password_for_root(&cause)),
        io::ErrorKind::InvalidInput => (exit::DATA, cause),
        _ => (exit::IO, cause),
    };
    CommandError::new(code, words.password_not_stored(&cause))
}

/// Asked before the password is, so that it is not typed in vain.
fn check_is_root() -> io::Result<()> {
    if Uid::effective().is_root() {
        Ok(())
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

/// Reads one line of standard input; on a terminal asks for it twice, without echo.
fn read_password(out: &mut impl Write, words: Words) -> io::Result<String> {
    if !io::stdin().is_terminal() {
        return not_empty(prompt::read_secret());
    }
    let password = not_empty(prompt::secret(out, &words.password_prompt()))?;
    if prompt::secret(out, &words.password_prompt_again())? == password {
        Ok(password)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the two are not the same",
        ))
    }
}

fn not_empty(answer: io::Result<String>) -> io::Result<String> {
    let is_end = |error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof;
    match answer {
        Err(error) if !is_end(&error) => Err(error),
        Ok(password) if !password.is_empty() => Ok(password),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is empty")),
    }
}
