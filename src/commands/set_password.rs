//! `linky-sensor set-password`: stores the broker's password where the service finds it, as a systemd credential.
//!
//! The password is asked for on the terminal, without echo, or read from standard input: it is never on a command line.
//! Only root can read the file; systemd hands it to the service, and to nothing else.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, BufRead, IsTerminal, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::thread;

use nix::sys::signal::{SigSet, Signal, raise};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::Uid;

use super::console::{CommandError, Console};
use crate::names::{exit, file};
use crate::words::Words;

/// The command has no arguments of its own.
#[derive(Debug, clap::Args)]
pub struct SetPassword {}

impl SetPassword {
    /// Reads the password and stores it.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        let directory = Path::new(file::CREDENTIAL_STORE);
        check_is_root()
            .and_then(|()| read_password(console, words))
            .and_then(|password| store(directory, &password))
            .map_err(|error| not_stored(&error, words))?;
        let path = directory.join(file::PASSWORD_CREDENTIAL);
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
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return read_line();
    }
    let _unseen = Unseen::new()?;
    let mut ask = |prompt: &str| {
        write!(out, "{prompt}")?;
        out.flush()?;
        let answer = read_line();
        writeln!(out)?;
        answer
    };
    let password = ask(&words.password_prompt())?;
    if ask(&words.password_prompt_again())? == password {
        Ok(password)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the two are not the same",
        ))
    }
}

fn read_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is empty"));
    }
    Ok(password.to_owned())
}

/// Writes a temporary file and renames it: the service never reads half a password.
fn store(directory: &Path, password: &str) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let path = directory.join(file::PASSWORD_CREDENTIAL);
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(password.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, &path)
}

/// The terminal without echo, put back when dropped, and before a signal ends the process.
struct Unseen(Termios);

impl Unseen {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let deadly = [
            Signal::SIGINT,
            Signal::SIGTERM,
            Signal::SIGQUIT,
            Signal::SIGHUP,
        ];
        let deadly: SigSet = deadly.into_iter().collect();
        deadly.thread_block()?;
        let shown = before.clone();
        thread::spawn(move || {
            let Ok(signal) = deadly.wait() else { return };
            drop(Self(shown));
            let _ = deadly.thread_unblock();
            let _ = raise(signal);
        });
        let mut unseen = before.clone();
        unseen.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &unseen)?;
        Ok(Self(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_stored_password_is_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let store_in = directory.path().join("credstore");
        store(&store_in, "first").unwrap();
        store(&store_in, "s3cret").unwrap();
        let path = store_in.join(file::PASSWORD_CREDENTIAL);
        assert_eq!(fs::read_to_string(&path).unwrap(), "s3cret");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::metadata(&store_in).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert_eq!(fs::read_dir(&store_in).unwrap().count(), 1);
    }
}
