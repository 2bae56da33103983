//! The history, carried from the store to the session with the broker: neither knows the other.

use crate::mqtt::History;
use crate::store::{HistoryHandle, Record};

impl History for HistoryHandle {
    fn begin(&mut self) {
        Self::begin(self);
    }

    fn append(&mut self, record: Vec<u8>) -> Option<u64> {
        Self::append(self, record)
    }

    fn pending(&self) -> u64 {
        Self::pending(self)
    }

    fn read(&mut self) -> Option<(u64, Vec<u8>)> {
        let Record { number, payload } = Self::read(self)?;
        Some((number, payload))
    }

    fn rewind(&mut self) {
        Self::rewind(self);
    }

    fn settle(&mut self, number: u64) {
        Self::ack(self, number);
    }
}
