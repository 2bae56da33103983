//! Stage 1: which files there are, and their text.
//!
//! The main file, then the files `*.toml` of the directory of the same name ending in `.d`, in lexical order. Hidden
//! files are ignored: editors and package managers keep theirs there. A file is at most 256 KiB.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::error::{ConfigError, Fault, Location};
use crate::names;

/// Far above any real configuration; a mistaken path such as a device must not fill the memory.
const MAX_BYTES: u64 = 256 * 1024;

/// The files to read, in order.
pub(super) fn list(path: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let mut files = Vec::new();
    let may_be_missing = path == Path::new(names::file::CONFIG);
    match path.try_exists() {
        Ok(false) if may_be_missing => {}
        Ok(false) => return Err(unreadable(path, &io::ErrorKind::NotFound.into())),
        Ok(true) | Err(_) => files.push(path.to_path_buf()),
    }
    files.extend(list_drop_ins(&path.with_extension("d"))?);
    Ok(files)
}

/// The files of [`list`] with their text, or every file that cannot be read.
pub(super) fn read_all(path: &Path) -> Result<Vec<(PathBuf, String)>, ConfigError> {
    read_each(list(path)?)
}

/// The same without the file `left_out`, which need not be readable.
pub(super) fn read_all_but(
    path: &Path,
    left_out: &Path,
) -> Result<Vec<(PathBuf, String)>, ConfigError> {
    let mut files = list(path)?;
    files.retain(|file| file != left_out);
    read_each(files)
}

fn read_each(files: Vec<PathBuf>) -> Result<Vec<(PathBuf, String)>, ConfigError> {
    let mut texts = Vec::new();
    let mut faults = Vec::new();
    for file in files {
        match read_text(&file) {
            Ok(text) => texts.push((file, text)),
            Err(error) => faults.extend(error.into_faults()),
        }
    }
    if faults.is_empty() {
        Ok(texts)
    } else {
        Err(ConfigError::from(faults))
    }
}

fn list_drop_ins(directory: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(unreadable(directory, &error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(directory, &error))?.path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden
            && path
                .extension()
                .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    let location = Location::file(path);
    if bytes.len() as u64 > MAX_BYTES {
        let advice = "Check the path: this is probably another file.";
        return Err(refuse(
            location,
            "more than 256 KiB",
            "a configuration file of linky-sensor",
            advice,
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let location = location.at(&String::from_utf8_lossy(error.as_bytes()), valid);
        let advice = format!(
            "Convert it: iconv -f ISO-8859-1 -t UTF-8 {}",
            path.display()
        );
        refuse(
            location,
            "a character that is not UTF-8",
            "a text file in UTF-8",
            &advice,
        )
    })
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigError {
    let default = names::file::CONFIG;
    let (found, advice) = match error.kind() {
        io::ErrorKind::NotFound => {
            ("no such file".to_owned(), format!("Check the path given to --config; without it, {default} is read."))
        }
        io::ErrorKind::PermissionDenied => (
            "that it may not be read".to_owned(),
            "Every user may read it, since it holds no secret: chmod a+r, and a+x on its directory.".to_owned(),
        ),
        _ => (format!("an error on reading ({error})"), "Check the path and the file system.".to_owned()),
    };
    refuse(Location::file(path), &found, "a readable file", &advice)
}

fn refuse(location: Location, found: &str, expected: &str, advice: &str) -> ConfigError {
    ConfigError::from(Fault {
        location,
        subject: String::new(),
        found: found.to_owned(),
        expected: expected.to_owned(),
        advice: Some(advice.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{list, read_all};
    use crate::names;

    #[test]
    fn drop_ins_come_after_the_main_file_in_lexical_order() {
        let directory = tempfile::tempdir().unwrap();
        let main = directory.path().join("linky-sensor.toml");
        let drop_ins = directory.path().join("linky-sensor.d");
        fs::create_dir(&drop_ins).unwrap();
        for name in [
            "20-b.toml",
            "10-a.toml",
            ".hidden.toml",
            "30-c.toml.dpkg-old",
            "README",
        ] {
            fs::write(drop_ins.join(name), "").unwrap();
        }
        fs::write(&main, "").unwrap();
        assert_eq!(
            list(&main).unwrap(),
            [main, drop_ins.join("10-a.toml"), drop_ins.join("20-b.toml")]
        );
    }

    #[test]
    fn the_drop_in_directory_of_the_default_file_is_the_documented_one() {
        assert_eq!(
            Path::new(names::file::CONFIG).with_extension("d"),
            Path::new(names::file::CONFIG_DROP_INS)
        );
    }

    #[test]
    fn a_file_without_end_is_refused() {
        let error = read_all(Path::new("/dev/zero")).unwrap_err().to_string();
        assert!(
            error.starts_with("/dev/zero: found more than 256 KiB, expected a configuration file"),
            "{error}"
        );
    }
}
