//! Finds out why a port cannot or must not be opened.
//!
//! Input: a path, and the error of an opening. Output: a [`Refusal`], whose text names what to do.
//!
//! The system's messages ("Permission denied", "Operation not permitted") have several causes, each with a cure of its own.
//! The cause is looked for only after an opening has failed, so it costs a good port nothing.
//!
//! A console, and a port with a login prompt, would open without an error, and each reader would get a part of the bytes:
//! these are refused before the opening.

use super::refusal::{Refusal, tty_name};
use nix::errno::Errno;
use nix::sys::stat::{major, minor};
use nix::unistd::{Gid, Group, Uid, User};
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The kernel's consoles, by name; the list is visible inside the unit's sandbox, /proc/consoles is not.
const CONSOLES: &str = "/sys/class/tty/console/active";

/// Follows the symlinks of `path` to the device, and opens nothing.
///
/// # Errors
/// Nothing is there, or it is not a serial port at first sight.
pub fn resolve(path: &Path) -> Result<PathBuf, Refusal> {
    let device = fs::canonicalize(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Refusal::Missing(path.to_owned()),
        _ => Refusal::Open(path.to_owned(), error.to_string()),
    })?;
    match fs::metadata(&device) {
        Ok(meta)
            if meta.file_type().is_char_device()
                && is_terminal(meta.rdev())
                && !is_own_terminal(meta.rdev()) =>
        {
            Ok(device)
        }
        Ok(_) => Err(Refusal::NotAPort(path.to_owned())),
        Err(error) => Err(Refusal::Open(path.to_owned(), error.to_string())),
    }
}

/// Whether a character device is a terminal, as a serial port is: sysfs names its subsystem. A device that sysfs lacks,
/// such as a pseudo-terminal, may be one: opening it will show.
fn is_terminal(device: u64) -> bool {
    let link = format!(
        "/sys/dev/char/{}:{}/subsystem",
        major(device),
        minor(device)
    );
    fs::read_link(link).map_or(true, |subsystem| subsystem.ends_with("tty"))
}

/// The virtual terminals (tty0 to tty63), and tty, console and ptmx: the numbers are fixed by the kernel.
fn is_own_terminal(device: u64) -> bool {
    major(device) == 5 || (major(device) == 4 && minor(device) < 64)
}

/// Refuses a device (canonical) that is one of the kernel's consoles.
///
/// # Errors
/// [`Refusal::Console`].
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
    // Only right below /dev: /dev/pts/tty0 would be no console.
    device.parent() == Some(Path::new("/dev"))
        && active
            .split_whitespace()
            .any(|console| console == tty_name(device))
}

/// Finds out why opening `device` just failed, by opening it again without the serial library, whose errors have no error
/// number. `message` is the library's.
pub fn diagnose(device: &Path, message: &str) -> Refusal {
    let flags = nix::fcntl::OFlag::O_NOCTTY | nix::fcntl::OFlag::O_NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags.bits())
        .open(device);
    match opened {
        Ok(file) if !file.is_terminal() => Refusal::NotAPort(device.to_owned()),
        Ok(_) => Refusal::Open(device.to_owned(), message.to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_is_refused_by_name_and_the_pseudo_terminals_are_not() {
        let active = "tty0 ttyAMA0\n";
        assert!(is_console(Path::new("/dev/ttyAMA0"), active));
        assert!(!is_console(Path::new("/dev/ttyAMA01"), active));
        assert!(!is_console(Path::new("/dev/pts/tty0"), active));
        assert!(!is_console(Path::new("/dev/ttyUSB0"), ""));
    }

    #[test]
    fn the_terminals_of_the_machine_itself_are_no_ports() {
        let device = nix::sys::stat::makedev;
        assert!(is_own_terminal(device(4, 1)), "tty1");
        assert!(is_own_terminal(device(5, 1)), "console");
        assert!(!is_own_terminal(device(4, 64)), "ttyS0");
        assert!(!is_own_terminal(device(188, 0)), "ttyUSB0");
        assert!(!is_own_terminal(device(136, 5)), "pts/5");
    }

    #[test]
    fn what_sysfs_lacks_may_be_a_terminal() {
        let device = nix::sys::stat::makedev;
        assert!(is_terminal(device(136, 5)), "pts/5");
        assert!(is_terminal(device(4, 64)), "ttyS0");
        assert!(!is_terminal(device(1, 3)), "null");
    }

    #[test]
    fn each_error_of_the_system_has_its_refusal() {
        let device = Path::new("/dev/ttymxc2");
        let of = |errno: Errno| refusal_of(device, &io::Error::from(errno));
        assert!(matches!(of(Errno::ENOENT), Refusal::Missing(_)));
        assert!(matches!(of(Errno::EBUSY), Refusal::Held(_)));
        assert!(matches!(of(Errno::ENXIO), Refusal::Gone(_)));
        assert!(matches!(of(Errno::EPERM), Refusal::Policy { .. }));
        assert!(matches!(of(Errno::EMFILE), Refusal::Open(..)));
    }

    #[test]
    fn what_is_no_port_is_refused_as_such() {
        assert!(matches!(
            resolve(Path::new("/nowhere/tty")),
            Err(Refusal::Missing(_))
        ));
        assert!(matches!(resolve(Path::new("/")), Err(Refusal::NotAPort(_))));
        assert!(matches!(
            resolve(Path::new("/dev/ptmx")),
            Err(Refusal::NotAPort(_))
        ));
        assert!(matches!(
            resolve(Path::new("/dev/null")),
            Err(Refusal::NotAPort(_))
        ));
        assert!(matches!(
            diagnose(Path::new("/dev/null"), "?"),
            Refusal::NotAPort(_)
        ));
    }
}
