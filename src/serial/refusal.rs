//! Why a port cannot be read, and the word for it. The text is in `refusal_text`; the causes are found in `diagnosis`, and by
//! a [`PortCheck`](super::PortCheck).

use crate::meter::LinkCause;
use crate::net::HostError;
use std::path::{Path, PathBuf};

/// Why a port was refused. `Display`, in `refusal_text`, is one line for people.
#[derive(Debug)]
pub enum Refusal {
    /// The path does not exist.
    Missing(PathBuf),
    /// The path exists, but no device answers behind it.
    Gone(PathBuf),
    /// Not a serial port.
    NotAPort(PathBuf),
    /// The kernel writes its messages there.
    Console(PathBuf),
    /// A login prompt uses it.
    LoginPrompt {
        /// The port.
        device: PathBuf,
        /// The systemd unit of the prompt.
        unit: String,
    },
    /// A login prompt may use it: systemd has not answered in time.
    LoginPromptUnknown(PathBuf),
    /// The device file's permissions.
    Permission {
        /// The port.
        device: PathBuf,
        /// The user of this process.
        user: String,
        /// The group that owns the device file.
        group: String,
        /// Its permission bits.
        mode: u32,
        /// Whether the user is in that group.
        member: bool,
    },
    /// The device policy of the systemd unit.
    Policy {
        /// The port.
        device: PathBuf,
        /// The name of its driver, if sysfs has it.
        driver: Option<String>,
    },
    /// Opened exclusively by another process.
    Held(PathBuf),
    /// Any other error of an opening, with its text.
    Open(PathBuf, String),
    /// The port was open, and the device went away.
    HungUp(PathBuf),
    /// The server at this address (`tcp://host:port`) closed the connection.
    Closed(String),
    /// A `tcp://` source that cannot be reached.
    Network {
        /// tcp://host:port
        address: String,
        /// The step that failed.
        cause: HostError,
    },
}

impl Refusal {
    /// The word for it.
    #[must_use]
    pub fn cause(&self) -> LinkCause {
        match self {
            Self::Missing(_) | Self::Gone(_) | Self::NotAPort(_) | Self::HungUp(_) => {
                LinkCause::NoPort
            }
            Self::Console(_) => LinkCause::Console,
            Self::LoginPrompt { .. } => LinkCause::Login,
            Self::LoginPromptUnknown(_)
            | Self::Permission { .. }
            | Self::Policy { .. }
            | Self::Open(..) => LinkCause::Refused,
            Self::Held(_) => LinkCause::Held,
            Self::Closed(_) | Self::Network { .. } => LinkCause::ServerGone,
        }
    }
}

impl std::error::Error for Refusal {}

/// `ttyUSB0` of `/dev/ttyUSB0`.
pub(super) fn tty_name(device: &Path) -> String {
    device
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
