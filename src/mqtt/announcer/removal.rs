//! What the announcer takes away again: obsolete layouts and ids, and once more what Home Assistant may not have seen go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Announcer;
use crate::config::Discovery;
use crate::mqtt::announcement_queue::Effect;
use crate::mqtt::discovery::{AnnouncedEntity, AnnouncedLayout, Announcement, Layout, removable};
use crate::mqtt::message::{Message, to_json};
use crate::names::topic;

/// Ids that are not configured any more and are still in the record, at most: their removed entities may have to be removed
/// again.
const PAST_METERS_MAX: usize = 16;

impl Announcer {
    /// Whether the starts of Home Assistant matter: there is something that it has, or may have.
    pub fn follows_home_assistant(&self) -> bool {
        let mut meters = self.record.0.values();
        self.is_enabled || meters.any(|it| !it.announced.is_empty() || !it.removed().is_empty())
    }

    /// Home Assistant has started, or has ended.
    pub fn set_home_assistant_there(&mut self, is_there: bool) {
        self.removals.set_home_assistant_there(is_there);
    }

    /// After a start of Home Assistant: what was taken away meanwhile is announced once more. That of the configured meters
    /// goes with their announcements.
    pub fn begin_repeated_removals(&mut self, now: Duration) {
        if !self.is_connected {
            return;
        }
        let meters = self.record.0.iter();
        let removed = meters.map(|(id, meter)| (Arc::from(&**id), meter.removed()));
        let removed: BTreeMap<Arc<str>, _> = removed.filter(|(_, it)| !it.is_empty()).collect();
        for (id, removed) in &removed {
            if self.is_enabled && self.meters.contains(id) {
                continue;
            }
            let meter = self.record.0.entry(id.to_string()).or_default();
            meter.add(&self.layout, removed.iter().cloned());
            let unused = topic::removed(&self.base, id);
            self.push_documents(id, &removable(id, &unused, removed));
        }
        self.is_queued &= removed.is_empty();
        self.removals.begin(removed, now);
        self.save();
    }

    /// Takes away again what was announced once more. Returns the numbers of the meters that are to be announced for that.
    pub fn take_repeated_removals(&mut self, now: Duration) -> Vec<usize> {
        let due = self.removals.take(now, !self.queue.is_empty());
        due.iter()
            .filter_map(|id| {
                self.remove_obsolete(id);
                self.meters.iter().position(|meter| meter == id)
            })
            .collect()
    }

    /// Publishes an announcement without taking anything away.
    fn push_documents(&mut self, id: &Arc<str>, announcement: &Announcement) {
        match self.layout.form {
            Discovery::Device => {
                let topic = topic::home_assistant_discovery(&self.layout.prefix, id);
                let document = to_json(&announcement.document(&[]));
                let message = Message::retained(&topic.into(), document);
                self.push(id, message, Effect::Cleared(None));
            }
            Discovery::Entities => {
                for (entity, document) in announcement.documents() {
                    let topic = self.layout.topic(id, &entity).into();
                    let message = Message::retained(&topic, to_json(&document));
                    self.push(id, message, Effect::Cleared(None));
                }
            }
        }
    }

    /// Takes away what is announced of a meter in other layouts than that of the configuration, or of a meter that is not
    /// there.
    pub(super) fn remove_obsolete(&mut self, id: &Arc<str>) {
        let is_wanted = self.is_enabled && self.meters.contains(id);
        let meter = self.record.0.get(&**id).into_iter();
        let obsolete: Vec<_> = meter
            .flat_map(|meter| &meter.announced)
            .filter(|it| !is_wanted || it.layout != self.layout)
            .map(|it| (it.layout.clone(), it.entities().collect::<Vec<_>>()))
            .collect();
        for (layout, entities) in obsolete {
            match layout.form {
                Discovery::Device => self.remove(id, &layout, entities),
                Discovery::Entities => {
                    for entity in entities {
                        self.remove(id, &layout, vec![entity]);
                    }
                }
            }
        }
    }

    /// Clears the retained topics of a meter that is not there any more, and those below an earlier base topic, once nothing
    /// refers to them.
    pub(super) fn clear_obsolete(&mut self, id: &Arc<str>) {
        let number = self.meters.iter().position(|meter| meter == id);
        let is_current = |it: &AnnouncedLayout| self.is_enabled && it.layout == self.layout;
        let Some(meter) = self.record.0.get_mut(&**id) else {
            return;
        };
        let is_busy = self.queue.is_busy(id);
        let refers = |it: &AnnouncedLayout| number.is_none() || !is_current(it);
        let is_due = match number {
            Some(number) => !self.is_enabled || self.announced.contains(&number),
            None => true,
        };
        if is_busy || !is_due || meter.announced.iter().any(refers) {
            return;
        }
        let bases: Vec<String> = meter.bases.iter().cloned().collect();
        let is_there = |base: &String| number.is_some() && *base == self.base;
        let obsolete: Vec<String> = bases.into_iter().filter(|base| !is_there(base)).collect();
        if number.is_none() && meter.is_past() {
            if meter.removed().is_empty() {
                self.record.0.remove(&**id);
            }
            self.drop_past_meters();
            self.is_queued = false;
        }
        for base in obsolete {
            for topic in [topic::state(&base, id), topic::calendar(&base, id)] {
                let message = Message::retained(&topic.into(), "");
                self.push(id, message, Effect::Cleared(None));
            }
            let message = Message::retained(&topic::availability(&base, id).into(), "");
            self.push(id, message, Effect::Cleared(Some(base)));
        }
    }

    /// Forgets ids of which too many were configured once.
    fn drop_past_meters(&mut self) {
        let past = self.record.0.iter().filter(|(_, meter)| meter.is_past());
        let past: Vec<String> = past.map(|(id, _)| id.clone()).collect();
        for id in past.iter().skip(PAST_METERS_MAX) {
            self.record.0.remove(id);
        }
    }

    /// Takes entities of a layout away: with their only topic.
    pub(super) fn remove(
        &mut self,
        id: &Arc<str>,
        layout: &Layout,
        entities: Vec<AnnouncedEntity>,
    ) {
        if let Some(entity) = entities.first() {
            let topic = layout.topic(id, entity).into();
            let message = Message::retained(&topic, "");
            self.push(id, message, Effect::Removed(layout.clone(), entities));
        }
    }
}
