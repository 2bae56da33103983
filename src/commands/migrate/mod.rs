//! `linky-sensor migrate`: reads the configuration of another program and prints ours.
//!
//! | program | what is read |
//! |---|---|
//! | the Python linky-sensor | its INI file, with the section `[mqtt_broker]` |
//! | teleinfo2mqtt | its variables, in an environment file, a docker-compose file, a `docker run` command or the options of its app |
//!
//! Standard output gets a configuration that `check-config` accepts: it can be saved as a file of `linky-sensor.d`. What could
//! not be taken over, and what is left to do, goes to standard error. A password is never printed.

mod draft;
mod python;
mod teleinfo2mqtt;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

pub use self::draft::Draft;
use super::console::{CommandError, Console};
use crate::config;
use crate::names::exit;

/// Bytes of a file that are read at most: a configuration has a few hundred.
const FILE_SIZE_MAX: u64 = 1 << 20;

/// What to read.
#[derive(Clone, Debug, clap::Args)]
pub struct Migrate {
    /// The INI file of the Python linky-sensor, or a file with the variables of teleinfo2mqtt; `-` for standard input
    file: PathBuf,
}

impl Migrate {
    /// Prints our configuration.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        let name = self.file.display().to_string();
        let text = self.read().map_err(|error| {
            let code = match error.kind() {
                io::ErrorKind::InvalidData => exit::DATA,
                _ => exit::NO_INPUT,
            };
            CommandError::of(code, words, &name, error)
        })?;
        let draft = python::migrate(&text, words)
            .or_else(|| teleinfo2mqtt::migrate(&text, words))
            .ok_or_else(|| CommandError::new(exit::DATA, words.migrate_unknown(&name)))?;
        let toml = draft.to_toml();
        config::parse("migrated", &toml).map_err(|error| {
            let faults = words.faults(&error);
            CommandError::new(exit::DATA, words.migrate_refused(&name, &faults))
        })?;
        console.write_all(toml.as_bytes())?;
        for note in draft.notes() {
            console.note(note);
        }
        Ok(exit::OK)
    }

    fn read(&self) -> io::Result<String> {
        let source: Box<dyn Read> = if self.file.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(&self.file)?)
        };
        let mut bytes = Vec::new();
        let size = source.take(FILE_SIZE_MAX + 1).read_to_end(&mut bytes)?;
        let other = |found: &str| io::Error::new(io::ErrorKind::InvalidData, found);
        if size as u64 > FILE_SIZE_MAX {
            return Err(other("larger than 1 MiB: this is no configuration"));
        }
        String::from_utf8(bytes).map_err(|_| other("no text in UTF-8: this is no configuration"))
    }
}
