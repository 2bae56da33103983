//! The loop that watches: signals, the watchdog, the status line, and the end.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep_until;

use super::journal::Journal;
use super::sinks::{Change, Sinks};
use super::systemd::Systemd;
use super::watchdog::Watchdog;
use crate::home::Home;
use crate::meter::{Key, Link, Snapshot};
use crate::names::{self, exit};
use crate::serial::Stopper;
use crate::sink::Health;

/// The loops are checked, the watchdog is fed and the status line is renewed this often at least.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// The longest that the threads may take to end; then they are left behind.
const THREADS_TIMEOUT: Duration = Duration::from_secs(1);

/// Everything that runs.
pub struct Supervisor {
    /// READY, STATUS and the watchdog.
    pub systemd: Systemd,
    /// The pulses.
    pub watchdog: Watchdog,
    /// What follows the meters.
    pub journal: Journal,
    /// The sinks.
    pub sinks: Sinks,
    /// The threads.
    pub threads: Threads,
}

/// The signals that mean something to the daemon.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

impl Supervisor {
    /// Watches until the end is asked for, or a part ends by itself. Returns the exit code.
    pub async fn watch(mut self) -> u8 {
        let mut signals = match Signals::new() {
            Ok(signals) => signals,
            Err(error) => return super::cannot_start("the watch for signals", &error),
        };
        let code = self.until_the_end(&mut signals).await;
        self.systemd.notify(&NotifyState::Stopping);
        self.systemd.notify(&NotifyState::Status("stopping"));
        self.threads.stop();
        self.sinks.stop().await;
        self.threads.ended().await;
        code
    }

    async fn until_the_end(&mut self, signals: &mut Signals) -> u8 {
        let interval = self
            .systemd
            .watchdog()
            .map_or(CHECK_INTERVAL, |limit| CHECK_INTERVAL.min(limit / 3));
        let mut next_check = Instant::now();
        let mut is_ready = false;
        let mut hang_is_logged = false;
        let mut status = String::new();
        let mut disk_stalls = false;
        loop {
            if !is_ready && self.sinks.are_ready() && self.systemd.notify(&NotifyState::Ready) {
                is_ready = true;
                log::info!(MESSAGE_ID = names::journal::STARTED; "linky-sensor {} started", env!("CARGO_PKG_VERSION"));
            }
            let mut status_is_old = false;
            tokio::select! {
                link_changed = self.journal.log_next() => status_is_old = link_changed,
                change = self.sinks.changed() => match change {
                    Change::Ready | Change::Broker => status_is_old = true,
                    Change::Ended(sink) => return failed(&format!("{sink} ended by itself")),
                },
                () = sleep_until(next_check.into()) => {}
                _ = signals.terminate.recv() => return stopped(),
                _ = signals.interrupt.recv() => return stopped(),
                _ = signals.hangup.recv() => {
                    log::info!("SIGHUP is ignored: to read the configuration again, {}", Home::current().restart());
                }
            }
            // A wake-up in the second half of the interval serves for the check: the timer seldom has to fire.
            let now = Instant::now();
            if next_check.saturating_duration_since(now) <= interval / 2 {
                next_check = now + interval;
                status_is_old = true;
                if self.threads.any_ended() {
                    return failed("a thread ended by itself");
                }
                if let Some(hanging) = feed_watchdog(&self.systemd, &mut self.watchdog, now) {
                    if !std::mem::replace(&mut hang_is_logged, true) {
                        failed(&format!("{hanging} does not respond: starting again"));
                    }
                    if self.systemd.watchdog().is_none() {
                        return exit::SOFTWARE;
                    }
                }
                let stalls = self.watchdog.disk_stalls();
                if std::mem::replace(&mut disk_stalls, stalls) != stalls {
                    log_disk(stalls);
                }
            }
            if status_is_old {
                let mut line = status_line(self.journal.states(), self.sinks.health());
                if disk_stalls {
                    line.push_str("; the disk does not respond");
                }
                if line != status && self.systemd.notify(&NotifyState::Status(&line)) {
                    status = line;
                }
            }
        }
    }
}

/// Feeds systemd's watchdog while every loop runs; else asks it to end the daemon, which keeps a core dump. Returns the
/// name of a loop that hangs.
fn feed_watchdog<'a>(
    systemd: &Systemd,
    watchdog: &'a mut Watchdog,
    now: Instant,
) -> Option<&'a str> {
    let hanging = watchdog.check(now);
    systemd.notify(if hanging.is_none() {
        &NotifyState::Watchdog
    } else {
        &NotifyState::WatchdogTrigger
    });
    hanging
}

/// Logs that the disk has stopped responding, or responds again.
fn log_disk(stalls: bool) {
    if stalls {
        log::warn!(MESSAGE_ID = names::journal::STORE_FAILED; "the disk does not respond: states are still published, but none is kept for a broker that is away, and no memory for the next start; a memory card that wears out does this");
    } else {
        log::info!("the disk responds again");
    }
}

/// Logs why the daemon ends. Returns the exit code.
fn failed(why: &str) -> u8 {
    log::error!(MESSAGE_ID = names::journal::FAILED; "{why}");
    exit::SOFTWARE
}

fn stopped() -> u8 {
    log::info!(MESSAGE_ID = names::journal::STOPPING; "stopping, as asked");
    exit::OK
}

/// The line that `systemctl status` shows: `main: receiving, 1230 VA, HEURE  PLEINE; broker connected`.
fn status_line(meters: &[Arc<Snapshot>], health: &Health) -> String {
    let mut line = String::new();
    for snapshot in meters {
        line.push_str(&format!("{}: {}", snapshot.id, snapshot.link.as_str()));
        let reading = &snapshot.reading;
        if snapshot.link == Link::Receiving {
            if let Some(power) = reading.int(Key::APPARENT_POWER) {
                line.push_str(&format!(", {power} VA"));
            }
            if let Some(tariff) = reading.text(Key::TARIFF_NAME) {
                line.push_str(&format!(", {tariff}"));
            }
        }
        if let Some(detail) = reading
            .text(Key::LINK_DETAIL)
            .filter(|detail| !detail.is_empty())
        {
            line.push_str(&format!(" ({detail})"));
        }
        line.push_str("; ");
    }
    line.push_str("broker ");
    line.push_str(health.broker().as_str());
    let detail = health.broker_detail();
    if !detail.is_empty() {
        line.push_str(&format!(" ({detail})"));
    }
    for meter in health.topic_conflicts() {
        line.push_str(&format!(
            "; another daemon publishes {meter} on the same topic"
        ));
    }
    let detail = health.metrics_detail();
    if !detail.is_empty() {
        line.push_str(&format!("; no metrics ({detail})"));
    }
    line
}

/// The threads beside the runtime: the readers and the store.
pub struct Threads {
    stopper: Stopper,
    readers: Vec<JoinHandle<()>>,
    store: JoinHandle<()>,
}

impl Threads {
    /// The store's thread, and no reader yet; `stopper` ends the readers.
    pub fn new(stopper: Stopper, store: JoinHandle<()>) -> Self {
        Self {
            stopper,
            readers: Vec::new(),
            store,
        }
    }

    /// Adds a reader that was started.
    pub fn push(&mut self, reader: JoinHandle<()>) {
        self.readers.push(reader);
    }

    /// Whether one has ended.
    pub fn any_ended(&self) -> bool {
        self.readers
            .iter()
            .chain([&self.store])
            .any(JoinHandle::is_finished)
    }

    /// Asks the readers to end; does not wait.
    pub fn stop(&self) {
        self.stopper.stop();
    }

    /// Waits until all have ended, the store last: it ends when no reader can give it anything more.
    pub async fn ended(&self) {
        let end = Instant::now() + THREADS_TIMEOUT;
        while Instant::now() < end
            && !self
                .readers
                .iter()
                .chain([&self.store])
                .all(JoinHandle::is_finished)
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[cfg(test)]
mod tests;
