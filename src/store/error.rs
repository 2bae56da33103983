//! Errors of the files under StateDirectory. Each message names the file and gives the remedy.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why a file under StateDirectory cannot be used.
#[derive(Debug)]
pub enum Error {
    /// It cannot be read.
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The error of the system.
        cause: io::Error,
    },
    /// It cannot be written, or not be put in its place.
    Unwritable {
        /// Which file or directory.
        path: PathBuf,
        /// The error of the system.
        cause: io::Error,
    },
    /// Its content is not what was written; it was kept aside.
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Its new path.
        aside: PathBuf,
        /// The error of the parser.
        cause: String,
    },
}

impl Error {
    /// For `map_err`: `path` cannot be read.
    pub(super) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |cause| Self::Unreadable {
            path: path.to_owned(),
            cause,
        }
    }

    /// For `map_err`: `path` cannot be written.
    pub(super) fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |cause| Self::Unwritable {
            path: path.to_owned(),
            cause,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, cause } => {
                write!(f, "{} cannot be read: {cause}", path.display())?;
                f.write_str(advice(cause.kind()))
            }
            Self::Unwritable { path, cause } => {
                write!(f, "{} cannot be written: {cause}", path.display())?;
                f.write_str(advice(cause.kind()))
            }
            Self::Damaged { path, aside, cause } => write!(
                f,
                "{} is damaged: {cause}. It is kept as {}; no action is needed, its content is learnt anew",
                path.display(),
                aside.display()
            ),
        }
    }
}

impl std::error::Error for Error {}

/// The remedy.
fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ". Free some space on this disk (`df` shows how full it is)"
        }
        ErrorKind::ReadOnlyFilesystem => {
            ". Linux makes a failing disk read-only: see `journalctl -k`"
        }
        ErrorKind::PermissionDenied => {
            ". It must belong to the user that the daemon runs as, linky-sensor"
        }
        ErrorKind::NotFound => {
            ". Its directory must exist: systemd makes it, by StateDirectory= of the unit"
        }
        // No fault of the disk.
        ErrorKind::InvalidInput => "",
        _ => ". See `journalctl -k`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_file_and_what_to_do() {
        let path = Path::new("/var/lib/linky-sensor/main.json");
        let message = |kind: ErrorKind| Error::unwritable(path)(kind.into()).to_string();
        for (kind, to_do) in [
            (ErrorKind::StorageFull, "Free some space"),
            (ErrorKind::ReadOnlyFilesystem, "journalctl -k"),
            (ErrorKind::PermissionDenied, "the user"),
            (ErrorKind::NotFound, "StateDirectory"),
            (ErrorKind::Other, "journalctl -k"),
        ] {
            let message = message(kind);
            assert!(message.starts_with("/var/lib/linky-sensor/main.json cannot be written: "));
            assert!(message.contains(to_do), "{message}");
        }
    }
}
