//! Where a command writes a file: standard output, or the file that `--output` names.
//!
//! A file that cannot be written ends the command with `IO`, and names the file. It is written as it comes: what was written
//! before an end of whatever kind stays.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::console::{CommandError, Console};
use crate::names::exit;
use crate::words::Words;

/// Who may read a file with personal data, and one without.
const PRIVATE: u32 = 0o600;
const PUBLIC: u32 = 0o666;

/// Takes the bytes of a file.
pub struct OutputFile<'c> {
    file: Option<(PathBuf, File)>,
    console: &'c mut Console,
}

impl<'c> OutputFile<'c> {
    /// The file at this path, or standard output. Only its owner may read a `private` one.
    pub fn create(
        path: Option<&Path>,
        private: bool,
        console: &'c mut Console,
    ) -> Result<Self, CommandError> {
        let words = console.words();
        let create = |path: &Path| {
            let mode = if private { PRIVATE } else { PUBLIC };
            let mut options = File::options();
            options.write(true).create(true).truncate(true).mode(mode);
            let file = options
                .open(path)
                .map_err(|error| failed(path, &error, words))?;
            Ok::<_, CommandError>((path.to_owned(), file))
        };
        let file = path.map(create).transpose()?;
        Ok(Self { file, console })
    }

    /// Writes these bytes, at once.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
        match &mut self.file {
            Some((path, file)) => {
                let words = self.console.words();
                file.write_all(bytes)
                    .map_err(|error| failed(path, &error, words))
            }
            None => {
                self.console.write_all(bytes)?;
                Ok(self.console.flush()?)
            }
        }
    }

    /// The console again.
    pub fn console(&mut self) -> &mut Console {
        self.console
    }
}

fn failed(path: &Path, error: &io::Error, words: Words) -> CommandError {
    CommandError::of(exit::IO, words, &path.display().to_string(), error)
}

/// Whether two paths lead to the same file.
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    let identity = |path: &Path| std::fs::metadata(path).map(|meta| (meta.dev(), meta.ino()));
    matches!((identity(a), identity(b)), (Ok(a), Ok(b)) if a == b)
}
