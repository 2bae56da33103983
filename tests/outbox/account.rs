//! An account of all messages on both topics, received by a subscriber that is always connected to the broker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::broker::{Received, Subscriber};

pub const STATE: &str = "linky/main/state";
pub const EVENT: &str = "linky/main/event";
pub const HISTORY: &str = "linky/main/history";
pub const CURVE: &str = "linky/main/curve";

/// The messages of one start of the daemon.
#[derive(Debug, Default)]
pub struct Account {
    /// The seqs of the live states, in the order of arrival.
    pub live: Vec<u64>,
    /// The same of replayed states.
    pub replayed: Vec<u64>,
    /// The replayed states as text.
    pub texts: BTreeMap<u64, String>,
    /// The events with their seqs, live and replayed.
    pub events: Vec<(String, u64)>,
    pub replayed_events: Vec<(String, u64)>,
}

/// The accounts of all starts, by their boot.
#[derive(Debug, Default)]
pub struct Accounts {
    pub boots: BTreeMap<String, Account>,
    /// The boot of each replayed state and event, in order.
    pub order: Vec<String>,
    /// The points of the load curve, which have no boot, live and replayed.
    pub points: Vec<Point>,
}

/// A point of the load curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// When it ends.
    pub time: String,
    pub direction: String,
    pub is_replayed: bool,
}

impl Accounts {
    pub fn add(&mut self, received: &Received) {
        if ![STATE, EVENT, HISTORY, CURVE].contains(&&*received.topic) {
            return;
        }
        let json = received.json();
        if json.get("direction").is_some() {
            self.points.push(Point {
                time: text(&json, "time"),
                direction: text(&json, "direction"),
                is_replayed: received.topic == HISTORY,
            });
            return;
        }
        let boot = text(&json, "boot");
        let seq = json["seq"].as_u64().unwrap();
        let account = self.boots.entry(boot.clone()).or_default();
        match (&*received.topic, json.get("event_type")) {
            (STATE, None) => account.live.push(seq),
            (EVENT, Some(_)) => account.events.push((text(&json, "event_type"), seq)),
            (_, None) => {
                account.replayed.push(seq);
                account.texts.insert(seq, received.payload.clone());
            }
            (_, Some(_)) => account
                .replayed_events
                .push((text(&json, "event_type"), seq)),
        }
        if received.topic == HISTORY {
            self.order.push(boot);
        }
    }

    /// Receives until this is true of the account.
    pub fn receive(
        &mut self,
        subscriber: &Subscriber,
        timeout: Duration,
        until: impl Fn(&Self) -> bool,
    ) {
        let deadline = Instant::now() + timeout;
        while !until(self) {
            assert!(
                Instant::now() < deadline,
                "not received; until then {self:?}"
            );
            if let Some(received) = subscriber.next_within(Duration::from_millis(200)) {
                self.add(&received);
            }
        }
    }

    pub fn of(&self, boot: &str) -> &Account {
        &self.boots[boot]
    }

    /// Whether the point that ends then was received, of each direction.
    pub fn has_point(&self, time: &str) -> bool {
        let ends_then = |point: &&Point| point.time == time;
        self.points.iter().filter(ends_then).count() >= 2
    }

    /// The times of the points of both directions, in order; each was received once.
    pub fn times_of_points(&self) -> Vec<&str> {
        let times = |direction: &str| -> Vec<&str> {
            let of_it = self
                .points
                .iter()
                .filter(|point| point.direction == direction);
            of_it.map(|point| &*point.time).collect()
        };
        let withdrawn = times("withdrawn");
        assert!(
            withdrawn.is_sorted_by(|one, next| one < next),
            "{:?}",
            self.points
        );
        assert_eq!(withdrawn, times("injected"));
        withdrawn
    }
}

impl Account {
    /// Whether the states with all these seqs were received.
    pub fn has_all(&self, seqs: impl IntoIterator<Item = u64>) -> bool {
        let received = self.received();
        seqs.into_iter().all(|seq| received.contains(&seq))
    }

    pub fn received(&self) -> BTreeSet<u64> {
        self.live.iter().chain(&self.replayed).copied().collect()
    }

    /// The number of states that were replayed more than once, or were live and replayed.
    pub fn duplicates(&self) -> usize {
        let live: BTreeSet<u64> = self.live.iter().copied().collect();
        let replayed: BTreeSet<u64> = self.replayed.iter().copied().collect();
        self.replayed.len() - replayed.len() + live.intersection(&replayed).count()
    }

    /// Each topic is in order: a state may be repeated (as the last one, in each session), never an older one.
    pub fn assert_in_order(&self) {
        assert!(self.live.is_sorted(), "live: {:?}", self.live);
        let mut newest = 0;
        let mut known = BTreeSet::new();
        for seq in &self.replayed {
            assert!(
                *seq > newest || known.contains(seq),
                "{seq} is replayed after {newest}: {:?}",
                self.replayed
            );
            newest = newest.max(*seq);
            known.insert(*seq);
        }
    }
}

fn text(json: &Value, key: &str) -> String {
    json[key].as_str().unwrap().to_owned()
}
