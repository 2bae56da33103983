//! Writes the drop-in, and stores or removes the password. A reader never sees half a file.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::plan::PasswordPlan;
use crate::commands::credential;

/// The end of the name under which the earlier file is kept. It is not read: its name does not end in `.toml`.
const EARLIER: &str = "old";

/// Modes of the drop-in and of its directory, whatever the umask of root: the service reads them as a user of its own.
const FILE_MODE: u32 = 0o644;
const DIRECTORY_MODE: u32 = 0o755;

/// A file that could not be written, and why.
#[derive(Debug)]
pub struct NotWritten {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// Where the earlier file is kept.
pub fn earlier(drop_in: &Path) -> PathBuf {
    let mut name = drop_in.as_os_str().to_owned();
    name.push(".");
    name.push(EARLIER);
    PathBuf::from(name)
}

/// Writes what was agreed to: the password first, for the file may need it.
///
/// # Errors
/// The file that could not be written.
pub fn write(drop_in: &Path, text: &str, password: &PasswordPlan) -> Result<(), NotWritten> {
    let stored = match password {
        PasswordPlan::Keep => Ok(()),
        PasswordPlan::Store(password) => credential::store(password.expose()),
        PasswordPlan::Remove => credential::remove(),
    };
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| NotWritten { path, error }
    };
    stored.map_err(failed(&credential::path()))?;
    replace(drop_in, text).map_err(failed(drop_in))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    if !directory.is_dir() {
        fs::create_dir_all(directory)?;
        fs::set_permissions(directory, Permissions::from_mode(DIRECTORY_MODE))?;
    }
    match fs::read_to_string(path) {
        Ok(found) if found == text => return Ok(()),
        Ok(_) => drop(fs::copy(path, earlier(path))?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // The daemon does not read a hidden file, should this end before the renaming.
    let new = directory.join(".setup.toml.new");
    let mut file = File::create(&new)?;
    file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_file_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let drop_in = directory.path().join("linky-sensor.d/setup.toml");
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        write(&drop_in, "one", &PasswordPlan::Keep).unwrap();
        assert_eq!(read(&drop_in), "one");
        assert!(!earlier(&drop_in).exists());
        write(&drop_in, "two", &PasswordPlan::Keep).unwrap();
        assert_eq!(
            (read(&drop_in), read(&earlier(&drop_in))),
            ("two".to_owned(), "one".to_owned())
        );
        write(&drop_in, "two", &PasswordPlan::Keep).unwrap();
        assert_eq!(read(&earlier(&drop_in)), "one", "nothing was changed");
        assert_eq!(fs::read_dir(drop_in.parent().unwrap()).unwrap().count(), 2);
        let error = write(Path::new("/proc/x/setup.toml"), "x", &PasswordPlan::Keep).unwrap_err();
        assert_eq!(error.path, Path::new("/proc/x/setup.toml"));
    }
}
