//! The log: records on disk, in order, until they are delivered.
//!
//! A first-in first-out queue in a directory of its own: appended at the end, read and acknowledged from the front.
//!
//! | file | |
//! |---|---|
//! | `<number of its first record>.log` | a segment (`segment`, `record`) |
//! | `position` | the number of the first record that is not acknowledged (`position`) |
//! | `log.damaged` | the last damaged segment, kept for inspection |
//!
//! The caller numbers the records, rising from [`Log::next`]. A record is *acked* once it was delivered or dropped. A
//! segment whose records are all acked is removed, so the log of a broker that keeps up is empty.
//!
//! - **Order** is that of appending. No clock is read.
//! - **Bound**: the oldest segments are removed to stay within it; their records count as dropped. A segment is a
//!   sixteenth of the bound, at most 1 MiB.
//! - **Durability**: an appended record is written at once and survives SIGKILL; [`Log::sync`] makes it survive a power
//!   cut. The position is written at each change, so no acked record is read again after SIGKILL.
//! - **Damage** loses the damaged record and the rest of its segment. A torn tail is cut. Nothing is fatal.
//! - A failed write loses its record and leaves the file as it was; the next record is tried as usual.

mod acked;
mod position;
mod read;
mod record;
mod segment;

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use self::acked::AckedRanges;
use self::position::{PositionFile, StoredPosition};
use self::read::ReadCursor;
use self::record::RecordHeader;
use self::segment::{Found, Segment, read_at};

/// The size of a segment, in bytes, at most.
const SEGMENT_SIZE_MAX: u64 = 1 << 20;

/// The bound is divided into at least this many segments.
const SEGMENTS_MIN: u64 = 16;

/// The name of the last damaged segment.
const DAMAGED_FILE: &str = "log.damaged";

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub number: u64,
    /// The bytes that were appended.
    pub payload: Vec<u8>,
}

/// A bounded queue of records on disk; see the module.
#[derive(Debug)]
pub struct Log {
    directory: PathBuf,
    bound: u64,
    /// Oldest first.
    segments: VecDeque<Segment>,
    /// The newest segment, while it may grow.
    writing: Option<File>,
    reading: Option<ReadCursor>,
    position: PositionFile,
    acked: AckedRanges,
    next: u64,
    dropped: u64,
    damaged: u64,
    has_begun: bool,
    is_synced: bool,
    /// Whether the directory is synced: no file was created or removed since.
    is_listed: bool,
}

impl Log {
    /// Opens the log in this directory, which need not exist, of at most `bound` bytes. Cuts a torn tail and removes
    /// acked segments; writes nothing else.
    pub fn open(directory: PathBuf, bound: u64) -> Self {
        let position = PositionFile::new(directory.join("position"));
        let segments: VecDeque<Segment> = Segment::list(&directory).into();
        let known = position.read();
        let first = segments.front().map(|oldest| oldest.first);
        let head = match known {
            StoredPosition::At(head) => head.max(first.unwrap_or(0)),
            StoredPosition::Absent | StoredPosition::Unreadable => first.unwrap_or(0),
        };
        let mut log = Self {
            has_begun: known != StoredPosition::Absent || first.is_some(),
            directory,
            bound,
            segments,
            writing: None,
            reading: None,
            position,
            acked: AckedRanges::below(head),
            next: head,
            dropped: 0,
            damaged: 0,
            is_synced: true,
            is_listed: true,
        };
        log.recover_tail();
        log.make_room(0);
        log.remove_acked();
        log
    }

    /// The directory of its files.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether recording has started: a broker has acknowledged something once.
    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Starts recording, for good.
    ///
    /// # Errors
    /// The marker cannot be written; recording has started for this process only.
    pub fn begin(&mut self) -> io::Result<()> {
        self.has_begun = true;
        fs::create_dir_all(&self.directory)?;
        self.write_position()
    }

    /// The lowest number that the next record may have.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The number of records that are not acked.
    pub fn pending(&self) -> u64 {
        self.acked.unacked_in(&(0..self.next))
    }

    /// The number of records dropped since the last call.
    pub fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    /// The number of damaged segments found since the last call.
    pub fn take_damaged(&mut self) -> u64 {
        std::mem::take(&mut self.damaged)
    }

    /// Appends a record behind all others.
    ///
    /// # Errors
    /// It cannot be written, or is too long; it counts as dropped.
    pub fn append(&mut self, number: u64, payload: &[u8]) -> io::Result<()> {
        let written = self.write(number, payload);
        // Numbers that were skipped have no record.
        self.acked.add(&(self.next..number));
        self.next = self.next.max(number.saturating_add(1));
        if written.is_err() {
            self.drop_records(number..self.next);
            self.remove_acked();
        }
        written
    }

    /// Marks a record as delivered.
    ///
    /// # Errors
    /// The position cannot be written; the record is delivered once more after a restart.
    pub fn ack(&mut self, number: u64) -> io::Result<()> {
        let before = self.acked.head();
        self.acked.add(&(number..number.saturating_add(1)));
        if self.acked.head() == before {
            return Ok(());
        }
        let written = self.write_position();
        self.remove_acked();
        written
    }

    /// Whether nothing is left to sync.
    pub fn is_synced(&self) -> bool {
        self.is_synced && self.is_listed
    }

    /// Syncs everything that was written to the disk.
    ///
    /// # Errors
    /// The disk fails.
    pub fn sync(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_synced, true) {
            self.writing.as_ref().map_or(Ok(()), File::sync_data)?;
            self.position.sync()?;
        }
        if !std::mem::replace(&mut self.is_listed, true) {
            File::open(&self.directory)?.sync_all()?;
        }
        Ok(())
    }

    // ---- writing ---------------------------------------------------------------------------

    fn write(&mut self, number: u64, payload: &[u8]) -> io::Result<()> {
        let header = RecordHeader::of(number, payload)
            .filter(|header| header.record() <= self.bound)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the record is too long"))?;
        let size = header.record();
        self.make_room(size);
        let newest = self.segments.back().map_or(0, |newest| newest.length);
        let is_full = newest + size > SEGMENT_SIZE_MAX.min(self.bound / SEGMENTS_MIN);
        let mut file = match self.writing.take() {
            Some(file) if !is_full || newest == 0 => file,
            full => {
                full.map_or(Ok(()), |full| full.sync_data())?;
                self.make_segment(number)?
            }
        };
        let bytes = [&header.bytes(), payload].concat();
        let written = file.write_all(&bytes);
        let Some(newest) = self.segments.back_mut() else {
            return written;
        };
        if written.is_ok() {
            newest.length += size;
            self.is_synced = false;
        }
        // Nothing is appended behind a partial record that cannot be cut off.
        if written.is_ok() || file.set_len(newest.length).is_ok() {
            self.writing = Some(file);
        }
        if newest.length == 0 {
            self.remove_newest();
        }
        written
    }

    fn make_segment(&mut self, first: u64) -> io::Result<File> {
        fs::create_dir_all(&self.directory)?;
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(segment::path(&self.directory, first))?;
        self.is_listed = false;
        self.segments.push_back(Segment {
            first,
            length: 0,
            is_damaged: false,
        });
        Ok(file)
    }

    fn write_position(&mut self) -> io::Result<()> {
        self.is_synced = false;
        if self.position.write(self.acked.head())? {
            self.is_listed = false;
        }
        Ok(())
    }

    // ---- dropping and removing -------------------------------------------------------------

    fn drop_records(&mut self, numbers: Range<u64>) {
        self.dropped += self.acked.unacked_in(&numbers);
        self.acked.add(&numbers);
    }

    /// Drops the oldest segments until `size` more bytes are within the bound.
    fn make_room(&mut self, size: u64) {
        let taken = |segments: &VecDeque<Segment>| -> u64 {
            segments.iter().map(|segment| segment.length).sum()
        };
        let mut is_full = false;
        while taken(&self.segments) + size > self.bound && !self.segments.is_empty() {
            is_full = true;
            let oldest = self.numbers(0);
            self.drop_records(oldest);
            self.remove_oldest();
        }
        if is_full && let Err(error) = self.write_position() {
            log::debug!("the position in the history cannot be written: {error}");
        }
    }

    fn remove_acked(&mut self) {
        while !self.segments.is_empty() && self.numbers(0).end <= self.acked.head() {
            self.remove_oldest();
        }
    }

    /// The range of numbers that a segment covers.
    fn numbers(&self, index: usize) -> Range<u64> {
        let first = |index| self.segments.get(index).map(|segment| segment.first);
        first(index).unwrap_or(self.next)..first(index + 1).unwrap_or(self.next)
    }

    fn remove_oldest(&mut self) {
        if let Some(oldest) = self.segments.pop_front() {
            self.remove(&oldest);
        }
    }

    fn remove_newest(&mut self) {
        if let Some(newest) = self.segments.pop_back() {
            self.writing = None;
            self.remove(&newest);
        }
    }

    fn remove(&mut self, segment: &Segment) {
        if self.segments.is_empty() {
            self.writing = None;
        }
        let path = segment.path(&self.directory);
        let removed = if segment.is_damaged {
            fs::rename(path, self.directory.join(DAMAGED_FILE))
        } else {
            fs::remove_file(path)
        };
        self.is_listed = false;
        if let Err(error) = removed {
            log::debug!("a segment of the history cannot be removed: {error}");
        }
    }

    // ---- opening ---------------------------------------------------------------------------

    /// Finds the end of the newest segment, cuts a torn record off, and opens it for appending.
    fn recover_tail(&mut self) {
        let Some(newest) = self.segments.back().cloned() else {
            return;
        };
        let (mut end, mut next) = (0, newest.first);
        let path = newest.path(&self.directory);
        let opened = OpenOptions::new().read(true).append(true).open(&path);
        let found = opened.and_then(|file| {
            while end < newest.length {
                match read_at(&file, end, newest.length)? {
                    Found::Record {
                        number, end: after, ..
                    } if number >= next => {
                        end = after;
                        next = number.saturating_add(1);
                    }
                    Found::Torn => break,
                    Found::Record { .. } | Found::Damaged => {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "wrong bytes"));
                    }
                }
            }
            file.set_len(end)?;
            Ok(file)
        });
        let is_damaged = found.is_err();
        // A damaged segment holds at least one more record.
        self.next = self.next.max(next + u64::from(is_damaged));
        match found {
            Ok(file) => {
                self.writing = Some(file);
                if let Some(newest) = self.segments.back_mut() {
                    newest.length = end;
                }
            }
            Err(error) => self.mark_damaged(self.segments.len() - 1, end, next, &error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
