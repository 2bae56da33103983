//! The file of the authority that signed the broker's certificate: whether the service can use it.
//!
//! Input: the name of a file. Output: its full path, or why the service cannot use it. The file is read; nothing is written.
//!
//! `setup` runs as root, and may read more than the service. So what the unit hides from the service, and what the modes of
//! files deny its user, is checked beforehand. Where they deny it an access list (setfacl) may grant it all the same, so the
//! kernel has the last word: the file is tried as that user, by setpriv of util-linux.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Gid, User, getgrouplist};

use super::plan::BrokerPlan;
use crate::config::{BrokerUrl, MqttSettings};
use crate::home::Home;
use crate::mqtt;
use crate::names;
use crate::words::Words;

/// What the unit hides from the service: `ProtectHome=` and `PrivateTmp=`.
const HIDDEN: [&str; 5] = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/// The bits of a mode for reading a file, and for passing through a directory.
const READ: u32 = 4;
const SEARCH: u32 = 1;

/// Why the service cannot use a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorityFault {
    /// It cannot be read, or has no certificate. In English, with the remedy.
    Unfit(String),
    /// The unit hides this directory from the service.
    Hidden(&'static str),
    /// The user of the service may not read it.
    Denied,
    /// The user of the service may not enter this directory on the way to it.
    Enclosed(PathBuf),
}

impl AuthorityFault {
    /// What it is and what to do about it, for people.
    pub fn text(&self, path: &Path, words: Words) -> String {
        let file = path.display().to_string();
        match self {
            Self::Unfit(english) => words.translated(english),
            Self::Hidden(directory) => words.setup_authority_hidden(&file, directory),
            Self::Denied => words.setup_authority_denied(&file, names::USER),
            Self::Enclosed(directory) => {
                let directory = directory.display().to_string();
                words.setup_authority_enclosed(&file, names::USER, &directory)
            }
        }
    }
}

/// The full path of a file as people type it; `None`: none is named.
pub fn parse_path(text: &str) -> Option<PathBuf> {
    if text.is_empty() {
        return None;
    }
    std::path::absolute(text).ok()
}

/// Looks at the file of an authority for the broker at this address.
///
/// # Errors
/// Why the service cannot use it.
pub fn check(path: &Path, url: &BrokerUrl, home: Home) -> Result<(), AuthorityFault> {
    let broker = BrokerPlan::anonymous(url.clone(), Some(path.to_owned()));
    // Default settings: a client certificate of the configuration is not checked here.
    let settings = broker.settings(&MqttSettings::default());
    if let Some(error) = mqtt::check_files(&settings).first() {
        return Err(AuthorityFault::Unfit(error.to_string()));
    }
    if home != Home::Machine {
        return Ok(());
    }
    let names = [Some(path.to_owned()), fs::canonicalize(path).ok()];
    let names: Vec<PathBuf> = names.into_iter().flatten().collect();
    let hidden = |directory: &&str| names.iter().any(|name| name.starts_with(directory));
    if let Some(directory) = HIDDEN.into_iter().find(hidden) {
        return Err(AuthorityFault::Hidden(directory));
    }
    // Without the package there is no such user, and its service is not there.
    let Ok(Some(user)) = User::from_name(names::USER) else {
        return Ok(());
    };
    let reader = Reader::of(&user);
    let denied = names.iter().find_map(|name| reader.fault(name).err());
    match denied {
        Some(fault) if !can_read(&user, path) => Err(fault),
        _ => Ok(()),
    }
}

/// Whether a process of this user could read a file; `false` also where only root could try that.
fn can_read(user: &User, file: &Path) -> bool {
    let tried = Command::new("setpriv")
        .arg(format!("--reuid={}", user.uid))
        .arg(format!("--regid={}", user.gid))
        .args(["--init-groups", "--", "test", "-r"])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

/// The user whose permissions are checked, with all groups.
struct Reader {
    user: u32,
    groups: Vec<u32>,
}

impl Reader {
    fn of(user: &User) -> Self {
        let name = std::ffi::CString::new(user.name.as_str());
        let groups = name
            .ok()
            .and_then(|name| getgrouplist(&name, user.gid).ok());
        let groups = groups.unwrap_or_else(|| vec![user.gid]);
        Self {
            user: user.uid.as_raw(),
            groups: groups.into_iter().map(Gid::as_raw).collect(),
        }
    }

    /// Checks the directories on the way to a file, from the root on, and the file; one that cannot be examined counts as
    /// allowed.
    ///
    /// # Errors
    /// The first that is denied.
    fn fault(&self, file: &Path) -> Result<(), AuthorityFault> {
        let mut directories: Vec<&Path> = file.ancestors().skip(1).collect();
        directories.reverse();
        let is_denied = |path: &Path, bit| matches!(self.may(path, bit), Ok(false));
        let closed = directories.into_iter().find(|path| is_denied(path, SEARCH));
        match closed {
            Some(directory) => Err(AuthorityFault::Enclosed(directory.to_owned())),
            None if is_denied(file, READ) => Err(AuthorityFault::Denied),
            None => Ok(()),
        }
    }

    fn may(&self, path: &Path, bit: u32) -> io::Result<bool> {
        let found = fs::metadata(path)?;
        let shift = if found.uid() == self.user {
            6
        } else if self.groups.contains(&found.gid()) {
            3
        } else {
            0
        };
        Ok(self.user == 0 || found.mode() >> shift & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_on_the_way_counts() {
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("inner");
        let file = inner.join("ca.pem");
        fs::create_dir(&inner).unwrap();
        fs::write(&file, "").unwrap();
        let owner = fs::metadata(&file).unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        let other = Reader {
            user: owner.uid() + 1,
            groups: vec![owner.gid() + 1],
        };
        let of_group = Reader {
            user: owner.uid() + 1,
            groups: vec![owner.gid() + 1, owner.gid()],
        };
        set(directory.path(), 0o755);
        let denied = || Err(AuthorityFault::Denied);
        let enclosed = || Err(AuthorityFault::Enclosed(inner.clone()));
        for (inner_mode, file_mode, for_other, for_group) in [
            (0o755, 0o644, Ok(()), Ok(())),
            (0o755, 0o640, denied(), Ok(())),
            (0o750, 0o644, enclosed(), Ok(())),
            (0o755, 0o604, Ok(()), denied()),
            (0o700, 0o600, enclosed(), enclosed()),
        ] {
            set(&inner, inner_mode);
            set(&file, file_mode);
            assert_eq!(other.fault(&file), for_other);
            assert_eq!(of_group.fault(&file), for_group);
        }
        set(&inner, 0o755);
        let owner = Reader {
            user: owner.uid(),
            groups: Vec::new(),
        };
        assert_eq!(owner.fault(&file), Ok(()));
    }

    #[test]
    fn an_access_list_grants_what_the_modes_deny() {
        if !nix::unistd::geteuid().is_root() {
            println!("only root can try a file as another user: not tried");
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let nobody = User::from_name("nobody").unwrap().unwrap();
        assert!(!can_read(&nobody, &file));
        for (path, right) in [(directory.path(), "x"), (&file, "r")] {
            let granted = Command::new("setfacl")
                .args(["-m", &format!("u:nobody:{right}")])
                .arg(path)
                .status()
                .expect("setfacl is not there: install the package acl");
            assert!(granted.success());
        }
        assert!(Reader::of(&nobody).fault(&file).is_err());
        assert!(can_read(&nobody, &file));
    }

    #[test]
    fn a_path_is_made_full() {
        assert_eq!(parse_path(""), None);
        assert_eq!(parse_path("/a/b"), Some("/a/b".into()));
        let here = std::env::current_dir().unwrap();
        assert_eq!(parse_path("b.pem"), Some(here.join("b.pem")));
    }
}
