//! Whether systemd runs a login prompt on a port: opening such a port would succeed, and share its bytes.

use std::time::Duration;

use tokio::time::timeout;
use zbus::OwnedObjectPath;

use super::bus::{Bus, BusConnection};
use super::error::Error;

/// The reader that waits for the answer must report every second.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(800);

const SYSTEMD: &str = "org.freedesktop.systemd1";

/// systemd has not answered in time: it is busy, or the bus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

/// The unit `serial-getty@TTY.service`, if it is active. `tty` is a name under `/dev` (`ttyAMA0`).
///
/// Takes 0.8 s at most. Without systemd or without a bus the answer is `None`: such a machine has no such unit.
///
/// # Errors
/// [`NoAnswer`]: the login prompt may be there.
pub async fn active_serial_getty(bus: &Bus, tty: &str) -> Result<Option<String>, NoAnswer> {
    let unit = unit_name(tty);
    match timeout(ANSWER_TIMEOUT, is_active(bus, &unit)).await {
        Ok(Ok(true)) => Ok(Some(unit)),
        Ok(Ok(false)) => Ok(None),
        Err(_) => {
            log::debug!("systemd does not answer about {unit}");
            Err(NoAnswer)
        }
        Ok(Err(error)) => {
            log::debug!("cannot ask systemd about {unit}: {error}");
            Ok(None)
        }
    }
}

async fn is_active(bus: &Bus, unit: &str) -> Result<bool, Error> {
    let bus = BusConnection::connect(bus).await?;
    let connection = bus.connection();
    let found = connection
        .call_method(
            Some(SYSTEMD),
            "/org/freedesktop/systemd1",
            Some("org.freedesktop.systemd1.Manager"),
            "GetUnit",
            &unit,
        )
        .await?;
    let path: OwnedObjectPath = found.body().deserialize()?;
    let state = connection
        .call_method(
            Some(SYSTEMD),
            path,
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &("org.freedesktop.systemd1.Unit", "ActiveState"),
        )
        .await?;
    let state: zbus::OwnedVariant = state.body().deserialize()?;
    let state = String::try_from(state)?;
    Ok(matches!(
        state.as_str(),
        "active" | "activating" | "reloading"
    ))
}

/// The instance is escaped as systemd does: `/` becomes `-`, and what is no letter, digit, `:`, `_` or `.` its code.
fn unit_name(tty: &str) -> String {
    let mut instance = String::new();
    for byte in tty.bytes() {
        match byte {
            b'/' => instance.push('-'),
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b':' | b'_' | b'.' => {
                instance.push(byte.into());
            }
            other => instance += &format!("\\x{other:02x}"),
        }
    }
    format!("serial-getty@{instance}.service")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_named_as_systemd_does() {
        assert_eq!(unit_name("ttyAMA0"), "serial-getty@ttyAMA0.service");
        assert_eq!(unit_name("pts/3"), "serial-getty@pts-3.service");
        assert_eq!(unit_name("tty-x"), "serial-getty@tty\\x2dx.service");
    }

    #[tokio::test]
    async fn without_a_bus_there_is_no_login_prompt() {
        let bus = Bus::Address("unix:path=/nonexistent/bus".into());
        assert_eq!(active_serial_getty(&bus, "ttyS0").await, Ok(None));
    }
}
