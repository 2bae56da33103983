//! TLS: the trusted authorities, and the client certificate.
//!
//! Input: the files of `ca-file`, `client-certificate` and `client-key`, in PEM. Output: the connector of the next
//! attempt, or an [`Error`] that names the file, the place of its setting and the remedy. The library behind it is the
//! system's OpenSSL.
//!
//! Without a `ca-file` the authorities of the system are trusted; with one, those in it and no other. The name in the
//! certificate must be that of the url. TLS 1.2 is the oldest version.
//!
//! Invariants: the files are read before each attempt, so that a renewed certificate needs no restart; OpenSSL is set up
//! anew only when they changed, since the authorities of the system cost a small computer a good part of a second.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};

use tokio_native_tls::native_tls::{self, Certificate, Identity, TlsConnector};

use crate::config::{MqttSettings, NamedFile};
use crate::home::Home;
use crate::names;

/// The size of a file, at most. Far above any real one, against a path such as /dev/zero.
const MAX_BYTES: u64 = 4 << 20;

/// The first line of the only format of keys that the library takes: PKCS#8, not encrypted.
const KEY: &str = "-----BEGIN PRIVATE KEY-----";

/// Why there can be no TLS.
#[derive(Debug)]
pub enum Error {
    /// A file cannot be read.
    Unreadable(PemFile, io::Error),
    /// A file has the wrong content: what was found, and the remedy.
    Unfit(PemFile, String),
    /// OpenSSL cannot be set up.
    Library(native_tls::Error),
}

impl Error {
    /// The file, if this user is denied to read it.
    #[must_use]
    pub fn denied(&self) -> Option<&PemFile> {
        match self {
            Self::Unreadable(file, error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Some(file)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(file, error) => match error.kind() {
                io::ErrorKind::NotFound => write!(
                    f,
                    "{file}: no such file. Put it there, or correct {} in [mqtt]",
                    file.0.key
                ),
                io::ErrorKind::PermissionDenied => {
                    write!(f, "{file}: it may not be read. {}", file.how_to_open())
                }
                _ => write!(f, "{file}: it cannot be read ({error})"),
            },
            Self::Unfit(file, what) => write!(f, "{file}: {what}"),
            Self::Library(error) => write!(f, "OpenSSL cannot be set up: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(_, error) => Some(error),
            Self::Unfit(..) => None,
            Self::Library(error) => Some(error),
        }
    }
}

/// A file in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PemFile(NamedFile);

impl PemFile {
    fn of(file: Option<&NamedFile>) -> Option<Self> {
        file.cloned().map(Self)
    }

    fn read(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        File::open(&self.0.path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| Error::Unreadable(self.clone(), error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(self.unfit("it is larger than any certificate or key. Check the path"));
        }
        Ok(bytes)
    }

    /// The certificates in it; at least one.
    fn certificates(&self, pem: &[u8]) -> Result<Vec<Certificate>, Error> {
        match Certificate::stack_from_pem(pem) {
            Ok(certificates) if !certificates.is_empty() => Ok(certificates),
            // DER begins with the byte of a sequence.
            _ if pem.first() == Some(&0x30) => Err(self.unfit(format!(
                "it is in DER, expected PEM. Convert it: openssl x509 -inform DER -in {0} -out {0}.pem",
                self.0.path.display()
            ))),
            _ => Err(self.unfit("it holds no certificate, expected one in PEM, which begins with -----BEGIN CERTIFICATE-----")),
        }
    }

    /// The part from the first key on.
    fn key<'pem>(&self, pem: &'pem [u8]) -> Result<&'pem [u8], Error> {
        let text = std::str::from_utf8(pem).unwrap_or_default();
        if let Some(key) = text.find(KEY).and_then(|at| text.get(at..)) {
            return Ok(key.as_bytes());
        }
        let found = if text.contains("ENCRYPTED") {
            "its key is encrypted with a passphrase"
        } else if text.contains("PRIVATE KEY-----") || pem.first() == Some(&0x30) {
            "its key is in another format"
        } else {
            return Err(self.unfit(format!(
                "it holds no key, expected one that begins with {KEY}"
            )));
        };
        Err(self.unfit(format!(
            "{found}, expected PKCS#8 in PEM, not encrypted. Convert it: openssl pkey -in {0} -out {0}.pem",
            self.0.path.display()
        )))
    }

    fn unfit(&self, what: impl Into<String>) -> Error {
        Error::Unfit(self.clone(), what.into())
    }

    fn how_to_open(&self) -> String {
        let path = self.0.path.display();
        let user = names::USER;
        if Home::current() != Home::Machine {
            let id = names::container::USER_ID;
            format!(
                "Let the user {id} of the container read it, on the host: sudo chown {id} FILE, and sudo chmod a+x on its directory"
            )
        } else if self.0.key == CLIENT_KEY {
            format!(
                "Let the user {user} read it: sudo chgrp {user} {path} && sudo chmod 640 {path}"
            )
        } else {
            format!("It holds no secret: sudo chmod a+r {path}, and a+x on its directory")
        }
    }
}

impl fmt::Display for PemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const CLIENT_KEY: &str = "client-key";

/// The files that are configured.
#[derive(Debug)]
struct Files {
    authorities: Option<PemFile>,
    /// Certificate and key.
    identity: Option<(PemFile, PemFile)>,
}

/// Their contents.
#[derive(PartialEq, Eq)]
struct Pems {
    authorities: Option<Vec<u8>>,
    identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl Files {
    fn of(settings: &MqttSettings) -> Self {
        let certificate = PemFile::of(settings.client_certificate.as_ref());
        Self {
            authorities: PemFile::of(settings.ca_file.as_ref()),
            identity: certificate.zip(PemFile::of(settings.client_key.as_ref())),
        }
    }

    fn read(&self) -> Result<Pems, Error> {
        let authorities = self.authorities.as_ref().map(PemFile::read).transpose()?;
        let identity = match &self.identity {
            Some((certificate, key)) => Some((certificate.read()?, key.read()?)),
            None => None,
        };
        Ok(Pems {
            authorities,
            identity,
        })
    }

    fn connector(&self, pems: &Pems) -> Result<TlsConnector, Error> {
        let mut builder = TlsConnector::builder();
        builder.min_protocol_version(Some(native_tls::Protocol::Tlsv12));
        if let Some((file, pem)) = self.authorities.as_ref().zip(pems.authorities.as_ref()) {
            builder.disable_built_in_roots(true);
            for authority in file.certificates(pem)? {
                builder.add_root_certificate(authority);
            }
        }
        let Some(((certificate, key), (certificate_pem, key_pem))) =
            self.identity.as_ref().zip(pems.identity.as_ref())
        else {
            return builder.build().map_err(Error::Library);
        };
        certificate.certificates(certificate_pem)?;
        let identity = Identity::from_pkcs8(certificate_pem, key.key(key_pem)?)
            .map_err(|_| key.unfit("its key is damaged. Copy it again"))?;
        // The library looks at the identity only here.
        builder.identity(identity).build().map_err(|error| {
            let certificate = certificate.0.path.display();
            let error = error.to_string();
            key.unfit(if error.contains("mismatch") {
                format!("it is not the key of the certificate {certificate}. The first certificate there must be the client's")
            } else {
                format!("OpenSSL does not take it with {certificate}: {error}")
            })
        })
    }
}

/// TLS towards the broker.
pub struct Tls {
    files: Files,
    /// The last connector, and the contents that it was built from.
    built: Option<(Pems, TlsConnector)>,
}

impl Tls {
    /// TLS as configured. No file is read yet.
    pub fn new(settings: &MqttSettings) -> Self {
        Self {
            files: Files::of(settings),
            built: None,
        }
    }

    /// The connector for an attempt, with the files as they are now.
    ///
    /// # Errors
    /// A file cannot be used.
    pub fn connector(&mut self) -> Result<tokio_native_tls::TlsConnector, Error> {
        let pems = self.files.read()?;
        let connector = match self.built.take_if(|(built_from, _)| *built_from == pems) {
            Some((_, connector)) => connector,
            None => self.files.connector(&pems)?,
        };
        self.built = Some((pems, connector.clone()));
        Ok(connector.into())
    }
}

/// The errors of the files that the settings name; none without TLS.
#[must_use]
pub fn check_files(settings: &MqttSettings) -> Vec<Error> {
    if !settings.url.tls {
        return Vec::new();
    }
    let Files {
        authorities,
        identity,
    } = Files::of(settings);
    let (one, other) = (
        Files {
            authorities,
            identity: None,
        },
        Files {
            authorities: None,
            identity,
        },
    );
    [one, other]
        .iter()
        .filter_map(|files| files.read().and_then(|pems| files.connector(&pems)).err())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_file_gives_the_command_to_open_it() {
        let denied = |key, path: &str| {
            let file = PemFile(NamedFile {
                key,
                path: path.into(),
                location: None,
            });
            let error = Error::Unreadable(file, io::ErrorKind::PermissionDenied.into());
            assert!(error.denied().is_some());
            error.to_string()
        };
        assert_eq!(
            denied(CLIENT_KEY, "/a.key"),
            "client-key /a.key: it may not be read. Let the user linky-sensor read it: \
             sudo chgrp linky-sensor /a.key && sudo chmod 640 /a.key"
        );
        let public = denied("ca-file", "/ca.pem");
        assert!(public.contains("sudo chmod a+r /ca.pem"), "{public}");
    }

    #[test]
    fn without_tls_no_file_is_read() {
        assert!(check_files(&MqttSettings::default()).is_empty());
    }
}
