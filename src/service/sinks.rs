//! The sinks: the tasks that publish. Started together, told to stop together.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::followed::Followed;
use super::watchdog::Watchdog;
use crate::config::{self, PasswordError, Settings};
use crate::dbus::{self, Bus, ManagerState, MeterFeed};
use crate::mqtt::{self, BrokerState, History, Outbox};
use crate::names::{self, exit};
use crate::store::HistoryHandle;

/// So long may they take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(4);

/// The running tasks, and what they tell.
pub struct Sinks {
    tasks: JoinSet<&'static str>,
    stop: watch::Sender<bool>,
    broker: watch::Receiver<BrokerState>,
    /// The first attempt at the bus, until it has ended.
    attempt: Option<oneshot::Receiver<()>>,
}

/// What a sink has to tell.
pub enum News {
    /// This task ended, and was not asked to.
    Ended(&'static str),
    /// The first attempt at the bus has ended, or the broker's state is another.
    Changed,
}

impl Sinks {
    /// Starts those that the settings ask for. `backlog`: the history, if they ask for one.
    ///
    /// # Errors
    /// One cannot be: the exit code. Why was told.
    pub fn start(
        settings: &Settings,
        bus: Option<Bus>,
        meters: &[Followed],
        backlog: Option<HistoryHandle>,
        watchdog: &mut Watchdog,
    ) -> Result<Self, u8> {
        let mut tasks = JoinSet::new();
        let (stop, stopped) = watch::channel(false);
        let (state, broker) = watch::channel(BrokerState::Disabled);
        let (word, words) = watch::channel(broker.borrow().word());
        tokio::spawn(tell_in_words(broker.clone(), word));
        let counts = backlog
            .as_ref()
            .map(HistoryHandle::counts)
            .unwrap_or_default();
        let manager = ManagerState {
            broker: words,
            history_pending: counts.pending,
            history_dropped: counts.dropped,
            ..ManagerState::idle()
        };
        if settings.mqtt.enabled {
            let session = session(settings, meters, backlog, &manager, state)?;
            let (pulse, stopped) = (watchdog.pulse("MQTT"), asked(stopped.clone()));
            tasks.spawn(async move {
                session.run(stopped, || pulse.beat()).await;
                "MQTT"
            });
        }
        let attempt = bus.map(|bus| {
            let (tried, attempt) = oneshot::channel();
            let feeds = meters.iter().map(|meter| MeterFeed {
                id: meter.last().id.to_string(),
                updates: meter.updates(),
                last: meter.last(),
            });
            let (feeds, pulse) = (feeds.collect(), watchdog.pulse("D-Bus"));
            tasks.spawn(async move {
                dbus::run(bus, feeds, manager, tried, stopped, || pulse.beat()).await;
                "D-Bus"
            });
            attempt
        });
        Ok(Self {
            tasks,
            stop,
            broker,
            attempt,
        })
    }

    /// Of a test: this one alone, which does not hear that it is to stop.
    #[cfg(test)]
    pub fn of(sink: impl Future<Output = ()> + Send + 'static) -> Self {
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            sink.await;
            "the sink"
        });
        Self {
            tasks,
            stop: watch::channel(false).0,
            broker: watch::channel(BrokerState::Connected).1,
            attempt: None,
        }
    }

    /// Whether the first attempt at the bus has ended, either way.
    pub fn are_ready(&self) -> bool {
        self.attempt.is_none()
    }

    /// The state of the broker, in a word.
    pub fn broker(&self) -> &'static str {
        self.broker.borrow().word()
    }

    /// Waits for news. May be dropped without a loss.
    pub async fn news(&mut self) -> News {
        tokio::select! {
            Some(ended) = self.tasks.join_next() => News::Ended(ended.unwrap_or("a sink")),
            () = ended(&mut self.attempt) => {
                self.attempt = None;
                News::Changed
            }
            Ok(()) = self.broker.changed() => News::Changed,
            else => std::future::pending().await,
        }
    }

    /// Tells them to stop, and waits until they have said goodbye, or have had the time for it.
    pub async fn stop(&mut self) {
        self.stop.send_replace(true);
        let goodbyes = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(GOODBYE, goodbyes).await.is_err() {
            log::warn!("a sink did not say goodbye within {} s", GOODBYE.as_secs());
        }
    }
}

/// The session with the broker, from the settings.
fn session(
    settings: &Settings,
    meters: &[Followed],
    backlog: Option<HistoryHandle>,
    manager: &ManagerState,
    state: watch::Sender<BrokerState>,
) -> Result<mqtt::Session, u8> {
    let refused = |error: &dyn std::fmt::Display| {
        log::error!(MESSAGE_ID = names::journal::CONFIGURATION_ERROR; "MQTT: {error}");
        exit::CONFIG
    };
    let password = match config::password(&settings.mqtt) {
        // Stored, and not asked for: no reason to leave the meter unread.
        Err(unused @ PasswordError::NoUsername(_)) => {
            log::warn!("MQTT: {unused}");
            None
        }
        read => read.map_err(|error| refused(&error))?,
    };
    let feeds = meters
        .iter()
        .zip(&settings.meters)
        .map(|(meter, configured)| mqtt::Feed {
            id: configured.id.to_string(),
            name: configured.name.clone(),
            updates: meter.updates(),
            last: meter.last(),
        });
    let history = backlog.map(|backlog| Box::new(backlog) as Box<dyn History>);
    let outbox = Outbox::new(&settings.mqtt, history, manager.history_dropped.clone());
    let lagged: Arc<AtomicU64> = manager.updates_lagged.clone();
    mqtt::Session::new(
        &settings.mqtt,
        password.as_ref(),
        feeds.collect(),
        outbox,
        lagged,
        state,
    )
    .map_err(|error| refused(&error))
}

/// Tells the state of the broker in the word that is published, until nobody tells or listens any more.
async fn tell_in_words(
    mut broker: watch::Receiver<BrokerState>,
    word: watch::Sender<&'static str>,
) {
    while broker.changed().await.is_ok() && !word.is_closed() {
        word.send_replace(broker.borrow_and_update().word());
    }
}

/// Resolves when the stop is asked for.
async fn asked(mut stop: watch::Receiver<bool>) {
    // A sender that is gone has no more to ask for than a stop.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Resolves when the attempt has ended; never if there is none.
async fn ended(attempt: &mut Option<oneshot::Receiver<()>>) {
    match attempt {
        Some(attempt) => {
            let _ = attempt.await;
        }
        None => std::future::pending().await,
    }
}
