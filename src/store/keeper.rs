//! The thread that writes: no reader and no sink waits for a disk.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::backlog::{Backlog, HistoryJob, Shelf};
use super::{Log, MemoryFile};
use crate::meter::Memory;
use crate::names::journal;

/// So many jobs may wait. One more is refused: of savings, the next one holds all that it held; a record of the history
/// is given up and counted.
const WAITING: usize = 256;

/// A beat at least so often, unless the disk holds the thread.
const BEAT: Duration = Duration::from_secs(5);

/// Something to write or to read.
#[derive(Debug)]
pub enum Job {
    /// What the meter of this number remembers.
    Save(usize, Memory),
    /// Something with the history.
    History(HistoryJob),
}

/// Where to send what is to be kept. Cloned for each meter.
#[derive(Clone, Debug)]
pub struct Keeper {
    jobs: SyncSender<Job>,
}

impl Keeper {
    /// Starts the thread for these files, and for the history if there is one. It ends, with all written and on the
    /// disk, when the last `Keeper` and the `Backlog` are dropped. `beat` is called at each turn, and at least every
    /// five seconds unless the disk does not answer.
    ///
    /// # Errors
    /// The thread cannot be made.
    pub fn start(
        files: Vec<MemoryFile>,
        history: Option<Log>,
        beat: impl Fn() + Send + 'static,
    ) -> std::io::Result<(Self, Option<Backlog>, JoinHandle<()>)> {
        let (jobs, receiver) = sync_channel(WAITING);
        let shelf = history.map(Shelf::new);
        let backlog = shelf.as_ref().map(|shelf| Backlog::of(shelf, jobs.clone()));
        let thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || keep(files, shelf, &receiver, &beat))?;
        Ok((Self { jobs }, backlog, thread))
    }

    /// Saves what the meter of this number remembers, soon.
    pub fn save(&self, meter: usize, memory: Memory) {
        let _ = self.jobs.try_send(Job::Save(meter, memory));
    }
}

fn keep(
    mut files: Vec<MemoryFile>,
    mut shelf: Option<Shelf>,
    jobs: &Receiver<Job>,
    beat: &impl Fn(),
) {
    let mut works = true;
    loop {
        beat();
        let due = shelf.as_ref().and_then(Shelf::deadline);
        let wait = due.map_or(BEAT, |due| due.saturating_duration_since(Instant::now()));
        match (jobs.recv_timeout(wait.min(BEAT)), &mut shelf) {
            (Ok(Job::Save(meter, memory)), _) => {
                let Some(file) = files.get_mut(meter) else {
                    continue;
                };
                let saved = file.save(&memory);
                if let (true, Err(error)) = (works, &saved) {
                    log::warn!(MESSAGE_ID = journal::STORE_FAILED; "what a meter remembers is lost at the next start: {error}");
                }
                works = saved.is_ok();
            }
            (Ok(Job::History(job)), Some(shelf)) => shelf.work(job),
            (Err(RecvTimeoutError::Timeout), _) | (Ok(Job::History(_)), None) => {}
            (Err(RecvTimeoutError::Disconnected), _) => break,
        }
        if let Some(shelf) = &mut shelf {
            shelf.pass();
        }
    }
    if let Some(shelf) = &mut shelf {
        shelf.sync();
    }
}
