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
use super::disconnect_reason::DisconnectReason;
use super::discovery::device_names;
use super::engine::{Engine, ObsoleteTopic};
use super::outbox::{ACK_TIMEOUT, Outbox};
use super::publisher::Publisher;
use super::reporter::{ConflictReporter, ConnectionReporter};
use super::transport;
use super::wire::Wire;
use crate::config::MqttSettings;
use crate::names::topic;
use crate::sink::{Health, PULSE_INTERVAL, Pulse, Shutdown, Subscription};
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
        let client_id = transport::client_id(settings);
        let bridge = bridge_of(&client_id);
        let is_migrated = settings.client_id.is_some() || self.client_id_migrated.is_set();
        let obsolete = transport::obsolete_client_id().filter(|_| !is_migrated);
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
        let outbox = Outbox::new(settings, self.history, health.history_dropped.clone());
        let conflicts = ConflictReporter::new(health.clone());
        let session = MqttSession {
            wire: Wire::new(settings, &client_id, &bridge),
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
                DisconnectReason::Lost(_) => self.backoff.lost(self.inputs.now()),
                DisconnectReason::Refused(_) => self.backoff.refused(self.inputs.now()),
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
        self.reporter.connected();
        self.exchange().await
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
    async fn exchange(&mut self) -> Result<(), DisconnectReason> {
        let Self { wire, inputs, .. } = self;
        wire.subscribe(&inputs.engine.subscriptions());
        inputs.engine.on_connected(inputs.now());
        while !inputs.is_flushed() {
            let now = inputs.now();
            while let Some((packet_id, message)) = inputs.engine.outbox.next(now) {
                wire.publish(packet_id, message)?;
            }
            if inputs.engine.outbox.is_stuck(now) {
                let seconds = ACK_TIMEOUT.as_secs();
                let reason = format!(
                    "it acknowledges too slowly: none for {seconds} s, or too many messages wait"
                );
                return Err(DisconnectReason::Lost(reason));
            }
            select! {
                incoming = wire.next_incoming() => inputs.engine.on_incoming(&incoming?, inputs.now()),
                () = inputs.next() => {}
            }
        }
        match timeout(DISCONNECT_TIMEOUT, wire.disconnect()).await {
            Ok(disconnected) => disconnected,
            Err(_) => Ok(()),
        }
    }

    /// Ends the session in the engine and on the wire. What had arrived counts.
    fn close(&mut self) {
        let now = self.inputs.now();
        for incoming in self.wire.close() {
            self.inputs.engine.on_incoming(&incoming, now);
        }
        self.inputs.engine.on_disconnected();
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
