//! The files under StateDirectory. The daemon writes files nowhere else.
//!
//! Today: what each meter remembers ([`MemoryFile`]), one small JSON file per meter, replaced as a whole.

mod memory_file;

pub use memory_file::MemoryFile;
