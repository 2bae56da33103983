//! A small file of the daemon as a whole, replaced as a whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;

use super::job::Job;

/// A file under StateDirectory that one part of the daemon reads at its start, and replaces by the store's thread.
#[derive(Debug)]
pub struct StateFile {
    jobs: SyncSender<Job>,
    path: PathBuf,
}

impl StateFile {
    /// The file of this path, written by the thread that takes these jobs.
    pub(super) fn new(jobs: SyncSender<Job>, path: PathBuf) -> Self {
        Self { jobs, path }
    }

    /// Its content; `None` if it is not there, or cannot be read.
    #[must_use]
    pub fn read(&self) -> Option<Vec<u8>> {
        fs::read(&self.path).ok()
    }

    /// Replaces its content, soon. Returns false if the store has no room for it: the caller tries again.
    #[must_use]
    pub fn replace(&self, content: Vec<u8>) -> bool {
        let job = Job::Replace(self.path.clone(), content);
        self.jobs.try_send(job).is_ok()
    }
}

/// Writes a file beside the old one, syncs it and renames it over the old one: a power cut leaves either.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("json.new");
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
