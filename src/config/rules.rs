//! Stage 4: what must hold between keys.
//!
//! Checked only if every key is right by itself, so that one mistake gives one message.

use super::error::Fault;
use super::settings::{Interval, MeterSettings, MqttSettings, Settings};
use super::table::Locations;

/// Every rule that does not hold.
pub(super) fn check(settings: &Settings, locations: &Locations) -> Vec<Fault> {
    let mut rules = Rules {
        locations,
        faults: Vec::new(),
    };
    rules.check_devices(&settings.meters);
    rules.check_tls(&settings.mqtt);
    rules.check_password(&settings.mqtt);
    rules.check_on_change(&settings.mqtt);
    rules.check_compatible(settings);
    rules.faults
}

struct Rules<'p> {
    locations: &'p Locations,
    faults: Vec<Fault>,
}

impl Rules<'_> {
    /// Reports a fault at `subject`, or at the table around it when the key itself is not written.
    fn refuse(&mut self, subject: &str, found: impl Into<String>, expected: &str, advice: &str) {
        let table = subject.rsplit_once('.').map_or(subject, |(table, _)| table);
        let Some(location) = self
            .locations
            .get(subject)
            .or_else(|| self.locations.get(table))
        else {
            debug_assert!(false, "a rule is broken by defaults alone: {subject}");
            return;
        };
        self.faults.push(Fault {
            location: location.clone(),
            subject: subject.to_owned(),
            found: found.into(),
            expected: expected.to_owned(),
            advice: Some(advice.to_owned()),
        });
    }

    fn check_devices(&mut self, meters: &[MeterSettings]) {
        for (index, meter) in meters.iter().enumerate() {
            let Some(first) = meters
                .iter()
                .take(index)
                .find(|earlier| earlier.device == meter.device)
            else {
                continue;
            };
            self.refuse(
                &format!("meter[{}].device", meter.id),
                format!(
                    "{}, which the meter {:?} is already read from",
                    meter.device,
                    first.id.as_str()
                ),
                "a device of its own for each meter",
                "Each adapter has a name that stays the same: ls /dev/serial/by-id/",
            );
        }
    }

    fn check_tls(&mut self, mqtt: &MqttSettings) {
        let files = [
            ("mqtt.ca-file", &mqtt.ca_file),
            ("mqtt.client-certificate", &mqtt.client_certificate),
            ("mqtt.client-key", &mqtt.client_key),
        ];
        for (key, _) in files
            .into_iter()
            .filter(|(_, file)| file.is_some() && !mqtt.url.tls)
        {
            self.refuse(
                key,
                format!("this key with {}, which is not encrypted", mqtt.url),
                "a url that begins with mqtts://",
                "Write mqtts:// (port 8883 unless given), or remove this key.",
            );
        }
        let (key, other) = match (&mqtt.client_certificate, &mqtt.client_key) {
            (Some(_), None) => ("mqtt.client-certificate", "client-key"),
            (None, Some(_)) => ("mqtt.client-key", "client-certificate"),
            _ => return,
        };
        self.refuse(
            key,
            format!("this key without {other}"),
            "both client-certificate and client-key, or neither",
            "They are two halves of one identity: add the other, or remove this one.",
        );
    }

    fn check_password(&mut self, mqtt: &MqttSettings) {
        if mqtt.password_file.is_some() && mqtt.username.is_none() {
            self.refuse(
                "mqtt.password-file",
                "this key without username",
                "the name that the password belongs to",
                "Add username = \"…\": MQTT has no password without a user.",
            );
        }
    }

    fn check_on_change(&mut self, mqtt: &MqttSettings) {
        if mqtt.interval == Interval::Frame && !mqtt.on_change.is_empty() {
            self.refuse(
                "mqtt.on-change",
                "this key with interval = \"frame\"",
                "an interval such as \"1min\"",
                "Each frame is published anyway: choose another interval, or remove this key.",
            );
        }
    }

    fn check_compatible(&mut self, settings: &Settings) {
        let mqtt = &settings.mqtt;
        for (table, program) in [
            mqtt.python_compatible
                .is_some()
                .then_some(("mqtt.python-compatible", "the Python linky-sensor")),
            mqtt.teleinfo2mqtt_compatible
                .is_some()
                .then_some(("mqtt.teleinfo2mqtt-compatible", "teleinfo2mqtt")),
        ]
        .into_iter()
        .flatten()
        .filter(|_| !settings.privacy.publish_identifiers)
        {
            self.refuse(
                table,
                "this table with publish-identifiers = false",
                "publish-identifiers = true in [privacy]",
                &format!("The format of {program} holds the meter's serial number and PRM: allow it, or remove this table."),
            );
        }
        if mqtt.python_compatible.is_some() && settings.meters.len() > 1 {
            self.refuse(
                "mqtt.python-compatible",
                format!("this table with {} meters", settings.meters.len()),
                "a single meter",
                "The Python linky-sensor reads one meter; with several, only the topics of each meter can be used.",
            );
        }
    }
}
