//! `….Manager`, at the root: the daemon itself, and how its sinks are doing.

use std::sync::atomic::Ordering;

use zbus::interface;

use crate::sink::Health;

/// The interface.
pub struct Manager {
    health: Health,
}

impl Manager {
    /// Answers from this.
    pub fn new(health: Health) -> Self {
        Self { health }
    }
}

/// The daemon.
#[interface(name = "io.github.linky_sensor.Linky1.Manager", spawn = false)]
impl Manager {
    /// The version of the daemon.
    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    /// The MQTT session: disabled, disconnected, connected or refused.
    #[zbus(property)]
    fn broker_state(&self) -> &str {
        self.health.broker().as_str()
    }

    /// Why there is no MQTT session, or none that is of use, as a word: none, disabled, name_unknown, unreachable,
    /// refused_connection, timeout, closed, tls, not_mqtt, bad_credentials, no_password, client_id_refused,
    /// client_id_taken, not_authorized, busy, refused, no_publish.
    #[zbus(property)]
    fn broker_cause(&self) -> &str {
        self.health.broker_cause().as_str()
    }

    /// The ids of the meters whose MQTT topic another daemon publishes on too.
    #[zbus(property(emits_changed_signal = "false"))]
    fn topic_conflicts(&self) -> Vec<String> {
        self.health.topic_conflicts()
    }

    /// States, events and points of the load curve that wait on disk for the broker.
    #[zbus(property(emits_changed_signal = "false"))]
    fn history_pending(&self) -> u64 {
        self.health.history_pending.load(Ordering::Relaxed)
    }

    /// States, events and points of the load curve that were dropped because the history was full, since the daemon started.
    #[zbus(property(emits_changed_signal = "false"))]
    fn history_dropped(&self) -> u64 {
        self.health.history_dropped.load(Ordering::Relaxed)
    }

    /// Updates that an output was too slow for, since the daemon started.
    #[zbus(property(emits_changed_signal = "false"))]
    fn updates_lagged(&self) -> u64 {
        self.health.updates_lagged()
    }
}
