//! The device itself: opening it safely, reading what is there, changing its speed.
//!
//! A tty is opened raw and 8N1 (bit 7 then carries the meter's parity bit: the kernel would destroy the characters that it
//! finds bad), without flow control, exclusively (TIOCEXCL, and flock for root). A pty is a tty whose speed means nothing.
//! A `tcp://` source is a serial port served by another machine (ser2net, an ESP): bytes alone.
//!
//! Nothing is ever written: the line goes one way.

use super::diagnosis;
use super::refusal::Refusal;
use super::{PortCheck, Stop};
use crate::config::Device;
use crate::tic::Mode;
use serialport::{ErrorKind, SerialPort, TTYPort};
use std::io::{self, Read};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// The longest wait inside a read: a stop is not seen meanwhile. Longer than the pause between frames, and than a FIFO of
/// 8 characters takes to fill at 1200 baud (67 ms): nothing means that the line is silent.
const READ: Duration = Duration::from_millis(80);
/// For each address of the host.
const CONNECT: Duration = Duration::from_secs(5);
/// How often a connection under way looks up.
const LOOK: Duration = Duration::from_millis(50);

/// An open device.
#[derive(Debug)]
pub enum Port {
    /// A serial port or a pty.
    Tty(TTYPort),
    /// A serial port behind a network.
    Tcp(TcpStream),
}

/// What a read found.
#[derive(Debug)]
pub enum Got {
    /// So many bytes.
    Bytes(usize),
    /// Nothing for 80 ms.
    Nothing,
    /// The device or the connection is gone.
    Gone,
}

impl Port {
    /// Opens `device` at the speed of a mode. A connection takes its time: `wait` is called every 50 ms meanwhile.
    ///
    /// # Errors
    /// Why the device cannot or must not be read. `None`: stopped before it was known.
    pub fn open(
        device: &Device,
        speed: Mode,
        check: &dyn PortCheck,
        stop: &Stop,
        wait: &mut dyn FnMut(),
    ) -> Option<Result<Self, Refusal>> {
        match device {
            Device::Path(path) => Some(open_tty(path, speed, check).map(Self::Tty)),
            Device::Tcp { host, port } => {
                connect((host, *port), &device.to_string(), stop, wait).map(|it| it.map(Self::Tcp))
            }
        }
    }

    /// Reads what is there, or the next that comes within 80 ms.
    pub fn read(&mut self, buffer: &mut [u8]) -> Got {
        let read = match self {
            Self::Tty(port) => port.read(buffer),
            Self::Tcp(stream) => stream.read(buffer),
        };
        match read {
            Ok(0) => Got::Gone,
            Ok(count) => Got::Bytes(count),
            Err(error) => match error.kind() {
                // A signal is not an unplug.
                io::ErrorKind::Interrupted
                | io::ErrorKind::TimedOut
                | io::ErrorKind::WouldBlock => Got::Nothing,
                _ => Got::Gone,
            },
        }
    }

    /// Listens at the speed of `mode` from now on; nothing to do for a connection. False: the device is gone.
    pub fn set_speed(&mut self, mode: Mode) -> bool {
        match self {
            Self::Tty(port) => port.set_baud_rate(mode.baud()).is_ok(),
            Self::Tcp(_) => true,
        }
    }

    /// Ends a connection: its next read finds it gone.
    pub fn close(&self) {
        if let Self::Tcp(stream) = self {
            // It may be gone already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Whether bytes come in the packets of a network.
    #[must_use]
    pub fn is_network(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }
}

fn open_tty(path: &Path, speed: Mode, check: &dyn PortCheck) -> Result<TTYPort, Refusal> {
    let device = diagnosis::resolve(path)?;
    diagnosis::refuse_console(&device)?;
    if let Some(refusal) = check.refusal(&device) {
        return Err(refusal);
    }
    serialport::new(device.to_string_lossy(), speed.baud())
        .timeout(READ)
        .open_native()
        .map_err(|error| match error.kind {
            // What the library calls "no device" is EBUSY, or the flock of another process.
            ErrorKind::NoDevice => Refusal::Held(device),
            _ => diagnosis::diagnose(&device, &error.description),
        })
}

/// Resolves and connects on a thread of its own: neither can be interrupted, and a dead resolver takes its time.
fn connect(
    (host, port): (&str, u16),
    address: &str,
    stop: &Stop,
    wait: &mut dyn FnMut(),
) -> Option<Result<TcpStream, Refusal>> {
    let (done, outcome) = mpsc::sync_channel(1);
    let task = {
        let (host, address) = (host.to_owned(), address.to_owned());
        // Whoever waited may be gone: then nobody wants the connection.
        move || drop(done.send(connect_now(&host, port, address)))
    };
    let failed = |cause| Refusal::Network {
        address: address.to_owned(),
        cause,
    };
    if let Err(cause) = std::thread::Builder::new()
        .name("connect".to_owned())
        .spawn(task)
    {
        return Some(Err(failed(cause)));
    }
    while !stop.is_asked() {
        match outcome.recv_timeout(LOOK) {
            Ok(result) => return Some(result),
            Err(mpsc::RecvTimeoutError::Timeout) => wait(),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Some(Err(failed(io::ErrorKind::Other.into())));
            }
        }
    }
    None
}

fn connect_now(host: &str, port: u16, address: String) -> Result<TcpStream, Refusal> {
    let found = match (host, port).to_socket_addrs() {
        Ok(found) => found,
        Err(cause) => return Err(Refusal::UnknownHost { address, cause }),
    };
    let mut cause = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for candidate in found {
        let connected = TcpStream::connect_timeout(&candidate, CONNECT)
            .and_then(|stream| stream.set_read_timeout(Some(READ)).map(|()| stream));
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => cause = error,
        }
    }
    Err(Refusal::Network { address, cause })
}
