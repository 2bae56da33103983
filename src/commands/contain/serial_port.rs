//! Which port the meter is on, in a container without udev, and the groups that may open it.
//!
//! Input: the options of the app, and `/dev` as the container has it. Output: the value of `device`, why it is that, and the
//! numbers of groups; names of groups are the host's. No port is opened. A port is taken without being named only if our
//! udev rule (`udev/60-linky-sensor.rules`) would take it: those of USB, by the name that udev gives them from maker,
//! product and serial number.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::options::AppOptions;
use crate::names::file;

/// Directory entries that are looked at; no computer has so many ports.
const ENTRIES_MAX: usize = 4096;

/// A port, and the line of the log about it.
#[derive(Debug, PartialEq, Eq)]
pub struct ChosenPort {
    /// The value of `device`.
    pub device: String,
    /// Why this one.
    pub reason: String,
}

/// Chooses the port. `root` is the root of the file system.
pub fn choose(options: &AppOptions, root: &Path) -> ChosenPort {
    if let Some(device) = options.network.as_ref().or(options.device.as_ref()) {
        return ChosenPort {
            device: device.clone(),
            reason: format!("the port of the options: {device}"),
        };
    }
    let mut known: Vec<String> = names_in(&root.join("dev/serial/by-id"))
        .into_iter()
        .filter(|name| is_known_adapter(name))
        .collect();
    known.sort();
    match known.as_slice() {
        [name] => ChosenPort {
            device: format!("/dev/serial/by-id/{name}"),
            reason: format!("a TIC adapter is recognised: /dev/serial/by-id/{name}"),
        },
        [] => ChosenPort {
            device: file::DEVICE.to_owned(),
            reason: "no TIC adapter is recognised: plug it in and restart the app, or choose its port in the options"
                .to_owned(),
        },
        names => ChosenPort {
            device: file::DEVICE.to_owned(),
            reason: format!(
                "several TIC adapters are recognised: choose one in the options. They are {}",
                names.join(", ")
            ),
        },
    }
}

/// `usb-<maker>_<product>_<serial>-if00-port0`, where what is no letter, digit or one of a few signs is an underscore.
fn is_known_adapter(name: &str) -> bool {
    let micro_teleinfo = name.starts_with("usb-FTDI_") && name.contains("_TINFO-");
    micro_teleinfo || name.starts_with("usb-Cartelectronic_Interface_USB")
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .take(ENTRIES_MAX)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// The groups of the chosen port and of all serial ports: an adapter may be plugged in later, and they have one group on
/// most systems. Never root's.
pub fn groups(device: &str, root: &Path) -> Vec<u32> {
    let dev = root.join("dev");
    let is_serial = |name: &String| {
        let families = ["ttyUSB", "ttyACM", "ttyAMA", "ttyS"];
        families
            .iter()
            .filter_map(|family| name.strip_prefix(family))
            .any(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut groups: Vec<u32> = names_in(&dev)
        .iter()
        .filter(|name| is_serial(name))
        .map(|name| dev.join(name))
        .chain(device.starts_with('/').then(|| device.into()))
        .filter_map(|path| fs::metadata(path).ok())
        .filter(|metadata| metadata.file_type().is_char_device())
        .map(|metadata| metadata.gid())
        .filter(|group| *group != 0)
        .collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `/dev` with these names of udev.
    fn with_names(names: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let by_id = root.path().join("dev/serial/by-id");
        fs::create_dir_all(&by_id).unwrap();
        for name in names {
            fs::write(by_id.join(name), "").unwrap();
        }
        root
    }

    fn chosen(options: &str, names: &[&str]) -> ChosenPort {
        let root = with_names(names);
        choose(&serde_json::from_str(options).unwrap(), root.path())
    }

    const OTHER: &str = "usb-Silicon_Labs_CP2102_USB_to_UART_Bridge_Controller_0001-if00-port0";
    const MICRO: &str = "usb-FTDI_FT230X_Basic_UART_TINFO-1234-if00-port0";
    const CARTELECTRONIC: &str = "usb-Cartelectronic_Interface_USB_1_TIC_X1-if00-port0";

    #[test]
    fn what_the_options_name_comes_before_what_is_recognised() {
        let port = chosen(r#"{"device": "/dev/ttyS0"}"#, &[MICRO]);
        assert_eq!(port.device, "/dev/ttyS0");
        let both = r#"{"device": "/dev/ttyS0", "network": "tcp://10.0.0.2:3333"}"#;
        assert_eq!(chosen(both, &[MICRO]).device, "tcp://10.0.0.2:3333");
    }

    #[test]
    fn a_known_adapter_is_taken_by_the_name_that_stays() {
        for known in [MICRO, CARTELECTRONIC] {
            let port = chosen("{}", &[OTHER, known]);
            assert_eq!(port.device, format!("/dev/serial/by-id/{known}"));
        }
    }

    #[test]
    fn what_may_be_another_device_is_not_taken() {
        for (names, words) in [
            (&[OTHER][..], "no TIC adapter"),
            (&[], "choose its port"),
            (&[MICRO, CARTELECTRONIC], "choose one"),
        ] {
            let port = chosen("{}", names);
            assert_eq!(port.device, "/dev/linky");
            assert!(port.reason.contains(words), "{}", port.reason);
        }
        let nowhere = choose(&AppOptions::default(), Path::new("/nowhere"));
        assert_eq!(nowhere.device, "/dev/linky");
    }

    #[test]
    fn the_group_of_a_port_is_the_one_of_the_device_behind_the_name() {
        let root = with_names(&[]);
        let link = root.path().join("dev/serial/by-id/port");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        let group = fs::metadata("/dev/null").unwrap().gid();
        let expected: Vec<u32> = Some(group)
            .filter(|group| *group != 0)
            .into_iter()
            .collect();
        assert_eq!(groups(link.to_str().unwrap(), root.path()), expected);
        assert!(groups("tcp://10.0.0.2:3333", root.path()).is_empty());
        fs::write(root.path().join("dev/ttyUSB0"), "no device").unwrap();
        assert!(groups("/nowhere", root.path()).is_empty());
    }
}
