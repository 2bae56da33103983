//! The broker's password: where it is read from, and a type that cannot be printed.
//!
//! It comes from the systemd credential `linky-sensor.mqtt-password` (what `set-password` stores) if there is one, else
//! from `password-file`. One line feed at the end is not part of it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::settings::{MqttSettings, NamedFile};
use crate::home::Home;
use crate::names;

/// A text that `Debug` does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A text that must not be seen.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the MQTT client alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why the password cannot be used.
#[derive(Debug)]
pub enum PasswordError {
    /// The file cannot be read.
    Unreadable(NamedFile, io::Error),
    /// The file holds no password: nothing, several lines, more than 64 KiB, or bytes that are not UTF-8.
    NotAPassword(NamedFile),
    /// There is a password in this file, and no user in the configuration.
    NoUsername(NamedFile),
}

impl PasswordError {
    /// The file, if this user may not read it.
    #[must_use]
    pub fn denied(&self) -> Option<&NamedFile> {
        match self {
            Self::Unreadable(file, error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Some(file)
            }
            _ => None,
        }
    }
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(file, error) => write!(
                f,
                "{file}: the broker's password cannot be read ({error})\n    \
                 To do: {}",
                Home::current().store_password()
            ),
            Self::NotAPassword(file) => write!(
                f,
                "{file}: found something else, expected the broker's password on one line, in UTF-8\n    \
                 To do: {}",
                Home::current().store_password()
            ),
            Self::NoUsername(file) => write!(
                f,
                "{file}: found a password, expected mqtt.username to be set as well\n    \
                 Add username = \"…\" in [mqtt]: MQTT has no password without a user."
            ),
        }
    }
}

impl std::error::Error for PasswordError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(_, error) => Some(error),
            Self::NotAPassword(_) | Self::NoUsername(_) => None,
        }
    }
}

/// Reads the broker's password; `None` if there is neither a credential nor a `password-file`.
///
/// # Errors
/// The file cannot be read or holds no password, or there is a password but no `username`.
pub fn password(mqtt: &MqttSettings) -> Result<Option<Secret>, PasswordError> {
    let credentials = std::env::var_os(names::variable::CREDENTIALS_DIRECTORY).map(PathBuf::from);
    read_password(credentials.as_deref(), mqtt)
}

/// Reads what the service will be given: as [`password`], but the credential from the store where `set-password` keeps it,
/// unless systemd gave this process credentials. Only root can read the store.
///
/// # Errors
/// Those of [`password`].
pub fn stored_password(mqtt: &MqttSettings) -> Result<Option<Secret>, PasswordError> {
    let given = std::env::var_os(names::variable::CREDENTIALS_DIRECTORY).map(PathBuf::from);
    let store = given.unwrap_or_else(|| PathBuf::from(names::file::CREDENTIAL_STORE));
    read_password(Some(&store), mqtt)
}

fn read_password(
    credentials: Option<&Path>,
    mqtt: &MqttSettings,
) -> Result<Option<Secret>, PasswordError> {
    let credential = credentials.map(|directory| NamedFile {
        key: "credential",
        path: directory.join(names::file::PASSWORD_CREDENTIAL),
        location: None,
    });
    let Some(file) = credential
        .filter(|file| file.path.exists())
        .or_else(|| mqtt.password_file.clone())
    else {
        return Ok(None);
    };
    if mqtt.username.is_none() {
        return Err(PasswordError::NoUsername(file));
    }
    match read_line(&file.path) {
        Ok(Some(line)) => Ok(Some(Secret(line))),
        Ok(None) => Err(PasswordError::NotAPassword(file)),
        Err(error) => Err(PasswordError::Unreadable(file, error)),
    }
}

/// The only line of a file; `None` if it is anything else.
fn read_line(path: &Path) -> io::Result<Option<String>> {
    /// MQTT sends the length of a password in two bytes.
    const MAX_BYTES: u64 = 65_535;
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Ok(None);
    }
    let Ok(mut text) = String::from_utf8(bytes) else {
        return Ok(None);
    };
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(Some(text).filter(|text| !text.is_empty() && !text.contains(['\n', '\0'])))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{PasswordError, Secret, read_password};
    use crate::config::{MqttSettings, NamedFile};
    use crate::names;

    fn settings(password_file: Option<&Path>) -> MqttSettings {
        MqttSettings {
            username: Some("linky".to_owned()),
            password_file: password_file.map(|path| NamedFile {
                key: "password-file",
                path: path.to_owned(),
                location: None,
            }),
            ..MqttSettings::default()
        }
    }

    #[test]
    fn the_credential_comes_before_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("password");
        fs::write(&file, "from file\n").unwrap();
        let mqtt = settings(Some(&file));
        let read = || {
            read_password(Some(directory.path()), &mqtt)
                .unwrap()
                .unwrap()
        };
        assert_eq!(read().expose(), "from file");
        fs::write(
            directory.path().join(names::file::PASSWORD_CREDENTIAL),
            " from systemd \r\n",
        )
        .unwrap();
        assert_eq!(
            read().expose(),
            " from systemd ",
            "only the end of the line is trimmed"
        );
    }

    #[test]
    fn no_password_is_no_error() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(
            read_password(Some(directory.path()), &settings(None)).unwrap(),
            None
        );
        assert_eq!(read_password(None, &settings(None)).unwrap(), None);
    }

    #[test]
    fn a_file_that_holds_no_password_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("password");
        for content in [
            &b""[..],
            b"\n",
            b"two\nlines\n",
            b"\xff\xfe",
            &[b'x'; 70_000],
        ] {
            fs::write(&file, content).unwrap();
            let error = read_password(None, &settings(Some(&file))).unwrap_err();
            assert!(
                matches!(&error, PasswordError::NotAPassword(named) if named.path == file),
                "{error}"
            );
        }
        fs::remove_file(&file).unwrap();
        let error = read_password(None, &settings(Some(&file)))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("cannot be read") && error.contains("set-password"),
            "{error}"
        );
    }

    #[test]
    fn a_password_needs_a_user() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(
            directory.path().join(names::file::PASSWORD_CREDENTIAL),
            "hunter2",
        )
        .unwrap();
        let error = read_password(Some(directory.path()), &MqttSettings::default()).unwrap_err();
        assert!(error.to_string().contains("Add username"), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret("hunter2".to_owned())), "Secret(…)");
    }
}
