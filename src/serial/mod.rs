//! The serial line: one blocking thread per meter, from the device to [`Input`](crate::meter::Input)s.
//!
//! ```text
//!  serial port, pty, tcp://
//!      │ bytes, 8N1: bit 7 is the parity bit
//!  PortReader    opens, reads, reopens                              the half that waits and does I/O
//!      │ (Instant, PortEvent): chunks of bytes, opened, unavailable
//!  LineDecoder   finds the mode, decodes, monitors silence and noise,
//!      │         decides when to read next and at which speed       pure: time is an argument
//!  Input         frames, and the state of the port
//! ```
//!
//! [`InputReader`] joins the two halves. A command that needs the bytes themselves, or their times, runs the same loop:
//!
//! ```no_run
//! use std::time::Instant;
//!
//! use linky_sensor::serial::{LineDecoder, PortEvent, PortReader, PortCheck, PortSettings, Stop};
//!
//! fn record(settings: &PortSettings, check: &dyn PortCheck, stop: &Stop) {
//!     let mut line = LineDecoder::new(settings.clone(), Instant::now());
//!     let mut port = PortReader::new(settings.device.clone(), line.speed(), check, stop);
//!     while let Some((at, event)) = port.next(line.read_at(), line.report_at()) {
//!         if let PortEvent::Bytes(bytes) = &event {
//!             println!("{at:?}: {bytes:x?}");
//!         }
//!         line.push(event, at);
//!         if line.is_correct() {
//!             port.confirm();
//!         }
//!         port.set_speed(line.speed());
//!     }
//! }
//! ```
//!
//! | file | |
//! |---|---|
//! | `input_reader` | the two halves joined |
//! | `port_reader` | when to open, read and reopen; its parts: |
//! | `port` | opening, reading, speed; the only file that uses the serial library |
//! | `refusal`, `diagnosis` | why a port cannot be read: the words and the texts, and how the cause is found |
//! | `backoff`, `stop` | when to open again, when to end |
//! | `tap` | a copy of what is received, for `capture` |
//! | `line_decoder` | from bytes to inputs; its parts: |
//! | `mode_detector`, `mode_probe` | which mode the line is in |
//! | `decoder_stage` | the decoder, or both of them while the mode is unknown |
//! | `pacing` | when to read next |
//! | `line_monitor` | silence and noise |
//! | `line_trouble` | what an open port lacks: the word and the text |
//! | `plain_text` | what a server or a login prompt wrote |
//!
//! Invariants:
//! - There is an input about once a second, or for each frame where frames come regularly, and after four seconds at most (a
//!   read, a `PortCheck`): the watchdog relies on it.
//! - A port that is missing, refused or lost is opened again until the stop.
//! - No byte that the system delivered is lost, except those received at the speed of the other mode.
//! - Each opening, each connection and each change of mode starts a new decoder: what the old one found out about parity
//!   may not hold for the new line.
//! - A port that gives nothing good is set and opened anew; what opens and is lost waits ever longer for the next opening.
//! - Nothing is written to the port. Of what was read from it nothing is logged but a short quotation of plain text, without
//!   long numbers.

mod backoff;
mod contained_refusal;
mod decoder_stage;
mod diagnosis;
mod input_reader;
mod line_decoder;
mod line_monitor;
mod line_trouble;
mod mode_detector;
mod mode_probe;
mod pacing;
mod plain_text;
mod port;
mod port_reader;
mod refusal;
mod refusal_text;
mod stop;
mod tap;

pub use diagnosis::{refuse_console, resolve};
pub use input_reader::InputReader;
pub use line_decoder::LineDecoder;
pub use plain_text::PlainText;
pub use port_reader::{PortEvent, PortReader};
pub use refusal::Refusal;
pub use stop::{Stop, Stopper, stop_pair};
pub use tap::{Tapper, Taps, tap_pair};

use crate::config::Device;
use crate::tic::{Mode, Parity};
use std::path::Path;

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct PortSettings {
    /// The device; a symlink is followed anew at each opening.
    pub device: Device,
    /// The meter's mode; `None`: detect it, and follow it when it changes.
    pub mode: Option<Mode>,
    /// What to make of bit 7.
    pub parity: Parity,
}

/// Whether another program uses a port that could be opened. The answer comes from outside: systemd starts the login
/// prompts, and this module has no D-Bus.
pub trait PortCheck: Send {
    /// Why `device` (canonical: `/dev/ttyAMA0`) must not be opened; `None` if it may. Called before each opening, on the
    /// reader's thread; returns within a second.
    fn refusal(&self, device: &Path) -> Option<Refusal>;
}
