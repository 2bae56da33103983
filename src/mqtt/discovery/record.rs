//! The record of what may be at the broker: what was announced of each meter, where, and its other retained topics.
//!
//! It is kept on disk, so that what is gone can be taken away by name after any change of the configuration, and whatever
//! happens meanwhile. A message is in the record before it is published, and leaves it when the broker acknowledged its
//! removal: the record may hold more than is there, never less.
//!
//! What was taken away is remembered where Home Assistant may not have seen it: see
//! [`RepeatedRemovals`](crate::mqtt::repeated_removals::RepeatedRemovals).
//!
//! With an entity its words are kept, also those that it had before: Home Assistant may still show one. See
//! [`stale_words`](MeterRecord::stale_words).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::form::{AnnouncedEntity, EntityWords, Layout};

/// Entities: their names by platform.
type EntityNames = BTreeMap<String, BTreeSet<String>>;

/// See the module. By the id of the meter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnnouncementRecord(pub BTreeMap<String, MeterRecord>);

/// What may be at the broker of one meter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MeterRecord {
    /// The base topics below which it has retained topics.
    pub bases: BTreeSet<String>,
    /// What was announced in each layout.
    pub announced: Vec<AnnouncedLayout>,
    /// What was taken away while Home Assistant may have been off, and is not announced: names by platform.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    removed: EntityNames,
    /// Below which filters it was announced in the format of teleinfo2mqtt, and under which addresses: their fingerprints.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub teleinfo2mqtt: BTreeMap<String, BTreeSet<u16>>,
}

/// What was announced of one meter in one layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedLayout {
    /// Where, and in which form.
    #[serde(flatten)]
    pub layout: Layout,
    /// The entities: names by platform.
    entities: EntityNames,
    /// The words of those that have a list of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    words: EntityWords,
}

impl MeterRecord {
    /// The entities that may be announced in a layout and are not among these.
    pub fn gone(
        &self,
        layout: &Layout,
        entities: &BTreeSet<AnnouncedEntity>,
    ) -> Vec<AnnouncedEntity> {
        let announced = self.announced.iter().find(|it| it.layout == *layout);
        announced
            .into_iter()
            .flat_map(AnnouncedLayout::entities)
            .filter(|entity| !entities.contains(entity))
            .collect()
    }

    /// Adds entities to a layout.
    pub fn add(&mut self, layout: &Layout, entities: impl IntoIterator<Item = AnnouncedEntity>) {
        let place = self.announced.iter().position(|it| it.layout == *layout);
        let place = place.unwrap_or_else(|| {
            self.announced.push(AnnouncedLayout {
                layout: layout.clone(),
                entities: BTreeMap::new(),
                words: EntityWords::new(),
            });
            self.announced.len() - 1
        });
        if let Some(announced) = self.announced.get_mut(place) {
            for AnnouncedEntity { platform, name } in entities {
                if let Some(removed) = self.removed.get_mut(&platform) {
                    removed.remove(&name);
                }
                announced.entities.entry(platform).or_default().insert(name);
            }
            self.removed.retain(|_, names| !names.is_empty());
        }
    }

    /// Adds words of entities that are in a layout.
    pub fn add_words(&mut self, layout: &Layout, words: EntityWords) {
        let announced = self.announced.iter_mut().find(|it| it.layout == *layout);
        if let Some(announced) = announced {
            for (name, words) in words {
                announced.words.entry(name).or_default().extend(words);
            }
        }
    }

    /// The words that entities have in a layout and not among these. Home Assistant logs an error for an entity that shows a word
    /// outside its list, at the moment when the list changes: so these stay in it until another state was shown.
    pub fn stale_words(&self, layout: &Layout, words: &EntityWords) -> EntityWords {
        let announced = self.announced.iter().find(|it| it.layout == *layout);
        let stale = |(name, now): (&String, &BTreeSet<String>)| {
            let before = announced?.words.get(name)?;
            let stale: BTreeSet<String> = before.difference(now).cloned().collect();
            (!stale.is_empty()).then(|| (name.clone(), stale))
        };
        words.iter().filter_map(stale).collect()
    }

    /// Removes stale words from a layout.
    pub fn remove_words(&mut self, layout: &Layout, stale: &EntityWords) {
        let announced = self.announced.iter_mut().find(|it| it.layout == *layout);
        let Some(announced) = announced else { return };
        for (name, stale) in stale {
            if let Some(words) = announced.words.get_mut(name) {
                words.retain(|word| !stale.contains(word));
            }
        }
    }

    /// Remembers entities that were taken away, but for those that are announced elsewhere.
    pub fn add_removed<'a>(&mut self, gone: impl IntoIterator<Item = &'a AnnouncedEntity>) {
        for entity in gone {
            let is_in = |it: &AnnouncedLayout| {
                let names = it.entities.get(&entity.platform);
                names.is_some_and(|names| names.contains(&entity.name))
            };
            if !self.announced.iter().any(is_in) {
                let names = self.removed.entry(entity.platform.clone()).or_default();
                names.insert(entity.name.clone());
            }
        }
    }

    /// What was taken away while Home Assistant may have been off.
    pub fn removed(&self) -> BTreeSet<AnnouncedEntity> {
        entities(&self.removed).collect()
    }

    /// Whether nothing is left but what was taken away.
    pub fn is_past(&self) -> bool {
        self.bases.is_empty() && self.announced.is_empty() && self.teleinfo2mqtt.is_empty()
    }

    /// Removes entities from a layout; a layout without any is none.
    pub fn remove<'a>(
        &mut self,
        layout: &Layout,
        gone: impl IntoIterator<Item = &'a AnnouncedEntity>,
    ) {
        let Some(announced) = self.announced.iter_mut().find(|it| it.layout == *layout) else {
            return;
        };
        for entity in gone {
            if let Some(names) = announced.entities.get_mut(&entity.platform) {
                names.remove(&entity.name);
            }
            announced.words.remove(&entity.name);
        }
        announced.entities.retain(|_, names| !names.is_empty());
        self.announced.retain(|it| !it.entities.is_empty());
    }
}

impl AnnouncedLayout {
    /// The entities.
    pub fn entities(&self) -> impl Iterator<Item = AnnouncedEntity> {
        entities(&self.entities)
    }
}

fn entities(names: &EntityNames) -> impl Iterator<Item = AnnouncedEntity> {
    names.iter().flat_map(|(platform, names)| {
        names.iter().map(|name| AnnouncedEntity {
            platform: platform.clone(),
            name: name.clone(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Discovery;

    #[test]
    fn the_record_is_json_that_people_can_read() {
        let layout = Layout {
            prefix: "homeassistant".to_owned(),
            form: Discovery::Device,
        };
        let entity = |platform: &str, name: &str| AnnouncedEntity {
            platform: platform.to_owned(),
            name: name.to_owned(),
        };
        let mut meter = MeterRecord::default();
        meter.bases.insert("linky".to_owned());
        meter.add(
            &layout,
            [entity("sensor", "energy"), entity("binary_sensor", "link")],
        );
        let record = AnnouncementRecord([("main".to_owned(), meter.clone())].into());
        let json = serde_json::to_value(&record).unwrap();
        let expected = serde_json::json!({"main": {"bases": ["linky"], "announced": [{
            "prefix": "homeassistant", "form": "device",
            "entities": {"binary_sensor": ["link"], "sensor": ["energy"]},
        }]}});
        assert_eq!(json, expected);
        assert_eq!(
            serde_json::from_value::<AnnouncementRecord>(json).unwrap(),
            record
        );
        let kept = BTreeSet::from([entity("sensor", "link"), entity("sensor", "energy")]);
        assert_eq!(
            meter.gone(&layout, &kept),
            [entity("binary_sensor", "link")]
        );
        meter.remove(
            &layout,
            &[entity("binary_sensor", "link"), entity("sensor", "energy")],
        );
        assert_eq!(meter.announced, []);
    }
}
