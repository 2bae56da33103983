//! What an attempt needs from files: the password, and the connector of TLS.
//!
//! Input: the settings. Output: both as the files are now, so that a renewed certificate or password needs no restart; or why
//! there can be no session.
//!
//! A file may be on a disk that sleeps, on a network that is away, or be a pipe, and OpenSSL needs a good part of a second on a
//! small computer: so they are read on a thread, and waited for with a time limit. A reading cannot be interrupted; one that
//! is late serves the next attempt, so there is never more than one.

use std::io;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_native_tls::TlsConnector;

use super::disconnect_reason::DisconnectReason;
use super::tls::Tls;
use crate::config::{self, MqttSettings, Secret};
use crate::sink::BrokerCause;

/// The time for all files together.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// What was read.
pub struct FileContents {
    /// The password, if there is a user.
    pub password: Option<Secret>,
    /// For `mqtts://`.
    pub connector: Option<TlsConnector>,
}

/// Where the password comes from.
#[derive(Clone, Debug)]
enum PasswordSource {
    /// The settings: a file or a credential, as it is then.
    Settings,
    /// It is known already; `None`: there is none.
    Given(Option<Secret>),
}

type FilesRead = Result<FileContents, DisconnectReason>;

/// See the module.
pub struct SessionFiles {
    settings: MqttSettings,
    password: PasswordSource,
    /// What is kept of the last reading; away during one.
    tls: Option<Tls>,
    /// A reading that is under way.
    reading: Option<oneshot::Receiver<(Option<Tls>, FilesRead)>>,
}

impl SessionFiles {
    /// With these settings. No file is read yet.
    pub fn new(settings: &MqttSettings) -> Self {
        Self {
            settings: settings.clone(),
            password: PasswordSource::Settings,
            tls: None,
            reading: None,
        }
    }

    /// With these settings, and this password in place of the configured one.
    pub fn with_password(settings: &MqttSettings, password: Option<Secret>) -> Self {
        Self {
            password: PasswordSource::Given(password),
            ..Self::new(settings)
        }
    }

    /// Reads the files. Cancel-safe.
    ///
    /// # Errors
    /// A file cannot be used, or not read in time.
    pub async fn read(&mut self) -> FilesRead {
        let reading = match &mut self.reading {
            Some(reading) => reading,
            None => self.reading.insert(
                start(
                    self.settings.clone(),
                    self.password.clone(),
                    self.tls.take(),
                )
                .map_err(|error| {
                    let why = format!(
                        "no thread can be made to read the password and the files of TLS: {error}"
                    );
                    DisconnectReason::Lost(BrokerCause::Unreachable, why)
                })?,
            ),
        };
        let Ok(read) = timeout(READ_TIMEOUT, reading).await else {
            let why = format!(
                "the file of the password or of TLS is not read within {} s. Is it on a disk that does not answer, or a pipe?",
                READ_TIMEOUT.as_secs()
            );
            let cause = match self.settings.username {
                Some(_) => BrokerCause::NoPassword,
                None => BrokerCause::Tls,
            };
            return Err(DisconnectReason::Refused(cause, why));
        };
        self.reading = None;
        let Ok((tls, outcome)) = read else {
            let why = "the reading of the password and the files of TLS ended".to_owned();
            return Err(DisconnectReason::Lost(BrokerCause::Unreachable, why));
        };
        self.tls = tls;
        outcome
    }
}

fn start(
    settings: MqttSettings,
    password: PasswordSource,
    tls: Option<Tls>,
) -> io::Result<oneshot::Receiver<(Option<Tls>, FilesRead)>> {
    let (sender, reading) = oneshot::channel();
    std::thread::Builder::new()
        .name("files".to_owned())
        .spawn(move || {
            let mut tls = tls.or_else(|| settings.url.tls.then(|| Tls::new(&settings)));
            let outcome = read(&settings, password, tls.as_mut());
            // Without a receiver nobody waits for it any more.
            drop(sender.send((tls, outcome)));
        })?;
    Ok(reading)
}

fn read(settings: &MqttSettings, password: PasswordSource, tls: Option<&mut Tls>) -> FilesRead {
    let password = match (&settings.username, password) {
        (None, _) => None,
        (Some(_), PasswordSource::Given(password)) => password,
        (Some(_), PasswordSource::Settings) => config::password(settings)?,
    };
    let connector = tls.map(Tls::connector).transpose()?;
    Ok(FileContents {
        password,
        connector,
    })
}
