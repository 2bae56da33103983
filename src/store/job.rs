//! What the store's thread is asked to do.

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;

use super::Record;
use crate::meter::Memory;

/// A job for the store's thread.
#[derive(Debug)]
pub enum Job {
    /// Save the memory of the meter with this number.
    Save(usize, Memory),
    /// Create the empty file of a [`Marker`](super::Marker).
    Mark(PathBuf),
    /// Replace the content of a [`StateFile`](super::StateFile).
    Replace(PathBuf, Vec<u8>),
    /// A job for the history.
    History(HistoryJob),
}

/// A job for the history.
#[derive(Debug)]
pub enum HistoryJob {
    /// Start recording: a broker acknowledged something for the first time.
    Begin,
    /// Append this record.
    Append(Record),
    /// Read a batch from this number on.
    Read(u64, SyncSender<Vec<Record>>),
    /// Mark this record as delivered.
    Ack(u64),
}
