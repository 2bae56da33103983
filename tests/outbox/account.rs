//! An account of all that a subscriber heard, on both topics, that is always connected to the broker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::broker::{Ear, Heard};

pub const STATE: &str = "linky/main/state";
pub const EVENT: &str = "linky/main/event";
pub const HISTORY: &str = "linky/main/history";

/// What was heard of one start of the daemon.
#[derive(Debug, Default)]
pub struct Account {
    /// The seqs of the states, live ones in the order in which they came.
    pub live: Vec<u64>,
    /// The same of late ones.
    pub late: Vec<u64>,
    /// Late ones with their whole text.
    pub texts: BTreeMap<u64, String>,
    /// The events, with their seqs: live ones, and late ones.
    pub events: Vec<(String, u64)>,
    pub late_events: Vec<(String, u64)>,
}

/// The accounts of all starts, by their boot.
#[derive(Debug, Default)]
pub struct Accounts {
    pub boots: BTreeMap<String, Account>,
    /// The boot of each late message, in order.
    pub order: Vec<String>,
}

impl Accounts {
    pub fn add(&mut self, heard: &Heard) {
        if ![STATE, EVENT, HISTORY].contains(&&*heard.topic) {
            return;
        }
        let json = heard.json();
        let boot = text(&json, "boot");
        let seq = json["seq"].as_u64().unwrap();
        let account = self.boots.entry(boot.clone()).or_default();
        match (&*heard.topic, json.get("event_type")) {
            (STATE, None) => account.live.push(seq),
            (EVENT, Some(_)) => account.events.push((text(&json, "event_type"), seq)),
            (_, None) => {
                account.late.push(seq);
                account.texts.insert(seq, heard.payload.clone());
            }
            (_, Some(_)) => account.late_events.push((text(&json, "event_type"), seq)),
        }
        if heard.topic == HISTORY {
            self.order.push(boot);
        }
    }

    /// Listens until this is true of what was heard.
    pub fn listen(&mut self, ear: &Ear, patience: Duration, until: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + patience;
        while !until(self) {
            assert!(Instant::now() < deadline, "not heard; until then {self:?}");
            if let Some(heard) = ear.next_within(Duration::from_millis(200)) {
                self.add(&heard);
            }
        }
    }

    pub fn of(&self, boot: &str) -> &Account {
        &self.boots[boot]
    }
}

impl Account {
    /// Whether the states of all these seqs were heard.
    pub fn has_all(&self, seqs: impl IntoIterator<Item = u64>) -> bool {
        let heard = self.heard();
        seqs.into_iter().all(|seq| heard.contains(&seq))
    }

    pub fn heard(&self) -> BTreeSet<u64> {
        self.live.iter().chain(&self.late).copied().collect()
    }

    /// How many states came on the topic of late ones more than once, or on both.
    pub fn duplicates(&self) -> usize {
        let live: BTreeSet<u64> = self.live.iter().copied().collect();
        let late: BTreeSet<u64> = self.late.iter().copied().collect();
        self.late.len() - late.len() + live.intersection(&late).count()
    }

    /// Each topic is in order by itself: a state may come again (as the last one, in each session), never an older one.
    pub fn assert_in_order(&self) {
        assert!(self.live.is_sorted(), "live: {:?}", self.live);
        let mut newest = 0;
        let mut known = BTreeSet::new();
        for seq in &self.late {
            assert!(
                *seq > newest || known.contains(seq),
                "{seq} comes late behind {newest}: {:?}",
                self.late
            );
            newest = newest.max(*seq);
            known.insert(*seq);
        }
    }
}

fn text(json: &Value, key: &str) -> String {
    json[key].as_str().unwrap().to_owned()
}
