//! What is told to systemd, if it started us: READY, STATUS and the watchdog.
//!
//! Its socket is a queue that it empties. When it does not (it hangs, or reloads for long), a sender that waits would hang
//! with it; so nothing here ever waits. What the queue does not take is not told, and whoever has to tell it tries
//! again.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use sd_notify::NotifyState;

use crate::names::variable;

/// The way to systemd; to nobody, if it did not start us.
pub struct Systemd {
    way: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl Systemd {
    /// As the environment says.
    ///
    /// # Errors
    /// The socket that it names cannot be one.
    pub fn of_environment() -> io::Result<Self> {
        let watchdog = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero());
        Self::at(env::var_os(variable::NOTIFY_SOCKET), watchdog)
    }

    /// It listens at this socket (a path, or `@` and an abstract name), and restarts us after so long without a sign of life.
    ///
    /// # Errors
    /// That can be no socket.
    pub fn at(socket: Option<OsString>, watchdog: Option<Duration>) -> io::Result<Self> {
        let way = socket.map(|socket| {
            let address = match socket.as_bytes() {
                [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
                _ => SocketAddr::from_pathname(&socket),
            };
            let own = UnixDatagram::unbound()?;
            own.set_nonblocking(true)?;
            Ok::<_, io::Error>((own, address?))
        });
        Ok(Self {
            way: way.transpose()?,
            watchdog,
        })
    }

    /// After so long without a sign of life it restarts us; `None` if it does not.
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Tells a state. Whether there is no more to do: it was told, or nobody listens.
    pub fn tell(&self, state: &NotifyState<'_>) -> bool {
        let Some((own, address)) = &self.way else {
            return true;
        };
        match own.send_to_addr(state.to_string().as_bytes(), address) {
            Ok(_) => true,
            Err(error) => {
                log::debug!("systemd was not told {state}: {error}");
                error.kind() != io::ErrorKind::WouldBlock
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_listens_there_is_nothing_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let gone = directory.path().join("gone").into();
        for socket in [None, Some(gone)] {
            let nobody = Systemd::at(socket, None).unwrap();
            assert!(nobody.tell(&NotifyState::Ready));
        }
    }

    #[test]
    fn what_a_full_queue_does_not_take_is_not_told_and_nobody_waits() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let hanging = UnixDatagram::bind(&path).unwrap();
        let systemd = Systemd::at(Some(path.into()), None).unwrap();
        // More than any queue holds.
        let told = (0..100_000).take_while(|_| systemd.tell(&NotifyState::Watchdog));
        assert!(told.count() < 100_000);
        let mut buffer = [0; 64];
        let length = hanging.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"WATCHDOG=1");
        assert!(systemd.tell(&NotifyState::Ready), "there is room again");
    }

    #[test]
    fn an_abstract_socket_is_reached() {
        let name = format!("linky-sensor-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let listener = UnixDatagram::bind_addr(&address).unwrap();
        let systemd = Systemd::at(Some(format!("@{name}").into()), None).unwrap();
        assert!(systemd.tell(&NotifyState::Status("received")));
        let mut buffer = [0; 64];
        let length = listener.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"STATUS=received");
    }
}
