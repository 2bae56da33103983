//! Which processes have a port open, by /proc. Only root sees those of other users.

use std::fs;
use std::path::Path;

use nix::unistd::Uid;

use crate::words::Words;

/// The name of the daemon's process.
const SERVICE_PROCESS: &str = "linky-sensor";

/// A process that has a port open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its name.
    pub name: String,
    /// Its number.
    pub process: u32,
}

impl Holder {
    /// Whether it is the daemon.
    pub fn is_service(&self) -> bool {
        self.name == SERVICE_PROCESS
    }
}

/// The processes that have a port open.
#[derive(Debug, PartialEq, Eq)]
pub enum Holders {
    /// There are none.
    None,
    /// These.
    Processes(Vec<Holder>),
    /// There are none of this user; those of others are hidden.
    Hidden,
}

/// The processes that have `device` (canonical) open.
pub fn of(device: &Path) -> Holders {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let holders: Vec<Holder> = processes
        .filter_map(|process| holder(&process.path(), device))
        .collect();
    match holders {
        holders if !holders.is_empty() => Holders::Processes(holders),
        _ if Uid::effective().is_root() => Holders::None,
        _ => Holders::Hidden,
    }
}

/// A process that has `device` open.
fn holder(process: &Path, device: &Path) -> Option<Holder> {
    let id: u32 = process.file_name()?.to_str()?.parse().ok()?;
    let files = fs::read_dir(process.join("fd")).ok()?;
    let mut files = files
        .flatten()
        .filter_map(|file| fs::read_link(file.path()).ok());
    files.find(|target| target == device)?;
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    Some(Holder {
        name: name.trim().to_owned(),
        process: id,
    })
}

/// Their names and numbers, for people.
pub fn names(holders: &[Holder], words: Words) -> String {
    let names = holders
        .iter()
        .map(|holder| words.port_holder(&holder.name, holder.process));
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_among_the_holders() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().canonicalize().unwrap();
        match of(&path) {
            Holders::Processes(holders) => {
                let own = std::process::id();
                assert!(
                    holders.iter().any(|holder| holder.process == own),
                    "{holders:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}
