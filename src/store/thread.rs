//! The thread that writes all files, so that no reader and no sink waits for a disk.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::history::{HistoryHandle, HistoryWorker};
use super::job::Job;
use super::state_file::replace;
use super::{Log, MemoryFile, StateFile};
use crate::meter::Memory;
use crate::names::journal;

/// Jobs that may wait for the thread. Further ones are refused: a later save contains what the refused one held, and a
/// record of the history is dropped and counted.
const JOBS_MAX: usize = 1024;

/// The longest time between two pulses, unless the disk blocks the thread.
const PULSE_INTERVAL: Duration = Duration::from_secs(5);

/// Sends the memories of meters to the store's thread. One clone per meter.
#[derive(Clone, Debug)]
pub struct StoreHandle {
    jobs: SyncSender<Job>,
}

impl StoreHandle {
    /// Starts the thread for these files, and for the history if there is one. It ends, with everything written and
    /// synced, when the last `StoreHandle` and the `HistoryHandle` are dropped. `pulse` is called after each job and at
    /// least every five seconds, unless the disk does not respond.
    ///
    /// # Errors
    /// The thread cannot be created.
    pub fn start(
        files: Vec<MemoryFile>,
        history: Option<Log>,
        pulse: impl Fn() + Send + 'static,
    ) -> std::io::Result<(Self, Option<HistoryHandle>, JoinHandle<()>)> {
        let (jobs, receiver) = sync_channel(JOBS_MAX);
        let worker = history.map(HistoryWorker::new);
        let handle = worker
            .as_ref()
            .map(|worker| HistoryHandle::new(worker, jobs.clone()));
        let thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || run(files, worker, &receiver, &pulse))?;
        Ok((Self { jobs }, handle, thread))
    }

    /// Saves the memory of the meter with this number, soon.
    pub fn save(&self, meter: usize, memory: Memory) {
        let _ = self.jobs.try_send(Job::Save(meter, memory));
    }

    /// The file of the daemon at this path.
    #[must_use]
    pub fn state_file(&self, path: PathBuf) -> StateFile {
        StateFile::new(self.jobs.clone(), path)
    }

    /// The marker with this file.
    #[must_use]
    pub fn marker(&self, path: PathBuf) -> Marker {
        Marker {
            jobs: self.jobs.clone(),
            path,
        }
    }
}

/// A file whose existence records, for good, that something was done once.
#[derive(Debug)]
pub struct Marker {
    jobs: SyncSender<Job>,
    path: PathBuf,
}

impl Marker {
    /// Whether it was done.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.path.exists()
    }

    /// Records that it is done, soon. If that fails, it is done once more after the next start.
    pub fn set(&self) {
        let _ = self.jobs.try_send(Job::Mark(self.path.clone()));
    }
}

fn run(
    mut files: Vec<MemoryFile>,
    mut history: Option<HistoryWorker>,
    jobs: &Receiver<Job>,
    pulse: &impl Fn(),
) {
    let mut is_failing = false;
    let mut replace_fails = false;
    loop {
        pulse();
        let due = history.as_ref().and_then(HistoryWorker::deadline);
        let wait = due.map_or(PULSE_INTERVAL, |due| {
            due.saturating_duration_since(Instant::now())
        });
        match (jobs.recv_timeout(wait.min(PULSE_INTERVAL)), &mut history) {
            (Ok(Job::Save(meter, memory)), _) => {
                let Some(file) = files.get_mut(meter) else {
                    continue;
                };
                let saved = file.save(&memory);
                if let (false, Err(error)) = (is_failing, &saved) {
                    log::warn!(MESSAGE_ID = journal::STORE_FAILED; "the memory of a meter cannot be saved for the next start: {error}");
                }
                is_failing = saved.is_err();
            }
            (Ok(Job::Mark(path)), _) => {
                if let Err(error) = File::create(&path) {
                    log::debug!("{} cannot be created: {error}", path.display());
                }
            }
            (Ok(Job::Replace(path, content)), _) => {
                let saved = replace(&path, &content);
                if let (false, Err(error)) = (replace_fails, &saved) {
                    log::warn!(MESSAGE_ID = journal::STORE_FAILED; "{} cannot be written: {error}", path.display());
                }
                replace_fails = saved.is_err();
            }
            (Ok(Job::History(job)), Some(history)) => history.run(job),
            (Err(RecvTimeoutError::Timeout), _) | (Ok(Job::History(_)), None) => {}
            (Err(RecvTimeoutError::Disconnected), _) => break,
        }
        if let Some(history) = &mut history {
            history.on_timer(Instant::now());
        }
    }
    if let Some(history) = &mut history {
        history.sync();
    }
}

#[cfg(test)]
mod tests;
