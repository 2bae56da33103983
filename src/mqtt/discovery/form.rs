//! The two forms of an announcement: one message for the device, or one for each entity.
//!
//! Input: what all entities share, and the components by name. Output: the documents, and the topics that they go to.
//! In both forms an entity has the same ids, so that its history goes on when the form is changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::config::{Discovery, HomeAssistantSettings};
use crate::names::topic;

/// What is announced of a meter.
#[derive(Clone, Debug, Default)]
pub struct Announcement {
    /// The keys of the document beside the components, as abbreviated there.
    pub shared: Map<String, Value>,
    /// The components by name, each with its platform.
    pub components: Map<String, Value>,
}

/// The words that an entity may show, by the name of its component: Home Assistant's `options`.
pub type EntityWords = BTreeMap<String, BTreeSet<String>>;

/// An entity by what identifies it in a topic: its platform, and the name of its component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AnnouncedEntity {
    /// `sensor`, `binary_sensor` or `event`.
    pub platform: String,
    /// The name of the component.
    pub name: String,
}

/// Where announcements go, and in which form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The topic prefix.
    pub prefix: String,
    /// One message for the device, or one for each entity.
    pub form: Discovery,
}

impl Layout {
    /// That of the settings, whether or not anything is announced.
    pub fn configured(settings: &HomeAssistantSettings) -> Self {
        Self {
            prefix: settings.prefix.clone(),
            form: settings.discovery,
        }
    }

    /// The topic of the message that announces this entity of a meter.
    pub fn topic(&self, meter: &str, entity: &AnnouncedEntity) -> String {
        match self.form {
            Discovery::Device => topic::home_assistant_discovery(&self.prefix, meter),
            Discovery::Entities => {
                topic::home_assistant_entity(&self.prefix, &entity.platform, meter, &entity.name)
            }
        }
    }
}

impl Announcement {
    /// The entities.
    pub fn entities(&self) -> BTreeSet<AnnouncedEntity> {
        entities_of(&self.components)
    }

    /// The words of the entities that have a list of them.
    pub fn words(&self) -> EntityWords {
        words_of(&self.components)
    }

    /// The same with more words of some entities, behind their own.
    #[must_use]
    pub fn with_words(mut self, more: &EntityWords) -> Self {
        for (name, words) in more {
            let component = self.components.get_mut(name);
            let options = component.and_then(|it| it.get_mut("options")?.as_array_mut());
            if let Some(options) = options {
                options.extend(words.iter().map(|word| word.as_str().into()));
            }
        }
        self
    }

    /// The same with the components of another announcement, but for those that it has itself.
    #[must_use]
    pub fn with_components(mut self, of: Self) -> Self {
        for (name, component) in of.components {
            self.components.entry(name).or_insert(component);
        }
        self
    }

    /// The document of the device. Each of the entities `gone` is named with its platform alone: Home Assistant takes it
    /// away.
    pub fn document(&self, gone: &[AnnouncedEntity]) -> Value {
        let mut components = self.components.clone();
        for entity in gone {
            let removal = json!({"platform": entity.platform});
            components.insert(entity.name.clone(), removal);
        }
        let mut document = self.shared.clone();
        document.insert("cmps".to_owned(), components.into());
        document.into()
    }

    /// The document of each entity. The keys are spelt in full: not everyone expands those of a device.
    pub fn documents(&self) -> impl Iterator<Item = (AnnouncedEntity, Value)> {
        self.components.iter().filter_map(|(name, component)| {
            let mut document = self.shared.clone();
            for (short, full) in [("o", "origin"), ("dev", "device")] {
                if let Some(value) = document.remove(short) {
                    document.insert(full.to_owned(), value);
                }
            }
            document.extend(component.as_object()?.clone());
            let Some(Value::String(platform)) = document.remove("platform") else {
                return None;
            };
            let name = name.clone();
            Some((AnnouncedEntity { platform, name }, document.into()))
        })
    }
}

/// The entities that the document of a device announces, and their words.
pub fn entities_in(document: &[u8]) -> (BTreeSet<AnnouncedEntity>, EntityWords) {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let components = document.get("cmps").and_then(Value::as_object);
    let both = components.map(|components| (entities_of(components), words_of(components)));
    both.unwrap_or_default()
}

fn words_of(components: &Map<String, Value>) -> EntityWords {
    let words = |(name, component): (&String, &Value)| {
        let options = component.get("options")?.as_array()?.iter();
        let words = options.filter_map(|word| word.as_str().map(str::to_owned));
        Some((name.clone(), words.collect()))
    };
    components.iter().filter_map(words).collect()
}

fn entities_of(components: &Map<String, Value>) -> BTreeSet<AnnouncedEntity> {
    let entity = |(name, component): (&String, &Value)| {
        Some(AnnouncedEntity {
            platform: component.get("platform")?.as_str()?.to_owned(),
            name: name.clone(),
        })
    };
    components.iter().filter_map(entity).collect()
}
