//! The files under StateDirectory. The daemon writes files nowhere else.
//!
//! What each meter remembers ([`MemoryFile`]), one small JSON file per meter, replaced as a whole by a thread of its
//! own ([`Keeper`]).

mod keeper;
mod memory_file;

pub use keeper::Keeper;
pub use memory_file::MemoryFile;
