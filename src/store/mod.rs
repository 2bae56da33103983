//! The files under StateDirectory. The daemon writes files nowhere else.
//!
//! - The memory of each meter ([`MemoryFile`]): one small JSON file per meter, replaced as a whole.
//! - Small files of the daemon as a whole ([`StateFile`]).
//! - Empty files that record what was done once ([`Marker`]).
//! - The history ([`Log`]): records that the broker has not acknowledged, in `history/`.
//!
//! One thread writes them all (`thread`). Readers reach it by a [`StoreHandle`], the MQTT sink by a [`HistoryHandle`];
//! neither ever waits for the disk, and no disk failure stops the daemon. A disk that blocks for 15 s lets the watchdog
//! restart it, as any part that hangs.

mod error;
mod history;
mod job;
mod log;
mod memory_file;
mod state_file;
mod thread;

pub use error::Error;
#[cfg(test)]
pub use history::testing;
pub use history::{HistoryCounts, HistoryHandle};
pub use log::{Log, Record};
pub use memory_file::MemoryFile;
pub use state_file::StateFile;
pub use thread::{Marker, StoreHandle};
