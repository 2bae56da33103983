//! What every command is given, and how every command ends.
//!
//! A command is `fn run(self, console: &mut Console) -> Result<u8, CommandError>`: it writes to the console with
//! `write!`, and returns an exit code of `names::exit`, or the error that ended it. [`Console::finish`] makes of that
//! the exit code of the process. No command flushes at the end, prints its error or handles a closed
//! pipe itself:
//!
//! - standard output is buffered; a command that shows progress flushes it;
//! - a reader that closes the pipe ends the command quietly, with the code that it returned, or `OK` if it was still
//!   writing;
//! - output that cannot be written is `IO`, also when only the last bytes are lost: 0 means that all was written.

use std::fmt;
use std::io::{self, BufWriter, Stderr, Stdout, Write};
use std::path::{Path, PathBuf};

use crate::names::exit;
use crate::words::Words;

/// Bytes of the buffer of standard output: a page for people fits in, so that it appears at once.
const BUFFER_SIZE: usize = 16 * 1024;

/// Standard output and standard error of the process, and the options that all commands have. Written to, it is
/// standard output.
pub struct Console {
    config: PathBuf,
    words: Words,
    out: BufWriter<Stdout>,
    err: Stderr,
    note_error: Option<io::Error>,
}

impl Console {
    /// The streams of this process; `config` is the configuration file that `--config` names, `words`
    /// those of the language that was chosen.
    pub fn new(config: PathBuf, words: Words) -> Self {
        Self {
            config,
            words,
            out: BufWriter::with_capacity(BUFFER_SIZE, io::stdout()),
            err: io::stderr(),
            note_error: None,
        }
    }

    /// The configuration file, as `--config` names it.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// What is printed for people.
    pub fn words(&self) -> Words {
        self.words
    }

    /// Writes a line to standard error. If it cannot be written, [`Console::finish`] returns `IO`.
    pub fn note(&mut self, line: impl fmt::Display) {
        if let Err(error) = writeln!(self.err, "{line}") {
            self.note_error.get_or_insert(error);
        }
    }

    /// Writes what is still in the buffer, and the error if there is one. Returns the exit code.
    pub fn finish(mut self, result: Result<u8, CommandError>) -> u8 {
        let mut written = self.out.flush();
        let code = match result {
            Ok(code) => code,
            Err(CommandError::Output(error)) => {
                written = Err(error);
                exit::OK
            }
            Err(CommandError::Failed { code, message }) => {
                self.note(format_args!("linky-sensor: {message}"));
                return code;
            }
        };
        let is_loss = |error: &io::Error| error.kind() != io::ErrorKind::BrokenPipe;
        if let Some(error) = written.err().filter(is_loss) {
            let cause = self.words.translated(&error.to_string());
            let lost = self.words.output_lost(&cause);
            self.note(format_args!("linky-sensor: {lost}"));
            return exit::IO;
        }
        self.note_error.filter(is_loss).map_or(code, |_| exit::IO)
    }
}

impl Write for Console {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Why a command ended before it was done.
#[derive(Debug)]
pub enum CommandError {
    /// Standard output cannot be written: the reader closed the pipe, or the disk is full.
    Output(io::Error),
    /// Anything else.
    Failed {
        /// One of `names::exit`.
        code: u8,
        /// What went wrong and, if it does not follow, what to do.
        message: String,
    },
}

impl CommandError {
    /// An error with its exit code, one of `names::exit`.
    pub fn new(code: u8, message: impl fmt::Display) -> Self {
        Self::Failed {
            code,
            message: message.to_string(),
        }
    }

    /// The error of a file or another thing: its name, and the cause, which is English everywhere else.
    pub fn of(code: u8, words: Words, what: &str, cause: impl fmt::Display) -> Self {
        let cause = words.translated(&cause.to_string());
        Self::new(code, words.failed_for(what, &cause))
    }
}

/// Errors of writing to the console. Those of anything else go through [`CommandError::new`].
impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
