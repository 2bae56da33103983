//! The log: records on disk, in order, until they are delivered.
//!
//! Appended at the end, read and settled from the front, in a directory of its own:
//!
//! | file | |
//! |---|---|
//! | `<number of its first record>.log` | a segment (`segment`, `record`) |
//! | `position` | the number of the first record that is not settled (`position`) |
//! | `log.damaged` | the last segment in which something was not what had been written, kept for a look at it |
//!
//! The numbers are given by whoever appends: ever higher, from [`Log::next`] on. A record is *settled* once it was
//! delivered, or given up; a segment whose records are all settled is removed, so a log that is delivered is empty.
//!
//! - **Order** is that of appending. No clock is asked.
//! - **Bound**: what is more than the bound is made room for by removing the oldest segments; their records count as
//!   dropped. A segment is a sixteenth of the bound, 1 MiB at most.
//! - **Appended** is written: it survives the end of the process, however sudden. [`Log::sync`] makes it survive a power
//!   cut. The position is written at each change, so after a sudden end no settled record is read again.
//! - **Damage** costs what is damaged and what follows in the same segment. A torn tail is cut. Nothing is fatal.
//! - A write that fails costs its record, leaves the file as it was, and is tried anew with the next record.

mod position;
mod reading;
mod record;
mod segment;
mod settled;

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use self::position::{Position, Read};
use self::reading::Reading;
use self::record::Header;
use self::segment::{Found, Segment, read_at};
use self::settled::Settled;

/// The longest segment, in bytes.
const LONGEST_SEGMENT: u64 = 1 << 20;

/// So many segments at least make up the bound.
const SEGMENTS: u64 = 16;

/// Where the last damaged segment is kept.
const DAMAGED: &str = "log.damaged";

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub number: u64,
    /// What was appended.
    pub payload: Vec<u8>,
}

/// See the module.
#[derive(Debug)]
pub struct Log {
    directory: PathBuf,
    bound: u64,
    /// Oldest first.
    segments: VecDeque<Segment>,
    /// The newest segment, while it may grow.
    writing: Option<File>,
    reading: Option<Reading>,
    position: Position,
    settled: Settled,
    next: u64,
    dropped: u64,
    damaged: u64,
    has_begun: bool,
    is_synced: bool,
    /// A file was made or removed since the last sync.
    is_listed: bool,
}

impl Log {
    /// Opens the log in this directory, which need not exist, of `bound` bytes at most. Writes nothing new; cuts a torn
    /// tail and removes what is settled.
    pub fn open(directory: PathBuf, bound: u64) -> Self {
        let position = Position::new(directory.join("position"));
        let segments: VecDeque<Segment> = Segment::list(&directory).into();
        let known = position.read();
        let first = segments.front().map(|oldest| oldest.first);
        let head = match known {
            Read::At(head) => head.max(first.unwrap_or(0)),
            Read::Absent | Read::Unreadable => first.unwrap_or(0),
        };
        let mut log = Self {
            has_begun: known != Read::Absent || first.is_some(),
            directory,
            bound,
            segments,
            writing: None,
            reading: None,
            position,
            settled: Settled::below(head),
            next: head,
            dropped: 0,
            damaged: 0,
            is_synced: true,
            is_listed: true,
        };
        log.mend_newest();
        log.make_room(0);
        log.remove_settled();
        log
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether recording has begun: a broker has once acknowledged something.
    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Recording begins.
    ///
    /// # Errors
    /// That cannot be written down; it has begun all the same, until the end of the process.
    pub fn begin(&mut self) -> io::Result<()> {
        self.has_begun = true;
        fs::create_dir_all(&self.directory)?;
        self.write_position()
    }

    /// The lowest number that the next record may have.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// How many records are not settled.
    pub fn pending(&self) -> u64 {
        self.settled.open_in(&(0..self.next))
    }

    /// How many records were given up since this was asked last.
    pub fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    /// How many damaged segments were found since this was asked last.
    pub fn take_damaged(&mut self) -> u64 {
        std::mem::take(&mut self.damaged)
    }

    /// Appends a record behind all others.
    ///
    /// # Errors
    /// It cannot be written, or is longer than a record can be, and counts as dropped.
    pub fn append(&mut self, number: u64, payload: &[u8]) -> io::Result<()> {
        let written = self.write(number, payload);
        // What lies between was never given.
        self.settled.add(&(self.next..number));
        self.next = self.next.max(number.saturating_add(1));
        if written.is_err() {
            self.give_up(number..self.next);
            self.remove_settled();
        }
        written
    }

    /// A record is delivered.
    ///
    /// # Errors
    /// That cannot be written down; the record is delivered once more after a restart.
    pub fn settle(&mut self, number: u64) -> io::Result<()> {
        let before = self.settled.head();
        self.settled.add(&(number..number.saturating_add(1)));
        if self.settled.head() == before {
            return Ok(());
        }
        let written = self.write_position();
        self.remove_settled();
        written
    }

    /// Whether all that was written is on the disk.
    pub fn is_synced(&self) -> bool {
        self.is_synced && self.is_listed
    }

    /// Sees all that was written to the disk.
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
        let header = Header::of(number, payload)
            .filter(|header| header.record() <= self.bound)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the record is too long"))?;
        let size = header.record();
        self.make_room(size);
        let newest = self.segments.back().map_or(0, |newest| newest.length);
        let is_full = newest + size > LONGEST_SEGMENT.min(self.bound / SEGMENTS);
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
        // A file that cannot be cut grows no more.
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
        if self.position.write(self.settled.head())? {
            self.is_listed = false;
        }
        Ok(())
    }

    // ---- giving up and removing ------------------------------------------------------------

    fn give_up(&mut self, numbers: Range<u64>) {
        self.dropped += self.settled.open_in(&numbers);
        self.settled.add(&numbers);
    }

    /// Gives up the oldest segments until so many bytes more are within the bound.
    fn make_room(&mut self, size: u64) {
        let taken = |segments: &VecDeque<Segment>| -> u64 {
            segments.iter().map(|segment| segment.length).sum()
        };
        let mut is_full = false;
        while taken(&self.segments) + size > self.bound && !self.segments.is_empty() {
            is_full = true;
            let oldest = self.numbers(0);
            self.give_up(oldest);
            self.remove_oldest();
        }
        if is_full && let Err(error) = self.write_position() {
            log::debug!("the position in the history cannot be written: {error}");
        }
    }

    fn remove_settled(&mut self) {
        while !self.segments.is_empty() && self.numbers(0).end <= self.settled.head() {
            self.remove_oldest();
        }
    }

    /// The numbers that the records of a segment may have.
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
            fs::rename(path, self.directory.join(DAMAGED))
        } else {
            fs::remove_file(path)
        };
        self.is_listed = false;
        if let Err(error) = removed {
            log::debug!("a segment of the history cannot be removed: {error}");
        }
    }

    // ---- opening ---------------------------------------------------------------------------

    /// Finds out where the newest segment ends, cuts what is torn, and makes it ready to grow.
    fn mend_newest(&mut self) {
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
        // Of what is damaged, one record at least is known to have been there.
        self.next = self.next.max(next + u64::from(is_damaged));
        match found {
            Ok(file) => {
                self.writing = Some(file);
                if let Some(newest) = self.segments.back_mut() {
                    newest.length = end;
                }
            }
            Err(error) => self.condemn(self.segments.len() - 1, end, next, &error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
