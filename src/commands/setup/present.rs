//! The configuration that is there: what is proposed again, and what other files decide.

use std::fs;
use std::path::{Path, PathBuf};

use super::plan::{BrokerPlan, SetupPlan};
use crate::config::{
    self, BrokerUrl, ConfigError, Device, KeyPlace, Location, MeterId, MeterSettings, Preview,
    Secret, Settings,
};
use crate::names::file;
use crate::words::Words;

/// The name of the drop-in, in the directory of the drop-ins.
const DROP_IN: &str = "setup.toml";

/// See the module.
pub struct Present {
    /// The drop-in that is written.
    pub drop_in: PathBuf,
    /// Its text now; `None` if it is not there.
    pub text: Option<String>,
    /// The settings in force; those of the other files alone if the drop-in is wrong.
    pub settings: Settings,
    /// The settings of the other files.
    pub others: Settings,
    files: Preview,
    /// The files, the drop-in among them if it is right.
    all: Preview,
}

/// Why a plan cannot be written.
pub enum PlanFault {
    /// With it the configuration is wrong.
    Wrong(ConfigError),
    /// A key of another file has precedence.
    Overruled(&'static str, Option<Location>),
}

impl Present {
    /// Reads the files.
    ///
    /// # Errors
    /// The other files are wrong: they are corrected first.
    pub fn read(config: &Path) -> Result<Self, ConfigError> {
        let drop_in = config.with_extension("d").join(DROP_IN);
        let files = Preview::without(config, &drop_in)?;
        let others = files.settings()?;
        let text = fs::read_to_string(&drop_in).ok();
        let with_own = text.as_ref().map(|text| files.with(&drop_in, text));
        let right = with_own.and_then(|all| Some((all.settings().ok()?, all)));
        let (settings, all) = right.unwrap_or_else(|| (others.clone(), files.clone()));
        Ok(Self {
            drop_in,
            text,
            settings,
            others,
            files,
            all,
        })
    }

    /// The meters that can be meant where other files name some; empty where its name is free.
    pub fn named_meters(&self) -> Vec<MeterId> {
        if self.files.meters().is_empty() {
            return Vec::new();
        }
        let meters = self.settings.meters.iter();
        meters.map(|meter| meter.id.clone()).collect()
    }

    /// The meter that was set up, else the first.
    pub fn meter(&self) -> Option<&MeterSettings> {
        let text = self.text.as_deref().unwrap_or_default();
        let own = Preview::of(&self.drop_in, text).meters();
        let mut meters = self.settings.meters.iter();
        let is_own = |meter: &&MeterSettings| own.iter().any(|id| id == meter.id.as_str());
        meters.find(is_own).or_else(|| self.settings.meters.first())
    }

    /// Its name.
    pub fn id(&self) -> MeterId {
        self.meter()
            .map(|meter| meter.id.clone())
            .unwrap_or_default()
    }

    /// Its port, if a file chooses another one than that of the package.
    pub fn device(&self) -> Option<&Device> {
        let device = &self.meter()?.device;
        let of_package = Device::Path(file::DEVICE.into());
        Some(device).filter(|device| **device != of_package)
    }

    /// The broker that a file chooses; `Some(None)`: MQTT is switched off.
    pub fn broker(&self) -> Option<Option<BrokerPlan>> {
        let mqtt = &self.settings.mqtt;
        if !mqtt.enabled {
            return Some(None);
        }
        let is_chosen = |key| self.all.locate(KeyPlace::Table("mqtt"), key).is_some();
        (is_chosen("url") || is_chosen("username")).then(|| Some(BrokerPlan::of(mqtt)))
    }

    /// The user that the files name for this broker.
    pub fn username_at(&self, url: &BrokerUrl) -> Option<String> {
        let configured = self.broker().flatten();
        let here = configured.filter(|broker| broker.url == *url);
        here.and_then(|broker| broker.username)
    }

    /// The password that the service is given for this user.
    pub fn password(&self, username: &str) -> Option<Secret> {
        let mqtt = config::MqttSettings {
            username: Some(username.to_owned()),
            ..self.settings.mqtt.clone()
        };
        config::stored_password(&mqtt).ok().flatten()
    }

    /// The text of the drop-in for a plan.
    ///
    /// # Errors
    /// With it the files would not give what is planned.
    pub fn text_of(&self, plan: &SetupPlan, words: Words) -> Result<String, PlanFault> {
        let text = plan.to_toml(&self.others, words);
        let all = self.files.with(&self.drop_in, &text);
        let settings = all.settings().map_err(PlanFault::Wrong)?;
        match plan.overruled(&settings, &all) {
            None => Ok(text),
            Some((key, location)) => Err(PlanFault::Overruled(key, location)),
        }
    }
}
