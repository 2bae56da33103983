//! Reading the log from its oldest segment to its newest, and the handling of unreadable segments.
//!
//! A cursor remembers the place, so that reading on costs one record. Unacked numbers that the cursor passes over are
//! acked: gaps in the numbers hold no record, and the rest of a damaged segment counts as dropped.

use std::fs::File;
use std::io;
use std::path::Path;

use super::segment::{self, Found, read_at};
use super::{Log, Record};

/// The place up to which the log was read.
#[derive(Debug)]
pub struct ReadCursor {
    /// The first number of the segment.
    segment: u64,
    file: File,
    offset: u64,
    /// The lowest number that the next record may have.
    expected: u64,
}

impl ReadCursor {
    fn begin(directory: &Path, segment: u64) -> io::Result<Self> {
        Ok(Self {
            segment,
            file: File::open(segment::path(directory, segment))?,
            offset: 0,
            expected: segment,
        })
    }
}

impl Log {
    /// Reads records that are not acked, in order, from this number on: at most `count`, and until `size` bytes are read.
    ///
    /// Cheapest where the last call ended.
    pub fn read(&mut self, from: u64, count: usize, size: usize) -> Vec<Record> {
        let is_past =
            |reading: &mut ReadCursor| self.acked.unacked_in(&(from..reading.expected)) > 0;
        self.reading.take_if(is_past);
        let mut records = Vec::new();
        let mut left = size;
        while records.len() < count && left > 0 {
            let Some(record) = self.read_one() else {
                break;
            };
            if record.number >= from && !self.acked.contains(record.number) {
                left = left.saturating_sub(record.payload.len());
                records.push(record);
            }
        }
        self.remove_acked();
        records
    }

    /// The next record, acked or not.
    fn read_one(&mut self) -> Option<Record> {
        loop {
            let index = self.reading.as_ref().map_or(0, |reading| {
                self.segments
                    .partition_point(|segment| segment.first < reading.segment)
            });
            let segment = self.segments.get(index)?.clone();
            let Some(mut reading) = self
                .reading
                .take_if(|reading| reading.segment == segment.first)
            else {
                self.read_from(index);
                continue;
            };
            if reading.offset >= segment.length {
                let end = self.numbers(index).end;
                self.acked.add(&(reading.expected..end));
                self.reading = Some(reading);
                if index + 1 == self.segments.len() {
                    return None;
                }
                self.read_from(index + 1);
                continue;
            }
            let found = read_at(&reading.file, reading.offset, segment.length);
            let record = match found {
                Ok(Found::Record {
                    number,
                    payload,
                    end,
                }) if number >= reading.expected => {
                    self.acked.add(&(reading.expected..number));
                    reading.offset = end;
                    reading.expected = number.saturating_add(1);
                    Some(Record { number, payload })
                }
                bad => {
                    let why = bad
                        .err()
                        .map_or("wrong bytes".into(), |error| error.to_string());
                    self.mark_damaged(index, reading.offset, reading.expected, &why);
                    None
                }
            };
            self.reading = Some(reading);
            if record.is_some() {
                return record;
            }
        }
    }

    /// Moves the cursor to the start of this segment; drops one that cannot be opened.
    fn read_from(&mut self, index: usize) {
        let Some(first) = self.segments.get(index).map(|segment| segment.first) else {
            return;
        };
        match ReadCursor::begin(&self.directory, first) {
            Ok(reading) => self.reading = Some(reading),
            Err(error) => {
                self.mark_damaged(index, 0, first, &error.to_string());
                if let Some(lost) = self.segments.remove(index) {
                    self.remove(&lost);
                }
            }
        }
    }

    /// Drops the records of a segment from this offset and number on.
    pub(super) fn mark_damaged(&mut self, index: usize, offset: u64, number: u64, why: &str) {
        let numbers = self.numbers(index);
        if index + 1 == self.segments.len() {
            self.writing = None;
        }
        if let Some(segment) = self.segments.get_mut(index) {
            let path = segment.path(&self.directory);
            log::debug!("{} is damaged at {offset}: {why}", path.display());
            segment.length = offset;
            segment.is_damaged = true;
        }
        self.damaged += 1;
        self.drop_records(number..numbers.end);
    }
}
