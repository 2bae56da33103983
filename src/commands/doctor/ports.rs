//! The serial ports of this machine, as sysfs lists them. None is opened.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::adapter::Adapter;
use super::holders::{self, Holder, Holders};
use crate::dbus::{self, Bus, NoAnswer};
use crate::serial::{self, Refusal};
use crate::words::Words;

/// A port that an adapter may be on.
#[derive(Clone, Debug)]
pub struct ListedPort {
    /// Its device file.
    pub device: PathBuf,
    /// The names that stay the same when it is plugged in elsewhere.
    pub names: Vec<PathBuf>,
    /// What is behind it.
    pub adapter: Adapter,
    /// Who or what uses it.
    pub usage: PortUsage,
}

/// Who or what uses a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortUsage {
    /// Nobody, as far as this user can see.
    Free,
    /// The kernel writes its messages there.
    Console,
    /// A login prompt.
    Login,
    /// These processes.
    Held(Vec<Holder>),
    /// It cannot be used for another reason.
    Unusable,
}

impl ListedPort {
    /// The name to configure: one that stays the same, if there is one.
    pub fn best_name(&self) -> &Path {
        self.names.first().unwrap_or(&self.device)
    }

    /// Whether it may be opened.
    pub fn is_free(&self) -> bool {
        self.usage == PortUsage::Free
    }

    /// Whether the daemon has it open.
    pub fn is_of_service(&self) -> bool {
        match &self.usage {
            PortUsage::Held(holders) => holders.iter().any(Holder::is_service),
            _ => false,
        }
    }

    /// What it is and what it is used for, for people.
    pub fn text(&self, words: Words) -> String {
        let port = match &self.adapter {
            Adapter::Usb(product, maker) => {
                words.port_dongle(product, maker.as_deref().unwrap_or_default())
            }
            other => other.text(words),
        };
        match &self.usage {
            PortUsage::Free => port,
            PortUsage::Console => words.port_console_of(&port),
            PortUsage::Login => words.port_login_of(&port),
            PortUsage::Held(holders) => words.port_used(&port, &holders::names(holders, words)),
            PortUsage::Unusable => words.port_unusable(&port),
        }
    }
}

/// All ports behind which there is hardware: the free ones first, then by name.
pub fn all() -> Vec<ListedPort> {
    let mut by_id = names_by_id();
    let entries = fs::read_dir("/sys/class/tty")
        .into_iter()
        .flatten()
        .flatten();
    let mut ports: Vec<ListedPort> = entries
        .filter_map(|entry| port(&entry.path(), &mut by_id))
        .collect();
    ports.sort_by(|a, b| (!a.is_free(), &a.device).cmp(&(!b.is_free(), &b.device)));
    ports
}

/// Whether a name is that of a screen of this machine, `/dev/tty0` to `/dev/tty63`, whether or not it is there.
pub fn is_virtual_console(device: &Path) -> bool {
    const CONSOLES: u8 = 64;
    let target = fs::canonicalize(device);
    let name = target.as_deref().unwrap_or(device).to_str();
    let number = name.and_then(|name| name.strip_prefix("/dev/tty"));
    number.is_some_and(|number| number.parse().is_ok_and(|number: u8| number < CONSOLES))
}

/// The port that a name means: one without a folder is looked up in /dev, unless it is here alone.
pub fn named(name: &Path) -> PathBuf {
    let in_dev = Path::new("/dev").join(name);
    let is_bare = name.components().count() == 1 && !name.is_absolute();
    if is_bare && (in_dev.exists() || !name.exists()) {
        in_dev
    } else {
        name.to_owned()
    }
}

fn port(entry: &Path, by_id: &mut BTreeMap<PathBuf, Vec<PathBuf>>) -> Option<ListedPort> {
    // What has no device behind it is a terminal of the kernel's own.
    let hardware = fs::canonicalize(entry.join("device")).ok()?;
    // Type 0 is a place for a chip that is not there.
    let kind = fs::read_to_string(entry.join("type")).unwrap_or_default();
    if kind.trim() == "0" {
        return None;
    }
    let adapter = Adapter::of_hardware(&hardware)?;
    let device = Path::new("/dev").join(entry.file_name()?);
    Some(ListedPort {
        names: by_id.remove(&device).unwrap_or_default(),
        usage: usage(&device),
        adapter,
        device,
    })
}

fn usage(device: &Path) -> PortUsage {
    match refusal(device) {
        Some(Refusal::Console(_)) => PortUsage::Console,
        Some(Refusal::LoginPrompt { .. }) => PortUsage::Login,
        Some(_) => PortUsage::Unusable,
        None => match holders::of(device) {
            Holders::Processes(holders) => PortUsage::Held(holders),
            Holders::None | Holders::Hidden => PortUsage::Free,
        },
    }
}

/// The symlinks of udev, by the device that they lead to.
fn names_by_id() -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut names: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for entry in fs::read_dir("/dev/serial/by-id")
        .into_iter()
        .flatten()
        .flatten()
    {
        if let Ok(device) = fs::canonicalize(entry.path()) {
            names.entry(device).or_default().push(entry.path());
        }
    }
    names
}

/// Why a port (canonical) must not be opened: it is a console, or a login prompt uses it or may use it.
pub fn refusal(device: &Path) -> Option<Refusal> {
    if let Err(refusal) = serial::refuse_console(device) {
        return Some(refusal);
    }
    let tty = device.strip_prefix("/dev").ok()?.to_str()?;
    let device = device.to_owned();
    match ask_systemd(tty) {
        Ok(unit) => unit.map(|unit| Refusal::LoginPrompt { device, unit }),
        Err(NoAnswer) => Some(Refusal::LoginPromptUnknown(device)),
    }
}

fn ask_systemd(tty: &str) -> Result<Option<String>, NoAnswer> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| NoAnswer)?
        .block_on(dbus::active_serial_getty(&Bus::System, tty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_known_by_its_name() {
        for (name, is_screen) in [
            ("/dev/tty0", true),
            ("/dev/tty63", true),
            ("/dev/tty64", false),
            ("/dev/tty", false),
            ("/dev/ttyS9", false),
            ("/dev/ttyUSB0", false),
        ] {
            assert_eq!(is_virtual_console(Path::new(name)), is_screen, "{name}");
        }
    }

    #[test]
    fn a_bare_name_is_looked_up_in_dev() {
        for (name, port) in [
            ("ttyUSB7", "/dev/ttyUSB7"),
            ("null", "/dev/null"),
            ("Cargo.toml", "Cargo.toml"),
            ("./null", "./null"),
            ("/dev/null", "/dev/null"),
        ] {
            assert_eq!(named(Path::new(name)), Path::new(port));
        }
    }
}
