//! Why a port cannot be read, in one line for people that says what to do.
//!
//! The system's own words ("Permission denied", "Operation not permitted") have several causes, each with a cure of its
//! own. The cause is looked for only after the port was refused, so a port that opens pays nothing for it.
//!
//! Two refusals are ours. A console and a port with a login prompt open without any error, and both readers then get a
//! part of the bytes: such a port must not be opened at all.

use nix::errno::Errno;
use nix::unistd::{Gid, Group, Uid, User};
use std::fmt;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The symlink that our udev rules make.
const LINK: &str = "/dev/linky";
/// The kernel's consoles, by name; the list is visible inside the unit's sandbox, /proc/consoles is not.
const CONSOLES: &str = "/sys/class/tty/console/active";

/// Why a port was refused. `Display` is one line for people.
#[derive(Debug)]
pub enum Refusal {
    /// The path does not exist.
    Missing(PathBuf),
    /// The path is there, but nothing answers behind it.
    Gone(PathBuf),
    /// Not a serial port.
    NotATty(PathBuf),
    /// The kernel writes its messages there.
    Console(PathBuf),
    /// Something else must not be disturbed: [`PortCheck`](super::PortCheck) says what.
    Reserved(String),
    /// The device file's permissions.
    Permission {
        /// The port.
        device: PathBuf,
        /// The user that we run as.
        user: String,
        /// The group that owns the device file.
        group: String,
        /// Its permission bits.
        mode: u32,
        /// Whether we are of that group.
        member: bool,
    },
    /// The device policy of the systemd unit.
    Policy {
        /// The port.
        device: PathBuf,
        /// The name of its driver, if the system tells.
        driver: Option<String>,
    },
    /// Opened exclusively by another process.
    Held(PathBuf),
    /// Any other answer of the system to an open.
    Open(PathBuf, String),
    /// The port was open, and the device went away.
    HungUp(PathBuf),
    /// The connection was open, and ended.
    Closed {
        /// host:port
        address: String,
        /// How it ended.
        why: String,
    },
    /// A `tcp://` source that cannot be reached.
    Network {
        /// host:port
        address: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The name of a `tcp://` source does not resolve.
    UnknownHost {
        /// host:port
        address: String,
        /// What the system said.
        cause: io::Error,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) if path == Path::new(LINK) => write!(
                f,
                "{LINK}: no dongle or UART is recognised; list the ports with `linky-sensor doctor` and set `device` to \
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
            Self::NotATty(path) => write!(
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
            Self::Reserved(why) => f.write_str(why),
            Self::Permission {
                device,
                group,
                mode,
                ..
            } if mode & 0o060 != 0o060 => write!(
                f,
                "{}: no permission: group {group} may not read and write it (mode {mode:04o}), as when a login prompt \
                 (serial-getty) has taken the port; run `sudo linky-sensor doctor`",
                device.display()
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
            Self::Closed { address, why } => {
                write!(
                    f,
                    "tcp://{address}: {why}; check the server, it is being called again"
                )
            }
            Self::Network { address, cause } => write!(
                f,
                "tcp://{address}: {cause}; check that the server runs and that `device` names its port"
            ),
            Self::UnknownHost { address, cause } => {
                write!(
                    f,
                    "tcp://{address}: the name is not known ({cause}); check `device`"
                )
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// Follows the symlinks of `path` to the device. Errors: nothing there, or not a serial port at first sight.
pub fn resolve(path: &Path) -> Result<PathBuf, Refusal> {
    let device = fs::canonicalize(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Refusal::Missing(path.to_owned()),
        _ => Refusal::Open(path.to_owned(), error.to_string()),
    })?;
    match fs::metadata(&device) {
        Ok(meta) if meta.file_type().is_char_device() => Ok(device),
        Ok(_) => Err(Refusal::NotATty(path.to_owned())),
        Err(error) => Err(Refusal::Open(path.to_owned(), error.to_string())),
    }
}

/// Refuses a device that is one of the kernel's consoles.
pub fn refuse_console(device: &Path) -> Result<(), Refusal> {
    // No list, no console: a container, or a kernel without one.
    let active = fs::read_to_string(CONSOLES).unwrap_or_default();
    if is_console(device, &active) {
        Err(Refusal::Console(device.to_owned()))
    } else {
        Ok(())
    }
}

fn is_console(device: &Path, active: &str) -> bool {
    // /dev/pts/0 is not tty0's business: only what lies right below /dev.
    device.parent() == Some(Path::new("/dev"))
        && active
            .split_whitespace()
            .any(|console| console == tty_name(device))
}

/// Finds out why opening `device` just failed, by opening it again without the serial library, whose errors are words
/// alone. `said` is what the library said.
pub fn diagnose(device: &Path, said: &str) -> Refusal {
    let flags = nix::fcntl::OFlag::O_NOCTTY | nix::fcntl::OFlag::O_NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags.bits())
        .open(device);
    match opened {
        Ok(file) if !file.is_terminal() => Refusal::NotATty(device.to_owned()),
        Ok(_) => Refusal::Open(device.to_owned(), said.to_owned()),
        Err(error) => refusal_of(device, &error),
    }
}

fn refusal_of(device: &Path, error: &io::Error) -> Refusal {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ENOENT) => Refusal::Missing(device.to_owned()),
        Some(Errno::EBUSY) => Refusal::Held(device.to_owned()),
        Some(Errno::ENXIO | Errno::ENODEV | Errno::EIO) => Refusal::Gone(device.to_owned()),
        Some(Errno::EPERM) => Refusal::Policy {
            device: device.to_owned(),
            driver: driver_name(device),
        },
        Some(Errno::EACCES) => match fs::metadata(device) {
            Ok(meta) => permission(device, &meta),
            Err(error) => Refusal::Open(device.to_owned(), error.to_string()),
        },
        _ => Refusal::Open(device.to_owned(), error.to_string()),
    }
}

fn permission(device: &Path, meta: &Metadata) -> Refusal {
    let (uid, gid) = (Uid::effective(), Gid::from_raw(meta.gid()));
    let user = User::from_uid(uid)
        .ok()
        .flatten()
        .map_or_else(|| uid.to_string(), |user| user.name);
    let group = Group::from_gid(gid)
        .ok()
        .flatten()
        .map_or_else(|| gid.to_string(), |group| group.name);
    let member =
        Gid::effective() == gid || nix::unistd::getgroups().is_ok_and(|own| own.contains(&gid));
    Refusal::Permission {
        device: device.to_owned(),
        user,
        group,
        mode: meta.mode() & 0o777,
        member,
    }
}

/// The driver behind a tty, as sysfs names it.
fn driver_name(device: &Path) -> Option<String> {
    let link = Path::new("/sys/class/tty")
        .join(tty_name(device))
        .join("device/driver");
    let target = fs::read_link(link).ok()?;
    Some(target.file_name()?.to_string_lossy().into_owned())
}

fn tty_name(device: &Path) -> String {
    device
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_missing_link_of_ours_is_not_a_missing_file() {
        let ours = Refusal::Missing("/dev/linky".into()).to_string();
        assert!(ours.contains("no dongle or UART is recognised"), "{ours}");
        let other = Refusal::Missing("/dev/ttyUSB7".into()).to_string();
        assert!(other.contains("/dev/ttyUSB7: no such device"), "{other}");
        assert!(matches!(
            resolve(Path::new("/nowhere/tty")),
            Err(Refusal::Missing(_))
        ));
    }

    #[test]
    fn a_console_is_refused_by_name_and_the_pseudo_terminals_are_not() {
        let active = "tty0 ttyAMA0\n";
        assert!(is_console(Path::new("/dev/ttyAMA0"), active));
        assert!(!is_console(Path::new("/dev/ttyAMA01"), active));
        assert!(!is_console(Path::new("/dev/pts/tty0"), active));
        assert!(!is_console(Path::new("/dev/ttyUSB0"), ""));
        let said = Refusal::Console("/dev/ttyAMA0".into()).to_string();
        assert!(said.contains("remove console=ttyAMA0"), "{said}");
    }

    #[test]
    fn each_refusal_of_the_system_says_its_own_cure() {
        let outsider = permission_of(0o660, false);
        assert!(
            outsider.contains("add the user linky-sensor to the group dialout"),
            "{outsider}"
        );
        let taken = permission_of(0o600, true);
        assert!(
            taken.contains("(mode 0600)") && taken.contains("serial-getty"),
            "{taken}"
        );

        let device = Path::new("/dev/ttymxc2");
        let of = |errno: Errno| refusal_of(device, &io::Error::from(errno)).to_string();
        assert!(
            of(Errno::EPERM).contains("DeviceAllow=char-ttymxc rw"),
            "{}",
            of(Errno::EPERM)
        );
        assert!(
            of(Errno::EBUSY).contains("held by another process"),
            "{}",
            of(Errno::EBUSY)
        );
        assert!(
            of(Errno::ENXIO).contains("does not answer"),
            "{}",
            of(Errno::ENXIO)
        );
        for errno in [Errno::EPERM, Errno::EBUSY, Errno::ENXIO, Errno::EMFILE] {
            assert!(!of(errno).contains('\n') && of(errno).starts_with("/dev/ttymxc2: "));
        }
    }

    #[test]
    fn a_file_that_is_no_serial_port_is_told_apart() {
        assert!(matches!(resolve(Path::new("/")), Err(Refusal::NotATty(_))));
        assert!(matches!(
            diagnose(Path::new("/dev/null"), "?"),
            Refusal::NotATty(_)
        ));
    }
}
