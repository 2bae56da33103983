//! The states of a meter at the broker, one after the other.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::support::broker::Heard;
use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::record::Record;

/// A state that the broker was too slow to take comes after all, as history; and that takes its time.
const LATE: Duration = Duration::from_secs(60);

fn is_on(heard: &Heard, id: &str, name: &str) -> bool {
    heard.topic == format!("linky/{id}/{name}")
}

/// The states of a meter that came at their time, from this place on.
pub fn states(record: &mut Record, from: usize, id: &str) -> Vec<Heard> {
    let heard = record.heard()[from..].iter();
    heard
        .filter(|heard| is_on(heard, id, "state"))
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
    let numbers = come.iter().filter_map(|heard| seq(&heard.json()));
    let wanted = numbers.clone().min().unwrap()..=numbers.max().unwrap();
    within(LATE, "no state is missing", || {
        let heard = record.heard()[from..].iter();
        let told = heard.filter(|heard| is_on(heard, id, "state") || is_on(heard, id, "history"));
        let told: BTreeSet<u64> = told
            .map(Heard::json)
            .filter(|told| told.get("event_type").is_none())
            .filter_map(|told| seq(&told))
            .collect();
        wanted.clone().all(|seq| told.contains(&seq)).then_some(())
    });
}

/// The longest time between two states of a meter, from this place on.
pub fn longest_pause(record: &mut Record, from: usize, id: &str) -> Duration {
    let states = states(record, from, id);
    let pauses = states.windows(2).map(|pair| pair[1].at - pair[0].at);
    pauses.max().unwrap()
}
