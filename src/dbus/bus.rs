//! Which bus, and a connection to it that can be cut.
//!
//! A bus that stops reading blocks its writers, and zbus then waits for ever: in an emission, and in the replies that
//! its tasks are writing, which keep the connection open. So the socket is made here and a second handle of it is kept.
//! Dropping a [`BusConnection`] shuts the socket down: every task that waits for it ends, and the bus releases the name.

use std::fmt;
use std::net::Shutdown;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::str::FromStr;

use zbus::Address;
use zbus::address::transport::{Transport, UnixSocket};
use zbus::connection::{Builder, Connection};

use super::deadline::{DEADLINE, within};
use super::error::Error;
use super::socket::ThrottledSocket;

/// A bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bus {
    /// The machine's.
    System,
    /// The user's.
    Session,
    /// The one at this D-Bus address (`unix:path=…`).
    Address(String),
}

impl fmt::Display for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "the system bus",
            Self::Session => "the session bus",
            Self::Address(address) => address,
        })
    }
}

/// `system`, `session`, or an address.
impl FromStr for Bus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "system" => Ok(Self::System),
            "session" => Ok(Self::Session),
            address if address.starts_with("unix:") => Ok(Self::Address(address.to_owned())),
            _ => Err(
                "expected system, session, or an address such as unix:path=/run/dbus/system_bus_socket",
            ),
        }
    }
}

/// A connection, cut when dropped.
#[derive(Debug)]
pub struct BusConnection {
    connection: Connection,
    socket: UnixStream,
}

impl BusConnection {
    /// Connects, sends Hello, and gives up after [`DEADLINE`].
    ///
    /// # Errors
    /// [`Error::NoBus`] if there is no bus, [`Error::Deadline`] if it does not answer.
    pub async fn connect(bus: &Bus) -> Result<Self, Error> {
        let no_bus = |cause: String| Error::NoBus {
            bus: bus.to_string(),
            cause,
        };
        within(async {
            let path = socket_path(bus).map_err(no_bus)?;
            let stream = tokio::net::UnixStream::connect(path)
                .await
                .and_then(tokio::net::UnixStream::into_std)
                .map_err(|error| no_bus(error.to_string()))?;
            let socket = stream
                .try_clone()
                .map_err(|error| no_bus(error.to_string()))?;
            let stream = tokio::net::UnixStream::from_std(stream)
                .map_err(|error| no_bus(error.to_string()))?;
            let connection = Builder::socket(ThrottledSocket(stream))
                .method_timeout(DEADLINE)
                .build()
                .await
                .map_err(|error| no_bus(error.to_string()))?;
            Ok(Self { connection, socket })
        })
        .await
    }

    /// The connection. Clones of it end with this one.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for BusConnection {
    fn drop(&mut self) {
        // It fails only if the other side has gone already.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// Where the socket of a bus is; of an abstract one, the name after a zero byte.
fn socket_path(bus: &Bus) -> Result<PathBuf, String> {
    let address = match bus {
        Bus::System => Address::system(),
        Bus::Session => Address::session(),
        Bus::Address(address) => Address::from_str(address),
    }
    .map_err(|error| error.to_string())?;
    let Transport::Unix(unix) = address.transport() else {
        return Err("only unix: addresses are served".to_owned());
    };
    match unix.path() {
        UnixSocket::File(path) => Ok(path.clone()),
        UnixSocket::Abstract(name) => {
            let bytes: Vec<u8> = [b"\0", name.as_bytes()].concat();
            Ok(PathBuf::from(std::ffi::OsStr::from_bytes(&bytes)))
        }
        _ => Err("the address names a directory, not a socket".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_is_named_by_a_word_or_an_address() {
        let bus = |text: &str| text.parse::<Bus>().unwrap();
        assert_eq!(bus("system"), Bus::System);
        assert_eq!(bus("session"), Bus::Session);
        let address = Bus::Address("unix:path=/run/bus".into());
        assert_eq!(bus("unix:path=/run/bus"), address);
        assert_eq!(socket_path(&address), Ok(PathBuf::from("/run/bus")));
        assert_eq!(
            socket_path(&Bus::Address("unix:abstract=bus".into())),
            Ok(PathBuf::from("\0bus"))
        );
        assert!(socket_path(&Bus::Address("tcp:host=h,port=1".into())).is_err());
        assert!(socket_path(&Bus::Address("nonsense".into())).is_err());
    }
}
