//! What a broker limits, and what is left out or lowered for it. Sans-io.
//!
//! MQTT 5 announces the limits. A broker of MQTT 3.1.1 closes the session instead. Then the next session has one message in
//! flight at a time, and the one that has no acknowledgement at the end of two such sessions in a row is likely the cause: it
//! goes without being retained, or not at all. States are never left out for a guess.

use std::sync::Arc;

use super::codec::{BrokerLimits, ProtocolVersion};
use super::connection::ConnectionLoss;
use super::message::Message;
use super::offer::ConnectTerms;
use super::reason_code::code;
use crate::config::{MqttSettings, Qos};

/// Topics that are left out, at most: a broker that closes at everything has another cause.
const OMITTED_MAX: usize = 16;

/// See the module.
#[derive(Debug)]
pub struct SessionLimits {
    /// As configured.
    qos: Qos,
    /// Whether messages are retained as configured.
    retain: bool,
    broker: BrokerLimits,
    version: ProtocolVersion,
    /// The topic of the first retained message of a session, and of the last will.
    first: Arc<str>,
    /// Found out by the end of a session.
    keeps_nothing: bool,
    qos_max: Qos,
    omitted: Vec<Arc<str>>,
    /// The likely causes of sessions that ended.
    likely: Vec<String>,
    suspect: Option<Arc<str>>,
    /// A session ended while messages were in flight: each is to be seen alone.
    is_careful: bool,
    /// What is to be reported.
    found: Vec<String>,
}

impl SessionLimits {
    /// No limit is found yet.
    pub fn new(settings: &MqttSettings) -> Self {
        Self {
            qos: settings.qos,
            retain: settings.retain,
            broker: BrokerLimits::default(),
            version: ProtocolVersion::V5,
            first: "".into(),
            keeps_nothing: false,
            qos_max: Qos::ExactlyOnce,
            omitted: Vec::new(),
            likely: Vec::new(),
            suspect: None,
            is_careful: false,
            found: Vec::new(),
        }
    }

    /// A session starts with these limits and terms, instead of the full offer; its last will is on the topic `will`.
    pub fn on_connected(
        &mut self,
        broker: BrokerLimits,
        (terms, full): (ConnectTerms, ConnectTerms),
        will: &str,
    ) {
        self.broker = broker;
        self.version = terms.version;
        self.first = will.into();
        self.found.extend(self.likely.iter().cloned());
        let keeps_will = !matches!(terms.will, Some((_, false)));
        if terms.will.is_none() && full.will.is_some() {
            self.found.push(format!(
                "it refuses the last will, so there is none: when this computer dies, it stays online at the broker. Allow \
                 this client to write the topic {will}, retained"
            ));
        }
        if !self.retains() || !keeps_will {
            let costs = if self.retain {
                "a subscriber that comes later waits for the next state"
            } else {
                "Home Assistant finds the meter only when it is published anew"
            };
            self.found.push(format!(
                "it keeps no retained messages: {costs}. Allow them at the broker (mosquitto: retain_available)"
            ));
        }
        let qos = self.qos();
        if number(qos) < number(self.qos) {
            self.found.push(format!(
                "its highest quality of service is {0}, which is used instead of {1}. Allow {1} at the broker, or set qos = \
                 {0} in [mqtt]",
                number(qos),
                number(self.qos)
            ));
        }
        let wanted = full.keep_alive.as_secs();
        let allowed = broker
            .keep_alive
            .map_or(terms.keep_alive.as_secs(), u64::from);
        if allowed > 0 && allowed < wanted {
            self.found.push(format!(
                "it allows a keep-alive of {allowed} s, which is used instead of {wanted} s. Set keep-alive = \"{allowed}s\" \
                 in [mqtt]"
            ));
        }
    }

    /// The quality of service of this session.
    pub fn qos(&self) -> Qos {
        [self.broker.qos_max, self.qos_max]
            .into_iter()
            .fold(self.qos, |least, qos| {
                if number(qos) < number(least) {
                    qos
                } else {
                    least
                }
            })
    }

    /// Messages in flight, at most.
    pub fn in_flight_max(&self) -> usize {
        if self.is_careful {
            1
        } else {
            self.broker.receive_max.into()
        }
    }

    fn retains(&self) -> bool {
        self.broker.retain && !self.keeps_nothing
    }

    /// Fits a message of this size, in bytes, to the limits. False: it is left out.
    pub fn fit(&mut self, message: &mut Message, size: usize) -> bool {
        message.retain &= self.retains();
        let max = usize::try_from(self.broker.packet_size_max).unwrap_or(usize::MAX);
        if size > max {
            self.found.push(format!(
                "it takes no message larger than {max} bytes: {} is larger, and left out. Allow more at the broker \
                 (mosquitto: max_packet_size){}",
                message.topic,
                cure(message)
            ));
            return false;
        }
        message.is_record() || !self.omitted.contains(&message.topic)
    }

    /// A session was lost. `oldest` is the oldest message without an acknowledgement.
    pub fn on_lost(&mut self, loss: &ConnectionLoss, oldest: Option<&Message>) {
        let before = self.suspect.take();
        let was_careful = std::mem::take(&mut self.is_careful);
        match loss {
            ConnectionLoss::Ended(reason, _) => match reason.0 {
                code::RETAIN => return self.keeps_nothing = true,
                code::QOS => return self.qos_max = lower(self.qos()),
                code::PACKET_SIZE | code::TOPIC_NAME | code::NOT_AUTHORIZED => {}
                _ => return,
            },
            ConnectionLoss::Closed | ConnectionLoss::Broken(_) => {
                if self.version == ProtocolVersion::V5 {
                    return;
                }
            }
            ConnectionLoss::Silent | ConnectionLoss::Malformed => return,
        }
        let Some(oldest) = oldest else {
            return;
        };
        self.is_careful = true;
        if !was_careful {
            return;
        }
        if before.as_ref() != Some(&oldest.topic) {
            self.suspect = Some(oldest.topic.clone());
            return;
        }
        let topic = &oldest.topic;
        // Any other retained message comes after one that was acknowledged.
        let is_first = self.version == ProtocolVersion::V3 && *topic == self.first;
        let likely = if is_first && oldest.retain && self.retains() {
            self.keeps_nothing = true;
            format!(
                "it ended two sessions as it got the retained message on {topic}: likely it keeps none"
            )
        } else {
            let what = format!(
                "it ended two sessions as it got the message on {topic}: likely it is too large for it, or not allowed. Allow \
                 it at the broker{}",
                cure(oldest)
            );
            if oldest.is_record() || *topic == self.first || self.omitted.len() >= OMITTED_MAX {
                what
            } else {
                self.omitted.push(topic.clone());
                format!("{what}. It is left out")
            }
        };
        if !self.likely.contains(&likely) {
            self.likely.push(likely);
        }
    }

    /// What was found out since the last call.
    pub fn take_found(&mut self) -> Vec<String> {
        std::mem::take(&mut self.found)
    }
}

/// What in our configuration makes a message smaller, or avoids it.
fn cure(message: &Message) -> &'static str {
    if message.topic.contains("/device/") {
        ", or set discovery = \"entities\" in [mqtt.home-assistant]"
    } else {
        ""
    }
}

fn lower(qos: Qos) -> Qos {
    match qos {
        Qos::ExactlyOnce => Qos::AtLeastOnce,
        Qos::AtLeastOnce | Qos::AtMostOnce => Qos::AtMostOnce,
    }
}

fn number(qos: Qos) -> u8 {
    match qos {
        Qos::AtMostOnce => 0,
        Qos::AtLeastOnce => 1,
        Qos::ExactlyOnce => 2,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::mqtt::offer::ConnectOffer;

    fn limits(version: ProtocolVersion, broker: BrokerLimits) -> SessionLimits {
        let mut limits = SessionLimits::new(&MqttSettings::default());
        let full = ConnectOffer::new(Duration::from_secs(30)).full();
        limits.on_connected(broker, (ConnectTerms { version, ..full }, full), "first");
        limits
    }

    fn discovery() -> Message {
        Message::retained(
            &"homeassistant/device/linky_main/config".into(),
            vec![b'x'; 30_000],
        )
    }

    fn availability() -> Message {
        Message::retained(&"linky/main/availability".into(), "online")
    }

    #[test]
    fn a_broker_without_limits_has_nothing_to_report() {
        let mut limits = limits(ProtocolVersion::V5, BrokerLimits::default());
        assert!(limits.take_found().is_empty());
        assert!(limits.fit(&mut discovery(), 30_100));
    }

    #[test]
    fn what_is_announced_is_kept_to_and_named_with_its_cure() {
        let mut limits = limits(
            ProtocolVersion::V5,
            BrokerLimits {
                keep_alive: Some(20),
                receive_max: 5,
                qos_max: Qos::AtMostOnce,
                retain: false,
                packet_size_max: 1000,
            },
        );
        assert_eq!((limits.qos(), limits.in_flight_max()), (Qos::AtMostOnce, 5));
        let mut small = availability();
        assert!(limits.fit(&mut small, 50) && !small.retain);
        assert!(!limits.fit(&mut discovery(), 30_100));
        let found = limits.take_found();
        assert_eq!(found.len(), 4, "{found:?}");
        for word in [
            "retain",
            "qos = 0",
            "keep-alive = \"20s\"",
            "max_packet_size",
        ] {
            assert!(found.iter().any(|text| text.contains(word)), "{word}");
        }
    }

    #[test]
    fn a_message_that_ends_two_sessions_is_left_out_and_a_state_never() {
        let mut limits = limits(ProtocolVersion::V3, BrokerLimits::default());
        for session in 0..3 {
            assert_eq!(limits.in_flight_max() == 1, session > 0);
            assert!(limits.fit(&mut discovery(), 1));
            limits.on_lost(&ConnectionLoss::Closed, Some(&discovery()));
        }
        assert!(!limits.fit(&mut discovery(), 1));
        assert!(limits.likely[0].contains("likely"));
        let state = Message::record(&"s".into(), &"main".into(), vec![], false);
        for _ in 0..4 {
            limits.on_lost(&ConnectionLoss::Closed, Some(&state));
            assert!(limits.fit(&mut state.clone(), 1));
        }
        assert_eq!(limits.likely.len(), 2, "it is named, once");
    }

    #[test]
    fn the_first_retained_message_goes_without_being_retained_and_a_later_one_not_at_all() {
        let mut limits = limits(ProtocolVersion::V3, BrokerLimits::default());
        for _ in 0..3 {
            limits.on_lost(&ConnectionLoss::Closed, Some(&availability()));
        }
        assert!(!limits.fit(&mut availability(), 1));
        let mut first = Message::retained(&"first".into(), "online");
        assert!(limits.fit(&mut first.clone(), 1));
        for _ in 0..3 {
            limits.on_lost(&ConnectionLoss::Closed, Some(&first));
        }
        assert!(limits.fit(&mut first, 1) && !first.retain);
    }

    #[test]
    fn sessions_that_end_elsewhere_suspect_nothing() {
        let mut limits = limits(ProtocolVersion::V3, BrokerLimits::default());
        for message in [
            Some(discovery()),
            None,
            Some(discovery()),
            Some(availability()),
        ] {
            limits.on_lost(&ConnectionLoss::Closed, message.as_ref());
        }
        for _ in 0..3 {
            limits.on_lost(&ConnectionLoss::Silent, Some(&discovery()));
        }
        assert!(limits.fit(&mut discovery(), 1) && limits.likely.is_empty());
    }
}
