//! The options of the Home Assistant app: `/data/options.json`, as the Supervisor writes it from the form.
//!
//! The list of them is the schema in `homeassistant/linky_sensor/config.yaml`, which the Supervisor checks; a test keeps the
//! two equal. A text that is empty is not given. Options of another version are ignored.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;

use crate::commands::console::CommandError;
use crate::names::exit;

/// Far above what a form gives.
const BYTES_MAX: u64 = 64 * 1024;

/// The options; `None` is not given. Without `Debug`, for it holds a password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AppOptions {
    /// A serial port.
    #[serde(deserialize_with = "given")]
    pub device: Option<String>,
    /// A port served over the network, `tcp://host:port`. It comes before the serial port.
    #[serde(deserialize_with = "given")]
    pub network: Option<String>,
    /// The mode of the meter.
    #[serde(deserialize_with = "given")]
    pub mode: Option<String>,
    /// How often a state is published.
    #[serde(deserialize_with = "given")]
    pub interval: Option<String>,
    /// The language of the entities.
    #[serde(deserialize_with = "given")]
    pub language: Option<String>,
    /// Publish the raw groups.
    pub raw: Option<bool>,
    /// Publish serial number and PRM.
    pub publish_identifiers: Option<bool>,
    /// How much is logged.
    #[serde(deserialize_with = "given")]
    pub log_level: Option<String>,
    /// Another broker than the one of Home Assistant.
    #[serde(deserialize_with = "given")]
    pub mqtt_url: Option<String>,
    /// Its user.
    #[serde(deserialize_with = "given")]
    pub mqtt_username: Option<String>,
    /// Its password.
    #[serde(deserialize_with = "given")]
    pub mqtt_password: Option<String>,
}

fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

impl AppOptions {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or does not hold the options.
    pub fn read(path: &Path) -> Result<Self, CommandError> {
        let failed = |why: &dyn std::fmt::Display| {
            CommandError::new(
                exit::CONFIG,
                format_args!(
                    "{}: {why}; save the options of the app again",
                    path.display()
                ),
            )
        };
        let text = read_bounded(path).map_err(|error| failed(&error))?;
        serde_json::from_slice(&text).map_err(|error| failed(&error))
    }

    /// The `-v` that the level of the log is.
    #[must_use]
    pub fn verbose(&self) -> u8 {
        match self.log_level.as_deref() {
            Some("debug") => 1,
            Some("trace") => 2,
            _ => 0,
        }
    }
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?
        .take(BYTES_MAX + 1)
        .read_to_end(&mut text)?;
    if text.len() as u64 > BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "more than 64 KiB",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use serde::de::value::Error;
    use serde::de::{Error as _, Visitor};

    use super::*;

    /// Reads nothing: it fails with the names of the fields that it is asked for.
    struct NamesOfFields;

    impl<'de> serde::Deserializer<'de> for NamesOfFields {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            Err(Error::custom("no structure"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Error> {
            Err(Error::custom(fields.join(" ")))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    #[test]
    fn the_form_has_these_options_and_no_other() {
        let form = include_str!("../../../homeassistant/linky_sensor/config.yaml");
        let (_, schema) = form.split_once("\nschema:\n").unwrap();
        let lines = schema.lines().map_while(|line| line.strip_prefix("  "));
        let of_the_form: BTreeSet<&str> =
            lines.map(|line| line.split_once(':').unwrap().0).collect();
        let read = AppOptions::deserialize(NamesOfFields)
            .map(drop)
            .unwrap_err()
            .to_string();
        assert_eq!(read.split(' ').collect::<BTreeSet<_>>(), of_the_form);
    }

    fn read(text: &str) -> Result<AppOptions, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("options.json");
        fs::write(&path, text).unwrap();
        AppOptions::read(&path).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn what_is_empty_is_not_given() {
        let options = read(
            r#"{"device": "", "network": null, "mqtt_url": " ", "mode": "auto", "raw": true, "of_another_version": 1}"#,
        )
        .unwrap();
        assert_eq!(options.mode.as_deref(), Some("auto"));
        assert_eq!(options.raw, Some(true));
        assert_eq!(
            (options.device, options.network, options.mqtt_url),
            (None, None, None)
        );
    }

    #[test]
    fn the_level_of_the_log_is_as_often_the_option_of_the_daemon() {
        for (level, verbose) in [("info", 0), ("debug", 1), ("trace", 2), ("", 0)] {
            let options = read(&format!(r#"{{"log_level": "{level}"}}"#)).unwrap();
            assert_eq!(options.verbose(), verbose);
        }
    }

    #[test]
    fn a_file_that_holds_no_options_is_named_with_what_to_do() {
        for text in ["", "[", "1", r#"{"raw": "yes"}"#, r#"{"mode": 1}"#] {
            let error = read(text).map(drop).unwrap_err();
            assert!(
                error.contains("options.json") && error.contains("save the options"),
                "{error}"
            );
        }
        let error = read(&" ".repeat(70_000)).map(drop).unwrap_err();
        assert!(error.contains("64 KiB"), "{error}");
        assert!(AppOptions::read(Path::new("/nowhere")).is_err());
    }
}
