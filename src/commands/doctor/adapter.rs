//! What is behind a port, as sysfs names it. Nothing is opened.

use std::fs;
use std::path::{Path, PathBuf};

use crate::words::Words;

/// The part of a port that people can hold in their hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adapter {
    /// A USB device: what its maker calls it, and its maker.
    Usb(String, Option<String>),
    /// The serial port of a Raspberry Pi.
    PiPort,
    /// Something else with this driver.
    Driver(String),
    /// sysfs lacks it, as a pseudo-terminal.
    Unknown(PathBuf),
}

impl Adapter {
    /// That of a port (canonical).
    pub fn of(device: &Path) -> Self {
        let name = device.file_name().unwrap_or_default();
        let entry = Path::new("/sys/class/tty").join(name).join("device");
        let known = (device.parent() == Some(Path::new("/dev")))
            .then(|| fs::canonicalize(entry).ok())
            .flatten();
        known
            .and_then(|hardware| Self::of_hardware(&hardware))
            .unwrap_or_else(|| Self::Unknown(device.to_owned()))
    }

    /// That of a directory of sysfs, the device of a tty.
    pub fn of_hardware(hardware: &Path) -> Option<Self> {
        let product = hardware
            .ancestors()
            .find_map(|above| Some((read(&above.join("product"))?, above)));
        if let Some((product, usb)) = product {
            return Some(Self::Usb(product, read(&usb.join("manufacturer"))));
        }
        let driver = fs::read_link(hardware.join("driver")).ok()?;
        let driver = driver.file_name()?.to_string_lossy().into_owned();
        Some(match driver.as_str() {
            "bcm2835-aux-uart" | "uart-pl011" => Self::PiPort,
            _ => Self::Driver(driver),
        })
    }

    /// What it is, for people.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Usb(product, None) => product.clone(),
            Self::Usb(product, Some(maker)) => format!("{product} ({maker})"),
            Self::PiPort => words.port_of_pi(),
            Self::Driver(driver) => words.port_by_driver(driver),
            Self::Unknown(device) => device.display().to_string(),
        }
    }
}

/// The line in a file of sysfs.
fn read(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_dongle_is_named_by_its_maker_and_a_pi_by_its_driver() {
        let sys = tempfile::tempdir().unwrap();
        let usb = sys.path().join("usb1/1-1");
        let port = usb.join("1-1:1.0/ttyUSB0");
        fs::create_dir_all(&port).unwrap();
        fs::write(usb.join("product"), "FT230X Basic UART\n").unwrap();
        let named = |maker: Option<&str>| {
            Some(Adapter::Usb(
                "FT230X Basic UART".to_owned(),
                maker.map(str::to_owned),
            ))
        };
        assert_eq!(Adapter::of_hardware(&port), named(None));
        fs::write(usb.join("manufacturer"), "FTDI\n").unwrap();
        assert_eq!(Adapter::of_hardware(&port), named(Some("FTDI")));

        let uart = sys.path().join("serial");
        fs::create_dir(&uart).unwrap();
        assert_eq!(Adapter::of_hardware(&uart), None);
        for (driver, adapter) in [
            ("uart-pl011", Adapter::PiPort),
            ("of_serial", Adapter::Driver("of_serial".to_owned())),
        ] {
            let _ = fs::remove_file(uart.join("driver"));
            symlink(sys.path().join(driver), uart.join("driver")).unwrap();
            assert_eq!(Adapter::of_hardware(&uart), Some(adapter));
        }
        let pty = Path::new("/dev/pts/7");
        assert_eq!(Adapter::of(pty), Adapter::Unknown(pty.to_owned()));
    }
}
