//! Whether a port may be opened: asks systemd, over the bus, who else uses it.

use std::path::Path;

use tokio::runtime::Handle;

use crate::dbus::{self, Bus};
use crate::serial::PortCheck;

/// Asks on the system bus, from a reader's thread.
pub struct ConsoleCheck {
    bus: Option<Bus>,
    runtime: Handle,
}

impl ConsoleCheck {
    /// Asks on `bus`; without one there is nobody to ask, and every port may be opened.
    pub fn new(bus: Option<Bus>, runtime: Handle) -> Self {
        Self { bus, runtime }
    }
}

impl PortCheck for ConsoleCheck {
    fn refusal(&self, device: &Path) -> Option<String> {
        let unit = dbus::active_serial_getty(&self.runtime, self.bus.as_ref()?, device)?;
        Some(format!(
            "{device} is used by {unit}, which offers a login on it: systemctl disable --now {unit}",
            device = device.display()
        ))
    }
}
