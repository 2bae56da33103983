//! Whether what is published arrives, and what the broker is found to refuse. Sans-io.
//!
//! Inputs: the broker's answers and the clock. Output: the proof for the [`Outbox`], findings to be reported, and when to
//! publish again what is retained.
//!
//! - A message of the daemon's own availability proves it: it comes back, or its acknowledgement can be a refusal (MQTT 5).
//! - A topic that must arrive and does not is denied: it is reported once, and tried again every [`PROBE_INTERVAL`].
//! - A refusal that is over some time later costs no finding about rights: records come late, the rest is published again.

use std::sync::Arc;
use std::time::Duration;

use super::broker_finding::BrokerFinding;
use super::codec::TopicFilter;
use super::connection_error::refused_topic;
use super::message::Message;
use super::outbox::Outbox;
use super::reason_code::ReasonCode;
use crate::names::topic;

/// The time between two attempts to find whether messages arrive again.
const PROBE_INTERVAL: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Debug)]
pub struct ArrivalWatch {
    /// The topic of the daemon's own availability.
    bridge: Arc<str>,
    /// The beginning of every topic.
    base_topic: String,
    /// Whether the broker's acknowledgements have reasons (MQTT 5).
    has_reasons: bool,
    /// What the broker was found to do, since the session asked.
    findings: Vec<BrokerFinding>,
    /// A topic that must arrive and does not.
    denied: Option<Arc<str>>,
    /// When it is tried again whether messages arrive.
    probe_at: Option<Duration>,
    /// When what is retained is published again, because the broker had no room for it.
    again_at: Option<Duration>,
}

impl ArrivalWatch {
    /// The watch of a daemon whose availability is on the topic `bridge`, without a session.
    pub fn new(bridge: &Arc<str>, base_topic: &str) -> Self {
        Self {
            bridge: bridge.clone(),
            base_topic: base_topic.to_owned(),
            has_reasons: false,
            findings: Vec::new(),
            denied: None,
            probe_at: None,
            again_at: None,
        }
    }

    /// A session starts. `has_reasons`: acknowledgements in it have reasons, so a success is one.
    pub fn on_connected(&mut self, has_reasons: bool) {
        self.has_reasons = has_reasons;
        self.denied = None;
        self.probe_at = None;
        self.again_at = None;
    }

    /// The session has ended.
    pub fn on_disconnected(&mut self) {
        self.again_at = None;
    }

    /// What the broker was found to do, since the last call.
    pub fn take_findings(&mut self) -> Vec<BrokerFinding> {
        std::mem::take(&mut self.findings)
    }

    /// What is published on this topic arrives. Returns whether it did not before: all that is retained is to be published.
    pub fn on_arrived(&mut self, topic: &Arc<str>, outbox: &mut Outbox, now: Duration) -> bool {
        if *topic == self.bridge {
            outbox.prove();
        }
        let was_denied = self.denied.take_if(|denied| denied == topic).is_some();
        if was_denied {
            self.probe_at = None;
            outbox.resume_replay(now);
            self.findings.push(BrokerFinding::Proven);
        }
        was_denied
    }

    /// The broker acknowledged a message; `packet_id` is 0 for one of QoS 0, of which there is no answer, and so no reason.
    /// Returns the same as [`on_arrived`](Self::on_arrived).
    pub fn on_acknowledged(
        &mut self,
        message: &Message,
        packet_id: u16,
        outbox: &mut Outbox,
        now: Duration,
    ) -> bool {
        if self.has_reasons && packet_id != 0 {
            return self.on_arrived(&message.topic, outbox, now);
        }
        if message.topic == self.bridge {
            outbox.await_proof(now);
        }
        false
    }

    /// The broker refused a message.
    pub fn on_refused(
        &mut self,
        message: &Message,
        reason: ReasonCode,
        outbox: &mut Outbox,
        now: Duration,
    ) {
        if reason.is_transient() {
            return self.on_exceeded(message, outbox, now);
        }
        if self.denied.is_some() {
            return;
        }
        let (why, topic, base) = (refused_topic(reason), &message.topic, &self.base_topic);
        let what =
            format!("it refuses what is published on {topic}: {why}. Allow this client to write");
        if message.is_record() || *topic == self.bridge {
            let what = format!("{what} {base}/# in the rules (ACL) of the broker");
            self.deny(topic.clone(), what, now);
        } else {
            let what = format!("{what} it in the rules (ACL) of the broker");
            self.findings.push(BrokerFinding::Limit(what));
        }
    }

    /// A message was one too many: what is kept comes late, what is retained is published again.
    fn on_exceeded(&mut self, message: &Message, outbox: &mut Outbox, now: Duration) {
        if message.is_record() {
            outbox.resume_replay(now);
        } else {
            self.again_at.get_or_insert(now + PROBE_INTERVAL);
        }
        let what = "it refuses some messages: a limit of it is exceeded, such as messages a second. What it refuses comes \
             late. Set a longer interval in [mqtt], or raise the limit at the broker";
        self.findings.push(BrokerFinding::Limit(what.to_owned()));
    }

    /// The broker answered to a subscription to these topics.
    pub fn on_subscribed(&mut self, topics: &[TopicFilter], reasons: &[ReasonCode]) {
        let answers = topics.iter().zip(reasons);
        let refused = answers.filter(|(_, reason)| reason.is_failure());
        self.findings.extend(refused.map(|(TopicFilter { topic, .. }, reason)| {
            BrokerFinding::Limit(format!(
                "it refuses the subscription to {topic}: {}. Allow this client to read it in the rules (ACL) of the broker",
                refused_topic(*reason)
            ))
        }));
    }

    /// Finds that the proof did not come in time.
    pub fn on_timer(&mut self, outbox: &mut Outbox, now: Duration) {
        if outbox.is_disproved(now) {
            let why = format!(
                "it takes what is published, and {bridge} does not come back to this client: likely it throws messages away. \
                 Allow this client to write and read {base}/# in the rules (ACL) of the broker",
                bridge = self.bridge,
                base = self.base_topic
            );
            self.deny(self.bridge.clone(), why, now);
        }
    }

    /// Tries again, if that is due, whether messages arrive.
    pub fn probe(&mut self, outbox: &mut Outbox, now: Duration) {
        if self.probe_at.take_if(|at| *at <= now).is_none() {
            return;
        }
        self.probe_at = Some(now + PROBE_INTERVAL);
        outbox.push(Message::retained(&self.bridge, topic::ONLINE), now);
        // A record tries the topic of the history again.
        if self.denied.as_ref() != Some(&self.bridge) {
            outbox.resume_replay(now);
        }
    }

    /// Whether what is retained is to be published again. True once.
    pub fn take_again(&mut self, now: Duration) -> bool {
        self.again_at.take_if(|at| *at <= now).is_some()
    }

    /// When [`probe`](Self::probe) or [`take_again`](Self::take_again) is due.
    pub fn deadline(&self) -> Option<Duration> {
        [self.probe_at, self.again_at].into_iter().flatten().min()
    }

    /// What is published on this topic does not arrive.
    fn deny(&mut self, topic: Arc<str>, why: String, now: Duration) {
        self.probe_at.get_or_insert(now + PROBE_INTERVAL);
        if self.denied.is_none() {
            self.denied = Some(topic);
            self.findings.push(BrokerFinding::Denied(why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::MqttSettings;

    const BRIDGE: &str = "linky/bridge/x/availability";

    fn scene() -> (ArrivalWatch, Outbox) {
        let mut outbox = Outbox::new(&MqttSettings::default(), None, Arc::default(), false);
        outbox.on_connected(Duration::ZERO);
        let mut watch = ArrivalWatch::new(&BRIDGE.into(), "linky");
        watch.on_connected(true);
        (watch, outbox)
    }

    fn record() -> Message {
        Message::record(&"linky/main/state".into(), &"main".into(), vec![], true)
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_record_that_is_refused_is_reported_once_and_tried_again() {
        let (mut watch, mut outbox) = scene();
        let denied = ReasonCode(0x87);
        for second in 0..3 {
            watch.on_refused(&record(), denied, &mut outbox, at(second));
        }
        let [BrokerFinding::Denied(why)] = &watch.take_findings()[..] else {
            panic!();
        };
        assert!(
            why.contains("linky/main/state") && why.contains("ACL"),
            "{why}"
        );
        assert_eq!(watch.deadline(), Some(at(30)));
        watch.probe(&mut outbox, at(29));
        assert!(outbox.next(at(29)).is_none());
        watch.probe(&mut outbox, at(30));
        let (_, probe) = outbox.next(at(30)).unwrap();
        assert_eq!((&*probe.topic, probe.retain), (BRIDGE, true));
        assert_eq!(watch.deadline(), Some(at(60)));
        // The probe is no proof for the other topic.
        assert!(!watch.on_acknowledged(&probe, 1, &mut outbox, at(31)));
        assert!(watch.on_acknowledged(&record(), 2, &mut outbox, at(32)));
        assert!(matches!(watch.take_findings()[..], [BrokerFinding::Proven]));
        assert_eq!(watch.deadline(), None);
    }

    #[test]
    fn a_refusal_for_a_time_is_a_limit_and_what_is_retained_comes_again() {
        let (mut watch, mut outbox) = scene();
        let retained = Message::retained(&"linky/main/calendar".into(), "x");
        watch.on_refused(&retained, ReasonCode(0x97), &mut outbox, at(0));
        assert!(matches!(
            watch.take_findings()[..],
            [BrokerFinding::Limit(_)]
        ));
        assert!(!watch.take_again(at(29)));
        assert!(watch.take_again(at(30)));
        assert!(!watch.take_again(at(31)), "once");
    }

    #[test]
    fn a_refused_subscription_is_named() {
        let (mut watch, _) = scene();
        let topics = ["a", "b"].map(TopicFilter::new);
        watch.on_subscribed(&topics, &[ReasonCode::SUCCESS, ReasonCode(0x87)]);
        let [BrokerFinding::Limit(what)] = &watch.take_findings()[..] else {
            panic!();
        };
        assert!(what.contains("subscription to b"), "{what}");
    }

    #[test]
    fn without_reasons_only_what_comes_back_is_a_proof() {
        let (mut watch, mut outbox) = scene();
        watch.on_connected(false);
        outbox.demand_proof();
        let online = Message::retained(&BRIDGE.into(), topic::ONLINE);
        assert!(!watch.on_acknowledged(&online, 1, &mut outbox, at(1)));
        watch.on_timer(&mut outbox, at(10));
        assert_eq!(watch.take_findings().len(), 0);
        watch.on_timer(&mut outbox, at(11));
        assert!(matches!(
            watch.take_findings()[..],
            [BrokerFinding::Denied(_)]
        ));
        assert!(watch.on_arrived(&BRIDGE.into(), &mut outbox, at(12)));
    }
}
