//! The memory of a meter, in `<StateDirectory>/<meter>.json`.
//!
//! Replaced as a whole, so that a power cut leaves either the old or the new one. A file that cannot be parsed is renamed to
//! `.damaged`, and the meter starts without a memory.
//!
//! With it goes the boot of the machine. A Raspberry Pi has no clock that runs while it is off, and starts with the time of its
//! last stop: after another boot the age of an index is not known, and what was used meanwhile may be any amount.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Error;
use super::state_file::replace;
use crate::meter::Memory;

/// Where the kernel has a random id of this boot of the machine.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// The name of the section that has it.
const MACHINE_BOOT: &str = "machine_boot";

/// The file of one meter.
#[derive(Clone, Debug)]
pub struct MemoryFile {
    path: PathBuf,
    machine_boot: Option<String>,
    saved: Option<Memory>,
}

impl MemoryFile {
    /// The file of the meter with this id.
    pub fn new(directory: &Path, meter: &str) -> Self {
        Self {
            path: directory.join(format!("{meter}.json")),
            machine_boot: fs::read_to_string(BOOT_ID)
                .ok()
                .map(|id| id.trim().to_owned()),
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
            Ok(mut memory) => {
                self.saved = Some(memory.clone());
                let saved_in = memory.take(MACHINE_BOOT);
                if saved_in.as_ref().and_then(Value::as_str) != self.machine_boot.as_deref() {
                    memory.forget_times();
                }
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
        let mut memory = memory.clone();
        if let Some(id) = &self.machine_boot {
            memory.insert(MACHINE_BOOT, id.as_str().into());
        }
        if self.saved.as_ref() == Some(&memory) {
            return Ok(());
        }
        serde_json::to_vec_pretty(&memory)
            .map_err(io::Error::from)
            .and_then(|text| replace(&self.path, &text))
            .map_err(Error::unwritable(&self.path))?;
        self.saved = Some(memory);
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
    fn after_another_boot_of_the_machine_the_age_of_an_index_is_not_known() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.json");
        let memory = r#"{"mode": "standard", "validator": {"EAST": {"value": 5, "time": 1}}}"#;
        let memory: Memory = serde_json::from_str(memory).unwrap();
        let load = || MemoryFile::new(directory.path(), "main").load().unwrap();
        MemoryFile::new(directory.path(), "main")
            .save(&memory)
            .unwrap();
        assert_eq!(load(), memory);
        let mut file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for boot in [Value::from("another"), Value::Null] {
            file[MACHINE_BOOT] = boot;
            fs::write(&path, file.to_string()).unwrap();
            let section = load().section("validator").unwrap();
            assert_eq!(section, serde_json::json!({"EAST": {"value": 5}}));
        }
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
