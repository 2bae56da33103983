//! Who has a port open, by /proc. Only root sees the processes of others.

use std::fs;
use std::path::Path;

use nix::unistd::Uid;

/// What is known of the holders of a port.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// Nobody has it open.
    Nobody,
    /// These have: name and process.
    These(Vec<String>),
    /// Nobody that we may see.
    NotToUs,
}

/// Who has `device` open.
pub fn of(device: &Path) -> Known {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let holders: Vec<String> = processes
        .filter_map(|process| holder(&process.path(), device))
        .collect();
    match holders {
        holders if !holders.is_empty() => Known::These(holders),
        _ if Uid::effective().is_root() => Known::Nobody,
        _ => Known::NotToUs,
    }
}

/// The name and number of a process that has `device` open.
fn holder(process: &Path, device: &Path) -> Option<String> {
    let id: u32 = process.file_name()?.to_str()?.parse().ok()?;
    let files = fs::read_dir(process.join("fd")).ok()?;
    let mut files = files
        .flatten()
        .filter_map(|file| fs::read_link(file.path()).ok());
    files.find(|target| target == device)?;
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    Some(format!("{} (process {id})", name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_are_found_among_the_holders() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().canonicalize().unwrap();
        match of(&path) {
            Known::These(holders) => {
                assert!(
                    holders
                        .iter()
                        .any(|holder| holder.contains(&std::process::id().to_string())),
                    "{holders:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}
