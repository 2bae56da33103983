//! What happens at a meter, in the journal: one line per change, with fields to search by.

use std::sync::Arc;

use crate::meter::{Event, EventKind, Key, Link, Snapshot, Update};
use crate::names::journal;
use crate::sink::Subscription;

/// Follows the meters and logs.
pub struct Journal {
    subscription: Subscription,
    /// The state of each meter that was logged last.
    states: Vec<Arc<Snapshot>>,
}

impl Journal {
    /// Nothing is logged yet.
    pub fn new(subscription: Subscription) -> Self {
        Self {
            states: subscription.newest().to_vec(),
            subscription,
        }
    }

    /// The state of each meter that was logged last, in the order of their numbers.
    pub fn states(&self) -> &[Arc<Snapshot>] {
        &self.states
    }

    /// Waits for an Update and logs what it brings. Returns whether the link of a meter or its cause is another.
    /// Cancel-safe.
    pub async fn log_next(&mut self) -> bool {
        let update = self.subscription.next().await;
        let Some(state) = self.states.get_mut(update.meter) else {
            return false;
        };
        let before = std::mem::replace(state, update.snapshot.clone());
        log_update(&before, &update)
    }
}

/// Logs what an Update brings that an administrator wants to find again; `before` is the state that it follows. Returns
/// whether the link or its cause is another.
fn log_update(before: &Snapshot, update: &Update) -> bool {
    let now = &update.snapshot;
    let is_other_link = before.link != now.link || detail(before) != detail(now);
    if is_other_link {
        log_link(before.link, now);
    }
    for event in &update.events {
        log_event(now, event);
    }
    is_other_link
}

/// The cause of the link's state.
fn detail(snapshot: &Snapshot) -> &str {
    snapshot.reading.text(Key::LINK_DETAIL).unwrap_or_default()
}

fn log_event(snapshot: &Snapshot, event: &Event) {
    let (meter, link, Event { from, to, .. }) = (&*snapshot.id, snapshot.link.as_str(), event);
    match event.kind {
        // Logged with its cause, which may change while the link does not.
        EventKind::LinkChanged => {}
        EventKind::ModeChanged => log::info!(
            MESSAGE_ID = journal::MODE_CHANGED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: the TIC mode changed from {from} to {to}"
        ),
        EventKind::MeterReplaced => log::warn!(
            MESSAGE_ID = journal::METER_REPLACED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: {}", replaced(from, to)
        ),
        EventKind::IndexJumped => log::warn!(
            MESSAGE_ID = journal::INDEX_JUMPED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: an index jumped from {from} to {to}"
        ),
        EventKind::ContractChanged => log::info!(
            MESSAGE_ID = journal::CONTRACT_CHANGED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: the contract changed from {from} to {to}"
        ),
        EventKind::BreakerChanged => log::warn!(
            MESSAGE_ID = journal::BREAKER_CHANGED, LINKY_METER = meter, LINKY_LINK = link;
            "meter {meter}: the breaker went from {from} to {to}"
        ),
        kind => {
            log::debug!(LINKY_METER = meter, LINKY_LINK = link; "meter {meter}: {} {from} -> {to}", kind.as_str());
        }
    }
}

/// Two meters of one make, year and type have one description: their serial numbers are not logged.
fn replaced(from: &str, to: &str) -> String {
    if from == to {
        format!("another meter of the same make answers: {to}")
    } else {
        format!("another meter answers: {to} (it was {from})")
    }
}

fn log_link(before: Link, snapshot: &Snapshot) {
    let (meter, link) = (&*snapshot.id, snapshot.link.as_str());
    let was = if before == snapshot.link {
        String::new()
    } else {
        format!(" (was {})", before.as_str())
    };
    let why = match (detail(snapshot), snapshot.mode) {
        ("", Some(mode)) if snapshot.link == Link::Receiving => format!(" in {mode} mode"),
        ("", _) => String::new(),
        (detail, _) => format!(": {detail}"),
    };
    let level = match snapshot.link {
        Link::NoDevice | Link::NoSignal => log::Level::Warn,
        Link::Syncing | Link::Receiving => log::Level::Info,
    };
    log::log!(
        level,
        MESSAGE_ID = journal::LINK_CHANGED, LINKY_METER = meter, LINKY_LINK = link;
        "meter {meter}: {link}{was}{why}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_meter_is_described_beside_the_one_before_if_they_differ() {
        let (old, new) = ("Sagemcom, 2018, type 61", "Itron, 2024, type 64");
        assert_eq!(
            replaced(old, new),
            "another meter answers: Itron, 2024, type 64 (it was Sagemcom, 2018, type 61)"
        );
        assert_eq!(
            replaced(old, old),
            "another meter of the same make answers: Sagemcom, 2018, type 61"
        );
    }
}
