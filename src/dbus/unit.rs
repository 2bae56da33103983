//! The unit of the service, as systemd has it.

use std::collections::HashMap;

use zbus::{OwnedObjectPath, OwnedVariant, Variant};

use super::bus::{Bus, BusConnection};
use super::deadline::within;
use super::error::Error;

const SYSTEMD: &str = "org.freedesktop.systemd1";
const MANAGER: &str = "org.freedesktop.systemd1.Manager";
const MANAGER_PATH: &str = "/org/freedesktop/systemd1";

/// A signal ended the process.
const CLD_KILLED: i32 = 2;
/// The same, with a core dump.
const CLD_DUMPED: i32 = 3;

/// A unit of systemd.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitState {
    /// `loaded`, `not-found`, `masked`, …
    pub load: String,
    /// `active`, `inactive`, `failed`, `activating`, …
    pub active: String,
    /// `enabled`, `disabled`, …; empty for a unit without a file.
    pub file: String,
    /// The exit code of its last process; 128 and the number of the signal if one ended it, as in a shell.
    pub exit_status: i32,
}

/// The state of a unit.
///
/// # Errors
/// There is no bus, or no systemd on it.
pub async fn unit_state(bus: &Bus, unit: &str) -> Result<UnitState, Error> {
    let bus = BusConnection::connect(bus).await?;
    let connection = bus.connection();
    let path: OwnedObjectPath = within(async {
        let found = connection.call_method(
            Some(SYSTEMD),
            MANAGER_PATH,
            Some(MANAGER),
            "LoadUnit",
            &unit,
        );
        Ok(found.await?.body().deserialize()?)
    })
    .await?;
    let mut properties: HashMap<String, OwnedVariant> = HashMap::new();
    for interface in [
        "org.freedesktop.systemd1.Unit",
        "org.freedesktop.systemd1.Service",
    ] {
        let asked = within(async {
            let answer = connection.call_method(
                Some(SYSTEMD),
                &path,
                Some("org.freedesktop.DBus.Properties"),
                "GetAll",
                &interface,
            );
            Ok(answer.await?.body().deserialize()?)
        });
        let found: HashMap<String, OwnedVariant> = asked.await?;
        properties.extend(found);
    }
    let text = |name| match properties.get(name).map(|value| &**value) {
        Some(Variant::Str(text)) => text.as_str().to_owned(),
        _ => String::new(),
    };
    let number = |name| match properties.get(name).map(|value| &**value) {
        Some(Variant::I32(number)) => *number,
        _ => 0,
    };
    Ok(UnitState {
        load: text("LoadState"),
        active: text("ActiveState"),
        file: text("UnitFileState"),
        exit_status: exit_status(number("ExecMainCode"), number("ExecMainStatus")),
    })
}

/// The exit status of a shell, from how a process ended (`si_code` of SIGCHLD, sigaction(2)) and the code or the signal.
fn exit_status(code: i32, status: i32) -> i32 {
    if code == CLD_KILLED || code == CLD_DUMPED {
        status.saturating_add(128)
    } else {
        status
    }
}

/// Asks systemd to start a unit, or to stop and start it. The job is not waited for.
///
/// # Errors
/// There is no bus or no systemd on it, or this user may not.
pub async fn restart_unit(bus: &Bus, unit: &str) -> Result<(), Error> {
    let bus = BusConnection::connect(bus).await?;
    let connection = bus.connection();
    let arguments = (unit, "replace");
    within(async {
        let job = connection.call_method(
            Some(SYSTEMD),
            MANAGER_PATH,
            Some(MANAGER),
            "RestartUnit",
            &arguments,
        );
        job.await?;
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_no_exit_code() {
        assert_eq!(exit_status(1, 78), 78, "EX_CONFIG");
        assert_eq!(exit_status(2, 9), 137, "SIGKILL");
        assert_eq!(exit_status(3, 6), 134, "SIGABRT, as of the watchdog");
    }
}
