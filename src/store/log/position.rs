//! The file `position`: the number of the first record that is not acked, and a checksum.
//!
//! ```text
//! position = number SP crc LF     number: 20 decimal digits; crc: CRC-32C of them, 8 hexadecimal digits
//! ```
//! Overwritten in place at each acknowledgement: 30 bytes, within one sector. Its existence is the marker that a broker
//! has acknowledged something once, so that recording has started.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crc::{CRC_32_ISCSI, Crc};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The file, open once something was written.
#[derive(Debug)]
pub struct PositionFile {
    path: PathBuf,
    file: Option<File>,
}

/// The content of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredPosition {
    /// There is none.
    Absent,
    /// It is damaged, or cannot be read.
    Unreadable,
    /// All records below this number are acked.
    At(u64),
}

impl PositionFile {
    /// The file at this path. Nothing is written.
    pub fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Reads it.
    pub fn read(&self) -> StoredPosition {
        match fs::read_to_string(&self.path) {
            Ok(text) => parse(&text).map_or(StoredPosition::Unreadable, StoredPosition::At),
            Err(error) if error.kind() == io::ErrorKind::NotFound => StoredPosition::Absent,
            Err(_) => StoredPosition::Unreadable,
        }
    }

    /// Writes it. Returns whether it had to be opened, and so may have been created.
    ///
    /// # Errors
    /// It cannot be.
    pub fn write(&mut self, head: u64) -> io::Result<bool> {
        let is_new = self.file.is_none();
        let file = match self.file.take() {
            Some(file) => file,
            None => OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&self.path)?,
        };
        file.write_all_at(line(head).as_bytes(), 0)?;
        self.file = Some(file);
        Ok(is_new)
    }

    /// Syncs it to the disk.
    ///
    /// # Errors
    /// The disk fails.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }
}

fn line(head: u64) -> String {
    let digits = format!("{head:020}");
    let crc = CRC.checksum(digits.as_bytes());
    format!("{digits} {crc:08x}\n")
}

fn parse(text: &str) -> Option<u64> {
    let (digits, _) = text.split_once(' ')?;
    let head = digits.parse().ok()?;
    (text == line(head)).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let mut position = PositionFile::new(directory.path().join("position"));
        assert_eq!(position.read(), StoredPosition::Absent);
        assert!(position.write(7).unwrap());
        assert!(!position.write(1234).unwrap());
        assert_eq!(position.read(), StoredPosition::At(1234));
    }

    #[test]
    fn a_damaged_line_is_refused() {
        let whole = line(1234);
        for at in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] ^= 1;
            assert_eq!(parse(&String::from_utf8(bytes).unwrap()), None, "{at}");
            assert_eq!(parse(&whole[..at]), None, "{at}");
        }
        assert_eq!(parse(&whole), Some(1234));
    }
}
