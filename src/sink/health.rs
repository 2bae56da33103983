//! What the sinks report about themselves, shared by all of them.
//!
//! The session with the broker writes its state, the outbox what it keeps and drops, each [`Subscription`] what it
//! missed, the endpoint of the metrics why it is not there. D-Bus publishes it as `….Manager`, the supervisor in the status
//! line, the metrics as samples. A clone is another handle of the same.
//!
//! [`Subscription`]: super::Subscription

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::broker_cause::BrokerCause;

/// The state of the session with the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BrokerState {
    /// The configuration has no broker.
    #[default]
    Disabled,
    /// No session; it is tried again.
    Disconnected,
    /// A session.
    Connected,
    /// The broker refuses this client, or its certificate is not trusted: the configuration has to change.
    Refused,
}

impl BrokerState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::Disabled,
        Self::Disconnected,
        Self::Connected,
        Self::Refused,
    ];

    /// The word that is published.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Disconnected => "disconnected",
            Self::Connected => "connected",
            Self::Refused => "refused",
        }
    }
}

/// The session with the broker: its state, and why it is no better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrokerHealth {
    /// The state.
    pub state: BrokerState,
    /// Why there is no session, or none that is of use.
    pub cause: BrokerCause,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Health {
    broker: watch::Sender<BrokerHealth>,
    /// The ids of the meters whose topic another daemon publishes on.
    topic_conflicts: watch::Sender<BTreeSet<String>>,
    broker_detail: Arc<Mutex<Arc<str>>>,
    metrics_detail: Arc<Mutex<Arc<str>>>,
    /// Records (states, events, points of the load curve) on disk that wait for the broker.
    pub history_pending: Arc<AtomicU64>,
    /// Records that were given up because the history was full.
    pub history_dropped: Arc<AtomicU64>,
    updates_lagged: Arc<AtomicU64>,
}

impl Health {
    /// With the counts of a history, which the store goes on counting.
    #[must_use]
    pub fn with_history(pending: Arc<AtomicU64>, dropped: Arc<AtomicU64>) -> Self {
        Self {
            history_pending: pending,
            history_dropped: dropped,
            ..Self::default()
        }
    }

    /// The state of the session with the broker.
    #[must_use]
    pub fn broker(&self) -> BrokerState {
        self.broker.borrow().state
    }

    /// Why there is no session, or none that is of use.
    #[must_use]
    pub fn broker_cause(&self) -> BrokerCause {
        self.broker.borrow().cause
    }

    /// Changes of the session from now on.
    #[must_use]
    pub fn watch_broker(&self) -> watch::Receiver<BrokerHealth> {
        self.broker.subscribe()
    }

    /// Sets the state of the session and its cause. Returns whether one changed; only then are those who watch it woken.
    pub fn set_broker(&self, state: BrokerState, cause: BrokerCause) -> bool {
        let now = BrokerHealth { state, cause };
        self.broker.send_if_modified(|current| {
            let changed = *current != now;
            *current = now;
            changed
        })
    }

    /// The ids of the meters whose states another daemon publishes on the same topic.
    #[must_use]
    pub fn topic_conflicts(&self) -> Vec<String> {
        self.topic_conflicts.borrow().iter().cloned().collect()
    }

    /// Sets whether another daemon publishes the states of a meter.
    pub fn set_topic_conflict(&self, meter: &str, is_there: bool) {
        self.topic_conflicts.send_modify(|meters| {
            if is_there {
                meters.insert(meter.to_owned());
            } else {
                meters.remove(meter);
            }
        });
    }

    /// What limits the session, in one line; empty: nothing.
    #[must_use]
    pub fn broker_detail(&self) -> Arc<str> {
        current(&self.broker_detail)
    }

    /// Sets what limits the session. Those who watch the broker are woken if it changed.
    pub fn set_broker_detail(&self, detail: &str) {
        if replace(&self.broker_detail, detail) {
            self.broker.send_modify(|_| ());
        }
    }

    /// Why the metrics are not served, in one line; empty: they are, or nobody asked for them.
    #[must_use]
    pub fn metrics_detail(&self) -> Arc<str> {
        current(&self.metrics_detail)
    }

    /// Sets why the metrics are not served.
    pub fn set_metrics_detail(&self, detail: &str) {
        replace(&self.metrics_detail, detail);
    }

    /// Updates that a sink was too slow for, of all sinks, since the daemon started.
    #[must_use]
    pub fn updates_lagged(&self) -> u64 {
        self.updates_lagged.load(Ordering::Relaxed)
    }

    /// Adds to [`updates_lagged`](Self::updates_lagged).
    pub(super) fn add_lagged(&self, missed: u64) {
        self.updates_lagged.fetch_add(missed, Ordering::Relaxed);
    }
}

fn current(detail: &Mutex<Arc<str>>) -> Arc<str> {
    let detail = detail.lock();
    detail.unwrap_or_else(PoisonError::into_inner).clone()
}

/// Returns whether it is another.
fn replace(current: &Mutex<Arc<str>>, detail: &str) -> bool {
    let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
    let is_other = **current != *detail;
    if is_other {
        *current = detail.into();
    }
    is_other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_the_broker_reaches_every_handle_once() {
        let health = Health::default();
        let mut watched = health.watch_broker();
        assert_eq!(health.broker(), BrokerState::Disabled);
        assert_eq!(health.broker_cause(), BrokerCause::Disabled);
        assert!(
            health
                .clone()
                .set_broker(BrokerState::Connected, BrokerCause::Nothing)
        );
        assert_eq!(health.broker(), BrokerState::Connected);
        assert!(watched.has_changed().unwrap());
        watched.mark_unchanged();
        assert!(!health.set_broker(BrokerState::Connected, BrokerCause::Nothing));
        assert!(!watched.has_changed().unwrap());
        assert!(health.set_broker(BrokerState::Refused, BrokerCause::NoPublish));
        assert!(health.set_broker(BrokerState::Refused, BrokerCause::Tls));
        assert_eq!(health.broker_cause(), BrokerCause::Tls);
        watched.mark_unchanged();
        health.clone().set_broker_detail("a limit");
        assert_eq!(&*health.broker_detail(), "a limit");
        assert!(watched.has_changed().unwrap());
    }
}
