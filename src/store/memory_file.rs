//! The memory of a meter, in `<StateDirectory>/<meter>.json`.
//!
//! Replaced as a whole, so that a power cut leaves either the old or the new one. A file that cannot be parsed is renamed to
//! `.damaged`, and the meter starts without a memory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Error;
use super::state_file::replace;
use crate::meter::Memory;

/// The file of one meter.
#[derive(Clone, Debug)]
pub struct MemoryFile {
    path: PathBuf,
    saved: Option<Memory>,
}

impl MemoryFile {
    /// The file of the meter with this id.
    pub fn new(directory: &Path, meter: &str) -> Self {
        Self {
            path: directory.join(format!("{meter}.json")),
            saved: None,
        }
    }

    /// Reads the saved memory; the default if there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or not parsed, and was kept aside.
    pub fn load(&mut self) -> Result<Memory, Error> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Memory::default()),
            Err(error) => return Err(Error::unreadable(&self.path)(error)),
        };
        match serde_json::from_slice::<Memory>(&text) {
            Ok(memory) => {
                self.saved = Some(memory.clone());
                Ok(memory)
            }
            Err(error) => {
                let aside = self.path.with_extension("json.damaged");
                fs::rename(&self.path, &aside).map_err(Error::unwritable(&aside))?;
                Err(Error::Damaged {
                    path: self.path.clone(),
                    aside,
                    cause: error.to_string(),
                })
            }
        }
    }

    /// Saves, if anything changed since the last time. A save that failed is tried again at the next change.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&mut self, memory: &Memory) -> Result<(), Error> {
        if self.saved.as_ref() == Some(memory) {
            return Ok(());
        }
        serde_json::to_vec_pretty(memory)
            .map_err(io::Error::from)
            .and_then(|text| replace(&self.path, &text))
            .map_err(Error::unwritable(&self.path))?;
        self.saved = Some(memory.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_memory_is_loaded() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = MemoryFile::new(directory.path(), "main");
        assert_eq!(file.load().unwrap(), Memory::default());
        let memory = serde_json::from_str(r#"{"mode": "standard"}"#).unwrap();
        file.save(&memory).unwrap();
        assert_eq!(
            MemoryFile::new(directory.path(), "main").load().unwrap(),
            memory
        );
    }

    #[test]
    fn a_damaged_file_is_kept_aside() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.json");
        fs::write(&path, b"{\"mode\":").unwrap();
        let mut file = MemoryFile::new(directory.path(), "main");
        let error = file.load().unwrap_err().to_string();
        let aside = path.with_extension("json.damaged");
        assert!(error.starts_with(path.to_str().unwrap()), "{error}");
        assert!(error.contains(aside.to_str().unwrap()), "{error}");
        assert!(aside.exists());
        assert_eq!(file.load().unwrap(), Memory::default());
    }

    #[test]
    fn a_memory_that_did_not_change_is_not_written_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.json");
        let mut file = MemoryFile::new(directory.path(), "main");
        let memory: Memory = serde_json::from_str(r#"{"mode": "standard"}"#).unwrap();
        file.save(&memory).unwrap();
        fs::remove_file(&path).unwrap();
        file.save(&memory).unwrap();
        assert!(!path.exists());
        file.save(&Memory::default()).unwrap();
        file.save(&memory).unwrap();
        // What was loaded is as good as what was saved.
        let mut next = MemoryFile::new(directory.path(), "main");
        assert_eq!(next.load().unwrap(), memory);
        fs::remove_file(&path).unwrap();
        next.save(&memory).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_save_that_failed_leaves_the_old_file_and_is_tried_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.json");
        let beside = path.with_extension("json.new");
        let mut file = MemoryFile::new(directory.path(), "main");
        let old: Memory = serde_json::from_str(r#"{"mode": "standard"}"#).unwrap();
        let new: Memory = serde_json::from_str(r#"{"mode": "historique"}"#).unwrap();
        file.save(&old).unwrap();
        // Nothing can be created where a directory is.
        fs::create_dir(&beside).unwrap();
        let error = file.save(&new).unwrap_err().to_string();
        assert!(error.starts_with(path.to_str().unwrap()), "{error}");
        let load = || MemoryFile::new(directory.path(), "main").load().unwrap();
        assert_eq!(load(), old);
        fs::remove_dir(&beside).unwrap();
        file.save(&new).unwrap();
        assert_eq!(load(), new);
    }

    #[test]
    fn what_a_power_cut_left_half_written_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let beside = directory.path().join("main.json.new");
        let mut file = MemoryFile::new(directory.path(), "main");
        let memory: Memory = serde_json::from_str(r#"{"mode": "standard"}"#).unwrap();
        file.save(&memory).unwrap();
        fs::write(&beside, vec![b'x'; 10_000]).unwrap();
        assert_eq!(file.load().unwrap(), memory, "it is not even looked at");
        file.save(&Memory::default()).unwrap();
        assert_eq!(file.load().unwrap(), Memory::default());
        assert!(!beside.exists());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_left_where_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.json");
        fs::create_dir(&path).unwrap();
        let error = MemoryFile::new(directory.path(), "main")
            .load()
            .unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
        assert!(path.exists());
    }
}
