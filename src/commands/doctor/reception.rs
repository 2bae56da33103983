//! Whether a meter is received on a port: reads it for a moment, as the daemon would.
//!
//! Ends with the first frame that has a group, with the first refusal of the port, or after [`READ_FOR`].

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::config::Device;
use crate::meter::Input;
use crate::serial::{InputReader, PortCheck, PortSettings, Refusal, stop_pair};
use crate::tic::{Frame, Parity};

/// The longest time to read: enough to detect the mode and receive a whole frame in either.
const READ_FOR: Duration = Duration::from_secs(12);

/// Allows every port: the refusals were looked for already.
struct Checked;

impl PortCheck for Checked {
    fn refusal(&self, _: &Path) -> Option<Refusal> {
        None
    }
}

/// What was found.
enum Reception {
    /// A frame with at least one group.
    Frame(Frame),
    /// The port cannot be read: why, and what to do.
    Refused(String),
    /// No frame in time: the last that is known of the silence or noise; may be empty.
    Nothing(String),
}

/// Reads the port and prints what was received. Returns whether a meter was.
pub fn test(device: &Device, out: &mut dyn Write) -> io::Result<bool> {
    writeln!(
        out,
        "Reading {} for {} s at most …",
        device,
        READ_FOR.as_secs()
    )?;
    out.flush()?;
    match read(device) {
        Reception::Frame(frame) => {
            let parity = if frame.is_parity_checked() {
                "with parity"
            } else {
                "without parity (the adapter strips it)"
            };
            let (good, bad) = (frame.groups().len(), frame.rejected().total());
            let plural = if good == 1 { "" } else { "s" };
            writeln!(
                out,
                "A meter sends in {} mode, {parity}: {good} good group{plural} in the frame, {bad} bad.",
                frame.mode()
            )?;
            Ok(true)
        }
        Reception::Refused(refusal) => {
            writeln!(out, "{refusal}")?;
            Ok(false)
        }
        Reception::Nothing(detail) => {
            let detail = if detail.is_empty() {
                "no whole frame came"
            } else {
                &detail
            };
            writeln!(out, "No meter is received: {detail}")?;
            Ok(false)
        }
    }
}

fn read(device: &Device) -> Reception {
    let settings = PortSettings {
        device: device.clone(),
        mode: None,
        parity: Parity::Auto,
    };
    let (_stopper, stop) = stop_pair();
    let end = Instant::now() + READ_FOR;
    let mut silence = String::new();
    for input in InputReader::new(&settings, &Checked, &stop) {
        match input {
            Input::Unavailable { detail } => return Reception::Refused(detail),
            Input::Frame(frame) if frame.groups().len() > 0 => return Reception::Frame(frame),
            Input::Tick { detail } | Input::Connecting { detail } => silence = detail,
            Input::Opened { .. } | Input::Syncing { .. } | Input::Frame(_) => {}
        }
        if Instant::now() >= end {
            break;
        }
    }
    Reception::Nothing(silence)
}
