//! Why a port cannot be read, as a text: one line that starts with the port and ends with what to do.
//!
//! The only place of these texts, with `contained_refusal` for where other things help: the daemon publishes them, the doctor
//! prints them.

use super::contained_refusal;
use super::refusal::{Refusal, tty_name};
use crate::home::Home;
use crate::names::file::DEVICE;
use std::fmt;
use std::path::Path;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = contained_refusal::text(self, Home::current()) {
            return f.write_str(&text);
        }
        match self {
            Self::Missing(path) if path == Path::new(DEVICE) => write!(
                f,
                "{DEVICE}: no dongle or UART is recognised; list the ports with `linky-sensor doctor` and set `device` to \
                 one of them"
            ),
            Self::Missing(path) => write!(
                f,
                "{}: no such device; plug the adapter in, or list the ports with `linky-sensor doctor`",
                path.display()
            ),
            Self::Gone(path) => write!(
                f,
                "{}: the device does not answer; unplug the adapter and plug it in again",
                path.display()
            ),
            Self::NotAPort(path) => write!(
                f,
                "{}: not a serial port; list the ports with `linky-sensor doctor`",
                path.display()
            ),
            Self::Console(path) => {
                let name = tty_name(path);
                write!(
                    f,
                    "{}: the kernel's console; remove console={name} (or console=serial0) from the kernel's command line \
                     (on a Raspberry Pi /boot/firmware/cmdline.txt) and restart the machine",
                    path.display()
                )
            }
            Self::LoginPrompt { device, unit } => write!(
                f,
                "{} is used by {unit}, which offers a login on it: sudo systemctl disable --now {unit}",
                device.display()
            ),
            Self::LoginPromptUnknown(device) => write!(
                f,
                "{}: systemd has not answered whether a login prompt uses it; it is asked again at the next attempt",
                device.display()
            ),
            Self::Permission {
                device,
                group,
                mode,
                ..
            } if mode & 0o060 != 0o060 => write!(
                f,
                "{device}: no permission: group {group} may not read and write it (mode {mode:04o}), as when a login \
                 prompt (serial-getty) has taken the port; once there is none, `sudo udevadm trigger --action=add \
                 {device}` gives it back",
                device = device.display()
            ),
            Self::Permission {
                device,
                user,
                group,
                member: true,
                ..
            } => write!(
                f,
                "{}: no permission, though the user {user} is in the group {group} that owns it; run `sudo linky-sensor \
                 doctor`",
                device.display()
            ),
            Self::Permission {
                device,
                user,
                group,
                ..
            } => write!(
                f,
                "{}: no permission; add the user {user} to the group {group} (`sudo adduser {user} {group}`), then \
                 restart the service",
                device.display()
            ),
            Self::Policy { device, driver } => {
                let name = tty_name(device);
                let family = name.trim_end_matches(|c: char| c.is_ascii_digit());
                write!(f, "{}: ", device.display())?;
                match driver {
                    Some(driver) => write!(f, "the driver {driver}")?,
                    None => f.write_str("its driver")?,
                }
                write!(
                    f,
                    " is not among those that the unit allows; restart the service, and if that does not help run `sudo \
                     systemctl edit linky-sensor` and add the lines [Service] and DeviceAllow=char-{family} rw"
                )
            }
            Self::Held(path) => {
                write!(
                    f,
                    "{}: held by another process; run `sudo linky-sensor doctor`",
                    path.display()
                )
            }
            Self::Open(path, why) => {
                write!(
                    f,
                    "{}: {why}; run `sudo linky-sensor doctor`",
                    path.display()
                )
            }
            Self::HungUp(path) => write!(
                f,
                "{}: the device went away; check the adapter's plug (a login prompt that takes the port looks the same: \
                 run `sudo linky-sensor doctor`)",
                path.display()
            ),
            Self::Closed(address) => write!(
                f,
                "{address}: the server closed the connection; check the server, it is being connected to again"
            ),
            Self::Network { address, cause } if cause.is_lookup() => {
                write!(f, "{address}: {cause}; check `device`")
            }
            Self::Network { address, cause } => write!(
                f,
                "{address}: {cause}; check that the server runs and that `device` names its port"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::HostError;
    use std::path::PathBuf;
    use std::time::Duration;

    fn permission_of(mode: u32, member: bool) -> String {
        let device = PathBuf::from("/dev/ttyUSB0");
        let (user, group) = ("linky-sensor".to_owned(), "dialout".to_owned());
        Refusal::Permission {
            device,
            user,
            group,
            mode,
            member,
        }
        .to_string()
    }

    #[test]
    fn a_missing_link_of_the_package_is_not_a_missing_file() {
        let link = Refusal::Missing("/dev/linky".into()).to_string();
        assert!(link.contains("no dongle or UART is recognised"), "{link}");
        let other = Refusal::Missing("/dev/ttyUSB7".into()).to_string();
        assert!(other.contains("/dev/ttyUSB7: no such device"), "{other}");
    }

    #[test]
    fn each_cause_has_its_own_cure() {
        let console = Refusal::Console("/dev/ttyAMA0".into()).to_string();
        assert!(console.contains("remove console=ttyAMA0"), "{console}");
        let outsider = permission_of(0o660, false);
        assert!(
            outsider.contains("add the user linky-sensor to the group dialout"),
            "{outsider}"
        );
        let taken = permission_of(0o600, true);
        assert!(
            taken.contains("(mode 0600)")
                && taken.contains("serial-getty")
                && taken.contains("udevadm trigger"),
            "{taken}"
        );
        let policy = Refusal::Policy {
            device: "/dev/ttymxc2".into(),
            driver: None,
        }
        .to_string();
        assert!(policy.contains("DeviceAllow=char-ttymxc rw"), "{policy}");
    }

    #[test]
    fn each_has_its_word() {
        let device = || PathBuf::from("/dev/ttyUSB0");
        let unit = "serial-getty@ttyUSB0.service".to_owned();
        let address = "tcp://meter:7000".to_owned();
        for (refusal, word) in [
            (Refusal::Missing(device()), "no_port"),
            (Refusal::HungUp(device()), "no_port"),
            (Refusal::Console(device()), "console"),
            (
                Refusal::LoginPrompt {
                    device: device(),
                    unit,
                },
                "login",
            ),
            (Refusal::LoginPromptUnknown(device()), "refused"),
            (
                Refusal::Policy {
                    device: device(),
                    driver: None,
                },
                "refused",
            ),
            (Refusal::Held(device()), "held"),
            (
                Refusal::Network {
                    address,
                    cause: HostError::LookupTimeout("meter".to_owned(), Duration::ZERO),
                },
                "server_gone",
            ),
        ] {
            assert_eq!(refusal.cause().as_str(), word, "{refusal}");
        }
    }

    #[test]
    fn a_cause_is_one_line_that_names_the_device() {
        let device = || PathBuf::from("/dev/ttyUSB0");
        for refusal in [
            Refusal::Missing(device()),
            Refusal::Gone(device()),
            Refusal::NotAPort(device()),
            Refusal::Console(device()),
            Refusal::LoginPromptUnknown(device()),
            Refusal::Policy {
                device: device(),
                driver: Some("sc16is7xx".to_owned()),
            },
            Refusal::Held(device()),
            Refusal::Open(device(), "too many open files".to_owned()),
            Refusal::HungUp(device()),
        ] {
            let text = refusal.to_string();
            assert!(
                text.starts_with("/dev/ttyUSB0: ") && !text.contains('\n'),
                "{text}"
            );
        }
    }
}
