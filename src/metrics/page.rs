//! What a scrape shows: the newest state of each meter by the families of the table, and how the daemon itself is doing.
//!
//! Families come in the order of the table, each with the samples of all meters, as both formats demand.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::exposition::{Exposition, FamilyHeader, FamilySamples, TextFormat};
use super::family::{Family, Form, SampleType};
use crate::meter::{IndexMeaning, Key, Snapshot, Value};
use crate::sink::{BrokerState, Health, Subscription};

/// A text is not longer than this for each meter, most often.
const USUAL_SIZE: usize = 32 * 1024;

/// The indexes that a supplier may use.
const SUPPLIER_INDEXES: u8 = 10;

/// How far the start time may move before it is another: the clock was set.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);

/// A family that no quantity is behind.
#[derive(Clone, Copy, Debug)]
pub struct OwnFamily {
    /// The name, without the suffix of its samples.
    pub name: &'static str,
    /// The unit, empty if there is none.
    pub unit: &'static str,
    /// The type of its samples.
    pub sample_type: SampleType,
    /// What it is, for people.
    pub help: &'static str,
    samples: fn(&Shown<'_>, &mut FamilySamples<'_>),
}

const fn gauge(
    name: &'static str,
    help: &'static str,
    samples: fn(&Shown<'_>, &mut FamilySamples<'_>),
) -> OwnFamily {
    OwnFamily {
        name,
        unit: "",
        sample_type: SampleType::Gauge,
        help,
        samples,
    }
}

/// Those families.
pub static OWN_FAMILIES: [OwnFamily; 10] = [
    OwnFamily {
        sample_type: SampleType::Info,
        ..gauge(
            "linky_build",
            "The version of linky-sensor",
            |_, samples| {
                samples.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
            },
        )
    },
    OwnFamily {
        unit: "seconds",
        ..gauge(
            "process_start_time_seconds",
            "When linky-sensor started, in seconds since 1970",
            |shown, samples| samples.sample(&[], shown.start),
        )
    },
    OwnFamily {
        sample_type: SampleType::Info,
        ..gauge(
            "linky_meter",
            "The name of the meter in the configuration, its maker and its contract",
            meter_info,
        )
    },
    OwnFamily {
        sample_type: SampleType::Info,
        ..gauge(
            "linky_tariff",
            "What an index of the supplier counts under the contract",
            tariff_info,
        )
    },
    gauge(
        "linky_online",
        "A frame was received in the last 30 seconds: 1 or 0",
        |shown, samples| {
            for state in shown.meters {
                samples.sample(&[("meter", &*state.id)], u8::from(state.is_online));
            }
        },
    ),
    gauge(
        "linky_topic_conflict",
        "Another daemon publishes the meter on the same MQTT topic: 1 or 0",
        |shown, samples| {
            let conflicts = shown.health.topic_conflicts();
            for state in shown.meters {
                let is_there = conflicts.iter().any(|meter| **meter == *state.id);
                samples.sample(&[("meter", &*state.id)], u8::from(is_there));
            }
        },
    ),
    gauge(
        "linky_broker_state",
        "The session with the MQTT broker: 1 for the state that holds",
        |shown, samples| {
            let current = shown.health.broker();
            for state in BrokerState::ALL {
                let holds = u8::from(state == current);
                samples.sample(&[("state", state.as_str())], holds);
            }
        },
    ),
    gauge(
        "linky_history_pending",
        "States, events and points of the load curve on disk that wait for the broker",
        |shown, samples| {
            samples.sample(&[], shown.health.history_pending.load(Ordering::Relaxed));
        },
    ),
    OwnFamily {
        sample_type: SampleType::Counter,
        ..gauge(
            "linky_history_dropped",
            "States, events and points of the load curve that were given up because the history was full",
            |shown, samples| {
                samples.sample(&[], shown.health.history_dropped.load(Ordering::Relaxed));
            },
        )
    },
    OwnFamily {
        sample_type: SampleType::Counter,
        ..gauge(
            "linky_updates_lagged",
            "Updates that an output was too slow for",
            |shown, samples| samples.sample(&[], shown.health.updates_lagged()),
        )
    },
];

/// The labels are what a legend needs; neither the serial number nor the delivery point is among them.
fn meter_info(shown: &Shown<'_>, samples: &mut FamilySamples<'_>) {
    for (number, state) in shown.meters.iter().enumerate() {
        let text = |key| state.reading.text(key).unwrap_or_default();
        let name = shown.names.get(number).map_or("", String::as_str);
        samples.sample(
            &[
                ("meter", &*state.id),
                ("name", name),
                ("manufacturer", text(Key::MANUFACTURER)),
                ("contract", text(Key::CONTRACT)),
            ],
            1,
        );
    }
}

/// For legends too: an index has no name of its own. A usual period is one of the words of `tariff`.
fn tariff_info(shown: &Shown<'_>, samples: &mut FamilySamples<'_>) {
    for state in shown.meters {
        for index in 1..=SUPPLIER_INDEXES {
            let counts = match state.indexes.get(index) {
                Some(IndexMeaning::Period(period)) => period.as_str(),
                Some(IndexMeaning::Named(name)) => name,
                None => continue,
            };
            let tariff = index.to_string();
            samples.sample(
                &[
                    ("meter", &*state.id),
                    ("tariff", &*tariff),
                    ("counts", counts),
                ],
                1,
            );
        }
    }
}

/// What one text is made of.
pub struct Shown<'a> {
    meters: &'a [Arc<Snapshot>],
    names: &'a [String],
    health: &'a Health,
    /// In seconds since 1970.
    start: u64,
}

/// What all texts are made of.
pub struct Page {
    subscription: Mutex<Subscription>,
    /// The names of the meters, by their numbers.
    names: Vec<String>,
    health: Health,
    families: Vec<Family>,
    started: Instant,
    /// The same on the wall, as it was last shown.
    start: Mutex<SystemTime>,
}

impl Page {
    /// Of these meters, whose names for people are in the order of their numbers.
    pub fn new(subscription: Subscription, names: Vec<String>, health: Health) -> Self {
        Self {
            subscription: Mutex::new(subscription),
            names,
            health,
            families: Family::all(),
            started: Instant::now(),
            start: Mutex::new(SystemTime::now()),
        }
    }

    /// Takes the Updates that came, so that none is missed.
    pub fn catch_up(&self) {
        self.newest();
    }

    fn newest(&self) -> Vec<Arc<Snapshot>> {
        let subscription = self.subscription.lock();
        let mut subscription = subscription.unwrap_or_else(PoisonError::into_inner);
        while subscription.try_next().is_some() {}
        subscription.newest().to_vec()
    }

    /// The text as of now.
    pub fn text(&self, format: TextFormat) -> String {
        let meters = self.newest();
        let mut exposition = Exposition::new(format, USUAL_SIZE * meters.len());
        let shown = Shown {
            meters: &meters,
            names: &self.names,
            health: &self.health,
            start: self.start_time(),
        };
        for own in &OWN_FAMILIES {
            let header = FamilyHeader {
                name: own.name,
                unit: own.unit,
                sample_type: own.sample_type,
                help: own.help,
            };
            (own.samples)(&shown, &mut exposition.family(header));
        }
        for family in &self.families {
            let header = FamilyHeader {
                name: &family.name,
                unit: family.unit,
                sample_type: family.sample_type,
                help: &family.help,
            };
            let mut samples = exposition.family(header);
            for state in &meters {
                add_samples(family, state, &mut samples);
            }
        }
        exposition.finish()
    }

    /// When the daemon started, in seconds since 1970, by the clock as it is now: a small computer may start with a wrong one.
    fn start_time(&self) -> u64 {
        let mut start = self.start.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(now) = SystemTime::now().checked_sub(self.started.elapsed()) {
            let moved = now.duration_since(*start).unwrap_or_else(|e| e.duration());
            if moved > CLOCK_TOLERANCE {
                *start = now;
            }
        }
        let since_1970 = start.duration_since(SystemTime::UNIX_EPOCH);
        since_1970.map_or(0, |time| time.as_secs())
    }
}

/// The samples of one meter.
fn add_samples(family: &Family, state: &Snapshot, samples: &mut FamilySamples<'_>) {
    for (key, label) in &family.members {
        let Some(value) = state
            .reading
            .get(*key)
            .filter(|_| state.keys.contains(*key))
        else {
            continue;
        };
        let meter = ("meter", &*state.id);
        match (family.form, value) {
            (Form::Words(words), Value::Enum(current)) => {
                for word in words {
                    samples.sample(&[meter, ("state", *word)], u8::from(word == current));
                }
            }
            (form, value) => {
                let Some(number) = form.number(value) else {
                    continue;
                };
                match label {
                    Some(label) => samples.sample(&[meter, *label], number),
                    None => samples.sample(&[meter], number),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sink::{BrokerCause, Stream};

    fn page(health: &Health) -> Page {
        let subscription = Stream::new([]).subscribe("test", health);
        Page::new(subscription, Vec::new(), health.clone())
    }

    #[test]
    fn the_health_is_shown() {
        let health = Health::default();
        let page = page(&health);
        health.set_broker(BrokerState::Refused, BrokerCause::default());
        health.history_pending.store(7, Ordering::Relaxed);
        health.history_dropped.store(8, Ordering::Relaxed);
        let text = page.text(TextFormat::Prometheus);
        for line in [
            "linky_broker_state{state=\"refused\"} 1\n",
            "linky_broker_state{state=\"disabled\"} 0\n",
            "linky_history_pending 7\n",
            "linky_history_dropped_total 8\n",
            "linky_updates_lagged_total 0\n",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    #[test]
    fn the_start_time_follows_a_clock_that_is_set() {
        let page = page(&Health::default());
        let now = page.start_time();
        assert!(now > 1_700_000_000);
        assert_eq!(page.start_time(), now);
        *page.start.lock().unwrap() = SystemTime::UNIX_EPOCH;
        let again = page.start_time();
        assert!(again.abs_diff(now) <= 2, "it started with a wrong clock");
    }

    #[test]
    fn every_name_is_one_family() {
        let mut names = BTreeSet::new();
        let families = Family::all();
        let of_table = families.iter().map(|family| family.name.as_str());
        for name in of_table.chain(OWN_FAMILIES.iter().map(|own| own.name)) {
            assert!(names.insert(name), "{name} twice");
            let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            assert!(name.bytes().all(|byte| is_name(byte) || byte == b'_'));
            for suffix in ["_total", "_info", "_created", "_bucket", "_count", "_sum"] {
                assert!(!name.ends_with(suffix), "{name}: the suffix of a sample");
            }
        }
    }
}
