//! Another language, or another version, has other words for the states of an entity.

use std::collections::{BTreeMap, BTreeSet};

use linky_sensor::config::{Discovery, Language};
use linky_sensor::sink::BrokerState;
use serde_json::Value;

use super::support::broker::{Broker, Received, Subscriber};
use super::support::daemon::WAIT_TIMEOUT;
use super::support::sink::Sink;
use super::{DEVICE, STATE, TEMPO, standard, until_recorded, with_discovery};

/// An entity of Home Assistant that shows a word of a list. It reads states by the newest template; when an announcement comes,
/// what it shows must be in the new list: Home Assistant logs an error otherwise.
#[derive(Default)]
struct Shown {
    template: String,
    options: BTreeSet<String>,
    word: Option<String>,
}

impl Shown {
    fn announced(&mut self, component: &Value) {
        let options = component["options"].as_array().unwrap().iter();
        self.options = options.map(|it| it.as_str().unwrap().to_owned()).collect();
        self.template = component["value_template"].as_str().unwrap().to_owned();
        if let Some(word) = &self.word {
            assert!(
                self.options.contains(word),
                "{word}, but {:?}",
                self.options
            );
        }
    }

    /// `{{ {'closed': 'Fermé'}.get(value_json.get('breaker')) }}`
    fn read(&mut self, state: &Value) {
        let Some(key) = self.template.split("value_json.get('").nth(1) else {
            return;
        };
        let value = state[key.split('\'').next().unwrap()].as_str();
        let word = value.and_then(|value| {
            let words = self.template.split(&format!("'{value}': '")).nth(1)?;
            Some(words.split('\'').next().unwrap().to_owned())
        });
        self.word = word.or(self.word.take());
    }
}

#[test]
fn no_entity_shows_a_word_outside_its_list_while_the_language_changes() {
    for form in [Discovery::Device, Discovery::Entities] {
        let broker = Broker::start();
        let subscriber = Subscriber::at(&broker);
        let directory = tempfile::tempdir().unwrap();
        let mut shown: BTreeMap<String, Shown> = BTreeMap::new();
        for language in [Language::French, Language::English] {
            let mut settings = with_discovery(broker.port, form);
            settings.home_assistant.language = language;
            let mut sink = Sink::with_history(&settings, directory.path(), "b");
            sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
            standard(&mut sink, TEMPO);
            until_recorded(directory.path(), |record| {
                let words = &record["main"]["announced"][0]["words"]["breaker"];
                words.as_array().is_some_and(|words| {
                    let has = |word: &str| words.iter().any(|it| it == word);
                    has("aucune") == (language == Language::French)
                        && has("none") == (language == Language::English)
                })
            });
            standard(&mut sink, TEMPO);
            let last = sink.frame();
            let (mut documents, mut seq) = (0, None);
            while seq != Some(last) {
                let received = subscriber.next();
                if received.topic == STATE {
                    let state = received.json();
                    shown.values_mut().for_each(|it| it.read(&state));
                    seq = state["seq"].as_u64();
                }
                let Some(components) = components_of(&received) else {
                    continue;
                };
                for (name, component) in components {
                    if component.get("options").is_some() {
                        documents += usize::from(name == "breaker");
                        shown.entry(name).or_default().announced(&component);
                    }
                }
            }
            let breaker = &shown["breaker"];
            let word = breaker.word.as_deref().unwrap();
            assert_eq!(breaker.options.contains("aucune"), word == "aucune");
            assert!(documents < 12, "{documents}");
            sink.stop();
        }
        assert!(shown.len() > 5, "{:?}", shown.keys());
        assert_eq!(shown["breaker"].word.as_deref(), Some("none"));
    }
}

/// The components that a message announces, by name.
fn components_of(received: &Received) -> Option<Vec<(String, Value)>> {
    if received.payload.is_empty() {
        return None;
    }
    let topic = received.topic.strip_prefix("homeassistant/")?;
    let document = received.json();
    if received.topic == DEVICE {
        let components = document["cmps"].as_object()?.clone();
        return Some(components.into_iter().collect());
    }
    let name = topic.split('/').nth(2)?.to_owned();
    Some(vec![(name, document)])
}
