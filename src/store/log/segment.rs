//! One file of the log: records one behind the other, in the order of their numbers.
//!
//! ```text
//! segment = *record      see `record`; the file's name is the number of the first, 20 digits, and ".log"
//! ```
//! Bytes behind the last whole record are torn (a write was cut short) or damaged (other bytes than were written).

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::record::RecordHeader;

const EXTENSION: &str = "log";

/// A segment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The number of its first record.
    pub first: u64,
    /// The length of its readable part, in bytes.
    pub length: u64,
    /// Whether the bytes behind that are damaged.
    pub is_damaged: bool,
}

/// The content of a segment at one offset.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A record with this number and payload; the next one begins at `end`.
    Record {
        /// Its number.
        number: u64,
        /// Its payload.
        payload: Vec<u8>,
        /// Where it ends, in bytes from the start.
        end: u64,
    },
    /// A part of a record, or zeros: a write was cut short.
    Torn,
    /// Other bytes.
    Damaged,
}

impl Segment {
    /// The segments in this directory, oldest first.
    pub fn list(directory: &Path) -> Vec<Self> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let mut segments: Vec<Self> = entries
            .filter_map(|entry| {
                let path = entry.path();
                let first = path.file_stem()?.to_str()?.parse().ok()?;
                let segment = Self {
                    first,
                    length: entry.metadata().ok()?.len(),
                    is_damaged: false,
                };
                (segment.path(directory) == path).then_some(segment)
            })
            .collect();
        segments.sort_unstable_by_key(|segment| segment.first);
        segments
    }

    /// Its file.
    pub fn path(&self, directory: &Path) -> PathBuf {
        path(directory, self.first)
    }
}

/// The file of the segment that begins with this number.
pub fn path(directory: &Path, first: u64) -> PathBuf {
    directory.join(format!("{first:020}.{EXTENSION}"))
}

/// Reads the record at `offset` of a segment that is readable up to `length`.
///
/// # Errors
/// The file cannot be read.
pub fn read_at(file: &File, offset: u64, length: u64) -> io::Result<Found> {
    let left = length.saturating_sub(offset);
    if left < RecordHeader::SIZE as u64 {
        return Ok(Found::Torn);
    }
    let mut bytes = [0; RecordHeader::SIZE];
    file.read_exact_at(&mut bytes, offset)?;
    if bytes == [0; RecordHeader::SIZE] {
        return Ok(Found::Torn);
    }
    let Some(header) = RecordHeader::parse(bytes) else {
        return Ok(Found::Damaged);
    };
    if header.record() > left {
        return Ok(Found::Torn);
    }
    let mut payload = vec![0; header.payload()];
    file.read_exact_at(&mut payload, offset + RecordHeader::SIZE as u64)?;
    Ok(if header.matches(&payload) {
        Found::Record {
            number: header.number,
            payload,
            end: offset + header.record(),
        }
    } else {
        Found::Damaged
    })
}
