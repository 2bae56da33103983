//! Announcements in the format of teleinfo2mqtt that the configuration does not have any more: they are taken away.
//!
//! Inputs: the record of what was announced, and what the broker has retained. Output: messages that clear topics. Sans-io.
//!
//! The topics hold the serial number of the meter, which is not kept: the record has the filter that they are below, and a hash of
//! sixteen bits. So the broker is asked, and what it has retained is cleared if it is of this program and of that meter. The
//! record forgets a filter when a session has found nothing more of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use crate::config::MqttSettings;
use crate::meter::fingerprint;
use crate::mqtt::discovery::AnnouncementRecord;
use crate::mqtt::incoming::Publication;
use crate::mqtt::message::Message;
use crate::names::topic;

/// See the module.
#[derive(Debug)]
pub struct Leftovers {
    /// The filter of what the configuration has.
    current: Option<String>,
    sought: Vec<SoughtTopics>,
}

/// What is sought in a session.
#[derive(Debug)]
struct SoughtTopics {
    meter: Arc<str>,
    filter: String,
    fingerprints: BTreeSet<u16>,
    /// Something was found, or it is reported that there is nothing.
    is_settled: bool,
}

impl Leftovers {
    /// With these settings.
    pub fn new(settings: &MqttSettings) -> Self {
        let compatible = settings.teleinfo2mqtt_compatible.as_ref();
        let prefix = &settings.home_assistant.prefix;
        let filter = |base: &str| topic::teleinfo2mqtt_announcements(prefix, base);
        Self {
            current: compatible
                .filter(|it| it.discovery)
                .map(|it| filter(&it.base_topic)),
            sought: Vec::new(),
        }
    }

    /// The filter of what is announced now.
    pub fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// The filters to subscribe to.
    pub fn filters<'a>(
        &'a self,
        record: &'a AnnouncementRecord,
    ) -> impl Iterator<Item = &'a str> + 'a {
        let filters = record.0.values().flat_map(|it| it.teleinfo2mqtt.keys());
        let filters: BTreeSet<&str> = filters.map(String::as_str).collect();
        filters
            .into_iter()
            .filter(|filter| self.current.as_deref() != Some(filter))
    }

    /// A session starts.
    pub fn on_connected(&mut self, record: &AnnouncementRecord) {
        let of = |(meter, filter, fingerprints): (&String, &String, &BTreeSet<u16>)| SoughtTopics {
            meter: meter.as_str().into(),
            filter: filter.clone(),
            fingerprints: fingerprints.clone(),
            is_settled: false,
        };
        let all = record
            .0
            .iter()
            .flat_map(|(id, meter)| meter.teleinfo2mqtt.iter().map(move |(f, p)| (id, f, p)));
        let obsolete = all.filter(|(_, filter, _)| self.current.as_ref() != Some(filter));
        self.sought = obsolete.map(of).collect();
    }

    /// Takes a message of the broker. What clears it, and of which meter it is, if it is left over.
    pub fn take(&mut self, publication: &Publication) -> Option<(Arc<str>, Message)> {
        if !publication.retain || !is_ours(&publication.payload) {
            return None;
        }
        let sought = self
            .sought
            .iter_mut()
            .find(|it| it.covers(&publication.topic))?;
        sought.is_settled = true;
        let topic = publication.topic.as_str().into();
        Some((sought.meter.clone(), Message::retained(&topic, "")))
    }

    /// The broker has sent what it has retained: the meters and filters of which there was nothing. Each once.
    pub fn take_done(&mut self) -> Vec<(Arc<str>, String)> {
        let mut done = Vec::new();
        for it in &mut self.sought {
            if !it.is_settled {
                it.is_settled = true;
                done.push((it.meter.clone(), it.filter.clone()));
            }
        }
        done
    }
}

impl SoughtTopics {
    /// Whether a topic is below the filter and has the address of the meter in its name.
    fn covers(&self, topic: &str) -> bool {
        let Some((start, end)) = self.filter.split_once('+') else {
            return false;
        };
        let name = topic
            .strip_prefix(start)
            .and_then(|it| it.strip_suffix(end));
        let address = name.and_then(|name| Some(name.split_once('_')?.0));
        address.is_some_and(|address| self.fingerprints.contains(&fingerprint(address)))
    }
}

/// Whether an announcement is of this program: teleinfo2mqtt itself may be back on the same topics.
fn is_ours(document: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Document {
        origin: DocumentOrigin,
    }
    #[derive(Deserialize)]
    struct DocumentOrigin {
        name: String,
    }
    serde_json::from_slice(document)
        .is_ok_and(|document: Document| document.origin.name == env!("CARGO_PKG_NAME"))
}
