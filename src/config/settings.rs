//! The checked settings, and what each is when nobody says otherwise.
//!
//! The types hold what the rest of the crate needs, not what the file spells: durations, addresses, closed choices.
//! Of the crate they use only `names` and the pure types of `tic`, so that every part may use them. A file that they name knows where it is
//! named: whoever finds it missing, much later, can say where to put that right.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::address::{BrokerUrl, Device};
use super::error::Place;
use super::value::Refusal;
use crate::names;
use crate::tic::{Mode, Parity};

/// Everything that can be configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// At least one; ids and devices are distinct.
    pub meters: Vec<MeterSettings>,
    /// The system bus.
    pub dbus: DbusSettings,
    /// The broker, and what is published there.
    pub mqtt: MqttSettings,
    /// What is withheld.
    pub privacy: Privacy,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            meters: vec![MeterSettings::with_id(MeterId::default())],
            dbus: DbusSettings::default(),
            mqtt: MqttSettings::default(),
            privacy: Privacy::default(),
        }
    }
}

/// The id of a meter that has none in the file.
pub(super) const DEFAULT_METER: &str = "main";

/// The name of a meter in topics, object paths and Home Assistant: `[a-z0-9_]`, 1 to 32 of them, not `bridge`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeterId(String);

impl MeterId {
    /// Parses the value of the key `id`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=32).contains(&text.len()) || !text.bytes().all(is_allowed) {
            return Err(Refusal::new("1 to 32 of the characters a-z, 0-9 and _")
                .advise("It names the MQTT topics and the D-Bus object; what people read is the key name."));
        }
        if text == names::topic::BRIDGE {
            return Err(Refusal::new("another id").advise(
                "\"bridge\" is taken by the topic that tells whether the daemon is connected.",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for MeterId {
    fn default() -> Self {
        Self(DEFAULT_METER.to_owned())
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
}

impl MeterSettings {
    /// A meter with this id of which nothing else is said.
    #[must_use]
    pub fn with_id(id: MeterId) -> Self {
        let name = if id == MeterId::default() {
            "Linky".to_owned()
        } else {
            format!("Linky {id}")
        };
        Self {
            id,
            name,
            device: Device::Path(PathBuf::from(names::file::DEVICE)),
            mode: ModeChoice::Auto,
            parity: Parity::Auto,
        }
    }
}

/// The TIC mode of a meter, or that it is to be detected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModeChoice {
    /// Detected, and detected again if the supplier switches the meter.
    #[default]
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

impl Default for DbusSettings {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// The broker, and what is published there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MqttSettings {
    /// Publish there.
    pub enabled: bool,
    /// Where it is.
    pub url: BrokerUrl,
    /// Whom to be; `None`: nobody in particular. The password is read by [`super::password`].
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
    /// How surely.
    pub qos: Qos,
    /// Let the broker keep the last state for those who subscribe later.
    pub retain: bool,
    /// Also publish the groups of each frame.
    pub raw: bool,
    /// How much is kept on disk while the broker is away, in bytes, 64 KiB to 16 GiB; `None`: nothing. No history is
    /// kept with `Qos::AtMostOnce`.
    pub history: Option<u64>,
    /// Home Assistant's discovery.
    pub home_assistant: HomeAssistant,
    /// The topics and the JSON of the Python linky-sensor, besides our own; `None`: not published.
    pub python_compatible: Option<PythonCompatible>,
}

impl Default for MqttSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            url: BrokerUrl {
                tls: false,
                host: "localhost".to_owned(),
                port: 1883,
            },
            username: None,
            password_file: None,
            ca_file: None,
            client_certificate: None,
            client_key: None,
            client_id: None,
            keep_alive: Duration::from_secs(30),
            base_topic: names::topic::DEFAULT_BASE.to_owned(),
            interval: Interval::Every(Duration::from_secs(10)),
            qos: Qos::AtLeastOnce,
            retain: true,
            raw: false,
            history: Some(64 << 20),
            home_assistant: HomeAssistant::default(),
            python_compatible: None,
        }
    }
}

/// A file that the configuration names. `Display` is how a message about it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The key that names it.
    pub key: &'static str,
    /// Its full path.
    pub path: PathBuf,
    /// Where it is named; `None` if no file of ours does.
    pub place: Option<Place>,
}

impl fmt::Display for NamedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
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

/// How surely a message arrives.
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
pub struct HomeAssistant {
    /// Announce the meters.
    pub enabled: bool,
    /// The topic under which Home Assistant listens.
    pub prefix: String,
    /// Of the names of entities and of enumerated states.
    pub language: Language,
}

impl Default for HomeAssistant {
    fn default() -> Self {
        Self {
            enabled: true,
            prefix: names::topic::DEFAULT_HOME_ASSISTANT_PREFIX.to_owned(),
            language: Language::French,
        }
    }
}

/// A language of people.
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

/// The topics of the Python linky-sensor. Needs `Privacy::publish_identifiers` and a single meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonCompatible {
    /// Of the readings.
    pub data_topic: String,
    /// Of the availability.
    pub status_topic: String,
}

impl Default for PythonCompatible {
    fn default() -> Self {
        Self {
            data_topic: names::topic::PYTHON_DATA.to_owned(),
            status_topic: names::topic::PYTHON_STATUS.to_owned(),
        }
    }
}

/// What is withheld.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// Publish the meter's serial number and the PRM. Withheld from every output unless this is true.
    pub publish_identifiers: bool,
}
