//! The file that says up to where the log was delivered: the number of the first record that was not, and a checksum.
//!
//! Written over itself at each acknowledgement, 30 bytes that no sector boundary divides. That it is there at all says
//! that a broker has once acknowledged something, and that recording has begun.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crc::{CRC_32_ISCSI, Crc};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The file, open once something was written.
#[derive(Debug)]
pub struct Position {
    path: PathBuf,
    file: Option<File>,
}

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// There is none.
    Absent,
    /// There is one, and it cannot be understood.
    Unreadable,
    /// All records below this number are settled.
    At(u64),
}

impl Position {
    /// The file at this path. Nothing is written.
    pub fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Reads it.
    pub fn read(&self) -> Read {
        match fs::read_to_string(&self.path) {
            Ok(text) => parse(&text).map_or(Read::Unreadable, Read::At),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Read::Absent,
            Err(_) => Read::Unreadable,
        }
    }

    /// Writes it. Whether it had to be opened, and perhaps made.
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

    /// Sees it to the disk.
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
        let mut position = Position::new(directory.path().join("position"));
        assert_eq!(position.read(), Read::Absent);
        assert!(position.write(7).unwrap());
        assert!(!position.write(1234).unwrap());
        assert_eq!(position.read(), Read::At(1234));
    }

    #[test]
    fn a_damaged_line_is_not_believed() {
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
