//! The device itself: opening it safely, reading what is there, changing its speed.
//!
//! A tty is opened raw and 8N1 (bit 7 then carries the meter's parity bit: the kernel would destroy the characters that it
//! finds bad), without flow control, exclusively (TIOCEXCL, and flock for root). A pty is a tty whose speed has no effect.
//! A `tcp://` source is a serial port served by another machine (ser2net, an ESP): bytes alone.
//!
//! Nothing is ever written: the line goes one way.

use super::PortCheck;
use super::diagnosis;
use super::refusal::Refusal;
use crate::net::{HostAddress, HostConnector, HostError, HostStream};
use crate::tic::Mode;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{
    ControlFlags, InputFlags, SetArg, SpecialCharacterIndices, Termios, cfmakeraw, tcgetattr,
    tcsetattr,
};
use serialport::{ErrorKind, SerialPort, TTYPort};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// The longest wait inside a read, during which a stop is not noticed. Longer than the pause between frames, and than a
/// FIFO of 8 characters takes to fill at 1200 baud (67 ms): a read without a byte means that the line is silent.
const READ_TIMEOUT: Duration = Duration::from_millis(100);

/// An open device.
#[derive(Debug)]
pub enum OpenPort {
    /// A serial port or a pty.
    Tty(Tty),
    /// A serial port behind a network.
    Tcp(HostStream),
}

/// An open tty, by two handles: the library's, which locks it and sets its speed, and one that is read, which never waits by
/// itself. The timeout of the tty (VTIME) is not relied on: another program may switch it off, with `stty sane` for example.
#[derive(Debug)]
pub struct Tty {
    control: TTYPort,
    input: File,
    speed: Mode,
    /// What the system made of the settings.
    settings: Termios,
}

/// What a read found.
#[derive(Debug)]
pub enum ReadOutcome {
    /// The count of bytes that were read.
    Bytes(usize),
    /// No byte for 100 ms.
    Nothing,
    /// The device or the connection is gone.
    Gone,
}

impl OpenPort {
    /// Reads what is there, or waits up to 100 ms for it.
    pub fn read(&mut self, buffer: &mut [u8]) -> ReadOutcome {
        let read = match self {
            Self::Tty(tty) => tty.read(buffer),
            Self::Tcp(server) => server.stream.read(buffer),
        };
        match read {
            Ok(0) if self.is_connected() => ReadOutcome::Nothing,
            Ok(0) => ReadOutcome::Gone,
            Ok(count) => ReadOutcome::Bytes(count),
            Err(error) => match error.kind() {
                // A signal is not an unplug.
                io::ErrorKind::Interrupted
                | io::ErrorKind::TimedOut
                | io::ErrorKind::WouldBlock => ReadOutcome::Nothing,
                _ => ReadOutcome::Gone,
            },
        }
    }

    /// Receives at the speed of `mode` from now on; a connection has no speed.
    ///
    /// # Errors
    /// The device is gone.
    pub fn set_speed(&mut self, mode: Mode) -> io::Result<()> {
        match self {
            Self::Tty(tty) => {
                tty.speed = mode;
                tty.set_all()
            }
            Self::Tcp(_) => Ok(()),
        }
    }

    /// Makes sure that the settings are those of the opening: any other program that opens a tty may change them. Returns
    /// whether they were others.
    ///
    /// # Errors
    /// The device is gone.
    pub fn renew_settings(&mut self) -> io::Result<bool> {
        match self {
            Self::Tty(tty) => tty.renew(),
            Self::Tcp(_) => Ok(false),
        }
    }

    /// What a read without a byte means: a tty may give none at any time, a connection only at its end.
    fn is_connected(&self) -> bool {
        match self {
            Self::Tty(tty) => !has_hung_up(&tty.input),
            Self::Tcp(_) => false,
        }
    }

    /// Whether bytes arrive in the packets of a network.
    #[must_use]
    pub fn is_network(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// Where the server of a `tcp://` source is.
    #[must_use]
    pub fn server(&self) -> Option<HostAddress> {
        match self {
            Self::Tty(_) => None,
            Self::Tcp(server) => Some(server.address),
        }
    }
}

/// Opens a serial port or a pty at the speed of a mode.
///
/// # Errors
/// Why it cannot or must not be read.
pub fn open_tty(path: &Path, speed: Mode, check: &dyn PortCheck) -> Result<OpenPort, Refusal> {
    let device = diagnosis::resolve(path)?;
    diagnosis::refuse_console(&device)?;
    if let Some(refusal) = check.refusal(&device) {
        return Err(refusal);
    }
    // First: the library lets no other handle be opened.
    let input = open_input(&device);
    let control = serialport::new(device.to_string_lossy(), speed.baud())
        .timeout(READ_TIMEOUT)
        .open_native()
        .map_err(|error| match error.kind {
            // What the library calls "no device" is EBUSY, or the flock of another process.
            ErrorKind::NoDevice => Refusal::Held(device.clone()),
            _ => diagnosis::diagnose(&device, &error.description),
        })?;
    input
        .and_then(|input| Tty::new(control, input, speed))
        .map(OpenPort::Tty)
        .map_err(|error| diagnosis::diagnose(&device, &error.to_string()))
}

/// Opens a tty for reading. An open must not wait for a carrier, and the port is no controlling terminal.
fn open_input(device: &Path) -> io::Result<File> {
    let flags = OFlag::O_NOCTTY | OFlag::O_NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(device)
}

impl Tty {
    fn new(control: TTYPort, input: File, speed: Mode) -> io::Result<Self> {
        let settings = tcgetattr(&input)?;
        let mut tty = Self {
            control,
            input,
            speed,
            settings,
        };
        tty.set_all()?;
        Ok(tty)
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut input = [PollFd::new(self.input.as_fd(), PollFlags::POLLIN)];
        let timeout = PollTimeout::try_from(READ_TIMEOUT).unwrap_or(PollTimeout::ZERO);
        poll(&mut input, timeout)?;
        self.input.read(buffer)
    }

    /// Raw, 8N1, without flow control; it is ready from the first byte on (VMIN 1, VTIME 0).
    fn set_all(&mut self) -> io::Result<()> {
        let mut settings = tcgetattr(&self.input)?;
        cfmakeraw(&mut settings);
        let input = InputFlags::INPCK | InputFlags::IXOFF | InputFlags::IXANY;
        settings.input_flags.remove(input);
        let control = ControlFlags::CSTOPB | ControlFlags::CRTSCTS;
        settings.control_flags.remove(control);
        settings
            .control_flags
            .insert(ControlFlags::CREAD | ControlFlags::CLOCAL);
        for (character, value) in [
            (SpecialCharacterIndices::VMIN, 1),
            (SpecialCharacterIndices::VTIME, 0),
        ] {
            if let Some(slot) = settings.control_chars.get_mut(character as usize) {
                *slot = value;
            }
        }
        tcsetattr(&self.input, SetArg::TCSANOW, &settings)?;
        // The call before has the speed only if it is one of the old constants.
        self.control.set_baud_rate(self.speed.baud())?;
        self.settings = tcgetattr(&self.input)?;
        Ok(())
    }

    /// Sets what another program has set otherwise, and takes the port again for this one alone. Returns whether the
    /// settings were others.
    fn renew(&mut self) -> io::Result<bool> {
        let are_others = tcgetattr(&self.input)? != self.settings;
        if are_others {
            self.set_all()?;
            // Each fails where there is no such line, as on a pty, or where another process holds the port: it is read all
            // the same.
            let _ = self.control.set_exclusive(true);
            let _ = self.control.write_data_terminal_ready(true);
            let _ = self.control.write_request_to_send(true);
        }
        Ok(are_others)
    }
}

/// Whether the device or its other end is gone.
fn has_hung_up(input: &File) -> bool {
    let mut files = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
    let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
    match poll(&mut files, PollTimeout::ZERO) {
        Ok(_) => files
            .iter()
            .any(|file| file.revents().is_some_and(|events| events.intersects(gone))),
        Err(_) => false,
    }
}

/// A connection that is being made, on a thread of its own. If it is dropped, the thread ends by its own timeouts.
#[derive(Debug)]
pub struct PendingConnection {
    address: String,
    outcome: Receiver<Result<HostStream, HostError>>,
}

impl PendingConnection {
    /// Starts to connect to the `tcp://` source of this address.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(connector: &HostConnector, address: String) -> Result<Self, Refusal> {
        let (done, outcome) = mpsc::sync_channel(1);
        // Without a receiver the connection is no longer wanted.
        match connector.start(move |result| drop(done.send(result))) {
            Ok(()) => Ok(Self { address, outcome }),
            Err(cause) => Err(Refusal::Network { address, cause }),
        }
    }

    /// Waits for the outcome; `None`: not yet.
    pub fn wait(&self, timeout: Duration) -> Option<Result<OpenPort, Refusal>> {
        let result = match self.outcome.recv_timeout(timeout) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => return None,
            Err(RecvTimeoutError::Disconnected) => {
                Err(HostError::Thread(io::ErrorKind::Other.into()))
            }
        };
        let port = result.and_then(|server| {
            server
                .stream
                .set_read_timeout(Some(READ_TIMEOUT))
                .map_err(HostError::Thread)?;
            Ok(OpenPort::Tcp(server))
        });
        Some(port.map_err(|cause| Refusal::Network {
            address: self.address.clone(),
            cause,
        }))
    }
}
