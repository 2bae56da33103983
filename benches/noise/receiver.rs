//! A meter at the end of the line, and how what it publishes differs from the truth.

use std::sync::Arc;

use linky_sensor::meter::{Input, Key, Meter, Moment, Safeguards, Snapshot};
use linky_sensor::tic::Mode;

use crate::counts::Counts;
use crate::truth::{Truth, is_alarm, meter};

/// A meter with its counts.
pub struct Receiver {
    meter: Meter,
    last: Option<Arc<Snapshot>>,
    counts: Counts,
}

impl Receiver {
    /// One that validates by these rules.
    pub fn new(rules: Safeguards) -> Self {
        Self {
            meter: meter().with_safeguards(rules),
            last: None,
            counts: Counts::default(),
        }
    }

    /// What was counted.
    pub fn into_counts(mut self) -> Counts {
        let held = self.meter.last().reading.int(Key::VALUES_HELD);
        self.counts.held = held.unwrap_or_default();
        self.counts
    }

    /// Pushes an input, and compares the state that is published with the truth.
    pub fn push(&mut self, input: Input, now: Moment, truth: &Truth) {
        let Some(update) = self.meter.push(input, now) else {
            return;
        };
        let alarms = update.events.iter().filter(|event| is_alarm(event.kind));
        let alarms: Vec<_> = alarms
            .map(|event| {
                format!(
                    "event {} {} -> {}",
                    event.kind.as_str(),
                    event.from,
                    event.to
                )
            })
            .collect();
        self.counts.alarms += alarms.len() as u64;
        alarms
            .into_iter()
            .for_each(|alarm| self.counts.blame(alarm));
        let snapshot = &update.snapshot;
        for (key, value) in snapshot.entries().filter(|(key, _)| is_judged(*key)) {
            let before = self.last.as_ref().and_then(|last| last.reading.get(key));
            let Some(value) = value else { continue };
            self.counts.values += 1;
            let stood = Some(value) == before;
            if truth.has_value(key, value, before.filter(|_| !stood)) {
                continue;
            }
            if stood {
                self.counts.late += 1;
                self.counts.blame(format!("late {}", key.row().key));
            } else {
                self.counts.wrong_published += 1;
                self.counts
                    .blame(format!("{} {}", key.row().key, key.row().unit));
            }
        }
        let calendar = self
            .last
            .as_ref()
            .is_none_or(|last| last.calendar != snapshot.calendar);
        if calendar && !truth.has_calendar(snapshot) {
            self.counts.wrong_published += 1;
            self.counts.blame("calendar".to_owned());
        }
        self.last = Some(snapshot.clone());
    }
}

/// Whether a quantity is judged: at least one mode reads it from a single group. What the daemon itself adds or works out
/// of several frames (estimates, counters) depends on which frames arrived, so that no recent frame gives it.
fn is_judged(key: Key) -> bool {
    let row = key.row();
    let is_read = |mode| row.source(mode).read().is_some();
    Mode::ALL.into_iter().any(is_read) || key == Key::PHASES
}
