//! The checked settings.
//!
//! The types hold what the rest of the crate needs, not the text of the file: durations, addresses, closed choices.
//! Defaults are in `schema`. A file that the settings name comes with the location of its key, for messages about it
//! later.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::address::{BrokerUrl, Device};
use super::error::Location;
use super::value::InvalidValue;
use crate::meter::Key;
use crate::names;
use crate::tic::{Mode, Parity};

/// Everything that can be configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The language of what commands print for people, and of names in Home Assistant unless its own key is there.
    pub language: LanguageChoice,
    /// At least one; ids and devices are distinct.
    pub meters: Vec<MeterSettings>,
    /// The system bus.
    pub dbus: DbusSettings,
    /// The broker, and what is published there.
    pub mqtt: MqttSettings,
    /// What Prometheus reads.
    pub metrics: MetricsSettings,
    /// What is withheld.
    pub privacy: Privacy,
}

/// The name of a meter in topics, object paths and Home Assistant: `[a-z0-9_]`, 1 to 32 of them, not `bridge`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeterId(String);

impl MeterId {
    /// Parses the value of the key `id`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=32).contains(&text.len()) || !text.bytes().all(is_allowed) {
            return Err(InvalidValue::new("1 to 32 of the characters a-z, 0-9 and _")
                .advise("It names the MQTT topics and the D-Bus object; what people read is the key name."));
        }
        if text == names::topic::BRIDGE {
            return Err(InvalidValue::new("another id")
                .advise("\"bridge\" is taken by the topic of the daemon's availability."));
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a meter that has none in the file.
impl Default for MeterId {
    fn default() -> Self {
        Self(names::DEFAULT_METER.to_owned())
    }
}

impl fmt::Display for MeterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterSettings {
    /// Its name for programs.
    pub id: MeterId,
    /// Its name for people, 1 to 64 characters: "Linky" for the meter `main`, else "Linky" and the id.
    pub name: String,
    /// What it is read from.
    pub device: Device,
    /// Its TIC mode.
    pub mode: ModeChoice,
    /// What bit 7 of a character is.
    pub parity: Parity,
    /// The LED of this computer that is on while it is received: a name below [`names::file::LEDS`].
    pub led: Option<String>,
}

/// The TIC mode of a meter, or that it is to be detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeChoice {
    /// Detected, and detected again if the supplier switches the meter.
    Auto,
    /// Always this one.
    Fixed(Mode),
}

impl ModeChoice {
    /// Every choice.
    pub const ALL: [Self; 3] = [
        Self::Auto,
        Self::Fixed(Mode::Standard),
        Self::Fixed(Mode::Historique),
    ];

    /// The public word: `auto`, `standard` or `historique`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.mode().map_or("auto", Mode::as_str)
    }

    /// The mode; `None` if it is to be detected.
    #[must_use]
    pub fn mode(self) -> Option<Mode> {
        match self {
            Self::Auto => None,
            Self::Fixed(mode) => Some(mode),
        }
    }
}

/// The system bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbusSettings {
    /// Publish there.
    pub enabled: bool,
}

/// The broker, and what is published there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MqttSettings {
    /// Publish there.
    pub enabled: bool,
    /// Where it is.
    pub url: BrokerUrl,
    /// User name; `None` is anonymous. The password is read by [`super::password`].
    pub username: Option<String>,
    /// A file that holds the password, for those who do not use systemd's credentials. Needs `username`.
    pub password_file: Option<NamedFile>,
    /// The authorities to trust (PEM) instead of the system's. Only with TLS.
    pub ca_file: Option<NamedFile>,
    /// Our certificate (PEM). Only with TLS, together with `client_key`.
    pub client_certificate: Option<NamedFile>,
    /// The key of our certificate (PEM).
    pub client_key: Option<NamedFile>,
    /// 1 to 64 of `[A-Za-z0-9._:-]`; `None`: `names::topic::default_client_id`.
    pub client_id: Option<String>,
    /// The longest silence towards the broker: 5 s to 65535 s, whole seconds; default 30 s.
    pub keep_alive: Duration,
    /// The beginning of every topic: no wildcard, no empty level.
    pub base_topic: String,
    /// How often a state is published.
    pub interval: Interval,
    /// Dead-bands: a state is also published at once when one of these quantities, which are numbers, is away from its
    /// published value by this much or more; at least 1, in the unit of the quantity. Empty with [`Interval::Frame`].
    pub on_change: BTreeMap<Key, u64>,
    /// The quality of service of all messages but the last will.
    pub qos: Qos,
    /// Publish the last state retained.
    pub retain: bool,
    /// Also publish the groups of each frame.
    pub raw: bool,
    /// The size of the history on disk while the broker is away, in bytes, 64 KiB to 16 GiB; `None`: no history. There
    /// is none with `Qos::AtMostOnce` either.
    pub history: Option<u64>,
    /// Home Assistant's discovery.
    pub home_assistant: HomeAssistantSettings,
    /// The topics and the JSON of the Python linky-sensor, besides our own; `None`: not published.
    pub python_compatible: Option<PythonCompatible>,
    /// The topics, the JSON and the discovery of teleinfo2mqtt, besides our own; `None`: not published.
    pub teleinfo2mqtt_compatible: Option<Teleinfo2mqttCompatible>,
}

/// A file that the configuration names. `Display` gives location, key and path, the beginning of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The key that names it.
    pub key: &'static str,
    /// Its full path.
    pub path: PathBuf,
    /// The location of the key; `None` for a credential of systemd.
    pub location: Option<Location>,
}

impl fmt::Display for NamedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        write!(f, "{} {}", self.key, self.path.display())
    }
}

/// How often a state is published. An event publishes one at once in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// Every frame.
    Frame,
    /// The newest at each tick: 1 s to 1 day.
    Every(Duration),
}

/// The MQTT quality of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qos {
    /// 0: sent once, perhaps lost; no history.
    AtMostOnce,
    /// 1: sent until acknowledged.
    AtLeastOnce,
    /// 2: sent until acknowledged, and never twice.
    ExactlyOnce,
}

impl Qos {
    /// The number in the file and in the protocol.
    #[must_use]
    pub fn level(self) -> u8 {
        match self {
            Self::AtMostOnce => 0,
            Self::AtLeastOnce => 1,
            Self::ExactlyOnce => 2,
        }
    }
}

/// Home Assistant's discovery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeAssistantSettings {
    /// Announce the meters.
    pub enabled: bool,
    /// The topic prefix that Home Assistant subscribes to.
    pub prefix: String,
    /// The language of the names of entities and of enumerated states.
    pub language: Language,
    /// The form of the announcements.
    pub discovery: Discovery,
}

/// The form in which a meter is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Discovery {
    /// One message for the device: Home Assistant 2024.12 or newer.
    Device,
    /// One message for each entity: all others, and older ones.
    Entities,
}

impl Discovery {
    /// Every choice.
    pub const ALL: [Self; 2] = [Self::Device, Self::Entities];

    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Entities => "entities",
        }
    }
}

/// The language of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `fr`
    French,
    /// `en`
    English,
}

impl Language {
    /// Every choice.
    pub const ALL: [Self; 2] = [Self::French, Self::English];

    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }
}

/// The language of people, or that the locale chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LanguageChoice {
    /// That of the locale.
    Auto,
    /// Always this one.
    Fixed(Language),
}

impl LanguageChoice {
    /// Every choice.
    pub const ALL: [Self; 3] = [
        Self::Auto,
        Self::Fixed(Language::French),
        Self::Fixed(Language::English),
    ];

    /// The public word: `auto`, `fr` or `en`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.language().map_or("auto", Language::as_str)
    }

    /// The language; `None` if the locale chooses it.
    #[must_use]
    pub fn language(self) -> Option<Language> {
        match self {
            Self::Auto => None,
            Self::Fixed(language) => Some(language),
        }
    }
}

/// The topics of the Python linky-sensor. Needs `Privacy::publish_identifiers` and a single meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonCompatible {
    /// The topic of the readings.
    pub data_topic: String,
    /// The topic of the availability.
    pub status_topic: String,
}

/// The topics of teleinfo2mqtt. Needs `Privacy::publish_identifiers`: they hold the serial number of the meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Teleinfo2mqttCompatible {
    /// The beginning of every topic: no wildcard, no empty level.
    pub base_topic: String,
    /// Announce its entities to Home Assistant, under the prefix of [`HomeAssistantSettings`].
    pub discovery: bool,
}

/// What Prometheus reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsSettings {
    /// Where it is served; `None`: nowhere. The port is not 0.
    pub listen: Option<SocketAddr>,
}

/// What is withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privacy {
    /// Publish the meter's serial number and the PRM. Withheld from every output unless this is true.
    pub publish_identifiers: bool,
}
