//! Certificates of one's own, made by openssl.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What a server on this machine is called.
pub const THIS_MACHINE: &str = "DNS:localhost,IP:127.0.0.1";

const CONFIG: &str =
    "[req]\ndistinguished_name = name\n[name]\n[authority]\nbasicConstraints = critical,CA:TRUE\n";

/// An authority, and a place for what it signs.
pub struct Authority {
    directory: TempDir,
}

/// A certificate and its key, both in PEM.
#[derive(Clone, Debug)]
pub struct Pair {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("config"), CONFIG).unwrap();
        let authority = Self { directory };
        authority.sign_itself("authority", &["-extensions", "authority"]);
        authority
    }

    /// Its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.path("authority.pem")
    }

    /// A path in its directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A certificate for these names, good for a day.
    pub fn sign(&self, name: &str, names: &str) -> Pair {
        self.sign_for(name, names, "1")
    }

    /// A certificate for these names that has just expired.
    pub fn sign_expired(&self, name: &str, names: &str) -> Pair {
        self.sign_for(name, names, "0")
    }

    /// A certificate for this machine that nobody has signed.
    pub fn self_signed(&self, name: &str) -> Pair {
        let names = format!("subjectAltName={THIS_MACHINE}");
        self.sign_itself(name, &["-addext", &names])
    }

    /// Runs openssl in the directory.
    pub fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(&self.directory)
            .output()
            .expect("openssl is not there: install the package openssl");
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments:?}: {printed}");
    }

    fn sign_itself(&self, name: &str, more: &[&str]) -> Pair {
        self.request(name, &[&["-x509", "-days", "1"], more].concat())
    }

    fn sign_for(&self, name: &str, names: &str, days: &str) -> Pair {
        let Pair { certificate, key } = self.request(name, &[]);
        let request = self.path("request");
        fs::rename(&certificate, &request).unwrap();
        let extensions = format!("basicConstraints=critical,CA:FALSE\nsubjectAltName={names}\n");
        fs::write(self.path("extensions"), extensions).unwrap();
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            "request",
            "-CA",
            "authority.pem",
            "-CAkey",
            "authority.key",
            "-CAcreateserial",
            "-extfile",
            "extensions",
            "-days",
            days,
            "-out",
            text(&certificate),
        ]);
        Pair { certificate, key }
    }

    /// A key, and what is asked for it: a request, or a certificate with `-x509`.
    fn request(&self, name: &str, more: &[&str]) -> Pair {
        let certificate = self.path(&format!("{name}.pem"));
        let key = self.path(&format!("{name}.key"));
        let subject = format!("/CN={name}");
        let arguments = [
            "req",
            "-new",
            "-config",
            "config",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            &subject,
            "-keyout",
            text(&key),
            "-out",
            text(&certificate),
        ];
        self.openssl(&[&arguments, more].concat());
        Pair { certificate, key }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
