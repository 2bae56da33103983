//! The socket on which `capture` is given what the daemon receives, while the daemon goes on.
//!
//! Input: a connection of root, or of the daemon's own user, and a line: `any`, `meter ID` or `device PATH`. Output: the
//! timed form of a capture, from then on; or a line `ERROR …`, and the end.
//!
//! The bytes of a line hold the identifiers of the meter, so nobody else may have them: the directory of the socket belongs to the
//! daemon's user alone, and the kernel names the user of each connection. It is no method on D-Bus: those are everybody's, change
//! nothing, and work without this.

use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::Uid;
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{sleep, timeout};

use crate::config::{Device, MeterSettings};
use crate::names::{capture, file};
use crate::serial::Tapper;
use crate::sink::{PULSE_INTERVAL, Pulse, Shutdown};

/// How long a connection may take to ask.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest request: a path.
const REQUEST_MAX: usize = 4200;

/// A meter that can be captured.
pub struct CapturedMeter {
    id: String,
    device: Device,
    tapper: Tapper,
}

impl CapturedMeter {
    /// A meter as configured, and the way to its reader.
    pub fn new(settings: &MeterSettings, tapper: Tapper) -> Self {
        Self {
            id: settings.id.as_str().to_owned(),
            device: settings.device.clone(),
            tapper,
        }
    }
}

/// The socket, removed when dropped.
pub struct CaptureSocket {
    listener: UnixListener,
    path: PathBuf,
    meters: Vec<CapturedMeter>,
}

impl CaptureSocket {
    /// Makes the socket in this directory, in place of what an earlier daemon left there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(directory: &Path, meters: Vec<CapturedMeter>) -> io::Result<Self> {
        let path = directory.join(file::CAPTURE_SOCKET);
        if std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.file_type().is_socket()) {
            std::fs::remove_file(&path)?;
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
        Ok(Self {
            listener,
            path,
            meters,
        })
    }

    /// Serves one connection after the other, until the shutdown.
    pub async fn run(self, mut shutdown: Shutdown, pulse: Pulse) {
        loop {
            pulse.beat();
            let connection = tokio::select! {
                () = shutdown.requested() => return,
                () = sleep(PULSE_INTERVAL) => continue,
                accepted = self.listener.accept() => accepted,
            };
            match connection {
                Ok((connection, _)) => self.serve(connection).await,
                // No more files may be open: others are closed soon.
                Err(error) => {
                    log::debug!("captures: {error}");
                    sleep(REQUEST_TIMEOUT).await;
                }
            }
        }
    }

    async fn serve(&self, connection: UnixStream) {
        if let Err(refusal) = self.answer(&connection).await {
            let line = format!("{}{refusal}\n", capture::ERROR);
            // Whoever does not read it has gone.
            let _ = timeout(REQUEST_TIMEOUT, connection.writable()).await;
            let _ = connection.try_write(line.as_bytes());
            return;
        }
        log::debug!("a capture begins");
    }

    /// Hands the connection over to the reader of the meter that is asked for.
    async fn answer(&self, connection: &UnixStream) -> Result<(), String> {
        let user = connection.peer_cred().map(|peer| peer.uid());
        let is_allowed = user.is_ok_and(|uid| uid == 0 || uid == Uid::effective().as_raw());
        if !is_allowed {
            return Err("only root may capture: the bytes hold the serial number".to_owned());
        }
        let request = timeout(REQUEST_TIMEOUT, read_line(connection)).await;
        let request = request
            .ok()
            .and_then(Result::ok)
            .ok_or("no request came in time")?;
        let meter = self.find(&request)?;
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::WouldBlock => "too many captures begin at once".to_owned(),
            _ => format!("the meter cannot be captured: {error}"),
        };
        // The reader keeps a handle of its own; the runtime's is dropped.
        let handle = std::os::fd::AsFd::as_fd(connection)
            .try_clone_to_owned()
            .map_err(failed)?;
        meter.tapper.open(handle.into()).map_err(failed)
    }

    fn find(&self, request: &str) -> Result<&CapturedMeter, String> {
        let ids = || {
            let ids = self.meters.iter().map(|meter| meter.id.as_str());
            ids.collect::<Vec<_>>().join(", ")
        };
        match request.split_once(' ') {
            None if request == capture::ANY => match self.meters.as_slice() {
                [meter] => Ok(meter),
                _ => Err(format!("there are several meters, name one: {}", ids())),
            },
            Some((capture::METER, id)) => self
                .meters
                .iter()
                .find(|meter| meter.id == id)
                .ok_or_else(|| format!("no meter has the id {id}; there are: {}", ids())),
            Some((capture::DEVICE, device)) => self
                .meters
                .iter()
                .find(|meter| is_device(&meter.device, device))
                .ok_or_else(|| format!("the daemon does not read {device}")),
            _ => Err("the request is not known".to_owned()),
        }
    }
}

impl Drop for CaptureSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether a meter is read from this port, by whatever name.
fn is_device(device: &Device, named: &str) -> bool {
    match device {
        Device::Path(path) => {
            let resolved = |path: &Path| std::fs::canonicalize(path).ok();
            path == Path::new(named)
                || resolved(path).is_some_and(|path| Some(path) == resolved(Path::new(named)))
        }
        Device::Tcp { .. } => device.to_string() == named,
    }
}

async fn read_line(connection: &UnixStream) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < REQUEST_MAX {
        connection.readable().await?;
        match connection.try_read(&mut byte) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) if byte == *b"\n" => {
                return String::from_utf8(line).map_err(|_| io::ErrorKind::InvalidData.into());
            }
            Ok(_) => line.extend_from_slice(&byte),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}
