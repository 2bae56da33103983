//! Reading the log, from its oldest segment to its newest, and what becomes of a segment that cannot be read.
//!
//! One place is remembered, so that reading on costs one record. What it passes and nobody has settled is given up: a gap
//! between two numbers is no record, and what follows damage in a segment cannot be told from it.

use std::fs::File;
use std::io;
use std::path::Path;

use super::segment::{self, Found, read_at};
use super::{Log, Record};

/// How far was read.
#[derive(Debug)]
pub struct Reading {
    /// The first number of the segment.
    segment: u64,
    file: File,
    offset: u64,
    /// The lowest number that the next record may have.
    expected: u64,
}

impl Reading {
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
    /// Reads records that are not settled, in order, from this number on: so many, or until `size` bytes are read. None
    /// if there are none.
    ///
    /// Going on where the last reading ended costs least.
    pub fn read(&mut self, from: u64, count: usize, size: usize) -> Vec<Record> {
        let passed = |reading: &mut Reading| self.settled.open_in(&(from..reading.expected)) > 0;
        self.reading.take_if(passed);
        let mut records = Vec::new();
        let mut left = size;
        while records.len() < count && left > 0 {
            let Some(record) = self.read_one() else {
                break;
            };
            if record.number >= from && !self.settled.contains(record.number) {
                left = left.saturating_sub(record.payload.len());
                records.push(record);
            }
        }
        self.remove_settled();
        records
    }

    /// The next record, settled or not.
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
                self.settled.add(&(reading.expected..end));
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
                    self.settled.add(&(reading.expected..number));
                    reading.offset = end;
                    reading.expected = number.saturating_add(1);
                    Some(Record { number, payload })
                }
                bad => {
                    let why = bad
                        .err()
                        .map_or("wrong bytes".into(), |error| error.to_string());
                    self.condemn(index, reading.offset, reading.expected, &why);
                    None
                }
            };
            self.reading = Some(reading);
            if record.is_some() {
                return record;
            }
        }
    }

    /// Reads this segment from its start; one that cannot be opened is given up.
    fn read_from(&mut self, index: usize) {
        let Some(first) = self.segments.get(index).map(|segment| segment.first) else {
            return;
        };
        match Reading::begin(&self.directory, first) {
            Ok(reading) => self.reading = Some(reading),
            Err(error) => {
                self.condemn(index, 0, first, &error.to_string());
                if let Some(lost) = self.segments.remove(index) {
                    self.remove(&lost);
                }
            }
        }
    }

    /// Gives up what is in a segment from this place and number on.
    pub(super) fn condemn(&mut self, index: usize, offset: u64, number: u64, why: &str) {
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
        self.give_up(number..numbers.end);
    }
}
