//! The configuration: from files that people write to settings that the rest of the crate can trust.
//!
//! Input: the main file and the drop-ins beside it (`linky-sensor.d/*.toml`, in lexical order). Output: [`Settings`],
//! every value of which is in range, or a [`ConfigError`] that lists every fault found, each with its location, what was
//! found, what was expected and what to do. Four stages, each of which hands a complete result to the next:
//!
//! 1. `files`: which files there are, and their text, bounded;
//! 2. `document`: text -> tables, each key and value with its location; the files are merged, tables by key and meters
//!    by id;
//! 3. `schema`: tables -> `Settings`. This is the one list of keys: name, default and accepted values in one row each.
//!    A key that is wrong is reported and its default is taken, so that the faults of all keys are reported together;
//! 4. `rules`: what must hold between keys, checked only if each key is right.
//!
//! Invariants: an absent or empty file means [`Settings::default`]; no message ever shows a password; nothing here
//! opens a port or a socket. The one secret, the broker's password, is not in the file: see [`password`].

mod address;
mod document;
mod error;
mod files;
mod preview;
mod rules;
mod schema;
mod secret;
mod settings;
mod table;
mod value;

use std::path::{Path, PathBuf};

pub use address::{BrokerUrl, Device};
pub use document::KeyPlace;
pub use error::{ConfigError, Fault, Location};
pub use preview::Preview;
pub use secret::{PasswordError, Secret, password, stored_password};
pub use settings::{
    DbusSettings, Discovery, HomeAssistantSettings, Interval, Language, LanguageChoice, MeterId,
    MeterSettings, MetricsSettings, ModeChoice, MqttSettings, NamedFile, Privacy, PythonCompatible,
    Qos, Settings, Teleinfo2mqttCompatible,
};
pub use value::{InvalidValue, format_duration, format_size};

pub(crate) use document::TomlValue;
pub(crate) use table::TableReader;
pub(crate) use value::{boolean, one_of, parse_duration, text};

use document::TomlTable;
use table::Report;

/// Reads and checks the file at `path` and its drop-ins: `linky-sensor.toml` has `linky-sensor.d/*.toml` beside it.
///
/// The file may be missing only if it is the default one (`names::file::CONFIG`).
///
/// # Errors
/// Every fault found in every file.
pub fn load(path: &Path) -> Result<Settings, ConfigError> {
    let texts = files::read_all(path)?;
    check(document::read_merged(&texts)?)
}

/// Reads and checks one text, as if it were the only file; `name` is the name of the file in messages.
///
/// ```
/// let settings = linky_sensor::config::parse("example.toml", "[mqtt]\ninterval = \"frame\"\n")?;
/// assert_eq!(settings.mqtt.interval, linky_sensor::config::Interval::Frame);
/// # Ok::<(), linky_sensor::config::ConfigError>(())
/// ```
///
/// # Errors
/// Every fault found in the text.
pub fn parse(name: &str, text: &str) -> Result<Settings, ConfigError> {
    let texts = [(PathBuf::from(name), text.to_owned())];
    check(document::read_merged(&texts)?)
}

/// Reads another file of the same form, a scenario of the simulator: each key that `read` does not ask for is a fault.
///
/// # Errors
/// Every fault found in the text.
pub(crate) fn read_document<T>(
    name: &str,
    text: &str,
    read: impl FnOnce(&mut TableReader<'_>) -> T,
) -> Result<T, ConfigError> {
    let document = document::read_merged(&[(PathBuf::from(name), text.to_owned())])?;
    let mut report = Report::default();
    let value = TableReader::read_root(document, &mut report, read);
    let (faults, _) = report.finish();
    if faults.is_empty() {
        Ok(value)
    } else {
        Err(ConfigError::from(faults))
    }
}

/// The language that the files choose, whatever else is wrong with them: a message about them is in it too. `Auto` where
/// they choose none, or cannot be read.
#[must_use]
pub fn language(path: &Path) -> LanguageChoice {
    let texts = files::read_all(path).unwrap_or_default();
    let document = document::read_merged(&texts).unwrap_or_default();
    let mut report = Report::default();
    TableReader::read_root(document, &mut report, schema::read_language)
}

/// Where a key of the files is, the last place that counts; `None` if it is in none of them.
#[must_use]
pub fn locate(path: &Path, place: KeyPlace<'_>, key: &str) -> Option<Location> {
    let document = document::read_merged(&files::read_all(path).ok()?).ok()?;
    document::find(&document, place, key)
}

/// The files that [`load`] reads, in that order: `path` if it exists, then its drop-ins.
///
/// # Errors
/// The drop-in directory exists and cannot be listed, or `path` is missing where it may not be.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    files::list(path)
}

fn check(document: TomlTable) -> Result<Settings, ConfigError> {
    let mut report = Report::default();
    let settings = schema::read_settings(document, &mut report);
    let (mut faults, locations) = report.finish();
    if faults.is_empty() {
        faults = rules::check(&settings, &locations);
    }
    if faults.is_empty() {
        Ok(settings)
    } else {
        Err(ConfigError::from(faults))
    }
}
