//! Whether a port may be opened: asks systemd, over the bus, who else uses it.

use std::path::Path;

use crate::dbus::{self, Bus};
use crate::serial::PortCheck;

/// Asks on the system bus, from a reader's thread.
pub struct ConsoleCheck;

impl PortCheck for ConsoleCheck {
    fn refusal(&self, device: &Path) -> Option<String> {
        let tty = device.strip_prefix("/dev").ok()?.to_str()?;
        let unit = dbus::active_serial_getty(&Bus::System, tty)?;
        Some(format!(
            "{device} is used by {unit}, which offers a login on it: sudo systemctl disable --now {unit}",
            device = device.display()
        ))
    }
}
