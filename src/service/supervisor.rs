//! The loop that watches: signals, the watchdog, the status line, and the end.

use std::io;
use std::time::{Duration, Instant};

use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use super::journal::Journal;
use super::sinks::{Change, Sinks};
use super::status;
use super::systemd::Systemd;
use super::threads::Threads;
use super::watchdog::Watchdog;
use crate::names::{self, exit};

/// The supervisor's own tick: the status line is at most so old, and the watchdog is fed at each.
const TICK: Duration = Duration::from_secs(5);

/// Everything that runs.
pub struct Supervisor {
    /// Who is told.
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
        self.systemd.tell(&NotifyState::Stopping);
        self.systemd.tell(&NotifyState::Status("stopping"));
        self.threads.stop();
        self.sinks.stop().await;
        self.threads.ended().await;
        code
    }

    async fn until_the_end(&mut self, signals: &mut Signals) -> u8 {
        let mut tick = interval(
            self.systemd
                .watchdog()
                .map_or(TICK, |limit| TICK.min(limit / 3)),
        );
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut said = String::new();
        let mut ready = false;
        let mut is_late = false;
        loop {
            if !ready && self.sinks.are_ready() && self.systemd.tell(&NotifyState::Ready) {
                ready = true;
                log::info!(MESSAGE_ID = names::journal::STARTED; "linky-sensor {} started", env!("CARGO_PKG_VERSION"));
            }
            let line = status::line(self.journal.states(), self.sinks.broker());
            if line != said && self.systemd.tell(&NotifyState::Status(&line)) {
                said = line;
            }
            tokio::select! {
                () = self.journal.link_changed() => {}
                change = self.sinks.changed() => match change {
                    Change::Ready | Change::Broker => {}
                    Change::Ended(sink) => {
                        log::error!(MESSAGE_ID = names::journal::FAILED; "{sink} ended by itself");
                        return exit::SOFTWARE;
                    }
                },
                _ = tick.tick() => {
                    if self.threads.any_ended() {
                        log::error!(MESSAGE_ID = names::journal::FAILED; "a thread ended by itself");
                        return exit::SOFTWARE;
                    }
                    if let Some(late) = feed(&self.systemd, &mut self.watchdog) {
                        if !std::mem::replace(&mut is_late, true) {
                            log::error!(MESSAGE_ID = names::journal::FAILED; "{late} does not respond: starting again");
                        }
                        if self.systemd.watchdog().is_none() {
                            return exit::SOFTWARE;
                        }
                    }
                }
                _ = signals.terminate.recv() => {
                    log::info!(MESSAGE_ID = names::journal::STOPPING; "stopping, as asked");
                    return exit::OK;
                }
                _ = signals.interrupt.recv() => {
                    log::info!(MESSAGE_ID = names::journal::STOPPING; "stopping, as asked");
                    return exit::OK;
                }
                _ = signals.hangup.recv() => {
                    log::info!("SIGHUP is ignored: to read the configuration again, systemctl restart linky-sensor");
                }
            }
        }
    }
}

/// Tells systemd that all loops turn, or which does not: it ends the daemon then, and keeps a core dump of it.
fn feed<'a>(systemd: &Systemd, watchdog: &'a mut Watchdog) -> Option<&'a str> {
    let late = watchdog.check(Instant::now());
    systemd.tell(if late.is_none() {
        &NotifyState::Watchdog
    } else {
        &NotifyState::WatchdogTrigger
    });
    late
}

#[cfg(test)]
mod tests;
