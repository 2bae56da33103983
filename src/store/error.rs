//! What can go wrong with a file, said so that the reader knows which one it is and what to do.

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
        /// What the system says.
        cause: io::Error,
    },
    /// It cannot be written, or not be put in its place.
    Unwritable {
        /// Which file or directory.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// It holds something else than was written, and was kept aside.
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where it is now.
        aside: PathBuf,
        /// What is wrong with it.
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
                "{} is damaged: {cause}. It is kept as {}; nothing is to be done, what was in it is learnt anew",
                path.display(),
                aside.display()
            ),
        }
    }
}

impl std::error::Error for Error {}

/// What to do about it.
fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ". Free some space on this disk (`df` says how full it is)"
        }
        ErrorKind::ReadOnlyFilesystem => {
            ". Linux makes a disk that fails read-only: `journalctl -k` says why"
        }
        ErrorKind::PermissionDenied => {
            ". It must belong to the user that the daemon runs as, linky-sensor"
        }
        ErrorKind::NotFound => {
            ". Its directory must exist: systemd makes it, by StateDirectory= of the unit"
        }
        // Not the disk's doing.
        ErrorKind::InvalidInput => "",
        _ => ". `journalctl -k` may say more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_file_and_what_to_do() {
        let path = Path::new("/var/lib/linky-sensor/main.json");
        let said = |kind: ErrorKind| Error::unwritable(path)(kind.into()).to_string();
        for (kind, to_do) in [
            (ErrorKind::StorageFull, "Free some space"),
            (ErrorKind::ReadOnlyFilesystem, "journalctl -k"),
            (ErrorKind::PermissionDenied, "the user"),
            (ErrorKind::NotFound, "StateDirectory"),
            (ErrorKind::Other, "journalctl -k"),
        ] {
            let said = said(kind);
            assert!(said.starts_with("/var/lib/linky-sensor/main.json cannot be written: "));
            assert!(said.contains(to_do), "{said}");
        }
    }
}
