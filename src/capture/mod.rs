//! Captures: what was received on a line, byte by byte, as a file.
//!
//! A capture has one of two forms. **Raw** is the bytes and nothing else. **Timed** is lines of text: a header with the
//! speed, the framing and the time of the start, then what was received and when (`docs/CAPTURE.md`). Which one a file is
//! follows from its first bytes.
//!
//! | file | |
//! |---|---|
//! | `line` | one line of the timed form, both ways |
//! | `writer` | events to a file |
//! | `reader` | a file of either form to events |
//! | `timeline` | when each byte came |
//! | `anonymise/` | the same capture without identifiers |
//!
//! Pure: bytes in, bytes out; time is an argument. Nothing here fails on any input but a version that is not known.

mod anonymise;
mod line;
mod reader;
mod timeline;
mod writer;

pub use anonymise::{Anonymiser, FileAnonymiser, LabelCounts, MaskReport};
pub use line::{CaptureEvent, CaptureItem};
pub use reader::{CaptureForm, CaptureReader, UnknownVersion};
pub use timeline::{TimedBytes, Timeline};
pub use writer::{CaptureWriter, LINE_BYTES_MAX};

/// The first line of the timed form, up to the version.
const MAGIC: &str = "LINKY-CAPTURE ";

/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;
