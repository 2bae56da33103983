//! What can go wrong with a bus. Each message names what to do.

use std::fmt;

use crate::home::Home;
use crate::names::BUS_NAME;

/// Why the bus, or something on it, cannot be had.
#[derive(Debug)]
pub enum Error {
    /// There is nothing to connect to.
    NoBus {
        /// Where it was looked for.
        bus: String,
        /// Why not.
        cause: String,
    },
    /// The policy of the bus does not let us own the name.
    OwnershipDenied,
    /// Another process owns the name.
    NameTaken,
    /// The policy of the bus does not let us ask.
    CallDenied(String),
    /// The name has no owner: the daemon does not run.
    NotRunning,
    /// The bus took longer than it may.
    Deadline,
    /// The connection ended.
    Lost,
    /// Anything else that the bus, or zbus, answered.
    Failed(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBus { .. } if Home::current() != Home::Machine => {
                f.write_str("no D-Bus in this container: `linky-sensor health` shows the state")
            }
            Self::NoBus { bus, cause } => write!(
                f,
                "no D-Bus: {bus} cannot be reached ({cause}); is it running? `systemctl status dbus.socket`"
            ),
            Self::OwnershipDenied => write!(
                f,
                "the bus does not let this user own {BUS_NAME}: the daemon must run as the user linky-sensor, and \
                 {BUS_NAME}.conf must be in /usr/share/dbus-1/system.d (after adding it: `systemctl reload dbus`)"
            ),
            Self::NameTaken => write!(
                f,
                "another process owns {BUS_NAME}: is a second daemon running? `busctl status {BUS_NAME}` names it"
            ),
            Self::CallDenied(why) => write!(
                f,
                "the bus does not let this user ask: {why}; is {BUS_NAME}.conf in /usr/share/dbus-1/system.d?"
            ),
            Self::NotRunning => f.write_str(
                "the daemon is not running, or is not on this bus: see `systemctl status linky-sensor`",
            ),
            Self::Deadline => f.write_str("the bus does not answer in time"),
            Self::Lost => f.write_str("the connection to the bus is lost"),
            Self::Failed(why) => write!(f, "the bus answered: {why}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<zbus::Error> for Error {
    fn from(error: zbus::Error) -> Self {
        match error {
            zbus::Error::FDO(error) => match *error {
                zbus::fdo::Error::AccessDenied(why) => Self::CallDenied(why),
                zbus::fdo::Error::ServiceUnknown(_) | zbus::fdo::Error::NameHasNoOwner(_) => {
                    Self::NotRunning
                }
                zbus::fdo::Error::NoReply(_) | zbus::fdo::Error::Timeout(_) => Self::Deadline,
                other => Self::Failed(other.to_string()),
            },
            zbus::Error::NameTaken => Self::NameTaken,
            zbus::Error::InputOutput(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                Self::Deadline
            }
            zbus::Error::InputOutput(_) => Self::Lost,
            other => Self::Failed(other.to_string()),
        }
    }
}
