//! What happens at a meter, in the journal: one line per change, with fields to search by, and a bound for what flaps.

use std::sync::Arc;
use std::time::Instant;

use super::flood_guard::FloodGuard;
use super::journal_line::Line;
use crate::meter::{Event, EventKind, Snapshot, Update};
use crate::sink::Subscription;

/// Follows the meters and logs.
pub struct Journal {
    subscription: Subscription,
    /// The state of each meter that was logged last.
    states: Vec<Arc<Snapshot>>,
    guard: FloodGuard,
}

impl Journal {
    /// Nothing is logged yet.
    pub fn new(subscription: Subscription) -> Self {
        Self {
            states: subscription.newest().to_vec(),
            subscription,
            guard: FloodGuard::default(),
        }
    }

    /// The state of each meter that was logged last, in the order of their numbers.
    pub fn states(&self) -> &[Arc<Snapshot>] {
        &self.states
    }

    /// Waits for an Update and logs what it brings that an administrator wants to find again. Returns whether the link of a
    /// meter or its cause is another. Cancel-safe.
    pub async fn log_next(&mut self) -> bool {
        let update = self.subscription.next().await;
        let Some(state) = self.states.get_mut(update.meter) else {
            return false;
        };
        let before = std::mem::replace(state, update.snapshot.clone());
        let link_line = Line::of_link(&before, &update.snapshot);
        let is_other_link = link_line.is_some();
        for line in self.lines(&update, link_line, Instant::now()) {
            log_line(&update.snapshot, &line);
        }
        is_other_link
    }

    /// The lines that an Update makes, as far as there are not too many.
    fn lines(&mut self, update: &Update, link_line: Option<Line>, now: Instant) -> Vec<Line> {
        let mut lines = self.guard.take_due(update.meter, now);
        let of_events = update.events.iter().filter_map(|event| {
            let line = Line::of_event(event);
            if line.is_none() {
                log_detail(&update.snapshot, event);
            }
            line
        });
        let of_check = update.breaker_check.map(Line::of_breaker_check);
        for line in link_line.into_iter().chain(of_events).chain(of_check) {
            lines.extend(self.guard.admit(update.meter, line, now));
        }
        lines
    }
}

fn log_line(snapshot: &Snapshot, line: &Line) {
    let (meter, link, text) = (&*snapshot.id, snapshot.link.as_str(), &line.text);
    log::log!(
        line.level,
        MESSAGE_ID = line.kind, LINKY_METER = meter, LINKY_LINK = link;
        "meter {meter}: {text}"
    );
}

/// Logs an event that makes no line of its own.
fn log_detail(snapshot: &Snapshot, Event { kind, from, to }: &Event) {
    let (meter, link) = (&*snapshot.id, snapshot.link.as_str());
    if *kind != EventKind::LinkChanged {
        log::debug!(LINKY_METER = meter, LINKY_LINK = link; "meter {meter}: {} {from} -> {to}", kind.as_str());
    }
}

#[cfg(test)]
mod tests;
