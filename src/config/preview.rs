//! The configuration as it would be: the files that are there, with one of them changed or away.
//!
//! Input: the main file, and a drop-in beside it. Output: the settings of that, the meters that it names, and where a key
//! is. Nothing is written.

use std::path::{Path, PathBuf};

use super::document::{self, TomlTable, TomlValue};
use super::error::{ConfigError, Location};
use super::files;
use super::settings::Settings;
use super::{KeyPlace, check};

/// See the module.
#[derive(Clone, Debug)]
pub struct Preview {
    texts: Vec<(PathBuf, String)>,
}

impl Preview {
    /// The files that [`load`](super::load) reads for `path`, without the file `left_out`.
    ///
    /// # Errors
    /// Each other file that cannot be read.
    pub fn without(path: &Path, left_out: &Path) -> Result<Self, ConfigError> {
        let texts = files::read_all_but(path, left_out)?;
        Ok(Self { texts })
    }

    /// This text alone.
    #[must_use]
    pub fn of(name: &Path, text: &str) -> Self {
        let texts = vec![(name.to_owned(), text.to_owned())];
        Self { texts }
    }

    /// The same with a drop-in of this name and text, in its place among the others.
    #[must_use]
    pub fn with(&self, drop_in: &Path, text: &str) -> Self {
        let mut texts = self.texts.clone();
        let is_later = |(file, _): &(PathBuf, String)| {
            file.parent() == drop_in.parent() && file.as_path() > drop_in
        };
        let place = texts.iter().position(is_later).unwrap_or(texts.len());
        texts.insert(place, (drop_in.to_owned(), text.to_owned()));
        Self { texts }
    }

    /// Its settings.
    ///
    /// # Errors
    /// Every fault found in every file.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        check(self.document()?)
    }

    /// The ids of the meters that the files name, in order; none where the default one is meant.
    #[must_use]
    pub fn meters(&self) -> Vec<String> {
        let document = self.document().unwrap_or_default();
        match document.get(document::METER).map(|entry| &entry.node.value) {
            Some(TomlValue::List(meters)) => {
                let ids = meters.iter().map(|meter| document::meter_id(&meter.value));
                ids.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Where a key is, the last place that counts.
    #[must_use]
    pub fn locate(&self, place: KeyPlace<'_>, key: &str) -> Option<Location> {
        document::find(&self.document().ok()?, place, key)
    }

    fn document(&self) -> Result<TomlTable, ConfigError> {
        document::read_merged(&self.texts)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_drop_in_counts_in_its_place() {
        let directory = tempfile::tempdir().unwrap();
        let main = directory.path().join("linky-sensor.toml");
        let drop_ins = directory.path().join("linky-sensor.d");
        fs::create_dir(&drop_ins).unwrap();
        fs::write(&main, "[mqtt]\nqos = 2\nusername = \"a\"\n").unwrap();
        fs::write(drop_ins.join("z.toml"), "[mqtt]\nusername = \"z\"\n").unwrap();
        let own = drop_ins.join("setup.toml");
        fs::write(&own, "not TOML").unwrap();

        let others = Preview::without(&main, &own).unwrap();
        assert_eq!(others.meters(), [""; 0]);
        assert_eq!(others.settings().unwrap().mqtt.qos.level(), 2);
        let text = "[[meter]]\nid = \"house\"\n[mqtt]\nqos = 1\nusername = \"b\"\n";
        let with = others.with(&own, text);
        assert_eq!(with.meters(), ["house"]);
        let mqtt = with.settings().unwrap().mqtt;
        assert_eq!(mqtt.qos.level(), 1, "after the main file");
        assert_eq!(mqtt.username.as_deref(), Some("z"), "before z.toml");
        let location = with.locate(KeyPlace::Table("mqtt"), "username").unwrap();
        assert_eq!(location.path(), drop_ins.join("z.toml"));
        assert_eq!(location.line(), Some(2));
    }
}
