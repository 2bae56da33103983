//! The daemon: builds the parts, starts them in order, watches them, and ends them in order.
//!
//! ```text
//!  readers (threads) ──────sink::Stream────────> sinks (dbus, mqtt)   one tokio current_thread runtime
//!        │ beat                                     │ beat
//!        └─────────────> watchdog <─────────────────┘
//!                           │
//!                       supervisor ── READY, STATUS, WATCHDOG ──> systemd;  changes ──> journal
//! ```
//!
//! READY is sent when every part runs and the first attempt at the bus has ended, either way. A part that ends before it
//! was asked to is fatal: systemd starts the daemon again. On SIGTERM the sinks end their sessions, the readers end in parallel
//! and are left behind after a second; five seconds in all.

mod capture_socket;
mod console_check;
mod flood_guard;
mod journal;
mod journal_line;
mod lamp;
mod logging;
mod reader;
mod sinks;
mod supervisor;
mod systemd;
mod watchdog;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::runtime::Handle;

use self::capture_socket::{CaptureSocket, CapturedMeter};
use self::console_check::ConsoleCheck;
use self::journal::Journal;
use self::reader::MeterReader;
use self::sinks::{KeptByMqtt, Sinks};
use self::supervisor::{Supervisor, Threads};
use self::systemd::Systemd;
use self::watchdog::Watchdog;
use crate::config::{self, MqttSettings, Qos, Settings};
use crate::dbus::Bus;
use crate::meter::{Identity, Memory, Meter};
use crate::names::{self, exit, variable};
use crate::serial::{Tapper, Taps, stop_pair, tap_pair};
use crate::sink::{Health, Stream};
use crate::store::{HistoryHandle, Log, MemoryFile, StoreHandle};

/// tokio looks for what the readers and the sockets bring after this many polls of tasks. Its usual 61 are too many:
/// programs that flood the bus make long polls, and the broker is not to wait for them.
const EVENT_INTERVAL: u32 = 5;

/// Logs as the daemon does, in a process that only watches it. `verbose` counts the `-v`.
pub fn start_logging(verbose: u8) {
    logging::start(verbose);
}

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
    // One blocking thread, for the look-up of names.
    match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .global_queue_interval(EVENT_INTERVAL)
        .event_interval(EVENT_INTERVAL)
        .max_blocking_threads(1)
        .build()
    {
        Ok(runtime) => {
            let code = runtime.block_on(live(&settings, bus));
            // A name that is being looked up must not hold the end.
            runtime.shutdown_background();
            code
        }
        Err(error) => cannot_start("the runtime", &error),
    }
}

/// The life of the daemon, from the settings to the exit code.
async fn live(settings: &Settings, bus: Option<Bus>) -> u8 {
    let directory = state_directory();
    let (files, memories) = open_files(settings, &directory);
    let history = open_history(&settings.mqtt, &directory);
    let mut watchdog = Watchdog::new();
    let pulse = watchdog.disk_pulse();
    let (store, history, store_thread) =
        match StoreHandle::start(files, history, move || pulse.beat()) {
            Ok(started) => started,
            Err(error) => return cannot_start("the store", &error),
        };
    let boot: Arc<str> = boot_id().into();
    let meters = settings.meters.iter().zip(&memories).enumerate();
    let meters: Vec<Meter> = meters
        .map(|(number, (configured, memory))| {
            let identity = Identity {
                number,
                id: configured.id.as_str().into(),
                boot: boot.clone(),
                shows_identifiers: settings.privacy.publish_identifiers,
            };
            Meter::new(identity, memory)
        })
        .collect();
    let stream = Stream::new(meters.iter().map(|meter| meter.last().clone()));
    let trends = meters.iter().map(Meter::trend).collect();
    let counts = history
        .as_ref()
        .map(HistoryHandle::counts)
        .unwrap_or_default();
    let health = Health::with_history(counts.pending, counts.dropped);
    // Every subscription is made before a reader starts: no Update is missed.
    let journal = Journal::new(stream.subscribe("the journal", &health));
    let kept = KeptByMqtt {
        history,
        announced: store.state_file(directory.join(names::file::ANNOUNCED)),
        client_id: store.state_file(directory.join(names::file::CLIENT_ID)),
        client_id_migrated: store.marker(directory.join(names::file::CLIENT_ID_MIGRATED)),
    };
    let (tappers, taps): (Vec<Tapper>, Vec<Taps>) =
        settings.meters.iter().map(|_| tap_pair()).unzip();
    let mut sinks = Sinks::start(settings, bus, &stream, trends, &health, kept, &mut watchdog);
    if let Some(captures) = open_captures(settings, tappers) {
        sinks.serve_captures(captures, watchdog.pulse("captures"));
    }
    let (stopper, stop) = stop_pair();
    let mut threads = Threads::new(stopper, store_thread);
    let configured = settings.meters.iter().zip(meters).zip(taps);
    for (number, ((configured, meter), taps)) in configured.enumerate() {
        let reader = MeterReader {
            taps,
            meter,
            number,
            port: reader::port(configured),
            check: Box::new(ConsoleCheck::new(Handle::current(), Bus::System)),
            stream: stream.clone(),
            store: store.clone(),
            pulse: watchdog.pulse(format!("the reader of meter {}", configured.id)),
        };
        match reader.start(stop.clone()) {
            Ok(thread) => threads.push(thread),
            Err(error) => return cannot_start("a reader", &error),
        }
    }
    drop(store);
    let systemd = match Systemd::of_environment() {
        Ok(systemd) => systemd,
        Err(error) => return cannot_start("the way to systemd", &error),
    };
    Supervisor {
        systemd,
        watchdog,
        journal,
        sinks,
        threads,
    }
    .watch()
    .await
}

/// The socket of captures, if there is a place for it. Without it the daemon runs all the same.
fn open_captures(settings: &Settings, tappers: Vec<Tapper>) -> Option<CaptureSocket> {
    let directory = std::env::var_os(variable::RUNTIME_DIRECTORY)?;
    let meters = settings.meters.iter().zip(tappers);
    let meters = meters.map(|(configured, tapper)| CapturedMeter::new(configured, tapper));
    let opened = CaptureSocket::open(Path::new(&directory), meters.collect());
    opened
        .inspect_err(|error| log::warn!("captures of what is received are not possible: {error}"))
        .ok()
}

/// Where the daemon keeps its files.
fn state_directory() -> PathBuf {
    let given = std::env::var_os(variable::STATE_DIRECTORY);
    given.map_or_else(
        || PathBuf::from(names::file::STATE_DIRECTORY),
        PathBuf::from,
    )
}

/// The history, if the settings ask for one.
fn open_history(settings: &MqttSettings, directory: &Path) -> Option<Log> {
    let bound = settings.history?;
    let is_kept = settings.enabled && settings.qos != Qos::AtMostOnce;
    is_kept.then(|| Log::open(directory.join(names::file::HISTORY), bound))
}

/// The files of the meters, and what they hold. A file that cannot be read is logged, and its meter learns anew.
fn open_files(settings: &Settings, directory: &Path) -> (Vec<MemoryFile>, Vec<Memory>) {
    let mut files = Vec::new();
    let mut memories = Vec::new();
    for meter in &settings.meters {
        let mut file = MemoryFile::new(directory, meter.id.as_str());
        memories.push(file.load().unwrap_or_else(|error| {
            log::warn!(MESSAGE_ID = names::journal::STORE_FAILED; "{error}");
            Memory::default()
        }));
        files.push(file);
    }
    (files, memories)
}

/// A random id for this start of the daemon: 64 bits, in hexadecimal.
fn boot_id() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    // The keys of the standard library's hasher are drawn from the system's random numbers for each process.
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

fn cannot_start(what: &str, error: &dyn Display) -> u8 {
    log::error!(MESSAGE_ID = names::journal::FAILED; "{what} cannot be started: {error}");
    exit::SOFTWARE
}
