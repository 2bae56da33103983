//! Which processes have a port open, by /proc. Only root sees those of other users.

use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
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

/// The processes that have `device` open.
pub fn of(device: &Path) -> Holders {
    let Ok(sought) = fs::metadata(device).map(|found| FileIdentity::of(&found)) else {
        return Holders::None;
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let holders: Vec<Holder> = processes
        .filter_map(|process| holder(&process.path(), &sought))
        .collect();
    match holders {
        holders if !holders.is_empty() => Holders::Processes(holders),
        _ if Uid::effective().is_root() => Holders::None,
        _ => Holders::Hidden,
    }
}

/// Which file is open, whatever its name: a container has names of its own for its devices and pseudo-terminals, and two names
/// may be of one device.
#[derive(Debug, PartialEq, Eq)]
enum FileIdentity {
    /// A pseudo-terminal: its number alone is in each container again.
    Pty { filesystem: u64, device: u64 },
    /// Another device.
    Device(u64),
    /// What is no device.
    File { filesystem: u64, inode: u64 },
}

impl FileIdentity {
    /// The major numbers of the near ends of pseudo-terminals (the kernel's devices.txt).
    const PTY_MAJORS: std::ops::RangeInclusive<u64> = 136..=143;

    fn of(metadata: &Metadata) -> Self {
        let (filesystem, device) = (metadata.dev(), metadata.rdev());
        if !metadata.file_type().is_char_device() {
            let inode = metadata.ino();
            return Self::File { filesystem, inode };
        }
        if Self::PTY_MAJORS.contains(&nix::sys::stat::major(device)) {
            return Self::Pty { filesystem, device };
        }
        Self::Device(device)
    }
}

/// A process that has this file open.
fn holder(process: &Path, sought: &FileIdentity) -> Option<Holder> {
    let id: u32 = process.file_name()?.to_str()?.parse().ok()?;
    let mut files = fs::read_dir(process.join("fd")).ok()?.flatten();
    files.find(|file| is_same(&file.path(), sought))?;
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    Some(Holder {
        name: name.trim().to_owned(),
        process: id,
    })
}

/// Whether a file of a process is this one. A pseudo-terminal that went away leaves its number to the next, and its name is
/// marked.
fn is_same(file: &Path, sought: &FileIdentity) -> bool {
    let is_there =
        fs::read_link(file).is_ok_and(|name| !name.as_os_str().as_bytes().ends_with(b" (deleted)"));
    is_there && fs::metadata(file).is_ok_and(|open| FileIdentity::of(&open) == *sought)
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
        match of(file.path()) {
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
