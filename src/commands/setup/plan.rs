//! What is to be in force, and the text of the drop-in that makes it so.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::config::{
    BrokerUrl, Device, KeyPlace, Language, Location, MeterId, MqttSettings, NamedFile, Preview,
    Secret, Settings,
};
use crate::words::Words;

/// The key that names the authorities.
const CA_FILE: &str = "ca-file";

/// See the module.
#[derive(Clone, Debug)]
pub struct SetupPlan {
    /// The name of the meter for programs.
    pub id: MeterId,
    /// Its port.
    pub device: Device,
    /// The broker; `None`: no MQTT.
    pub broker: Option<BrokerPlan>,
    /// What becomes of the stored password.
    pub password: PasswordPlan,
    /// The language of commands; `None`: the locale's.
    pub language: Option<Language>,
}

/// A broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerPlan {
    /// Where it is.
    pub url: BrokerUrl,
    /// The file of the authorities to trust; `None`: those of the system, or there is no TLS.
    pub ca_file: Option<PathBuf>,
    /// The user; `None` is anonymous.
    pub username: Option<String>,
}

/// What becomes of the stored password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordPlan {
    /// It stays, or there is none.
    Keep,
    /// This one is stored.
    Store(Secret),
    /// It is removed: a password without a user is refused.
    Remove,
}

impl BrokerPlan {
    /// A broker that is not logged in to. Without TLS no authority is needed.
    pub fn anonymous(url: BrokerUrl, ca_file: Option<PathBuf>) -> Self {
        Self {
            ca_file: ca_file.filter(|_| url.tls),
            url,
            username: None,
        }
    }

    /// The one that is configured.
    pub fn of(configured: &MqttSettings) -> Self {
        let ca_file = configured.ca_file.as_ref();
        let ca_file = ca_file.map(|file| file.path.clone());
        Self {
            username: configured.username.clone(),
            ..Self::anonymous(configured.url.clone(), ca_file)
        }
    }

    /// The settings for it, all else as configured.
    pub fn settings(&self, configured: &MqttSettings) -> MqttSettings {
        MqttSettings {
            enabled: true,
            url: self.url.clone(),
            ca_file: self.ca_file.clone().map(|path| NamedFile {
                key: CA_FILE,
                path,
                location: None,
            }),
            username: self.username.clone(),
            ..configured.clone()
        }
    }
}

impl SetupPlan {
    /// The drop-in; `others` are the settings of the other files.
    pub fn to_toml(&self, others: &Settings, words: Words) -> String {
        let mut text = format!("# {}\n", words.setup_file_comment());
        if let Some(language) = self.language {
            let _ = writeln!(text, "{}", line("language", language.as_str()));
        }
        let _ = write!(
            text,
            "\n[[meter]]\n{}\n{}\n\n[mqtt]\n",
            line("id", self.id.as_str()),
            line("device", &self.device.to_string())
        );
        match &self.broker {
            None => text.push_str("enabled = false\n"),
            Some(BrokerPlan {
                url,
                ca_file,
                username,
            }) => {
                if !others.mqtt.enabled {
                    text.push_str("enabled = true\n");
                }
                let _ = writeln!(text, "{}", line("url", &url.to_string()));
                if let Some(path) = ca_file {
                    let _ = writeln!(text, "{}", line(CA_FILE, &path.display().to_string()));
                }
                if let Some(username) = username {
                    let _ = writeln!(text, "{}", line("username", username));
                }
            }
        }
        text
    }

    /// A key of a later file that has precedence over what is planned: its name, and where it is. `settings` are those of all
    /// `files`, this plan's among them.
    pub fn overruled(
        &self,
        settings: &Settings,
        files: &Preview,
    ) -> Option<(&'static str, Option<Location>)> {
        let id = self.id.as_str();
        let mut meters = settings.meters.iter();
        let meter = meters.find(|meter| meter.id == self.id);
        let mqtt = &settings.mqtt;
        let planned = self.broker.as_ref();
        let is_other = |found: bool, place, key| found.then(|| (key, files.locate(place, key)));
        let table = KeyPlace::Table("mqtt");
        let device = meter.map(|meter| &meter.device);
        is_other(device != Some(&self.device), KeyPlace::Meter(id), "device")
            .or_else(|| is_other(mqtt.enabled != planned.is_some(), table, "enabled"))
            .or_else(|| {
                let planned = planned?;
                let ca_file = mqtt.ca_file.as_ref().map(|file| &file.path);
                is_other(mqtt.url != planned.url, table, "url")
                    .or_else(|| is_other(ca_file != planned.ca_file.as_ref(), table, CA_FILE))
                    .or_else(|| is_other(mqtt.username != planned.username, table, "username"))
            })
    }
}

/// A key and its text. Each string of JSON is one of TOML.
fn line(key: &str, value: &str) -> String {
    format!("{key} = {}", serde_json::Value::from(value))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config;

    const ENGLISH: Words = Words::new(Language::English, false);

    fn plan() -> SetupPlan {
        SetupPlan {
            id: MeterId::parse("house").unwrap(),
            device: Device::parse("/dev/a \"b\"\\é").unwrap(),
            broker: Some(BrokerPlan {
                url: BrokerUrl::parse("mqtts://nas.local").unwrap(),
                ca_file: Some("/etc/linky-sensor/ca \"1\".pem".into()),
                username: Some("li\"nky".to_owned()),
            }),
            password: PasswordPlan::Keep,
            language: Some(Language::French),
        }
    }

    #[test]
    fn the_drop_in_is_what_was_planned() {
        let plan = plan();
        let settings = config::parse("x", &plan.to_toml(&Settings::default(), ENGLISH)).unwrap();
        assert_eq!(settings.language.language(), Some(Language::French));
        let meter = settings.meters.first().unwrap();
        assert_eq!((&meter.id, &meter.device), (&plan.id, &plan.device));
        assert_eq!(settings.mqtt.username.as_deref(), Some("li\"nky"));
        assert_eq!(Some(BrokerPlan::of(&settings.mqtt)), plan.broker);
        assert!(settings.mqtt.enabled);

        let without = SetupPlan {
            broker: None,
            ..plan
        };
        let settings = config::parse("x", &without.to_toml(&Settings::default(), ENGLISH));
        assert!(!settings.unwrap().mqtt.enabled);
    }

    #[test]
    fn a_later_file_that_has_another_value_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let main = directory.path().join("linky-sensor.toml");
        fs::write(&main, "[mqtt]\nenabled = false\n").unwrap();
        let drop_ins = directory.path().join("linky-sensor.d");
        fs::create_dir(&drop_ins).unwrap();
        let own = drop_ins.join("setup.toml");
        let plan = plan();
        let overruled = || {
            let others = Preview::without(&main, &own).unwrap();
            let text = plan.to_toml(&others.settings().unwrap(), ENGLISH);
            let all = others.with(&own, &text);
            plan.overruled(&all.settings().unwrap(), &all)
        };
        assert_eq!(overruled(), None, "enabled again");
        for (text, key) in [
            ("[mqtt]\nurl = \"mqtts://other\"\n", "url"),
            (
                "[mqtt]\nurl = \"mqtts://nas.local\"\nca-file = \"/other\"\n",
                "ca-file",
            ),
            ("[mqtt]\nusername = \"other\"\n", "username"),
            ("[mqtt]\nenabled = false\n", "enabled"),
            ("[[meter]]\nid = \"house\"\ndevice = \"/dev/b\"\n", "device"),
        ] {
            fs::write(drop_ins.join("z.toml"), text).unwrap();
            let (found, location) = overruled().unwrap();
            assert_eq!(found, key);
            assert_eq!(location.unwrap().path(), drop_ins.join("z.toml"));
        }
    }
}
