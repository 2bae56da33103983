//! The running daemon, asked over D-Bus; else why it cannot be asked.

use super::service_finding::ServiceFinding;
use crate::dbus::{self, Bus, Client, Overview, SeenMeter, unit_state};
use crate::names::UNIT;
use crate::sink::BrokerState;

/// Ticks of the times in /proc in a second: the same on every machine that Debian runs on.
const TICKS: u64 = 100;

/// What the running daemon shows.
pub struct Daemon {
    /// Of itself.
    pub overview: Overview,
    /// Of its meters.
    pub meters: Vec<SeenMeter>,
    /// For how long it runs, in seconds.
    pub seconds: Option<u64>,
}

/// Whether the daemon has a session in which what it publishes arrives.
pub fn is_connected(daemon: &Daemon) -> bool {
    daemon.overview.broker == BrokerState::Connected.as_str()
}

/// Asks the daemon; else why it cannot be asked.
pub fn ask_daemon() -> Result<Daemon, ServiceFinding> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| ServiceFinding::Silent)?;
    runtime.block_on(async {
        let asked = async {
            let client = Client::connect(&Bus::System).await?;
            let process = client.process().await?;
            Ok(Daemon {
                overview: client.overview().await?,
                meters: client.meters().await?,
                seconds: seconds_since_start(process),
            })
        };
        match asked.await {
            Ok(daemon) => Ok(daemon),
            Err(dbus::Error::NotRunning) => Err(stopped().await),
            Err(dbus::Error::NoBus { .. }) => Err(ServiceFinding::NoBus),
            Err(dbus::Error::CallDenied(_)) => Err(ServiceFinding::Denied),
            Err(_) => Err(ServiceFinding::Silent),
        }
    })
}

/// Why it does not run, as systemd has it.
async fn stopped() -> ServiceFinding {
    let Ok(unit) = unit_state(&Bus::System, UNIT).await else {
        return ServiceFinding::NotRunning;
    };
    match (unit.load.as_str(), unit.active.as_str(), unit.file.as_str()) {
        ("not-found", ..) => ServiceFinding::NotInstalled,
        (_, "activating" | "active" | "reloading", _) if unit.exit_status == 0 => {
            ServiceFinding::Starting
        }
        (_, "activating" | "failed", _) => ServiceFinding::Failed(unit.exit_status),
        (_, _, "disabled" | "masked") => ServiceFinding::Disabled,
        _ => ServiceFinding::Stopped,
    }
}

/// How long a process runs, from proc_pid_stat(5) and proc_uptime(5).
fn seconds_since_start(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    // The 22nd field; the name is the second.
    let started: u64 = after_name.split_whitespace().nth(19)?.parse().ok()?;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let uptime: u64 = uptime.split('.').next()?.parse().ok()?;
    uptime.checked_sub(started / TICKS)
}
