//! Which processes have a port open, by /proc. Only root sees those of other users.

use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::unistd::Uid;

use crate::words::Words;

/// The name of the daemon's process.
const SERVICE_PROCESS: &str = "linky-sensor";

/// How often a port that is open is looked at, and the time between two looks. Who has it open at each of them holds it. The
/// others had it open in passing: to change its settings, or as new processes that had not yet closed what they inherited.
const LOOKS: u32 = 5;
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

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

/// The processes that hold `device`. Takes 0.4 s if one of them is not the daemon.
pub fn of(device: &Path) -> Holders {
    let Ok(sought) = fs::metadata(device).map(|found| FileIdentity::of(&found)) else {
        return Holders::None;
    };
    let looks = (0..LOOKS).map(|number| {
        if number > 0 {
            thread::sleep(LOOK_INTERVAL);
        }
        look(&sought)
    });
    match lasting(looks) {
        holders if !holders.is_empty() => Holders::Processes(holders),
        _ if Uid::effective().is_root() => Holders::None,
        _ => Holders::Hidden,
    }
}

/// Those that are found by each look. No further look is taken once there are none, or one is the daemon.
fn lasting(mut looks: impl Iterator<Item = Vec<Holder>>) -> Vec<Holder> {
    let mut holders = looks.next().unwrap_or_default();
    while !holders.is_empty()
        && !holders.iter().any(Holder::is_service)
        && let Some(found) = looks.next()
    {
        holders.retain(|holder| found.contains(holder));
    }
    holders
}

/// The processes that have this file open now.
fn look(sought: &FileIdentity) -> Vec<Holder> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| holder(&process.path(), sought))
        .collect()
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

    fn process(name: &str, process: u32) -> Holder {
        Holder {
            name: name.to_owned(),
            process,
        }
    }

    #[test]
    fn who_has_it_open_in_passing_is_no_holder() {
        let (cat, shell) = (process("cat", 7), process("sh", 8));
        let looks = [vec![cat.clone(), shell.clone()], vec![cat.clone()]];
        assert_eq!(lasting(looks.into_iter()), vec![cat.clone()]);
        let looks = [vec![cat], vec![shell]];
        assert_eq!(lasting(looks.into_iter()), []);
    }

    #[test]
    fn the_daemon_is_a_holder_at_the_first_look() {
        let daemon = process(SERVICE_PROCESS, 7);
        let looks = [vec![daemon.clone()], vec![]];
        assert_eq!(lasting(looks.into_iter()), [daemon]);
    }
}
