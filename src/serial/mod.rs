//! The port: one blocking thread per meter, from the device to frames.
//!
//! Input: a serial device (an adapter, the UART of a Raspberry Pi), a pty, or a `tcp://` source. Output: one [`Input`](crate::meter::Input) after
//! another to a sink, called from the reader's thread alone and at least once a second whatever happens: the calls are
//! also the beat that tells a watchdog that the reader lives.
//!
//! [`read()`] never gives up: a device that is missing, refused or unplugged is reported with what to do about it, and tried
//! again until the stop. It never logs what it reads.
//!
//! | file | |
//! |---|---|
//! | `reader` | the loop, the only place that knows the clock |
//! | `port` | opening, reading, speed; the only place that knows the serial library |
//! | `refusal`, `diagnosis` | why a port cannot be read: the words, and how it is found out |
//! | `seeking`, `scout` | which mode the meter speaks |
//! | `pacing` | when to read next |
//! | `hearing` | how long nothing good has come, in words |
//! | `backoff`, `stop` | when to try again, when to end |
//!
//! Invariants: no byte that the system delivered is lost, but those of a wrong mode; each open of the port and each change
//! of mode starts a new decoder (what it decided about parity was true of the old line only).

mod backoff;
mod diagnosis;
mod hearing;
mod pacing;
mod port;
mod reader;
mod refusal;
mod scout;
mod seeking;
mod stop;

pub use diagnosis::{refuse_console, resolve};
pub use reader::read;
pub use refusal::Refusal;
pub use stop::{Stop, Stopper, stop_pair};

use crate::config::Device;
use crate::tic::{Mode, Parity};
use std::path::Path;

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct PortSettings {
    /// The device; a symlink is followed anew at each open.
    pub device: Device,
    /// The meter's mode; `None`: find it out, and find it out again when it changes.
    pub mode: Option<Mode>,
    /// What to make of bit 7.
    pub parity: Parity,
}

/// Whether another program uses a port that could be opened. The answer comes from outside: systemd starts the login
/// prompts, and this module has no D-Bus.
pub trait PortCheck: Send {
    /// Why `device` (canonical: `/dev/ttyAMA0`) must not be opened; `None` if it may. Asked before each open, on the
    /// reader's thread; returns within a second.
    fn refusal(&self, device: &Path) -> Option<Refusal>;
}
