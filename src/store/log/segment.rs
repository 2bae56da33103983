//! One file of the log: records one behind the other, in the order of their numbers.
//!
//! Its name is the number of its first record. A file ends where its last whole record ends; what follows is torn (a
//! write that was cut short) or damaged (bytes that are not what was written).

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::record::Header;

const EXTENSION: &str = "log";

/// A segment and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The number of its first record.
    pub first: u64,
    /// How far it is read, in bytes.
    pub length: u64,
    /// Something behind that is not what was written.
    pub is_damaged: bool,
}

/// What is at one place of a segment.
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
    /// The beginning of a record, or nothing but zeros: a write was cut short.
    Torn,
    /// Something else.
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

/// Reads what is at `offset` of a segment that is read up to `length`.
///
/// # Errors
/// The file cannot be read.
pub fn read_at(file: &File, offset: u64, length: u64) -> io::Result<Found> {
    let left = length.saturating_sub(offset);
    if left < Header::SIZE as u64 {
        return Ok(Found::Torn);
    }
    let mut bytes = [0; Header::SIZE];
    file.read_exact_at(&mut bytes, offset)?;
    if bytes == [0; Header::SIZE] {
        return Ok(Found::Torn);
    }
    let Some(header) = Header::parse(bytes) else {
        return Ok(Found::Damaged);
    };
    if header.record() > left {
        return Ok(Found::Torn);
    }
    let mut payload = vec![0; header.payload()];
    file.read_exact_at(&mut payload, offset + Header::SIZE as u64)?;
    Ok(if header.fits(&payload) {
        Found::Record {
            number: header.number,
            payload,
            end: offset + header.record(),
        }
    } else {
        Found::Damaged
    })
}
