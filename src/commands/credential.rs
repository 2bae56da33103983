//! The broker's password as a credential of systemd: a file that only root can read, which systemd hands to the service and
//! to nothing else.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::names::file;

/// Where the password is.
pub fn path() -> PathBuf {
    Path::new(file::CREDENTIAL_STORE).join(file::PASSWORD_CREDENTIAL)
}

/// Stores the password.
///
/// # Errors
/// The file cannot be written.
pub fn store(password: &str) -> io::Result<()> {
    store_in(Path::new(file::CREDENTIAL_STORE), password)
}

/// Removes the password, if there is one.
///
/// # Errors
/// The file cannot be removed.
pub fn remove() -> io::Result<()> {
    match fs::remove_file(path()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a temporary file and renames it: the service never reads half a password.
fn store_in(directory: &Path, password: &str) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let path = directory.join(file::PASSWORD_CREDENTIAL);
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(password.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, &path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_stored_password_is_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let store = directory.path().join("credstore");
        store_in(&store, "first").unwrap();
        store_in(&store, "s3cret").unwrap();
        let path = store.join(file::PASSWORD_CREDENTIAL);
        assert_eq!(fs::read_to_string(&path).unwrap(), "s3cret");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::metadata(&store).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert_eq!(fs::read_dir(&store).unwrap().count(), 1);
    }
}
