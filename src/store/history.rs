//! The history of undelivered records: a handle for the MQTT sink, and the worker on the store's thread.
//!
//! ```text
//!  mqtt ── HistoryHandle ── HistoryJob, a bounded channel ──▶ HistoryWorker ── Log ── files
//!                ▲                                                  │
//!                └────────── records that were read ────────────────┘
//! ```
//! No call on [`HistoryHandle`] waits for the disk. [`HistoryWorker`] runs each job on the [`Log`] and syncs at most
//! [`SYNC_AFTER`] after a write.
//!
//! Bounds: a record that finds the channel full is dropped and counted; at most [`BATCH_RECORDS`] records are read ahead
//! at a time; an acknowledgement that finds it full is sent again with the next call.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use super::Error;
use super::job::{HistoryJob, Job};
use super::log::{Log, Record};
use crate::names::journal;

/// The longest time between a write and its sync to the disk.
const SYNC_AFTER: Duration = Duration::from_secs(10);

/// Records read from the log in one job, at most.
const BATCH_RECORDS: usize = 16;

/// Bytes read from the log in one job, at most, unless a single record is longer.
const BATCH_BYTES: usize = 64 * 1024;

/// The next batch is asked for when fewer records than this are ready.
const READ_AHEAD_MIN: usize = 8;

/// Acknowledgements kept for a worker that does not keep up. The records of further ones are delivered once more.
const UNSENT_ACKS_MAX: usize = 1024;

/// What the history counts, shared with the outputs.
#[derive(Clone, Debug, Default)]
pub struct HistoryCounts {
    /// Records on the disk that are not delivered.
    pub pending: Arc<AtomicU64>,
    /// Records that were dropped.
    pub dropped: Arc<AtomicU64>,
}

/// The history as a sink uses it. Numbers rise in the order of appending.
#[derive(Debug)]
pub struct HistoryHandle {
    jobs: SyncSender<Job>,
    counts: HistoryCounts,
    has_begun: bool,
    /// The number of the next record.
    next: u64,
    /// The number from which the next batch is read.
    read_from: u64,
    batch: Option<Receiver<Vec<Record>>>,
    ready: VecDeque<Record>,
    /// Acknowledgements that found the channel full.
    unsent_acks: Vec<u64>,
}

impl HistoryHandle {
    /// The handle of this worker.
    pub(super) fn new(worker: &HistoryWorker, jobs: SyncSender<Job>) -> Self {
        Self {
            jobs,
            counts: worker.counts.clone(),
            has_begun: worker.log.has_begun(),
            next: worker.log.next(),
            read_from: 0,
            batch: None,
            ready: VecDeque::new(),
            unsent_acks: Vec::new(),
        }
    }

    /// The counters, which go on counting.
    #[must_use]
    pub fn counts(&self) -> HistoryCounts {
        self.counts.clone()
    }

    /// Starts recording, unless it has started. Nothing is kept before.
    pub fn begin(&mut self) {
        if !self.has_begun {
            self.has_begun = self.send(HistoryJob::Begin);
        }
    }

    /// Appends a record and returns its number; `None` if recording has not started, or the record was dropped because
    /// the store does not keep up.
    pub fn append(&mut self, payload: Vec<u8>) -> Option<u64> {
        if !self.has_begun {
            return None;
        }
        let number = self.next;
        if !self.send(HistoryJob::Append(Record { number, payload })) {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        self.next += 1;
        Some(number)
    }

    /// About how many records are not delivered.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.counts.pending.load(Ordering::Relaxed)
    }

    /// The oldest record that was neither acknowledged nor returned since the last [`rewind`](Self::rewind); `None` if
    /// there is none, or the disk has not answered yet: call again later.
    pub fn read(&mut self) -> Option<Record> {
        self.send_acks();
        match self.batch.as_ref().map(Receiver::try_recv) {
            Some(Ok(records)) => {
                if let Some(last) = records.last() {
                    self.read_from = last.number + 1;
                }
                self.ready.extend(records);
                self.batch = None;
            }
            Some(Err(TryRecvError::Disconnected)) => self.batch = None,
            Some(Err(TryRecvError::Empty)) | None => {}
        }
        if self.batch.is_none() && self.ready.len() < READ_AHEAD_MIN && self.pending() > 0 {
            let (reply, batch) = sync_channel(1);
            if self.send(HistoryJob::Read(self.read_from, reply)) {
                self.batch = Some(batch);
            }
        }
        self.ready.pop_front()
    }

    /// Reading starts again at the oldest record that is not acknowledged.
    pub fn rewind(&mut self) {
        self.read_from = 0;
        self.batch = None;
        self.ready.clear();
    }

    /// A record was delivered, or cannot be: it is not read again.
    pub fn ack(&mut self, number: u64) {
        self.ready.retain(|record| record.number != number);
        if self.unsent_acks.len() < UNSENT_ACKS_MAX {
            self.unsent_acks.push(number);
        }
        self.send_acks();
    }

    fn send_acks(&mut self) {
        let mut acks = std::mem::take(&mut self.unsent_acks);
        acks.retain(|number| !self.send(HistoryJob::Ack(*number)));
        self.unsent_acks = acks;
    }

    /// Whether the channel had room.
    fn send(&self, job: HistoryJob) -> bool {
        self.jobs.try_send(Job::History(job)).is_ok()
    }
}

/// The history on the store's thread.
#[derive(Debug)]
pub struct HistoryWorker {
    log: Log,
    counts: HistoryCounts,
    logged: Logged,
    sync_at: Option<Instant>,
}

/// Which conditions the journal has a line for; the next line comes only after the condition has ended.
#[derive(Debug, Default)]
struct Logged {
    full: bool,
    failed: bool,
}

impl HistoryWorker {
    /// A worker on this log.
    pub fn new(log: Log) -> Self {
        let mut worker = Self {
            log,
            counts: HistoryCounts::default(),
            logged: Logged::default(),
            sync_at: None,
        };
        worker.update_counts();
        worker
    }

    /// Runs a job.
    pub fn run(&mut self, job: HistoryJob) {
        let is_append = matches!(job, HistoryJob::Append(_));
        let done = match job {
            HistoryJob::Begin => self.log.begin(),
            HistoryJob::Append(Record { number, payload }) => self.log.append(number, &payload),
            HistoryJob::Ack(number) => self.log.ack(number),
            HistoryJob::Read(from, reply) => {
                // The receiver is gone if the session was lost in the meantime.
                let _ = reply.try_send(self.log.read(from, BATCH_RECORDS, BATCH_BYTES));
                Ok(())
            }
        };
        if is_append && done.is_ok() && std::mem::take(&mut self.logged.failed) {
            log::info!("the history is writable again");
        }
        self.log_failure(done);
        self.update_counts();
        if !self.log.is_synced() {
            self.sync_at
                .get_or_insert_with(|| Instant::now() + SYNC_AFTER);
        }
    }

    /// When [`on_timer`](Self::on_timer) is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.sync_at
    }

    /// Syncs if that is due.
    pub fn on_timer(&mut self, now: Instant) {
        if self.sync_at.is_some_and(|at| at <= now) {
            self.sync();
        }
    }

    /// Syncs everything to the disk.
    pub fn sync(&mut self) {
        self.sync_at = None;
        let synced = self.log.sync();
        self.log_failure(synced);
    }

    fn log_failure(&mut self, done: io::Result<()>) {
        match done.map_err(Error::unwritable(self.log.directory())) {
            Err(error) if !self.logged.failed => {
                self.logged.failed = true;
                log::warn!(MESSAGE_ID = journal::STORE_FAILED; "undelivered states are lost until the history is writable: {error}");
            }
            Err(error) => log::debug!("the history: {error}"),
            Ok(()) => {}
        }
    }

    fn update_counts(&mut self) {
        let (pending, dropped) = (self.log.pending(), self.log.take_dropped());
        self.counts.pending.store(pending, Ordering::Relaxed);
        self.counts.dropped.fetch_add(dropped, Ordering::Relaxed);
        if self.log.take_damaged() > 0 {
            log::warn!(MESSAGE_ID = journal::STORE_FAILED; "a part of the history is damaged: its records are lost, the file is kept as log.damaged");
        } else if dropped > 0 && !self.logged.full && !self.logged.failed {
            self.logged.full = true;
            log::warn!(MESSAGE_ID = journal::HISTORY_DROPPED; "the history is full: the oldest states are dropped until the broker is back");
        }
        self.logged.full &= pending > 0;
    }
}

/// A history whose jobs run when the test asks for it, in a directory of its own.
#[cfg(test)]
pub mod testing {
    use super::*;

    /// The store's side of the handle.
    pub struct ManualStore {
        worker: HistoryWorker,
        jobs: Receiver<Job>,
        _directory: tempfile::TempDir,
    }

    impl ManualStore {
        /// A store with room for this many jobs; recording has started if `has_begun`.
        pub fn new(capacity: usize, has_begun: bool) -> (Self, HistoryHandle) {
            let directory = tempfile::tempdir().unwrap();
            let mut log = Log::open(directory.path().join("history"), 1 << 20);
            if has_begun {
                log.begin().unwrap();
            }
            let worker = HistoryWorker::new(log);
            let (sender, jobs) = sync_channel(capacity);
            let handle = HistoryHandle::new(&worker, sender);
            let store = Self {
                worker,
                jobs,
                _directory: directory,
            };
            (store, handle)
        }

        /// Runs all jobs that wait.
        pub fn run_jobs(&mut self) {
            while let Ok(Job::History(job)) = self.jobs.try_recv() {
                self.worker.run(job);
            }
        }

        /// The records that are not delivered, in order.
        pub fn records(&mut self) -> Vec<String> {
            self.run_jobs();
            let records = self.worker.log.read(0, usize::MAX, usize::MAX);
            let text = |record: Record| String::from_utf8(record.payload).unwrap();
            records.into_iter().map(text).collect()
        }

        /// Whether recording has started.
        pub fn has_begun(&mut self) -> bool {
            self.run_jobs();
            self.worker.log.has_begun()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::StoreHandle;
    use super::testing::ManualStore;
    use super::*;

    /// Polls until there is a value; the store's thread works meanwhile.
    fn until<T>(mut ready: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(value) = ready() {
                return value;
            }
            assert!(Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn numbers(history: &mut HistoryHandle, count: usize) -> Vec<u64> {
        let mut read = || until(|| history.read()).number;
        std::iter::repeat_with(&mut read).take(count).collect()
    }

    #[test]
    fn records_come_back_in_order_and_again_after_a_rewind() {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::open(directory.path().join("history"), 1 << 20);
        let (store, history, thread) = StoreHandle::start(vec![], Some(log), || {}).unwrap();
        let mut history = history.unwrap();
        assert_eq!(history.append(b"early".to_vec()), None, "not begun");
        history.begin();
        for number in 0..50 {
            assert_eq!(history.append(vec![b'x'; 100]), Some(number));
        }
        until(|| (history.pending() == 50).then_some(()));
        assert_eq!(numbers(&mut history, 20), (0..20).collect::<Vec<_>>());
        // 21 is in the batch that was read ahead.
        history.ack(21);
        history.ack(0);
        assert_eq!(numbers(&mut history, 3), [20, 22, 23]);
        history.rewind();
        assert_eq!(numbers(&mut history, 3), [1, 2, 3]);
        (0..50).for_each(|number| history.ack(number));
        until(|| (history.pending() == 0).then_some(()));
        drop((store, history));
        thread.join().unwrap();
        let log = Log::open(directory.path().join("history"), 1 << 20);
        assert_eq!((log.pending(), log.next()), (0, 50));
    }

    #[test]
    fn a_full_channel_blocks_no_caller_and_drops_what_does_not_fit() {
        let (mut store, mut history) = ManualStore::new(10, true);
        let kept: Vec<bool> = (0..12).map(|_| history.append(vec![1]).is_some()).collect();
        assert_eq!(kept.iter().filter(|kept| **kept).count(), 10);
        assert_eq!(history.counts().dropped.load(Ordering::Relaxed), 2);
        assert!(history.read().is_none());
        store.run_jobs();
        assert_eq!(history.append(vec![1]), Some(10), "no number is left out");
    }

    #[test]
    fn an_acknowledgement_that_finds_the_channel_full_is_sent_later() {
        let (mut store, mut history) = ManualStore::new(1, true);
        history.append(b"x".to_vec());
        history.ack(0);
        store.run_jobs();
        assert_eq!(history.pending(), 1, "not acknowledged yet");
        assert!(history.read().is_none());
        store.run_jobs();
        assert_eq!(history.pending(), 0);
    }

    #[test]
    fn what_is_written_is_synced_ten_seconds_later() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = Log::open(directory.path().join("history"), 1 << 20);
        log.begin().unwrap();
        log.sync().unwrap();
        let mut worker = HistoryWorker::new(log);
        assert_eq!(worker.deadline(), None);
        for number in 0..2 {
            let payload = vec![1];
            worker.run(HistoryJob::Append(Record { number, payload }));
        }
        let due = worker.deadline().unwrap();
        assert!(due <= Instant::now() + SYNC_AFTER);
        worker.on_timer(due);
        assert_eq!((worker.deadline(), worker.log.is_synced()), (None, true));
    }

    #[test]
    fn a_failed_write_is_logged_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history");
        std::fs::write(&path, "in the way").unwrap();
        let mut worker = HistoryWorker::new(Log::open(path.clone(), 1 << 20));
        let append = |number| {
            HistoryJob::Append(Record {
                number,
                payload: vec![1],
            })
        };
        for number in 0..3 {
            worker.run(append(number));
            assert!(worker.logged.failed && !worker.logged.full);
        }
        assert_eq!(worker.counts.dropped.load(Ordering::Relaxed), 3);
        std::fs::remove_file(&path).unwrap();
        worker.run(append(3));
        assert!(!worker.logged.failed);
        assert_eq!(worker.counts.pending.load(Ordering::Relaxed), 1);
    }
}
