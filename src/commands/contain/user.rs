//! From root to the user of the image: what is made as root is given to it, then root is given up for good.
//!
//! A process that changes its user like this cannot be read in /proc by that user: the token in the environment of process
//! 1 is out of the daemon's reach.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, lchown};
use std::path::Path;

use nix::unistd::{Gid, Uid, getgroups, setgid, setgroups, setuid};

use crate::names::container;

/// How deep the state directory is, at most.
const DEPTH_MAX: usize = 4;

/// Files in it, at most: the history has one for each MiB.
const FILES_MAX: usize = 100_000;

/// Whether this process is root.
pub fn is_root() -> bool {
    Uid::effective().is_root()
}

/// Gives a file or a directory to the user, if this process can.
///
/// # Errors
/// It is root and cannot.
pub fn give(path: &Path) -> io::Result<()> {
    if is_root() {
        lchown(path, Some(container::USER_ID), Some(container::USER_ID))?;
    }
    Ok(())
}

/// Makes a directory for the user alone, if it is not there, and gives it to the user with all that is in it: a backup
/// that was restored may belong to root.
///
/// # Errors
/// It cannot be made or given.
pub fn make_own(directory: &Path) -> io::Result<()> {
    if !directory.is_dir() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
    }
    if is_root() {
        give_all(directory, DEPTH_MAX, &mut FILES_MAX.clone())?;
    }
    Ok(())
}

fn give_all(path: &Path, depth: usize, left: &mut usize) -> io::Result<()> {
    give(path)?;
    let is_directory = fs::symlink_metadata(path)?.is_dir();
    if !is_directory || depth == 0 {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let Some(fewer) = left.checked_sub(1) else {
            return Ok(());
        };
        *left = fewer;
        give_all(&entry?.path(), depth - 1, left)?;
    }
    Ok(())
}

/// Writes a file anew that only the user may read.
///
/// # Errors
/// It cannot be written or given.
pub fn write_own(path: &Path, content: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // A link that someone puts there is not followed.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content.as_bytes())?;
    give(path)
}

/// Becomes the user for good, with these groups besides those that the engine gave. Does nothing if this is not root.
///
/// # Errors
/// The engine does not allow it.
pub fn become_it(groups: &[u32]) -> io::Result<()> {
    if !is_root() {
        return Ok(());
    }
    let mut all: Vec<Gid> = getgroups()?;
    all.extend(groups.iter().copied().map(Gid::from_raw));
    all.retain(|group| group.as_raw() != 0);
    all.sort_by_key(|group| group.as_raw());
    all.dedup();
    setgroups(&all)?;
    setgid(Gid::from_raw(container::USER_ID))?;
    setuid(Uid::from_raw(container::USER_ID))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_file_for_the_user_is_new_and_for_nobody_else() {
        let directory = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (
            directory.path().join("password"),
            directory.path().join("x"),
        );
        fs::write(&elsewhere, "untouched").unwrap();
        symlink(&elsewhere, &path).unwrap();
        write_own(&path, "first").unwrap();
        write_own(&path, "second").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "untouched");
        let metadata = fs::symlink_metadata(&path).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert!(!is_root() || metadata.uid() == container::USER_ID);
    }

    #[test]
    fn a_restored_state_becomes_the_users_and_no_link_is_followed() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        make_own(&state).unwrap();
        let mode = fs::metadata(&state).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::create_dir(state.join("history")).unwrap();
        fs::write(state.join("history/1"), "").unwrap();
        let outside = directory.path().join("outside");
        fs::write(&outside, "").unwrap();
        symlink(&outside, state.join("link")).unwrap();
        make_own(&state).unwrap();
        if is_root() {
            let owner = |path: &Path| fs::metadata(path).unwrap().uid();
            assert_eq!(owner(&state.join("history/1")), container::USER_ID);
            assert_eq!(owner(&outside), 0);
        }
    }
}
