//! Notifications to systemd, if it started the daemon: READY, STATUS and the watchdog (sd_notify(3)).
//!
//! Its socket is a queue. When systemd does not empty it (it hangs, or reloads for long), a sender that waits would hang
//! too; so nothing here ever waits. What the queue does not take is not sent, and the caller tries again.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use sd_notify::NotifyState;

use crate::names::variable;

/// The notify socket, if systemd started the daemon.
pub struct Systemd {
    socket: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl Systemd {
    /// The socket and the limit of the watchdog that the environment names, if it does.
    ///
    /// # Errors
    /// It cannot be a socket.
    pub fn of_environment() -> io::Result<Self> {
        let watchdog = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero());
        Self::at(env::var_os(variable::NOTIFY_SOCKET), watchdog)
    }

    /// The socket is a path, or `@` and an abstract name; `watchdog` is the limit after which systemd restarts the daemon.
    ///
    /// # Errors
    /// It cannot be a socket.
    pub fn at(socket: Option<OsString>, watchdog: Option<Duration>) -> io::Result<Self> {
        let socket = socket.map(|socket| {
            let address = match socket.as_bytes() {
                [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
                _ => SocketAddr::from_pathname(&socket),
            };
            let own = UnixDatagram::unbound()?;
            own.set_nonblocking(true)?;
            Ok::<_, io::Error>((own, address?))
        });
        Ok(Self {
            socket: socket.transpose()?,
            watchdog,
        })
    }

    /// systemd restarts the daemon when it is not fed for this time; `None` if it does not.
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Sends a state. Returns whether that is done: it was sent, or there is no systemd. Else the queue is full.
    pub fn notify(&self, state: &NotifyState<'_>) -> bool {
        let Some((own, address)) = &self.socket else {
            return true;
        };
        match own.send_to_addr(state.to_string().as_bytes(), address) {
            Ok(_) => true,
            Err(error) => {
                log::debug!("systemd does not take {state}: {error}");
                error.kind() != io::ErrorKind::WouldBlock
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_systemd_there_is_nothing_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let gone = directory.path().join("gone").into();
        for socket in [None, Some(gone)] {
            let absent = Systemd::at(socket, None).unwrap();
            assert!(absent.notify(&NotifyState::Ready));
        }
    }

    #[test]
    fn what_a_full_queue_does_not_take_is_not_sent_and_nothing_waits() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let hanging = UnixDatagram::bind(&path).unwrap();
        let systemd = Systemd::at(Some(path.into()), None).unwrap();
        // More than any queue holds.
        let sent = (0..100_000).take_while(|_| systemd.notify(&NotifyState::Watchdog));
        assert!(sent.count() < 100_000);
        let mut buffer = [0; 64];
        let length = hanging.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"WATCHDOG=1");
        assert!(systemd.notify(&NotifyState::Ready), "there is room again");
    }

    #[test]
    fn an_abstract_socket_is_reached() {
        let name = format!("linky-sensor-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let listener = UnixDatagram::bind_addr(&address).unwrap();
        let systemd = Systemd::at(Some(format!("@{name}").into()), None).unwrap();
        assert!(systemd.notify(&NotifyState::Status("received")));
        let mut buffer = [0; 64];
        let length = listener.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"STATUS=received");
    }
}
