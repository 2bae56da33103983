//! Errors of a configuration, with all that is needed to correct them.
//!
//! A [`Fault`] is one mistake at one [`Location`]. It is shown as
//! `FILE:LINE:COLUMN: KEY: found …, expected …`, the form that editors jump to, with the advice, if any, on a line of
//! its own below.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file, or a line and column in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    file: Arc<Path>,
    position: Option<(usize, usize)>,
}

impl Location {
    /// A file as a whole.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        Self {
            file: Arc::from(path),
            position: None,
        }
    }

    /// The location in this file of the byte at `offset` of its `text`.
    pub(super) fn at(&self, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Self {
            file: Arc::clone(&self.file),
            position: Some((line, column)),
        }
    }

    /// Line, from 1; `None` for the file as a whole.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.position.map(|(line, _)| line)
    }

    /// Column in characters, from 1; `None` for the file as a whole.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.position.map(|(_, column)| column)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.file.to_path_buf()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.position
            .map_or(Ok(()), |(line, column)| write!(f, ":{line}:{column}"))
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub location: Location,
    /// The key that it is about, such as `mqtt.url`; empty for a file as a whole.
    pub subject: String,
    /// What is there. Never a secret.
    pub found: String,
    /// What would have been right.
    pub expected: String,
    /// What to do, when it does not follow from `expected`.
    pub advice: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            location,
            subject,
            found,
            expected,
            advice,
        } = self;
        let colon = if subject.is_empty() { "" } else { ": " };
        write!(
            f,
            "{location}: {subject}{colon}found {found}, expected {expected}"
        )?;
        advice
            .as_ref()
            .map_or(Ok(()), |advice| write!(f, "\n    {advice}"))
    }
}

/// All faults of a configuration, in order of location; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    faults: Vec<Fault>,
}

impl ConfigError {
    /// The faults, in order of location.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The faults, to be put together with others.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }
}

impl From<Vec<Fault>> for ConfigError {
    fn from(mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|a, b| a.location.cmp(&b.location));
        Self { faults }
    }
}

impl From<Fault> for ConfigError {
    fn from(fault: Fault) -> Self {
        Self {
            faults: vec![fault],
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
