//! The states of a meter at the broker, one after the other.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::support::broker::Received;
use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::record::Record;

/// A state that the broker was too slow to take comes after all, as history; and that takes its time.
const LATE: Duration = Duration::from_secs(60);

fn is_on(received: &Received, id: &str, name: &str) -> bool {
    received.topic == format!("linky/{id}/{name}")
}

/// The states of a meter that came at their time, from this place on.
pub fn states(record: &mut Record, from: usize, id: &str) -> Vec<Received> {
    let received = record.received()[from..].iter();
    received
        .filter(|received| is_on(received, id, "state"))
        .cloned()
        .collect()
}

/// Waits until so many states of a meter have come, from this place on.
pub fn flows(record: &mut Record, from: usize, id: &str, count: usize) {
    within(WAIT_TIMEOUT, &format!("{count} states of {id}"), || {
        (states(record, from, id).len() >= count).then_some(())
    });
}

/// Of the states since this place, none is missing.
pub fn is_complete(record: &mut Record, from: usize, id: &str) {
    let seq = |state: &Value| state["seq"].as_u64();
    let come = states(record, from, id);
    let numbers = come.iter().filter_map(|received| seq(&received.json()));
    let wanted = numbers.clone().min().unwrap()..=numbers.max().unwrap();
    within(LATE, "no state is missing", || {
        let received = record.received()[from..].iter();
        let published = received
            .filter(|received| is_on(received, id, "state") || is_on(received, id, "history"));
        let published: BTreeSet<u64> = published
            .map(Received::json)
            .filter(|published| published.get("event_type").is_none())
            .filter_map(|published| seq(&published))
            .collect();
        wanted
            .clone()
            .all(|seq| published.contains(&seq))
            .then_some(())
    });
}

/// The longest time between two states of a meter, from this place on.
pub fn longest_pause(record: &mut Record, from: usize, id: &str) -> Duration {
    let states = states(record, from, id);
    let pauses = states.windows(2).map(|pair| pair[1].at - pair[0].at);
    pauses.max().unwrap()
}
