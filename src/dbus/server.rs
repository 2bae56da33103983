//! The service: keeps a session on the bus for as long as the daemon runs, and feeds it.
//!
//! It takes every Update at all times, with or without a bus, so that what is exported is always the newest. Without a
//! bus it tries again after 1 s, then 2, up to 30; why it cannot is said once. Never returns before the stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, oneshot, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use super::bus::Bus;
use super::error::Error;
use super::manager::ManagerState;
use super::session::{Served, Session};
use crate::meter::{Snapshot, Update};
use crate::names::{BUS_NAME, journal, meter_path};

const BEAT: Duration = Duration::from_secs(5);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A session that lasted so long was a good one: the next wait is the first again.
const STEADY: Duration = Duration::from_secs(3);

/// A meter to serve.
#[derive(Debug)]
pub struct MeterFeed {
    /// Its id, which names its object.
    pub id: String,
    /// Its Updates from now on.
    pub updates: broadcast::Receiver<Arc<Update>>,
    /// Its state before them.
    pub last: Arc<Snapshot>,
}

/// Serves these meters on a bus until `stop` turns true, then gives the name back.
///
/// `first_attempt` is told when the first attempt has ended, either way. `beat` is called at each turn, and at least
/// every five seconds but for an attempt to connect, which takes six at most.
pub async fn run(
    bus: Bus,
    meters: Vec<MeterFeed>,
    manager: ManagerState,
    first_attempt: oneshot::Sender<()>,
    stop: watch::Receiver<bool>,
    beat: impl Fn(),
) {
    let mut ticks = interval(BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (served, updates) = meters
        .into_iter()
        .map(|meter| {
            let served = Served {
                path: meter_path(&meter.id),
                state: watch::channel(meter.last).0,
            };
            (served, Some(meter.updates))
        })
        .unzip();
    let mut server = Server {
        served,
        feeds: Feeds {
            updates,
            lagged: manager.updates_lagged.clone(),
        },
        broker: manager.broker.clone(),
        stop,
        ticks,
        beat,
    };
    let mut first_attempt = Some(first_attempt);
    let mut wait = FIRST_WAIT;
    let mut said = String::new();
    loop {
        let session = Session::open(&bus, &server.served, &manager).await;
        if let Some(first_attempt) = first_attempt.take() {
            // It fails if nobody waits for it any more.
            let _ = first_attempt.send(());
        }
        let error = match session {
            Ok(session) => {
                log::info!(MESSAGE_ID = journal::BUS_CONNECTED; "serving {BUS_NAME} on {bus}");
                said.clear();
                let since = Instant::now();
                let Some(error) = server.serve(session).await else {
                    return;
                };
                if since.elapsed() > STEADY {
                    wait = FIRST_WAIT;
                }
                error
            }
            Err(error) => error,
        };
        let cause = error.to_string();
        if cause == said {
            log::debug!("D-Bus: {cause}");
        } else {
            log::warn!(MESSAGE_ID = message_id(&error); "D-Bus: {cause}. Trying again until it works; nothing else stops");
            said = cause;
        }
        if server.idle(wait).await.is_stop() {
            return;
        }
        wait = (wait * 2).min(LONGEST_WAIT);
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
struct Server<B> {
    served: Vec<Served>,
    feeds: Feeds,
    broker: watch::Receiver<&'static str>,
    stop: watch::Receiver<bool>,
    ticks: Interval,
    beat: B,
}

/// What there is to do.
enum Turn {
    Stop,
    Tick,
    Updates(usize, Vec<Arc<Update>>),
    Broker(&'static str),
}

impl Turn {
    fn is_stop(&self) -> bool {
        matches!(self, Self::Stop)
    }
}

impl<B: Fn()> Server<B> {
    /// Waits for something to do. May be dropped without a loss.
    async fn turn(&mut self) -> Turn {
        (self.beat)();
        tokio::select! {
            // A sender that is gone has no more to ask for than a stop.
            _ = self.stop.wait_for(|stop| *stop) => Turn::Stop,
            _ = self.ticks.tick() => Turn::Tick,
            (meter, updates) = self.feeds.next() => Turn::Updates(meter, updates),
            state = next_state(&mut self.broker) => Turn::Broker(state),
        }
    }

    /// Feeds a session. Returns why it ended; `None` for a stop.
    async fn serve(&mut self, mut session: Session) -> Option<Error> {
        loop {
            let turn = tokio::select! {
                () = session.lost() => return Some(Error::Lost),
                turn = self.turn() => turn,
            };
            let told = match turn {
                Turn::Tick => Ok(()),
                Turn::Updates(meter, updates) => match self.served.get(meter) {
                    Some(served) => session.tell(meter, served, &updates).await,
                    None => Ok(()),
                },
                Turn::Broker(state) => session.tell_broker(state).await,
                Turn::Stop => {
                    if let Err(error) = session.release().await {
                        log::debug!(
                            "D-Bus: the name is not given back, and goes with the connection: {error}"
                        );
                    }
                    return None;
                }
            };
            if let Err(error) = told {
                return Some(error);
            }
        }
    }

    /// Lets time pass without a bus. Returns the last turn: a stop, or whatever was last.
    async fn idle(&mut self, wait: Duration) -> Turn {
        let end = Instant::now() + wait;
        loop {
            let turn = tokio::select! {
                () = sleep_until(end) => return Turn::Tick,
                turn = self.turn() => turn,
            };
            match turn {
                Turn::Stop => return turn,
                Turn::Updates(meter, updates) => {
                    if let (Some(served), Some(last)) = (self.served.get(meter), updates.last()) {
                        served.state.send_replace(last.snapshot.clone());
                    }
                }
                Turn::Tick | Turn::Broker(_) => {}
            }
        }
    }
}

/// The next state of the broker; never, if nobody can change it any more.
async fn next_state(broker: &mut watch::Receiver<&'static str>) -> &'static str {
    if broker.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
    *broker.borrow_and_update()
}

/// The Updates of all meters. One whose sender is gone is not asked again.
struct Feeds {
    updates: Vec<Option<broadcast::Receiver<Arc<Update>>>>,
    lagged: Arc<AtomicU64>,
}

impl Feeds {
    /// The next meter that has something, and all that it has. May be dropped without a loss.
    async fn next(&mut self) -> (usize, Vec<Arc<Update>>) {
        loop {
            let (meter, first) = self.first().await;
            let mut updates = Vec::new();
            let mut next = first;
            loop {
                match next {
                    Ok(update) => updates.push(update),
                    Err(TryRecvError::Lagged(count)) => {
                        self.lagged.fetch_add(count, Ordering::Relaxed);
                    }
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Closed) => {
                        if let Some(closed) = self.updates.get_mut(meter) {
                            *closed = None;
                        }
                        break;
                    }
                }
                next = match self.updates.get_mut(meter) {
                    Some(Some(receiver)) => receiver.try_recv(),
                    _ => break,
                };
            }
            if !updates.is_empty() {
                return (meter, updates);
            }
        }
    }

    /// The first thing that any meter says.
    async fn first(&mut self) -> (usize, Result<Arc<Update>, TryRecvError>) {
        let mut waiting: Vec<_> = self
            .updates
            .iter_mut()
            .enumerate()
            .filter_map(|(meter, receiver)| Some((meter, Box::pin(receiver.as_mut()?.recv()))))
            .collect();
        std::future::poll_fn(|context| {
            for (meter, receiver) in &mut waiting {
                if let Poll::Ready(received) = receiver.as_mut().poll(context) {
                    let received = received.map_err(|error| match error {
                        RecvError::Closed => TryRecvError::Closed,
                        RecvError::Lagged(count) => TryRecvError::Lagged(count),
                    });
                    return Poll::Ready((*meter, received));
                }
            }
            Poll::Pending
        })
        .await
    }
}
