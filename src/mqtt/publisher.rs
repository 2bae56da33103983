//! The messages about one meter.
//!
//! Inputs: the meter's Updates and the clock. Output: messages, in order. Pure; time is an argument.
//!
//! - A state is published when the [policy](super::publish_policy) has it due, and when availability or the facts of the
//!   announcement change: once for an Update. A state comes before its events. The groups (`tic`, and the formats of the
//!   Python linky-sensor and of teleinfo2mqtt) come with each state that was made from a frame.
//! - Each point of the load curve is published as it comes.
//! - Availability and calendar are published when they change, and at the start of each session, together with the last
//!   state.
//! - The announcement is made anew when its facts change. The state with its keys is published before.
//! - The calendar follows the state: its parts are `null` while unknown. In historique mode there is none, and what an
//!   earlier mode left on its topic is removed.
//! - The status topic of the Python linky-sensor gets the availability of the meter, retained. It has no last will: a
//!   session has only one, the daemon's.

use std::sync::Arc;
use std::time::Duration;

use super::discovery::{self, AnnouncedDevice, Announcement, Learning, LearntFacts};
use super::message::{Message, state_json, to_json};
use super::publish_policy::PublishPolicy;
use super::teleinfo2mqtt::{LabelAnnouncements, Teleinfo2mqttTopics};
use super::topics::Topics;
use crate::config::MqttSettings;
use crate::meter::{Snapshot, Update, json};
use crate::names::topic;
use crate::tic::Mode;

/// Publishes one meter.
#[derive(Debug)]
pub struct Publisher {
    meter: Arc<str>,
    topics: Topics,
    device: AnnouncedDevice,
    retain: bool,
    policy: PublishPolicy,
    /// The newest state.
    newest: Arc<Snapshot>,
    /// As published last; offline for a start.
    is_online: bool,
    calendar: CalendarTopic,
    learnt: LearntFacts,
    teleinfo2mqtt: Option<Teleinfo2mqttTopics>,
}

/// The content of the calendar's topic.
#[derive(Clone, Debug)]
enum CalendarTopic {
    /// Nothing was published yet, and the mode is not known.
    Unpublished,
    /// The calendar of this state, known or not.
    Of(Arc<Snapshot>),
    /// None: the mode has no calendar.
    Removed,
}

impl Publisher {
    /// A publisher of the meter with this display name and this state so far. The topic `bridge` has the availability of
    /// the daemon.
    pub fn new(
        settings: &MqttSettings,
        name: &str,
        newest: Arc<Snapshot>,
        bridge: &Arc<str>,
    ) -> Self {
        let topics = Topics::new(settings, &newest.id);
        let mut learnt = LearntFacts::default();
        learnt.update(&newest);
        Self {
            meter: newest.id.clone(),
            device: AnnouncedDevice {
                id: newest.id.to_string(),
                name: name.to_owned(),
                language: settings.home_assistant.language,
                state: topics.state.clone(),
                event: topics.event.clone(),
                availability: topics.availability.clone(),
                bridge: bridge.clone(),
            },
            topics,
            retain: settings.retain,
            policy: PublishPolicy::new(settings),
            is_online: false,
            calendar: CalendarTopic::Unpublished.next(&newest),
            newest,
            learnt,
            teleinfo2mqtt: Teleinfo2mqttTopics::new(settings),
        }
    }

    /// Takes an Update of the meter. Returns what it did to the facts that are announced; the first one changes them.
    pub fn push(&mut self, update: &Update, now: Duration, out: &mut Vec<Message>) -> Learning {
        self.newest = update.snapshot.clone();
        let is_online = self.newest.is_online;
        let turns = is_online != std::mem::replace(&mut self.is_online, is_online);
        if turns {
            self.publish_availability(out);
        }
        let learning = match self.learnt.update(&self.newest) {
            _ if self.policy.published().is_none() => Learning::Changed,
            learning => learning,
        };
        self.publish_calendar_change(out);
        if self.policy.is_due(update, now) || turns || learning == Learning::Changed {
            self.publish_state(out);
        }
        for event in &update.events {
            let json = to_json(&json::EventOf(&self.newest, event));
            let (topic, meter) = (&self.topics.event, &self.meter);
            out.push(Message::record(topic, meter, json, false));
        }
        for point in &update.curve {
            let json = to_json(&json::Point(point));
            let (topic, meter) = (&self.topics.curve, &self.meter);
            out.push(Message::record(topic, meter, json, false));
        }
        learning
    }

    /// Publishes what is due.
    pub fn on_timer(&mut self, now: Duration, out: &mut Vec<Message>) {
        if self.policy.on_timer(&self.newest, now) {
            self.publish_state(out);
        }
    }

    /// When [`on_timer`](Self::on_timer) is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.policy.deadline()
    }

    /// The current content of the retained topics, without the announcement.
    pub fn birth_messages(&self, out: &mut Vec<Message>) {
        self.publish_availability(out);
        self.publish_calendar(out);
        out.extend(self.last_state());
    }

    /// The id of the meter.
    pub fn meter(&self) -> &Arc<str> {
        &self.meter
    }

    /// The start of the daemon, as its states name it.
    pub fn boot(&self) -> &str {
        &self.newest.boot
    }

    /// The topic of its states.
    pub fn state_topic(&self) -> &Arc<str> {
        &self.topics.state
    }

    /// What is announced; `None` while that is not known, or no state was published.
    pub fn announcement(&self) -> Option<Announcement> {
        let facts = &self.learnt.facts;
        let is_ready =
            self.policy.published().is_some() && facts.usage.is_complete_in(self.newest.mode);
        is_ready.then(|| discovery::announcement(&self.device, facts))
    }

    /// What is announced in the format of teleinfo2mqtt.
    pub fn label_announcements(&self) -> Option<LabelAnnouncements> {
        self.teleinfo2mqtt.as_ref()?.announcements()
    }

    /// Whether that has changed. True once.
    pub fn take_labels_changed(&mut self) -> bool {
        let topics = self.teleinfo2mqtt.as_mut();
        topics.is_some_and(Teleinfo2mqttTopics::take_changed)
    }

    /// Whether what is not in the announcement is gone for good.
    pub fn is_settled(&self) -> bool {
        self.learnt.are_settled()
    }

    /// The last state as it was published; not a record, since it was published before.
    pub fn last_state(&self) -> Option<Message> {
        let state = self.policy.published()?;
        Some(Message {
            retain: self.retain,
            ..Message::retained(&self.topics.state, state_json(state))
        })
    }

    /// Publishes that the meter is offline, because the daemon stops.
    pub fn stop(&mut self, out: &mut Vec<Message>) {
        self.is_online = false;
        self.publish_availability(out);
    }

    /// Publishes the calendar if it changed.
    fn publish_calendar_change(&mut self, out: &mut Vec<Message>) {
        let calendar = self.calendar.next(&self.newest);
        if calendar != self.calendar {
            // What an earlier mode left is removed; where there was none, nothing is to be done.
            let is_needed = !matches!(
                (&self.calendar, &calendar),
                (CalendarTopic::Unpublished, CalendarTopic::Removed)
            );
            self.calendar = calendar;
            if is_needed {
                self.publish_calendar(out);
            }
        }
    }

    fn publish_state(&mut self, out: &mut Vec<Message>) {
        self.policy.set_published(self.newest.clone());
        let json = state_json(&self.newest);
        let (topic, meter) = (&self.topics.state, &self.meter);
        out.push(Message::record(topic, meter, json, self.retain));
        if self.newest.frame.is_none() {
            return;
        }
        if let Some(topic) = &self.topics.tic {
            let json = to_json(&json::Tic(&self.newest));
            out.push(Message::best_effort(topic, json));
        }
        if let Some(topic) = &self.topics.python_data {
            let json = to_json(&json::Python(&self.newest));
            out.push(Message::best_effort(topic, json));
        }
        if let Some(topics) = &mut self.teleinfo2mqtt {
            topics.publish(&self.newest, out);
        }
    }

    fn publish_availability(&self, out: &mut Vec<Message>) {
        let payload = if self.is_online {
            topic::ONLINE
        } else {
            topic::OFFLINE
        };
        out.push(Message::retained(&self.topics.availability, payload));
        if let Some(topic) = &self.topics.python_status {
            out.push(Message::retained(topic, payload));
        }
    }

    fn publish_calendar(&self, out: &mut Vec<Message>) {
        let payload = match &self.calendar {
            CalendarTopic::Unpublished => return,
            CalendarTopic::Of(state) => to_json(&json::CalendarOf(state)),
            CalendarTopic::Removed => Vec::new(),
        };
        out.push(Message::retained(&self.topics.calendar, payload));
    }
}

impl CalendarTopic {
    /// The content after this state.
    fn next(&self, newest: &Arc<Snapshot>) -> Self {
        match (newest.mode, self) {
            (Some(Mode::Historique), _) => Self::Removed,
            (None, Self::Unpublished) if !newest.calendar.is_known() => Self::Unpublished,
            (None, Self::Removed) => Self::Removed,
            (Some(Mode::Standard) | None, _) => Self::Of(newest.clone()),
        }
    }
}

impl PartialEq for CalendarTopic {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Of(one), Self::Of(other)) => one.calendar == other.calendar,
            (Self::Unpublished, Self::Unpublished) | (Self::Removed, Self::Removed) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
