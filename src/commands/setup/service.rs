//! The service: restarted through systemd, then followed until it receives the meter.

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::time::sleep;

use crate::dbus::{self, Bus, Client, SeenMeter, restart_unit, unit_state};
use crate::meter::{Key, Link, Reading};
use crate::names::UNIT;
use crate::sink::BrokerState;

/// The time for the first frame: the start, the search of the mode, a frame of the slower one.
const FRAME_TIMEOUT: Duration = Duration::from_secs(60);

/// The time for the session with the broker and for the first values, after the first frame.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(10);

/// The time in which the unit may still have the state from before the restart.
const UNIT_STATE_DELAY: Duration = Duration::from_secs(2);

/// How often the daemon is asked meanwhile.
const ASK_INTERVAL: Duration = Duration::from_millis(200);

/// What became of the request to restart the service.
pub enum Restart {
    /// systemd does it. The id of the former process, if there was one.
    Requested(Option<u32>),
    /// There is no systemd.
    NoServiceManager,
}

/// What is waited for after a restart.
pub struct Expected<'a> {
    /// The id of the meter.
    pub meter: &'a str,
    /// Whether to wait until the meter is received; else until the daemon runs.
    pub is_received: bool,
    /// Whether to wait for the session with the broker too.
    pub is_published: bool,
}

/// How the service started.
pub enum Start {
    /// The meter is received.
    Received {
        /// The time since the restart.
        after: Duration,
        /// There is a session with the broker.
        is_published: bool,
        /// The values of the meter.
        reading: Box<Reading>,
    },
    /// It runs; the meter was not waited for.
    Running,
    /// It is not on the bus, so it cannot be followed.
    NotFollowed,
    /// No frame came in time.
    Late,
    /// It failed, with this exit code.
    Failed(i32),
}

/// Asks systemd to restart the service.
///
/// # Errors
/// systemd refuses, as where there is no such unit.
pub fn restart() -> Result<Restart, dbus::Error> {
    runtime()?.block_on(async {
        let before = match Client::connect(&Bus::System).await {
            Ok(client) => client.process().await.ok(),
            Err(_) => None,
        };
        match restart_unit(&Bus::System, UNIT).await {
            Ok(()) => Ok(Restart::Requested(before)),
            Err(dbus::Error::NoBus { .. } | dbus::Error::NotRunning) => {
                Ok(Restart::NoServiceManager)
            }
            Err(error) => Err(error),
        }
    })
}

/// Waits for the service that was restarted just now, 70 seconds at most; `before` is the id of its former process.
///
/// # Errors
/// There is no runtime.
pub fn wait(before: Option<u32>, expected: &Expected<'_>) -> Result<Start, dbus::Error> {
    Ok(runtime()?.block_on(follow(before, expected)))
}

fn runtime() -> Result<Runtime, dbus::Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| dbus::Error::Failed(error.to_string()))
}

async fn follow(before: Option<u32>, expected: &Expected<'_>) -> Start {
    let begun = Instant::now();
    // Since the first frame: its time, whether there is a session, the values.
    let mut received: Option<(Duration, bool, SeenMeter)> = None;
    while begun.elapsed() < FRAME_TIMEOUT {
        if let Ok((is_connected, meters)) = ask(before).await {
            if !expected.is_received {
                return Start::Running;
            }
            let seen = meters.into_iter().find(|seen| seen.id == expected.meter);
            if let Some(seen) = seen.filter(is_received) {
                let after = received
                    .as_ref()
                    .map_or_else(|| begun.elapsed(), |(after, ..)| *after);
                let is_known = seen.reading.int(Key::APPARENT_POWER).is_some();
                if is_known && (is_connected || !expected.is_published) {
                    return start(after, is_connected, seen);
                }
                received = Some((after, is_connected, seen));
            }
        } else if begun.elapsed() > UNIT_STATE_DELAY
            && let Some(code) = failure().await
        {
            return Start::Failed(code);
        }
        let first = received.as_ref().map(|(after, ..)| *after);
        if first.is_some_and(|after| begun.elapsed() > after + SETTLE_TIMEOUT) {
            break;
        }
        sleep(ASK_INTERVAL).await;
    }
    received.map_or(Start::Late, |(after, is_connected, seen)| {
        start(after, is_connected, seen)
    })
}

fn start(after: Duration, is_published: bool, seen: SeenMeter) -> Start {
    Start::Received {
        after,
        is_published,
        reading: Box::new(seen.reading),
    }
}

fn is_received(seen: &SeenMeter) -> bool {
    seen.reading.text(Key::LINK) == Some(Link::Receiving.as_str())
}

/// The new process: whether it has a session with the broker, and its meters.
async fn ask(before: Option<u32>) -> Result<(bool, Vec<SeenMeter>), dbus::Error> {
    let client = Client::connect(&Bus::System).await?;
    if before == Some(client.process().await?) {
        return Err(dbus::Error::NotRunning);
    }
    let is_connected = client.overview().await?.broker == BrokerState::Connected.as_str();
    Ok((is_connected, client.meters().await?))
}

/// The exit code of a service that failed for good.
async fn failure() -> Option<i32> {
    let state = unit_state(&Bus::System, UNIT).await.ok()?;
    (state.active == "failed").then_some(state.exit_status)
}
