//! Whether a meter is received on a port: reads it for a moment, as the daemon would.
//!
//! Ends with the first frame without a damaged group, with the first refusal of the port, or after [`READ_FOR`]. A line that
//! gives no such frame is bad: what its errors point to is printed, as in `link_detail`.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::config::Device;
use crate::meter::{GroupCounts, Input, LineFault};
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
    /// The last frame with at least one group, and the groups of all frames until then.
    Frames(Frame, GroupCounts),
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
        Reception::Frames(frame, counts) => {
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
            if bad > 0 {
                write_fault(&frame, &counts, out)?;
            }
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

/// Prints how bad the line is, and what its errors point to.
fn write_fault(frame: &Frame, counts: &GroupCounts, out: &mut dyn Write) -> io::Result<()> {
    let (bad, all) = (counts.rejected.total(), counts.total());
    let fault = LineFault::of_groups(counts, frame.mode(), frame.is_parity_checked());
    let cause = fault.map_or("too few to name a cause", LineFault::as_str);
    writeln!(
        out,
        "The line is bad: {bad} of {all} groups were rejected; {cause}."
    )
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
    let mut counts = GroupCounts::default();
    let mut last = None;
    for input in InputReader::new(&settings, &Checked, &stop) {
        match input {
            Input::Unavailable { detail } => return Reception::Refused(detail.to_string()),
            Input::Frame(frame) => {
                let good = u32::try_from(frame.groups().len()).unwrap_or(u32::MAX);
                let rejected = frame.rejected();
                counts.add(good, rejected);
                match good {
                    0 => {}
                    _ if rejected.total() == 0 => return Reception::Frames(frame, counts),
                    _ => last = Some(frame),
                }
            }
            Input::Tick { detail } | Input::Connecting { detail } => silence = detail.to_string(),
            Input::Opened { .. } | Input::Syncing { .. } => {}
        }
        if Instant::now() >= end {
            break;
        }
    }
    match last {
        Some(frame) => Reception::Frames(frame, counts),
        None => Reception::Nothing(silence),
    }
}
