//! When a state of a meter is published.
//!
//! Inputs: its Updates, the states that were published, the clock. Output: whether the newest state is due. Pure; time is an
//! argument.
//!
//! - The first Update is due and starts the tick. With the interval `frame` each one is.
//! - At each tick the newest state is due, unless it was published.
//! - Between two ticks an Update is due that has an event, or in which one of the quantities with a dead-band is away by that
//!   much from the state that was published last, or became known or unknown. The tick continues.
//!
//! So while Updates come, no quantity is away from its published value by its dead-band, however slowly it moves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Interval, MqttSettings};
use crate::meter::{Key, Snapshot, Update};

/// See the module.
#[derive(Debug)]
pub struct PublishPolicy {
    interval: Interval,
    dead_bands: BTreeMap<Key, u64>,
    tick: Option<Duration>,
    /// The newest state that was published.
    published: Option<Arc<Snapshot>>,
}

impl PublishPolicy {
    /// The policy of these settings. Nothing was published yet.
    pub fn new(settings: &MqttSettings) -> Self {
        Self {
            interval: settings.interval,
            dead_bands: settings.on_change.clone(),
            tick: None,
            published: None,
        }
    }

    /// Whether this Update is published without waiting for the tick. Starts the tick at the first.
    pub fn is_due(&mut self, update: &Update, now: Duration) -> bool {
        match self.interval {
            Interval::Frame => true,
            Interval::Every(interval) => {
                let is_first = self.tick.is_none();
                self.tick.get_or_insert(now + interval);
                is_first || !update.events.is_empty() || self.has_moved(&update.snapshot)
            }
        }
    }

    /// Whether the newest state is published at this time, because of the tick.
    pub fn on_timer(&mut self, newest: &Snapshot, now: Duration) -> bool {
        let (Some(tick), Interval::Every(interval)) = (self.tick, self.interval) else {
            return false;
        };
        if tick > now {
            return false;
        }
        let next = tick + interval;
        self.tick = Some(if next > now { next } else { now + interval });
        self.published.as_ref().map(|state| state.seq) != Some(newest.seq)
    }

    /// When [`on_timer`](Self::on_timer) is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.tick
    }

    /// This state is published, for whatever reason.
    pub fn set_published(&mut self, state: Arc<Snapshot>) {
        self.published = Some(state);
    }

    /// The state that was published last.
    pub fn published(&self) -> Option<&Arc<Snapshot>> {
        self.published.as_ref()
    }

    fn has_moved(&self, newest: &Snapshot) -> bool {
        let Some(published) = &self.published else {
            return false;
        };
        self.dead_bands.iter().any(|(key, dead_band)| {
            match (published.reading.get(*key), newest.reading.get(*key)) {
                (Some(before), Some(value)) => before
                    .distance(value)
                    .is_some_and(|distance| distance >= u128::from(*dead_band)),
                (before, value) => before.is_some() != value.is_some(),
            }
        })
    }
}
