//! The service: keeps a session on the bus for as long as the daemon runs, and feeds it.
//!
//! It takes every Update at all times, with or without a bus, so that what is exported is always the newest. Without a
//! bus it tries again after 1 s, then 2, up to 30; why it cannot is logged once. Never returns before the stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::bus::Bus;
use super::error::Error;
use super::session::{BusSession, Served};
use crate::meter::{TrendHandle, Update};
use crate::names::{BUS_NAME, journal, meter_path};
use crate::sink::{BrokerHealth, Health, PULSE_INTERVAL, Pulse, Shutdown, Subscription};

/// The wait before the second attempt; it doubles with each that fails.
const RETRY_MIN: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);
/// After a session that lasted longer than this, the wait is the first again.
const STEADY_AFTER: Duration = Duration::from_secs(3);

/// At most this many Updates are emitted together.
const BATCH: usize = 256;

/// Serves the meters on a bus until the shutdown is requested, then gives the name back.
///
/// `trends` are those of the meters, in the order of their numbers. `first_attempt` is sent when the first attempt has ended, either way. The pulse beats at each turn, and at least
/// every five seconds but for an attempt to connect, which takes six at most.
pub async fn run(
    subscription: Subscription,
    trends: Vec<TrendHandle>,
    health: Health,
    shutdown: Shutdown,
    pulse: Pulse,
    bus: Bus,
    first_attempt: oneshot::Sender<()>,
) {
    let served = subscription.newest().iter().zip(trends);
    let served = served.map(|(newest, trend)| Served {
        path: meter_path(&newest.id),
        state: watch::channel(newest.clone()).0,
        trend,
    });
    let mut server = Server {
        served: served.collect(),
        subscription,
        broker: health.watch_broker(),
        shutdown,
        pulse,
    };
    let mut first_attempt = Some(first_attempt);
    let mut wait = RETRY_MIN;
    let mut logged = String::new();
    loop {
        let session = BusSession::open(&bus, &server.served, &health).await;
        if let Some(first_attempt) = first_attempt.take() {
            // It fails if nothing waits for it any more.
            let _ = first_attempt.send(());
        }
        let error = match session {
            Ok(session) => {
                log::info!(MESSAGE_ID = journal::BUS_CONNECTED; "serving {BUS_NAME} on {bus}");
                logged.clear();
                let since = Instant::now();
                let Some(error) = server.serve(session).await else {
                    return;
                };
                if since.elapsed() > STEADY_AFTER {
                    wait = RETRY_MIN;
                }
                error
            }
            Err(error) => error,
        };
        let cause = error.to_string();
        if cause == logged {
            log::debug!("D-Bus: {cause}");
        } else {
            log::warn!(MESSAGE_ID = message_id(&error); "D-Bus: {cause}. Trying again until it works; nothing else stops");
            logged = cause;
        }
        if server.idle(wait).await.is_shutdown() {
            return;
        }
        wait = (wait * 2).min(RETRY_MAX);
    }
}

/// What names this kind of trouble in the journal.
fn message_id(error: &Error) -> &'static str {
    match error {
        Error::OwnershipDenied | Error::NameTaken => journal::BUS_REFUSED,
        _ => journal::BUS_LOST,
    }
}

/// Everything that outlives a session.
struct Server {
    served: Vec<Served>,
    subscription: Subscription,
    broker: watch::Receiver<BrokerHealth>,
    shutdown: Shutdown,
    pulse: Pulse,
}

/// What there is to do.
enum Wakeup {
    Shutdown,
    /// Nothing but the pulse.
    Pulse,
    /// All Updates that there are, in order, of any meter.
    Updates(Vec<Arc<Update>>),
    Broker(BrokerHealth),
}

impl Wakeup {
    fn is_shutdown(&self) -> bool {
        matches!(self, Self::Shutdown)
    }
}

impl Server {
    /// Waits for something to do. Cancel-safe.
    async fn wakeup(&mut self) -> Wakeup {
        self.pulse.beat();
        tokio::select! {
            () = self.shutdown.requested() => Wakeup::Shutdown,
            () = sleep(PULSE_INTERVAL) => Wakeup::Pulse,
            update = self.subscription.next() => {
                let mut updates = vec![update];
                while updates.len() < BATCH && let Some(update) = self.subscription.try_next() {
                    updates.push(update);
                }
                Wakeup::Updates(updates)
            }
            state = next_state(&mut self.broker) => Wakeup::Broker(state),
        }
    }

    /// Emits what changes in a session. Returns why it ended; `None` for a shutdown.
    async fn serve(&mut self, mut session: BusSession) -> Option<Error> {
        loop {
            let wakeup = tokio::select! {
                () = session.lost() => return Some(Error::Lost),
                wakeup = self.wakeup() => wakeup,
            };
            let emitted = match wakeup {
                Wakeup::Pulse => Ok(()),
                Wakeup::Updates(updates) => session.emit(&self.served, &updates).await,
                Wakeup::Broker(state) => session.emit_broker(state).await,
                Wakeup::Shutdown => {
                    if let Err(error) = session.release().await {
                        log::debug!(
                            "D-Bus: the name is not given back, and goes with the connection: {error}"
                        );
                    }
                    return None;
                }
            };
            if let Err(error) = emitted {
                return Some(error);
            }
        }
    }

    /// Waits without a bus. Returns the last wake-up: a shutdown, or whatever was last.
    async fn idle(&mut self, wait: Duration) -> Wakeup {
        let end = Instant::now() + wait;
        loop {
            let wakeup = tokio::select! {
                () = sleep_until(end) => return Wakeup::Pulse,
                wakeup = self.wakeup() => wakeup,
            };
            match wakeup {
                Wakeup::Shutdown => return wakeup,
                Wakeup::Updates(_) => {
                    for (served, newest) in self.served.iter().zip(self.subscription.newest()) {
                        served.state.send_replace(newest.clone());
                    }
                }
                Wakeup::Pulse | Wakeup::Broker(_) => {}
            }
        }
    }
}

/// The next state of the broker; never, if it cannot change any more.
async fn next_state(broker: &mut watch::Receiver<BrokerHealth>) -> BrokerHealth {
    if broker.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
    *broker.borrow_and_update()
}
