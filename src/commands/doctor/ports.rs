//! The serial ports of this machine, as sysfs lists them. None is opened.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::dbus::{self, Bus, NoAnswer};
use crate::serial::{self, Refusal};

/// A port that an adapter may be on.
#[derive(Debug)]
pub struct ListedPort {
    /// Its device file.
    pub device: PathBuf,
    /// The names that stay the same when it is plugged in elsewhere.
    pub names: Vec<PathBuf>,
    /// Why it must not be opened.
    pub refusal: Option<Refusal>,
    driver: String,
    product: Option<String>,
}

impl ListedPort {
    /// The name to configure: one that stays the same, if there is one.
    pub fn best_name(&self) -> &Path {
        self.names.first().unwrap_or(&self.device)
    }

    /// What it is, in a line.
    pub fn about(&self) -> String {
        match &self.product {
            Some(product) => format!("{product} (driver {})", self.driver),
            None => format!("driver {}", self.driver),
        }
    }
}

/// All ports behind which there is hardware, in the order of their names.
pub fn all() -> Vec<ListedPort> {
    let mut by_id = names_by_id();
    let entries = fs::read_dir("/sys/class/tty")
        .into_iter()
        .flatten()
        .flatten();
    let mut ports: Vec<ListedPort> = entries
        .filter_map(|entry| port(&entry.path(), &mut by_id))
        .collect();
    ports.sort_by(|a, b| a.device.cmp(&b.device));
    ports
}

fn port(entry: &Path, by_id: &mut BTreeMap<PathBuf, Vec<PathBuf>>) -> Option<ListedPort> {
    // What has no device behind it is a terminal of the kernel's own.
    let hardware = fs::canonicalize(entry.join("device")).ok()?;
    let read = |path: PathBuf| {
        fs::read_to_string(path)
            .ok()
            .map(|text| text.trim().to_owned())
    };
    // Type 0 is a place for a chip that is not there.
    if read(entry.join("type")).as_deref() == Some("0") {
        return None;
    }
    let driver = fs::read_link(hardware.join("driver")).ok()?;
    let device = Path::new("/dev").join(entry.file_name()?);
    Some(ListedPort {
        names: by_id.remove(&device).unwrap_or_default(),
        driver: driver.file_name()?.to_string_lossy().into_owned(),
        refusal: refusal(&device),
        product: hardware
            .ancestors()
            .find_map(|above| read(above.join("product"))),
        device,
    })
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
