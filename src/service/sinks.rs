//! The sinks: the tasks that publish. Started together, ended together.

use std::path::Path;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::capture_socket::CaptureSocket;
use super::lamp::Lamps;
use super::watchdog::Watchdog;
use crate::config::Settings;
use crate::dbus::{self, Bus};
use crate::meter::TrendHandle;
use crate::metrics;
use crate::mqtt::MqttSink;
use crate::names::file;
use crate::sink::{BrokerHealth, Health, Pulse, Shutdown, ShutdownTrigger, Stream};
use crate::store::{HistoryHandle, Marker, StateFile};

/// The longest that all sinks together may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(4);

/// The running tasks, and how they are doing.
pub struct Sinks {
    tasks: JoinSet<&'static str>,
    shutdown: ShutdownTrigger,
    broker: watch::Receiver<BrokerHealth>,
    health: Health,
    /// The first attempt at the bus, until it has ended.
    first_attempt: Option<oneshot::Receiver<()>>,
}

/// What MQTT keeps on disk; see [`MqttSink`].
pub struct KeptByMqtt {
    /// If the settings ask for one.
    pub history: Option<HistoryHandle>,
    /// The record of what was announced.
    pub announced: StateFile,
    /// The client id that was drawn.
    pub client_id: StateFile,
    /// That the topic of an earlier client id is removed.
    pub client_id_migrated: Marker,
}

/// What changed about the sinks.
pub enum Change {
    /// This task ended, and was not asked to.
    Ended(&'static str),
    /// The first attempt at the bus has ended.
    Ready,
    /// The state of the broker is another.
    Broker,
}

impl Sinks {
    /// Starts those that the settings ask for.
    pub fn start(
        settings: &Settings,
        bus: Option<Bus>,
        stream: &Stream,
        trends: Vec<TrendHandle>,
        health: &Health,
        kept: KeptByMqtt,
        watchdog: &mut Watchdog,
    ) -> Self {
        let (trigger, shutdown) = Shutdown::new();
        let mut sinks = Self::none(trigger, health);
        if settings.mqtt.enabled {
            let sink = MqttSink {
                settings: settings.mqtt.clone(),
                names: settings.meters.iter().map(|m| m.name.clone()).collect(),
                history: kept.history,
                announced: kept.announced,
                client_id: kept.client_id,
                client_id_migrated: kept.client_id_migrated,
            };
            let subscription = stream.subscribe("MQTT", health);
            let (pulse, shutdown) = (watchdog.pulse("MQTT"), shutdown.clone());
            let running = sink.run(subscription, health.clone(), shutdown, pulse);
            sinks.spawn("MQTT", running);
        }
        if let Some(address) = settings.metrics.listen {
            let subscription = stream.subscribe("the metrics", health);
            let (pulse, shutdown) = (watchdog.pulse("the metrics"), shutdown.clone());
            let names = settings.meters.iter().map(|m| m.name.clone()).collect();
            sinks.spawn(
                "the metrics",
                metrics::run(
                    subscription,
                    health.clone(),
                    shutdown,
                    pulse,
                    address,
                    names,
                ),
            );
        }
        if let Some(lamps) = Lamps::new(&settings.meters, Path::new(file::LEDS)) {
            let subscription = stream.subscribe("the lamps", health);
            let (pulse, shutdown) = (watchdog.pulse("the lamps"), shutdown.clone());
            sinks.spawn("the lamps", lamps.run(subscription, shutdown, pulse));
        }
        if let Some(bus) = bus {
            let (ended, first_attempt) = oneshot::channel();
            sinks.first_attempt = Some(first_attempt);
            let subscription = stream.subscribe("D-Bus", health);
            let pulse = watchdog.pulse("D-Bus");
            sinks.spawn(
                "D-Bus",
                dbus::run(
                    subscription,
                    trends,
                    health.clone(),
                    shutdown,
                    pulse,
                    bus,
                    ended,
                ),
            );
        }
        sinks
    }

    /// No sink yet; `shutdown` ends those that are spawned.
    pub fn none(shutdown: ShutdownTrigger, health: &Health) -> Self {
        Self {
            tasks: JoinSet::new(),
            shutdown,
            broker: health.watch_broker(),
            health: health.clone(),
            first_attempt: None,
        }
    }

    /// Runs a sink.
    pub fn spawn(&mut self, name: &'static str, sink: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(async move {
            sink.await;
            name
        });
    }

    /// Serves captures, until all end.
    pub fn serve_captures(&mut self, captures: CaptureSocket, pulse: Pulse) {
        let serving = captures.run(self.shutdown.shutdown(), pulse);
        self.spawn("captures", serving);
    }

    /// Whether the first attempt at the bus has ended, either way.
    pub fn are_ready(&self) -> bool {
        self.first_attempt.is_none()
    }

    /// What they report about themselves.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Waits for a change. Cancel-safe.
    pub async fn changed(&mut self) -> Change {
        tokio::select! {
            Some(ended) = self.tasks.join_next() => Change::Ended(ended.unwrap_or("a sink")),
            () = ended(&mut self.first_attempt) => {
                self.first_attempt = None;
                Change::Ready
            }
            Ok(()) = self.broker.changed() => Change::Broker,
            else => std::future::pending().await,
        }
    }

    /// Ends them: each gives its name or its session back, all in [`SHUTDOWN_TIMEOUT`] at most.
    pub async fn stop(&mut self) {
        self.shutdown.request();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(SHUTDOWN_TIMEOUT, ended).await.is_err() {
            log::warn!(
                "a sink did not end within {} s and is left behind",
                SHUTDOWN_TIMEOUT.as_secs()
            );
        }
    }
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
