//! The history, kept by the store's thread and reached from elsewhere without waiting for a disk.
//!
//! [`Backlog`] is what a sink holds: it sends jobs, and receives what was read some moments later. [`Shelf`] does the
//! jobs, on the store's thread, with the [`Log`]. What is written is on the disk [`SYNC`] later at most.
//!
//! Bounded: jobs wait in a queue of the store's; a record that finds it full is given up and counted. Of what is read
//! ahead there are [`BATCH`] records at most.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use super::Error;
use super::keeper::Job;
use super::log::{Log, Record};
use crate::names::journal;

/// How long what is written may not be on the disk.
const SYNC: Duration = Duration::from_secs(10);

/// So many records are read at once at most.
const BATCH: usize = 16;

/// So many bytes are read at once, or one record.
const BATCH_SIZE: usize = 64 * 1024;

/// With fewer records left than these, the next are read.
const FEW: usize = 8;

/// What there is to count.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Records that wait on the disk.
    pub pending: Arc<AtomicU64>,
    /// Records that were given up.
    pub dropped: Arc<AtomicU64>,
}

/// What the history can be asked for.
#[derive(Debug)]
pub enum HistoryJob {
    /// Recording begins.
    Begin,
    /// Keep this record.
    Append(Record),
    /// Read from this number on.
    Read(u64, SyncSender<Vec<Record>>),
    /// This record is delivered.
    Settle(u64),
}

/// The history as a sink sees it.
#[derive(Debug)]
pub struct Backlog {
    jobs: SyncSender<Job>,
    counts: Counts,
    has_begun: bool,
    /// The number of the next record.
    next: u64,
    /// From which number on is read next.
    wanted: u64,
    coming: Option<Receiver<Vec<Record>>>,
    ready: VecDeque<Record>,
}

impl Backlog {
    /// The far side of this shelf, which does its jobs.
    pub(super) fn of(shelf: &Shelf, jobs: SyncSender<Job>) -> Self {
        Self {
            jobs,
            counts: shelf.counts.clone(),
            has_begun: shelf.log.has_begun(),
            next: shelf.log.next(),
            wanted: 0,
            coming: None,
            ready: VecDeque::new(),
        }
    }

    /// The counts, which go on.
    pub fn counts(&self) -> Counts {
        self.counts.clone()
    }

    /// Recording begins, if it has not yet.
    pub fn begin(&mut self) {
        if !self.has_begun {
            self.has_begun = self.ask(HistoryJob::Begin);
        }
    }

    /// Keeps a record behind all others. Its number; `None` if recording has not begun, or if the store does not keep
    /// up, which counts.
    pub fn append(&mut self, payload: Vec<u8>) -> Option<u64> {
        if !self.has_begun {
            return None;
        }
        let number = self.next;
        if !self.ask(HistoryJob::Append(Record { number, payload })) {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        self.next += 1;
        Some(number)
    }

    /// How many records wait.
    pub fn pending(&self) -> u64 {
        self.counts.pending.load(Ordering::Relaxed)
    }

    /// The oldest record that was neither delivered nor read since the last [`rewind`](Self::rewind); `None` if there
    /// is none, or it is not there yet.
    pub fn read(&mut self) -> Option<Record> {
        match self.coming.as_ref().map(Receiver::try_recv) {
            Some(Ok(records)) => {
                if let Some(last) = records.last() {
                    self.wanted = last.number + 1;
                }
                self.ready.extend(records);
                self.coming = None;
            }
            Some(Err(TryRecvError::Disconnected)) => self.coming = None,
            Some(Err(TryRecvError::Empty)) | None => {}
        }
        if self.coming.is_none() && self.ready.len() < FEW && self.pending() > 0 {
            let (reply, coming) = sync_channel(1);
            if self.ask(HistoryJob::Read(self.wanted, reply)) {
                self.coming = Some(coming);
            }
        }
        self.ready.pop_front()
    }

    /// What was read and is not delivered will be read again.
    pub fn rewind(&mut self) {
        self.wanted = 0;
        self.coming = None;
        self.ready.clear();
    }

    /// A record is delivered.
    pub fn settle(&mut self, number: u64) {
        self.ready.retain(|record| record.number != number);
        self.ask(HistoryJob::Settle(number));
    }

    fn ask(&self, job: HistoryJob) -> bool {
        self.jobs.try_send(Job::History(job)).is_ok()
    }
}

/// The history as the store's thread sees it.
#[derive(Debug)]
pub struct Shelf {
    log: Log,
    counts: Counts,
    /// What was said to people, and is not said again before it is over.
    told: Told,
    sync_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct Told {
    full: bool,
    failed: bool,
}

impl Shelf {
    /// A shelf with this log.
    pub fn new(log: Log) -> Self {
        let mut shelf = Self {
            log,
            counts: Counts::default(),
            told: Told::default(),
            sync_at: None,
        };
        shelf.count();
        shelf
    }

    /// Does a job.
    pub fn work(&mut self, job: HistoryJob) {
        let is_append = matches!(job, HistoryJob::Append(_));
        let done = match job {
            HistoryJob::Begin => self.log.begin(),
            HistoryJob::Append(Record { number, payload }) => self.log.append(number, &payload),
            HistoryJob::Settle(number) => self.log.settle(number),
            HistoryJob::Read(from, reply) => {
                // Nobody waits for it any more if the session was lost meanwhile.
                let _ = reply.try_send(self.log.read(from, BATCH, BATCH_SIZE));
                Ok(())
            }
        };
        if is_append && done.is_ok() && std::mem::take(&mut self.told.failed) {
            log::info!("the history can be written again");
        }
        self.tell(done);
        self.count();
        if !self.log.is_synced() {
            self.sync_at.get_or_insert_with(|| Instant::now() + SYNC);
        }
    }

    /// When [`pass`](Self::pass) has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.sync_at
    }

    /// Time passes.
    pub fn pass(&mut self) {
        if self.sync_at.is_some_and(|at| at <= Instant::now()) {
            self.sync();
        }
    }

    /// Sees all to the disk.
    pub fn sync(&mut self) {
        self.sync_at = None;
        let synced = self.log.sync();
        self.tell(synced);
    }

    fn tell(&mut self, done: io::Result<()>) {
        match done.map_err(Error::unwritable(self.log.directory())) {
            Err(error) if !self.told.failed => {
                self.told.failed = true;
                log::warn!(MESSAGE_ID = journal::STORE_FAILED; "what cannot be delivered is lost until the history can be written: {error}");
            }
            Err(error) => log::debug!("the history: {error}"),
            Ok(()) => {}
        }
    }

    fn count(&mut self) {
        let (pending, dropped) = (self.log.pending(), self.log.take_dropped());
        self.counts.pending.store(pending, Ordering::Relaxed);
        self.counts.dropped.fetch_add(dropped, Ordering::Relaxed);
        if self.log.take_damaged() > 0 {
            log::warn!(MESSAGE_ID = journal::STORE_FAILED; "a part of the history is damaged: what is in it is lost, and kept aside as log.damaged");
        } else if dropped > 0 && !self.told.full && !self.told.failed {
            self.told.full = true;
            log::warn!(MESSAGE_ID = journal::HISTORY_DROPPED; "the history is full: the oldest states are dropped until the broker is back");
        }
        self.told.full &= pending > 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Keeper;
    use super::*;

    /// Waits for the store's thread.
    fn until<T>(mut ready: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(value) = ready() {
                return value;
            }
            assert!(Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn numbers(backlog: &mut Backlog, count: usize) -> Vec<u64> {
        let mut read = || until(|| backlog.read()).number;
        std::iter::repeat_with(&mut read).take(count).collect()
    }

    #[test]
    fn records_come_back_in_order_and_again_after_a_rewind() {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::open(directory.path().join("history"), 1 << 20);
        let (keeper, backlog, thread) = Keeper::start(vec![], Some(log), || {}).unwrap();
        let mut backlog = backlog.unwrap();
        assert_eq!(backlog.append(b"early".to_vec()), None, "not begun");
        backlog.begin();
        for number in 0..50 {
            assert_eq!(backlog.append(vec![b'x'; 100]), Some(number));
        }
        until(|| (backlog.pending() == 50).then_some(()));
        assert_eq!(numbers(&mut backlog, 20), (0..20).collect::<Vec<_>>());
        // Of those that are read ahead one is delivered meanwhile.
        backlog.settle(21);
        backlog.settle(0);
        assert_eq!(numbers(&mut backlog, 3), [20, 22, 23]);
        backlog.rewind();
        assert_eq!(numbers(&mut backlog, 3), [1, 2, 3]);
        (0..50).for_each(|number| backlog.settle(number));
        until(|| (backlog.pending() == 0).then_some(()));
        drop((keeper, backlog));
        thread.join().unwrap();
        let log = Log::open(directory.path().join("history"), 1 << 20);
        assert_eq!((log.pending(), log.next()), (0, 50));
    }

    #[test]
    fn a_disk_that_hangs_holds_nobody_and_costs_what_does_not_fit() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = Log::open(directory.path().join("history"), 1 << 20);
        log.begin().unwrap();
        let (jobs, waiting) = sync_channel(10);
        let mut backlog = Backlog::of(&Shelf::new(log), jobs);
        let kept: Vec<bool> = (0..12).map(|_| backlog.append(vec![1]).is_some()).collect();
        assert_eq!(kept.iter().filter(|kept| **kept).count(), 10);
        assert_eq!(backlog.counts().dropped.load(Ordering::Relaxed), 2);
        assert!(backlog.read().is_none());
        waiting.recv().unwrap();
        assert_eq!(backlog.append(vec![1]), Some(10), "no number is left out");
    }

    #[test]
    fn what_is_written_is_on_the_disk_ten_seconds_later() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = Log::open(directory.path().join("history"), 1 << 20);
        log.begin().unwrap();
        log.sync().unwrap();
        let mut shelf = Shelf::new(log);
        assert_eq!(shelf.deadline(), None);
        for number in 0..2 {
            let payload = vec![1];
            shelf.work(HistoryJob::Append(Record { number, payload }));
        }
        let due = shelf.deadline().unwrap();
        assert!(due <= Instant::now() + SYNC);
        shelf.sync();
        assert_eq!((shelf.deadline(), shelf.log.is_synced()), (None, true));
    }

    #[test]
    fn what_cannot_be_written_is_told_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history");
        std::fs::write(&path, "in the way").unwrap();
        let mut shelf = Shelf::new(Log::open(path.clone(), 1 << 20));
        let append = |number| {
            HistoryJob::Append(Record {
                number,
                payload: vec![1],
            })
        };
        for number in 0..3 {
            shelf.work(append(number));
            assert!(shelf.told.failed && !shelf.told.full);
        }
        assert_eq!(shelf.counts.dropped.load(Ordering::Relaxed), 3);
        std::fs::remove_file(&path).unwrap();
        shelf.work(append(3));
        assert!(!shelf.told.failed);
        assert_eq!(shelf.counts.pending.load(Ordering::Relaxed), 1);
    }
}
