//! The daemon: builds the parts, starts them in order, watches them, and ends them in order.
//!
//! ```text
//!  reader threads ──broadcast<Arc<Update>>──> dbus, mqtt   one tokio current_thread runtime
//!        │ beat                                  │ beat
//!        └──────────────> watchdog <─────────────┘         ready, status, watchdog to systemd
//! ```
//!
//! READY is said when every part runs and the first attempt at the bus has ended, either way. A part that ends before it
//! was asked to is fatal: systemd starts the daemon again. On SIGTERM the sinks say goodbye, the readers end in parallel
//! and are left behind after a second; five seconds in all.

mod checks;
mod journal;
mod logging;
mod reader;
mod status;
mod supervisor;
mod watchdog;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{broadcast, oneshot, watch};

use self::reader::Reader;
use self::supervisor::Supervisor;
use self::watchdog::Watchdog;
use crate::config::{self, Settings};
use crate::dbus::{self, Bus, ManagerState, MeterFeed};
use crate::meter::{Identity, Memory, Meter};
use crate::mqtt;
use crate::names::{self, exit, variable};
use crate::serial::{Stopper, stop_pair};
use crate::store::{Keeper, MemoryFile};

/// So many Updates of a meter may wait for a sink.
const WAITING: usize = 256;
/// So long may the sinks take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(4);
/// So long may the readers take to end.
const READERS: Duration = Duration::from_secs(1);

/// Runs the daemon until it is asked to stop. Returns the exit code.
///
/// `bus`: which bus to be on, `None` for none. `verbose` counts the `-v`.
pub fn run(config: &Path, bus: Option<Bus>, verbose: u8) -> u8 {
    logging::start(verbose);
    let settings = match config::load(config) {
        Ok(settings) => settings,
        Err(error) => {
            log::error!(MESSAGE_ID = names::journal::CONFIGURATION_ERROR; "{error}");
            return exit::CONFIG;
        }
    };
    let bus = bus.filter(|_| settings.dbus.enabled);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    let code = match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(live(settings, bus, runtime.handle().clone()));
            // A name that is being looked up must not hold the end.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            log::error!("the runtime cannot be made: {error}");
            exit::SOFTWARE
        }
    };
    log::logger().flush();
    code
}
