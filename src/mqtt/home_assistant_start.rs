//! The starts of Home Assistant: after one it is given the content of all retained topics again.
//!
//! Input: what comes from its status topic. Outputs: when to publish everything, and whether it is there. Sans-io; time is an
//! argument.
//!
//! A start soon after another waits, and those that come meanwhile are one with it: a status topic that does not come to rest
//! costs no more than a round of messages a second.

use std::time::Duration;

use super::incoming::Publication;
use crate::config::HomeAssistantSettings;
use crate::names::topic;

/// The least time between two rounds.
const INTERVAL: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug)]
pub struct HomeAssistantStart {
    /// Where Home Assistant announces its start and its end.
    topic: String,
    /// It has started, as far as is known.
    is_there: bool,
    /// When the next round may begin.
    next_at: Duration,
    /// When one begins.
    due: Option<Duration>,
}

impl HomeAssistantStart {
    /// As it is configured.
    pub fn new(settings: &HomeAssistantSettings) -> Self {
        Self {
            topic: topic::home_assistant_status(&settings.prefix),
            is_there: false,
            next_at: Duration::ZERO,
            due: None,
        }
    }

    /// The topic to subscribe to.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// Whether Home Assistant has started, and not ended since, by what came in this session.
    pub fn is_there(&self) -> bool {
        self.is_there
    }

    /// A session starts, with a round.
    pub fn on_connected(&mut self, now: Duration) {
        self.due = None;
        self.is_there = false;
        self.next_at = now + INTERVAL;
    }

    /// Takes a message of the broker. A retained one is older than this session.
    pub fn push(&mut self, publication: &Publication, now: Duration) {
        if *self.topic != *publication.topic {
            return;
        }
        self.is_there = publication.payload == topic::ONLINE;
        if self.is_there && !publication.retain {
            self.due.get_or_insert(now.max(self.next_at));
        }
    }

    /// Whether everything is to be published now. True once.
    pub fn take(&mut self, now: Duration) -> bool {
        let is_due = self.due.take_if(|at| *at <= now).is_some();
        if is_due {
            self.next_at = now + INTERVAL;
        }
        is_due
    }

    /// When [`take`](Self::take) is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::MqttSettings;

    fn publication(payload: &'static str, retain: bool) -> Publication {
        Publication {
            topic: "homeassistant/status".to_owned(),
            payload: payload.into(),
            retain,
        }
    }

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn starts_in_quick_succession_are_two_rounds() {
        let mut start = HomeAssistantStart::new(&MqttSettings::default().home_assistant);
        start.on_connected(at(0));
        let mut rounds = Vec::new();
        for now in (5_000..10_000).step_by(10) {
            if now < 5_500 {
                start.push(&publication("online", false), at(now));
            }
            if start.take(at(now)) {
                rounds.push(now);
            }
        }
        assert_eq!(rounds, [5_000, 6_000], "the second after the last of them");
        assert_eq!(start.deadline(), None);
    }

    #[test]
    fn no_round_for_what_is_no_start() {
        let mut start = HomeAssistantStart::new(&MqttSettings::default().home_assistant);
        start.push(&publication("online", true), at(5_000));
        start.push(&publication("offline", false), at(5_000));
        assert!(!start.take(at(9_000)));
    }

    #[test]
    fn it_is_there_from_its_start_to_its_end() {
        let mut start = HomeAssistantStart::new(&MqttSettings::default().home_assistant);
        for (payload, retain, is_there) in [
            ("online", false, true),
            ("offline", false, false),
            ("online", true, true),
        ] {
            start.push(&publication(payload, retain), at(0));
            assert_eq!(start.is_there(), is_there);
        }
        start.on_connected(at(1));
        assert!(!start.is_there(), "not known");
    }
}
