//! The announcements of all meters: what is published of them, and what is taken away again.
//!
//! Inputs: what each meter announces, the acknowledgements of the broker, the record on disk. Output: messages, some at a
//! time (`announcement_queue`). Sans-io.
//!
//! - What a mode, a contract or a version does not have any more is taken away by name. In the form of the device, a gone
//!   entity is named once with its platform alone, and left out afterwards; in the form of entities its topic is cleared.
//!   Only what has settled is gone: see [`LearntFacts`](super::discovery::LearntFacts).
//! - An entity whose words are others (another language, another version) is announced with both first (`narrowing`).
//! - What was taken away while Home Assistant may have been off is announced and taken away once more after its next start
//!   (`repeated_removals`).
//! - What the configuration does not have any more (a meter's id, the prefix, the form, discovery at all) is taken away at
//!   the start of the session. The other retained topics of a gone id or an earlier base topic follow when that is
//!   acknowledged, so that no entity sees an empty state.
//! - A meter of which there is no record may have been announced by a version that kept none. Its announcement waits for what
//!   the broker has retained on its topic, which comes before the first acknowledgement.
//! - What is announced in the format of teleinfo2mqtt waits here too, and is taken away with its table.

mod removal;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::announcement_queue::{AnnouncementQueue, AnnouncementStep, Effect};
use super::discovery::{Announcement, AnnouncementRecord, Layout, entities_in, removable};
use super::incoming::Publication;
use super::message::{Message, to_json};
use super::narrowing::Narrowing;
use super::reason_code::ReasonCode;
use super::repeated_removals::RepeatedRemovals;
use super::teleinfo2mqtt::{LabelAnnouncements, Leftovers};
use crate::config::{Discovery, MqttSettings};
use crate::names::{journal, topic};
use crate::store::StateFile;

/// See the module.
#[derive(Debug)]
pub struct Announcer {
    /// The layout of the configuration.
    layout: Layout,
    is_enabled: bool,
    is_connected: bool,
    base: String,
    /// The ids of the configured meters.
    meters: Vec<Arc<str>>,
    /// The topics of their device announcements, in the same order.
    device_topics: Vec<Arc<str>>,
    record: AnnouncementRecord,
    file: StateFile,
    /// Whether the store has this record. A write that fails is logged by the store, and made again with the next change.
    is_queued: bool,
    /// Meters of which it is not known yet what the broker has retained.
    unknown: BTreeSet<usize>,
    /// Meters that were announced in this session.
    announced: BTreeSet<usize>,
    queue: AnnouncementQueue,
    narrowing: Narrowing,
    removals: RepeatedRemovals,
    leftovers: Leftovers,
}

impl Announcer {
    /// The announcer of these meters, with the record of this file.
    pub fn new(settings: &MqttSettings, meters: Vec<Arc<str>>, file: StateFile) -> Self {
        let record = file.read().map(|text| serde_json::from_slice(&text));
        let record = record.and_then(|record| {
            record
                .inspect_err(|error| {
                    log::warn!(MESSAGE_ID = journal::STORE_FAILED; "the record of what was announced cannot be parsed: {error}; the broker is asked");
                })
                .ok()
        });
        let layout = Layout::configured(&settings.home_assistant);
        let device_topic =
            |id: &Arc<str>| topic::home_assistant_discovery(&layout.prefix, id).into();
        Self {
            is_connected: false,
            device_topics: meters.iter().map(device_topic).collect(),
            layout,
            is_enabled: settings.home_assistant.enabled,
            base: settings.base_topic.clone(),
            meters,
            record: record.unwrap_or_default(),
            file,
            is_queued: true,
            unknown: BTreeSet::new(),
            announced: BTreeSet::new(),
            queue: AnnouncementQueue::default(),
            narrowing: Narrowing::default(),
            removals: RepeatedRemovals::default(),
            leftovers: Leftovers::new(settings),
        }
    }

    /// The topics to subscribe to: those on which an earlier version, or another configuration, may have left an announcement.
    pub fn subscriptions(&self) -> impl Iterator<Item = &str> {
        let meters = self.meters.iter().zip(&self.device_topics);
        let unrecorded = meters.filter(|(id, _)| !self.is_recorded(id));
        let topics = unrecorded.map(|(_, topic)| &**topic);
        topics.chain(self.leftovers.filters(&self.record))
    }

    /// A session starts. What the configuration does not have any more is taken away.
    pub fn on_connected(&mut self) {
        self.on_disconnected();
        self.is_connected = true;
        self.leftovers.on_connected(&self.record);
        let meters = self.meters.iter().enumerate();
        let unrecorded = meters.filter(|(_, id)| !self.is_recorded(id));
        self.unknown = unrecorded.map(|(number, _)| number).collect();
        let ids: Vec<Arc<str>> = self.record.0.keys().map(|id| id.as_str().into()).collect();
        for id in ids {
            if self.meters.contains(&id) {
                self.add_base(&id);
            }
            self.remove_obsolete(&id);
            self.clear_obsolete(&id);
        }
        self.save();
    }

    /// The session has ended: each begins with everything.
    pub fn on_disconnected(&mut self) {
        self.is_connected = false;
        self.queue.clear();
        self.narrowing.clear();
        self.removals.clear();
        self.announced.clear();
    }

    /// Whether a meter can be announced.
    pub fn takes(&self, number: usize) -> bool {
        self.is_enabled && self.is_connected && !self.unknown.contains(&number)
    }

    /// Announces a meter, and takes away what is gone if `is_settled`.
    pub fn announce(
        &mut self,
        number: usize,
        announcement: Announcement,
        is_settled: bool,
        now: Duration,
    ) {
        let Some(id) = self.meters.get(number).cloned() else {
            return;
        };
        if !self.takes(number) {
            return;
        }
        self.announced.insert(number);
        self.add_base(&id);
        let layout = self.layout.clone();
        let repeated = self.removals.of(&id);
        let unused = topic::removed(&self.base, &id);
        let announcement = announcement.with_components(removable(&id, &unused, &repeated));
        let (entities, words) = (announcement.entities(), announcement.words());
        let meter = self.record.0.entry(id.to_string()).or_default();
        let gone = meter.gone(&layout, &entities);
        let gone = if is_settled { gone } else { Vec::new() };
        let mut stale = meter.stale_words(&layout, &words);
        let announcement = if self.narrowing.may(number, &stale, now) {
            announcement
        } else {
            announcement.with_words(&std::mem::take(&mut stale))
        };
        meter.add(&layout, entities);
        meter.add_words(&layout, words);
        self.is_queued = false;
        self.save();
        match layout.form {
            Discovery::Device => {
                let topic = self.device_topics.get(number).cloned().unwrap_or_default();
                let message = Message::retained(&topic, to_json(&announcement.document(&gone)));
                self.push(&id, message, Effect::Named(gone, stale));
            }
            Discovery::Entities => {
                for entity in gone {
                    self.remove(&id, &layout, vec![entity]);
                }
                for (entity, document) in announcement.documents() {
                    let topic = layout.topic(&id, &entity).into();
                    let message = Message::retained(&topic, to_json(&document));
                    let stale = stale.remove_entry(&entity.name).into_iter().collect();
                    self.push(&id, message, Effect::Announced(entity, stale));
                }
            }
        }
    }

    /// Announces the labels of a meter in the format of teleinfo2mqtt.
    pub fn announce_labels(&mut self, number: usize, labels: LabelAnnouncements) {
        let filter = self.leftovers.current().map(str::to_owned);
        let meter = self
            .meters
            .get(number)
            .cloned()
            .filter(|_| self.is_connected);
        let (Some(filter), Some(id)) = (filter, meter) else {
            return;
        };
        let meter = self.record.0.entry(id.to_string()).or_default();
        let fingerprints = meter.teleinfo2mqtt.entry(filter).or_default();
        if fingerprints.insert(labels.fingerprint) {
            self.is_queued = false;
            self.save();
        }
        for message in labels.messages {
            self.push(&id, message, Effect::Cleared(None));
        }
    }

    /// The numbers of the meters whose entities are to lose the words of before: to be announced after a state. Each once.
    pub fn take_narrowing(&mut self, now: Duration) -> Vec<usize> {
        let is_busy = |number: usize| {
            let id = self.meters.get(number);
            id.is_some_and(|id| self.queue.is_busy(id))
        };
        self.narrowing.take(now, is_busy)
    }

    /// When [`take_narrowing`](Self::take_narrowing) or [`take_repeated_removals`](Self::take_repeated_removals) is due.
    pub fn deadline(&self) -> Option<Duration> {
        let deadlines = [self.narrowing.deadline(), self.removals.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// Whether something of a meter is announced that is not in this announcement.
    pub fn has_gone(&self, number: usize, announcement: &Announcement) -> bool {
        let id = self.meters.get(number).map(|id| &**id).unwrap_or_default();
        let meter = self.record.0.get(id);
        meter.is_some_and(|meter| {
            !meter
                .gone(&self.layout, &announcement.entities())
                .is_empty()
        })
    }

    /// Takes a message of the broker: what an earlier version left. Returns the number of the meter if it is to be announced
    /// again.
    pub fn on_publication(&mut self, publication: &Publication) -> Option<usize> {
        if let Some((meter, message)) = self.leftovers.take(publication) {
            self.push(&meter, message, Effect::Cleared(None));
        }
        if !publication.retain {
            return None;
        }
        let mut topics = self.device_topics.iter();
        let number = topics.position(|device| **device == *publication.topic)?;
        let id = self.meters.get(number)?.clone();
        let (left, words) = entities_in(&publication.payload);
        if left.is_empty() {
            return None;
        }
        let layout = Layout {
            form: Discovery::Device,
            ..self.layout.clone()
        };
        let meter = self.record.0.entry(id.to_string()).or_default();
        meter.add(&layout, left);
        meter.add_words(&layout, words);
        self.is_queued = false;
        if self.unknown.contains(&number) {
            return None;
        }
        self.remove_obsolete(&id);
        Some(number)
    }

    /// The broker answered to a message; one that it refused changes nothing. Returns the numbers of the meters that are to be
    /// announced.
    pub fn on_acknowledged(&mut self, message: &Message, reason: ReasonCode) -> BTreeSet<usize> {
        // Mostly what is retained came before; what comes later is taken by `on_publication`.
        let mut due = std::mem::take(&mut self.unknown);
        for (meter, filter) in self.leftovers.take_done() {
            let meter = self.record.0.get_mut(&*meter);
            self.is_queued &= meter.is_none_or(|it| it.teleinfo2mqtt.remove(&filter).is_none());
        }
        for number in &due {
            let id = self.meters.get(*number).cloned().unwrap_or_default();
            self.add_base(&id);
            self.remove_obsolete(&id);
        }
        // After a refusal the next session tries again: here it would go on for ever.
        if let Some(step) = self.queue.acknowledged(message)
            && !reason.is_failure()
        {
            if self.apply(&step) {
                due.extend(self.meters.iter().position(|id| *id == step.meter));
            }
            self.clear_obsolete(&step.meter);
        }
        self.save_at_rest();
        due
    }

    /// The next message, if not enough of them are on their way.
    pub fn next(&mut self) -> Option<Message> {
        self.queue.next()
    }

    /// Changes the record. Returns whether the meter is to be announced again.
    fn apply(&mut self, step: &AnnouncementStep) -> bool {
        let meter = self.record.0.entry(step.meter.to_string()).or_default();
        self.is_queued = false;
        let is_repeated = !self.removals.is_home_assistant_there();
        match &step.effect {
            Effect::Announced(entity, stale) => {
                meter.add(&self.layout, [entity.clone()]);
                meter.remove_words(&self.layout, stale);
            }
            Effect::Named(gone, stale) => {
                meter.remove(&self.layout, gone);
                meter.add_removed(gone.iter().filter(|_| is_repeated));
                meter.remove_words(&self.layout, stale);
                return !gone.is_empty();
            }
            Effect::Removed(layout, gone) => {
                meter.remove(layout, gone);
                meter.add_removed(gone.iter().filter(|_| is_repeated));
            }
            Effect::Cleared(base) => {
                if let Some(base) = base {
                    meter.bases.remove(base);
                }
            }
        }
        false
    }

    /// Records that a configured meter has retained topics.
    fn add_base(&mut self, id: &str) {
        let meter = self.record.0.entry(id.to_owned()).or_default();
        if meter.bases.insert(self.base.clone()) {
            self.is_queued = false;
        }
    }

    fn push(&mut self, meter: &Arc<str>, message: Message, effect: Effect) {
        let meter = meter.clone();
        self.queue.push(AnnouncementStep {
            message,
            meter,
            effect,
        });
    }

    fn is_recorded(&self, id: &str) -> bool {
        self.record.0.contains_key(id)
    }

    /// Writes the record if it changed. A record that the store does not take is written with the next change.
    fn save(&mut self) {
        if !self.is_queued {
            self.is_queued = self.file.replace(to_json(&self.record));
        }
    }

    /// The same, once all is acknowledged: until then the record on disk holds more than is there, which does no harm.
    fn save_at_rest(&mut self) {
        if self.queue.is_empty() {
            self.save();
        }
    }
}
