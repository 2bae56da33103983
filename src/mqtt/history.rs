//! Where records are kept that cannot be delivered now, as the session sees it.
//!
//! Whoever keeps the files gives one to the session. Order is that of appending; numbers go up.

use std::fmt;

/// Records on a disk, of which no call waits for the disk.
pub trait History: fmt::Debug + Send {
    /// A broker acknowledged something. Nothing is kept before that ever happened.
    fn begin(&mut self);

    /// Keeps a record behind all others. Its number; `None` if it is given up.
    fn append(&mut self, record: Vec<u8>) -> Option<u64>;

    /// About how many records wait.
    fn pending(&self) -> u64;

    /// The oldest record that was neither settled nor read since the last [`rewind`](Self::rewind), and its number;
    /// `None` if there is none, or it is not there yet.
    fn read(&mut self) -> Option<(u64, Vec<u8>)>;

    /// What was read and is not settled is to be read again.
    fn rewind(&mut self);

    /// A record is delivered, or worth nothing: it is not read again.
    fn settle(&mut self, number: u64);
}
