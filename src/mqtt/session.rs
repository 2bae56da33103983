//! The task of the sink: connects, feeds the [`Engine`], writes its messages, reconnects.
//!
//! Invariants: only an acknowledgement delivers a message. When a session ends, the acknowledgements that had arrived are
//! counted first; then the outbox stores the records that are still in flight, and drops all else. Updates are taken at all times, connected or
//! not, and the pulse beats at least every [`PULSE_INTERVAL`].

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::time::{Instant, sleep, timeout};

use super::announcer::Announcer;
use super::backoff::BrokerBackoff;
use super::broker_finding::BrokerFinding;
use super::codec::ProtocolVersion;
use super::connection::ConnectionLoss;
use super::disconnect_reason::DisconnectReason;
use super::discovery::device_names;
use super::engine::{Engine, ObsoleteTopic};
use super::limits::SessionLimits;
use super::outbox::{ACK_TIMEOUT, Outbox};
use super::publisher::Publisher;
use super::reporter::{ConflictReporter, ConnectionReporter};
use super::twin_watch::TwinWatch;
use super::wire::Wire;
use super::{client_id, connection_error};
use crate::config::MqttSettings;
use crate::names::topic;
use crate::sink::{BrokerCause, Health, PULSE_INTERVAL, Pulse, Shutdown, Subscription};
use crate::store::{HistoryHandle, Marker, StateFile};

/// The time at the stop to deliver what is left.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// The time at the stop to write the disconnection.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Updates from before the stop that are still published at it, at most.
const LAST_UPDATES_MAX: usize = 1024;

/// What the sink has of its own.
#[derive(Debug)]
pub struct MqttSink {
    /// The section `[mqtt]` of the configuration.
    pub settings: MqttSettings,
    /// The display names of the meters, in the order of their numbers.
    pub names: Vec<String>,
    /// The history of undelivered records, if there is one.
    pub history: Option<HistoryHandle>,
    /// The record of what was announced.
    pub announced: StateFile,
    /// The client id that was drawn, where the machine has no id.
    pub client_id: StateFile,
    /// Records that the topic of the client id of earlier versions was removed from the broker.
    pub client_id_migrated: Marker,
}

impl MqttSink {
    /// Runs until `shutdown` is requested, and at most 3 s longer.
    pub async fn run(
        self,
        subscription: Subscription,
        health: Health,
        shutdown: Shutdown,
        pulse: Pulse,
    ) {
        let settings = &self.settings;
        let bridge_of = |client_id: &str| -> Arc<str> {
            topic::bridge_availability(&settings.base_topic, client_id).into()
        };
        let client_id = client_id::client_id(settings, &self.client_id);
        let bridge = bridge_of(&client_id);
        let is_migrated = settings.client_id.is_some() || self.client_id_migrated.is_set();
        let obsolete = client_id::obsolete_client_id().filter(|_| !is_migrated);
        let obsolete = obsolete.map(|client_id| ObsoleteTopic {
            topic: bridge_of(&client_id),
            removed: self.client_id_migrated,
        });
        let newest = subscription.newest();
        let ids = newest.iter().map(|newest| newest.id.clone());
        let announcer = Announcer::new(settings, ids.collect(), self.announced);
        let names = self.names.iter().map(String::as_str);
        let meters: Vec<_> = newest.iter().map(|state| &*state.id).zip(names).collect();
        let publishers = newest.iter().zip(device_names(&meters));
        let publishers = publishers
            .map(|(newest, name)| Publisher::new(settings, &name, newest.clone(), &bridge))
            .collect();
        let shows_identifiers = newest.iter().all(|newest| newest.shows_identifiers);
        let dropped = health.history_dropped.clone();
        let outbox = Outbox::new(settings, self.history, dropped, shows_identifiers);
        let conflicts = ConflictReporter::new(health.clone());
        let session = MqttSession {
            wire: Wire::new(settings, &client_id, &bridge),
            limits: SessionLimits::new(settings),
            twins: TwinWatch::default(),
            client_id,
            bridge: bridge.clone(),
            inputs: Inputs {
                engine: Engine::new(
                    settings, bridge, publishers, announcer, conflicts, outbox, obsolete,
                ),
                subscription,
                shutdown,
                pulse,
                start: Instant::now(),
                flush_until: None,
            },
            reporter: ConnectionReporter::new(settings, health),
            backoff: BrokerBackoff::default(),
        };
        session.run().await;
    }
}

/// One session with the broker after the other.
struct MqttSession {
    wire: Wire,
    limits: SessionLimits,
    twins: TwinWatch,
    client_id: String,
    /// The topic of the last will.
    bridge: Arc<str>,
    inputs: Inputs,
    reporter: ConnectionReporter,
    backoff: BrokerBackoff,
}

/// The engine and all that feeds it, but the wire.
struct Inputs {
    engine: Engine,
    subscription: Subscription,
    shutdown: Shutdown,
    pulse: Pulse,
    /// The origin of the engine's clock.
    start: Instant,
    /// Set by the stop.
    flush_until: Option<Duration>,
}

impl MqttSession {
    async fn run(mut self) {
        let mut retry_at = Duration::ZERO;
        // The stop ends it with `Ok`.
        while let Err(reason) = self.connect_and_exchange(retry_at).await {
            self.close();
            if self.inputs.engine.is_stopping() {
                break;
            }
            retry_at = match &reason {
                DisconnectReason::Lost(..) => self.backoff.lost(self.inputs.now()),
                DisconnectReason::Refused(..) => self.backoff.refused(self.inputs.now()),
            };
            self.reporter.disconnected(&reason);
        }
        self.close();
        self.reporter.ended();
    }

    /// One session, from the attempt at `retry_at` to its end.
    async fn connect_and_exchange(&mut self, retry_at: Duration) -> Result<(), DisconnectReason> {
        self.connect(retry_at).await?;
        if self.inputs.engine.is_stopping() {
            return Ok(());
        }
        self.backoff.connected(self.inputs.now());
        self.twins.connected(self.inputs.now());
        self.reporter.connected();
        match self.exchange().await {
            Ok(()) => Ok(()),
            Err(loss) => Err(self.lost(&loss)),
        }
    }

    /// Connects at `retry_at`, or returns at the stop.
    async fn connect(&mut self, retry_at: Duration) -> Result<(), DisconnectReason> {
        let Self { wire, inputs, .. } = self;
        let pause = retry_at.saturating_sub(inputs.now());
        let mut attempt = pin!(async {
            if !pause.is_zero() {
                sleep(pause).await;
            }
            wire.connect().await
        });
        while !inputs.engine.is_stopping() {
            select! {
                connected = &mut attempt => return connected,
                () = inputs.next() => {}
            }
        }
        Ok(())
    }

    /// Writes the messages of the engine and feeds it with what the broker sends, until the stop.
    async fn exchange(&mut self) -> Result<(), SessionLoss> {
        let Self {
            wire,
            limits,
            inputs,
            reporter,
            bridge,
            ..
        } = self;
        let (terms, full) = wire.terms();
        limits.on_connected(wire.limits(), (terms, full), bridge);
        wire.subscribe(inputs.engine.subscribe());
        let (qos, in_flight_max) = (limits.qos(), limits.in_flight_max());
        inputs.engine.outbox.set_limits(qos, in_flight_max);
        let has_reasons = terms.version == ProtocolVersion::V5;
        inputs.engine.on_connected(has_reasons, inputs.now());
        while !inputs.is_flushed() {
            let now = inputs.now();
            while let Some((packet_id, mut message)) = inputs.engine.outbox.next(now) {
                let size = wire.size(&message, qos);
                if limits.fit(&mut message, size) {
                    wire.publish(packet_id, &message, qos);
                } else {
                    inputs.engine.on_left_out(now);
                }
            }
            for limit in limits.take_found() {
                reporter.found(BrokerFinding::Limit(limit));
            }
            for finding in inputs.engine.take_findings() {
                reporter.found(finding);
            }
            if inputs.engine.outbox.is_stuck(now) {
                return Err(SessionLoss::Stuck);
            }
            select! {
                incoming = wire.next_incoming() => inputs.engine.on_incoming(&incoming?, inputs.now()),
                () = inputs.next() => {}
            }
        }
        // Without DISCONNECT the broker publishes the last will: that we are offline may not have arrived.
        if !inputs.engine.outbox.is_empty() {
            return Ok(());
        }
        match timeout(DISCONNECT_TIMEOUT, wire.disconnect()).await {
            Ok(disconnected) => Ok(disconnected?),
            Err(_) => Ok(()),
        }
    }

    /// The session is lost. What had arrived counts, and shows which message may be the cause.
    fn lost(&mut self, loss: &SessionLoss) -> DisconnectReason {
        self.take_arrived();
        let now = self.inputs.now();
        let SessionLoss::Connection(loss) = loss else {
            self.twins.ended(false, now);
            let why = format!(
                "it acknowledges too slowly: none for {} s, or too many messages wait",
                ACK_TIMEOUT.as_secs()
            );
            return DisconnectReason::Lost(BrokerCause::Timeout, why);
        };
        let oldest = self.inputs.engine.outbox.oldest_in_flight();
        self.limits.on_lost(loss, oldest);
        let client_id = &self.client_id;
        let is_closed = matches!(loss, ConnectionLoss::Closed) && oldest.is_none();
        if self.twins.ended(is_closed, now) {
            let why = format!(
                "it closed several sessions soon after their start. Likely another client has the client id {client_id} too: \
                 another linky-sensor, or a copied SD card. Set another client-id in [mqtt] on one of them"
            );
            return DisconnectReason::Lost(BrokerCause::ClientIdTaken, why);
        }
        connection_error::lost(loss, client_id)
    }

    fn take_arrived(&mut self) {
        let now = self.inputs.now();
        for incoming in self.wire.close() {
            self.inputs.engine.on_incoming(&incoming, now);
        }
    }

    /// Ends the session in the engine and on the wire. What had arrived counts.
    fn close(&mut self) {
        self.take_arrived();
        let now = self.inputs.now();
        self.inputs.engine.on_disconnected(now);
        self.inputs.engine.take_findings();
    }
}

/// Why a session ended before the stop.
enum SessionLoss {
    Connection(ConnectionLoss),
    /// The broker does not acknowledge.
    Stuck,
}

impl From<ConnectionLoss> for SessionLoss {
    fn from(loss: ConnectionLoss) -> Self {
        Self::Connection(loss)
    }
}

impl Inputs {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Waits for one input and feeds the engine with it. Cancel-safe.
    async fn next(&mut self) {
        self.pulse.beat();
        let due = self.engine.deadline().into_iter().chain(self.flush_until);
        let wait = due.min().map_or(PULSE_INTERVAL, |at| {
            at.saturating_sub(self.now()).min(PULSE_INTERVAL)
        });
        select! {
            update = self.subscription.next() => self.engine.on_update(&update, self.start.elapsed()),
            () = self.shutdown.requested(), if !self.engine.is_stopping() => self.stop(),
            () = sleep(wait) => {}
        }
        self.engine.on_timer(self.now());
    }

    fn stop(&mut self) {
        let now = self.now();
        for _ in 0..LAST_UPDATES_MAX {
            let Some(update) = self.subscription.try_next() else {
                break;
            };
            self.engine.on_update(&update, now);
        }
        self.engine.stop(now);
        self.flush_until = Some(now + FLUSH_TIMEOUT);
    }

    /// Whether the stop was requested, and everything is delivered or the time for it is over.
    fn is_flushed(&self) -> bool {
        self.flush_until
            .is_some_and(|until| self.engine.outbox.is_empty() || until <= self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sink is a task among others.
    #[expect(dead_code, reason = "it is enough that it compiles")]
    fn a_running_sink_may_be_spawned(
        (sink, subscription, health): (MqttSink, Subscription, Health),
        (shutdown, pulse): (Shutdown, Pulse),
    ) -> impl Send {
        sink.run(subscription, health, shutdown, pulse)
    }
}
