//! The other daemons that are online at the broker.
//!
//! Input: what comes from the availability topics of all daemons below the base topic. Output: whether there is another one.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::incoming::Publication;
use crate::names::topic;

/// Other daemons that are counted, at most.
const OTHERS_MAX: usize = 64;

/// See the module.
#[derive(Debug)]
pub struct OtherBridges {
    /// The topic of our own availability.
    own: Arc<str>,
    /// The topics of all, as a filter.
    filter: String,
    online: BTreeSet<String>,
}

impl OtherBridges {
    /// None is online yet. `own` is the topic of our own availability.
    pub fn new(base: &str, own: &Arc<str>) -> Self {
        Self {
            own: own.clone(),
            filter: topic::bridge_availability(base, "+"),
            online: BTreeSet::new(),
        }
    }

    /// The topics to subscribe to.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// A session starts.
    pub fn clear(&mut self) {
        self.online.clear();
    }

    /// Whether there is one.
    pub fn is_any(&self) -> bool {
        !self.online.is_empty()
    }

    /// Takes a message of the broker. Returns whether the last other daemon went offline by it.
    pub fn push(&mut self, publication: &Publication) -> bool {
        let topic = publication.topic.as_str();
        let Some((start, end)) = self.filter.split_once('+') else {
            return false;
        };
        let client = topic
            .strip_prefix(start)
            .and_then(|it| it.strip_suffix(end));
        if client.is_none_or(|client| client.contains('/')) || *topic == *self.own {
            return false;
        }
        if publication.payload != topic::ONLINE {
            return self.online.remove(topic) && self.online.is_empty();
        }
        if self.online.len() < OTHERS_MAX {
            self.online.insert(topic.to_owned());
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_others_that_are_online_count() {
        let own = Arc::from("linky/bridge/me/availability");
        let mut bridges = OtherBridges::new("linky", &own);
        let mut push = |topic: &str, payload: &'static str| {
            let gone = bridges.push(&Publication {
                topic: topic.to_owned(),
                payload: payload.into(),
                retain: false,
            });
            (bridges.is_any(), gone)
        };
        assert_eq!(push(&own, topic::ONLINE), (false, false));
        assert_eq!(
            push("linky/main/availability", topic::ONLINE),
            (false, false)
        );
        let [one, two] = ["one", "two"].map(|client| topic::bridge_availability("linky", client));
        assert_eq!(push(&one, topic::OFFLINE), (false, false));
        assert_eq!(push(&one, topic::ONLINE), (true, false));
        assert_eq!(push(&two, topic::ONLINE), (true, false));
        assert_eq!(push(&one, topic::OFFLINE), (true, false));
        assert_eq!(push(&two, ""), (false, true));
    }
}
