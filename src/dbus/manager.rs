//! `….Manager`, at the root: what the daemon says of itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;
use zbus::interface;

/// The daemon as its parts see it; the counters are shared with whoever counts.
#[derive(Clone, Debug)]
pub struct ManagerState {
    /// Of the daemon.
    pub version: &'static str,
    /// `disabled`, `disconnected`, `connected` or `refused`.
    pub broker: watch::Receiver<&'static str>,
    /// States and events on disk that wait for the broker.
    pub history_pending: Arc<AtomicU64>,
    /// States and events that were given up because the history was full.
    pub history_dropped: Arc<AtomicU64>,
    /// Updates that a sink was too slow for; counted here by the D-Bus sink too.
    pub updates_lagged: Arc<AtomicU64>,
}

impl ManagerState {
    /// That of a daemon without a broker.
    pub fn idle() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            broker: watch::channel("disabled").1,
            history_pending: Arc::default(),
            history_dropped: Arc::default(),
            updates_lagged: Arc::default(),
        }
    }
}

/// The interface.
pub struct Manager {
    state: ManagerState,
}

impl Manager {
    /// Answers from this state.
    pub fn new(state: ManagerState) -> Self {
        Self { state }
    }
}

/// The daemon.
#[interface(name = "io.github.linky_sensor.Linky1.Manager", spawn = false)]
impl Manager {
    /// The version of the daemon.
    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> &str {
        self.state.version
    }

    /// The MQTT session: disabled, disconnected, connected or refused.
    #[zbus(property)]
    fn broker_state(&self) -> String {
        (*self.state.broker.borrow()).to_owned()
    }

    /// States and events that wait on disk for the broker.
    #[zbus(property(emits_changed_signal = "false"))]
    fn history_pending(&self) -> u64 {
        self.state.history_pending.load(Ordering::Relaxed)
    }

    /// States and events given up because the history was full, since the daemon started.
    #[zbus(property(emits_changed_signal = "false"))]
    fn history_dropped(&self) -> u64 {
        self.state.history_dropped.load(Ordering::Relaxed)
    }

    /// Updates that an output was too slow for, since the daemon started.
    #[zbus(property(emits_changed_signal = "false"))]
    fn updates_lagged(&self) -> u64 {
        self.state.updates_lagged.load(Ordering::Relaxed)
    }
}
