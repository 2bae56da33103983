//! Listens to a port for a moment, with the daemon's own reader, and says what was heard.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::config::Device;
use crate::meter::Input;
use crate::serial::{PortCheck, PortSettings, Refusal, Stopper, read, stop_pair};
use crate::tic::{Frame, Parity};

/// So long is listened at most: enough to find the mode and hear a whole frame in either.
const PATIENCE: Duration = Duration::from_secs(12);

/// What was heard so far.
#[derive(Default)]
struct Heard {
    refused: Option<String>,
    trouble: String,
    frame: Option<Frame>,
}

/// The refusals were looked for already.
struct Checked;

impl PortCheck for Checked {
    fn refusal(&self, _: &Path) -> Option<Refusal> {
        None
    }
}

/// Listens, and says what was heard. Returns whether a meter was.
pub fn listen(device: &Device, out: &mut dyn Write) -> io::Result<bool> {
    writeln!(
        out,
        "Listening to {} for {} s at most …",
        device,
        PATIENCE.as_secs()
    )?;
    out.flush()?;
    let heard = RefCell::new(Heard::default());
    let (stopper, stop) = stop_pair();
    let end = Instant::now() + PATIENCE;
    let settings = PortSettings {
        device: device.clone(),
        mode: None,
        parity: Parity::Auto,
    };
    read(&settings, &Checked, &stop, &mut |input| {
        take(input, &heard, &stopper, end);
    });
    let heard = heard.into_inner();
    match (heard.frame, heard.refused) {
        (Some(frame), _) => {
            let parity = if frame.is_parity_checked() {
                "with parity"
            } else {
                "without parity (the adapter strips it)"
            };
            let (good, bad) = (frame.groups().len(), frame.rejected().total());
            let plural = if good == 1 { "" } else { "s" };
            writeln!(
                out,
                "A meter speaks in {} mode, {parity}: {good} good group{plural} in the frame, {bad} bad.",
                frame.mode()
            )?;
            Ok(true)
        }
        (None, Some(refused)) => {
            writeln!(out, "{refused}")?;
            Ok(false)
        }
        (None, None) => {
            let trouble = if heard.trouble.is_empty() {
                "no whole frame came"
            } else {
                &heard.trouble
            };
            writeln!(out, "No meter is heard: {trouble}")?;
            Ok(false)
        }
    }
}

fn take(input: Input, heard: &RefCell<Heard>, stopper: &Stopper, end: Instant) {
    let mut heard = heard.borrow_mut();
    match input {
        Input::Unavailable { detail } => {
            heard.refused = Some(detail);
            stopper.stop();
        }
        Input::Frame(frame) if frame.groups().len() > 0 => {
            heard.frame = Some(frame);
            stopper.stop();
        }
        Input::Tick { detail } => heard.trouble = detail,
        Input::Connecting { .. }
        | Input::Opened { .. }
        | Input::Syncing { .. }
        | Input::Frame(_) => {}
    }
    if Instant::now() >= end {
        stopper.stop();
    }
}
