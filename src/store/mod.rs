//! The files under StateDirectory. The daemon writes files nowhere else.
//!
//! - What each meter remembers ([`MemoryFile`]): one small JSON file per meter, replaced as a whole.
//! - The history ([`Log`]): what could not be delivered yet, in `history/`.
//!
//! One thread writes them all ([`Keeper`]); a sink reaches the history by its [`Backlog`]. Neither ever waits for the
//! disk, and no failure of the disk stops anything. A disk that does not answer for 15 s ends in a restart, as any part that
//! hangs.

mod backlog;
mod error;
mod keeper;
mod log;
mod memory_file;

pub use backlog::{Backlog, Counts};
pub use error::Error;
pub use keeper::Keeper;
pub use log::{Log, Record};
pub use memory_file::MemoryFile;
