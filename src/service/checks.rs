//! Whether a port may be opened: asks systemd, over the bus, who else uses it.
//!
//! A machine that starts is busy, and that is when a login prompt takes its port: an answer that does not come in time is
//! asked for again. Not for ever: a bus that never answers must not keep the meter unread.

use std::cell::Cell;
use std::path::Path;

use crate::dbus::{self, Bus, NoAnswer};
use crate::serial::PortCheck;

/// So many times in a row no answer keeps a port closed. The reader asks after 1, 2, 4… seconds: half a minute in all.
const PATIENCE: u8 = 5;

/// Asks on the system bus, from a reader's thread.
#[derive(Debug, Default)]
pub struct ConsoleCheck {
    unanswered: Cell<u8>,
}

impl ConsoleCheck {
    fn judge(&self, device: &Path, answer: Result<Option<String>, NoAnswer>) -> Option<String> {
        let device = device.display();
        let unanswered = match answer {
            Err(NoAnswer) => self.unanswered.get().saturating_add(1),
            Ok(_) => 0,
        };
        self.unanswered.set(unanswered);
        match answer {
            Ok(unit) => unit.map(|unit| {
                format!("{device} is used by {unit}, which offers a login on it: sudo systemctl disable --now {unit}")
            }),
            Err(NoAnswer) if unanswered <= PATIENCE => Some(format!(
                "{device}: systemd has not said in time whether a login prompt uses it; it is being asked again"
            )),
            Err(NoAnswer) => None,
        }
    }
}

impl PortCheck for ConsoleCheck {
    fn refusal(&self, device: &Path) -> Option<String> {
        let tty = device.strip_prefix("/dev").ok()?.to_str()?;
        self.judge(device, dbus::active_serial_getty(&Bus::System, tty))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_keeps_a_port_closed_for_a_while_only() {
        let check = ConsoleCheck::default();
        let device = Path::new("/dev/ttyAMA0");
        for _ in 0..2 {
            for _ in 0..PATIENCE {
                let why = check.judge(device, Err(NoAnswer)).expect("a refusal");
                assert!(why.contains("asked again"), "{why}");
            }
            assert_eq!(check.judge(device, Err(NoAnswer)), None);
            assert_eq!(check.judge(device, Ok(None)), None, "it answers");
        }
        let unit = "serial-getty@ttyAMA0.service".to_owned();
        let why = check.judge(device, Ok(Some(unit))).expect("a refusal");
        assert!(why.contains("disable --now serial-getty@ttyAMA0"), "{why}");
    }
}
