//! A pseudo-terminal that behaves as a serial port with a meter behind it.
//!
//! The reader opens [`Pty::path`], or the symbolic link that was asked for, closes it, opens it again. As with a UART,
//! bytes are lost while the port is closed, and when a reader does not read and the buffers are full: a write never
//! fails and never waits longer than its timeout. The terminal is raw: no echo, no translation of CR, ETX or EOT.

use std::fs;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{OFlag, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;
use nix::sys::termios::{FlushArg, SetArg, cfmakeraw, tcflush, tcgetattr, tcsetattr};

/// How often a wait polls whether there is a reader, or whether it has read.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The meter's end of a pseudo-terminal. Dropping it removes the link and hangs up on the reader.
#[derive(Debug)]
pub struct Pty {
    master: PtyMaster,
    path: PathBuf,
    link: Option<PathBuf>,
    write_timeout: Duration,
    had_reader: bool,
}

impl Pty {
    /// Opens a pseudo-terminal. `link` becomes a symbolic link to it, in place of one that is there. A write waits
    /// `write_timeout` for a reader, then drops the bytes: zero for a line with a speed of its own.
    ///
    /// # Errors
    /// There is no pseudo-terminal, or the link cannot be made: its path is a file of another kind.
    pub fn open(link: Option<&Path>, write_timeout: Duration) -> io::Result<Self> {
        let master =
            posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = PathBuf::from(ptsname_r(&master)?);
        // The settings stay with the terminal as long as the master is open.
        let slave = open_slave(&path)?;
        let mut settings = tcgetattr(&slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&slave, SetArg::TCSANOW, &settings)?;
        drop(slave);
        if let Some(link) = link {
            put_link(&path, link)?;
        }
        Ok(Self {
            master,
            path,
            link: link.map(Path::to_owned),
            write_timeout,
            had_reader: false,
        })
    }

    /// The device that the reader opens, such as `/dev/pts/7`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until a process has the port open, or `stop` is set.
    pub fn wait_for_reader(&mut self, stop: &AtomicBool) {
        while !self.look_for_reader() && !stop.load(Ordering::Relaxed) {
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Waits until the reader has read all that was written, `at_most` this long. Without a reader it returns at once.
    /// Dropping the terminal discards what has not been read.
    pub fn drain(&self, at_most: Duration) {
        let deadline = Instant::now() + at_most;
        let Ok(slave) = open_slave(&self.path) else {
            return;
        };
        while self.had_reader && is_ready(&slave, PollFlags::POLLIN) && Instant::now() < deadline {
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Whether a process has the port open. Discards what the last reader left, so that the next one gets fresh bytes.
    fn look_for_reader(&mut self) -> bool {
        let has_reader = !is_ready(&self.master, PollFlags::POLLHUP);
        if self.had_reader && !has_reader {
            // If it fails the next reader gets one damaged frame.
            let _ =
                open_slave(&self.path).and_then(|slave| Ok(tcflush(&slave, FlushArg::TCIOFLUSH)?));
        }
        self.had_reader = has_reader;
        has_reader
    }
}

impl AsFd for Pty {
    /// The meter's end: the settings of the terminal can be changed through it.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }
}

impl Write for Pty {
    /// Takes all bytes, always; the module head lists which of them are lost.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let deadline = Instant::now() + self.write_timeout;
        let mut left = bytes;
        loop {
            if self.look_for_reader() {
                let taken = self.master.write(left).unwrap_or(0);
                left = left.get(taken..).unwrap_or(&[]);
            }
            if left.is_empty() || Instant::now() >= deadline {
                return Ok(bytes.len());
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Another simulator may have replaced the link meanwhile.
        if let Some(link) = &self.link
            && fs::read_link(link).is_ok_and(|target| target == self.path)
        {
            let _ = fs::remove_file(link);
        }
    }
}

fn open_slave(path: &Path) -> io::Result<OwnedFd> {
    Ok(open(
        path,
        OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC,
        Mode::empty(),
    )?)
}

fn is_ready(file: &impl AsFd, what: PollFlags) -> bool {
    let mut files = [PollFd::new(file.as_fd(), what)];
    poll(&mut files, PollTimeout::ZERO).is_ok()
        && files
            .iter()
            .any(|file| file.revents().is_some_and(|events| events.intersects(what)))
}

/// Replaces the link in one step: there is one at any moment.
fn put_link(path: &Path, link: &Path) -> io::Result<()> {
    if fs::symlink_metadata(link).is_ok_and(|found| !found.is_symlink()) {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{} exists and is no symbolic link", link.display()),
        ));
    }
    let mut new = link.as_os_str().to_owned();
    new.push(format!(".{}", std::process::id()));
    std::os::unix::fs::symlink(path, &new)?;
    fs::rename(&new, link).inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::OpenOptionsExt;

    use super::*;

    const READ_TIMEOUT: Duration = Duration::from_secs(5);

    fn reader(path: &Path) -> fs::File {
        let mut options = fs::File::options();
        options
            .read(true)
            .write(true)
            .custom_flags(nix::libc::O_NOCTTY | nix::libc::O_NONBLOCK)
            .open(path)
            .unwrap()
    }

    #[test]
    fn every_byte_passes_unchanged() {
        let mut pty = Pty::open(None, Duration::ZERO).unwrap();
        let mut reader = reader(pty.path());
        let sent: Vec<u8> = (0..=255).collect();
        pty.write_all(&sent).unwrap();
        let (mut read, mut buffer, deadline) = (vec![], [0; 300], Instant::now() + READ_TIMEOUT);
        while read.len() < sent.len() && Instant::now() < deadline {
            if let Ok(length) = reader.read(&mut buffer) {
                read.extend_from_slice(&buffer[..length]);
            }
        }
        assert_eq!(read, sent);
    }

    #[test]
    fn without_a_reader_bytes_are_lost_and_a_new_reader_gets_fresh_ones() {
        let mut pty = Pty::open(None, Duration::ZERO).unwrap();
        pty.write_all(b"no reader").unwrap();
        let first = reader(pty.path());
        pty.write_all(b"left unread").unwrap();
        drop(first);
        pty.write_all(b"no reader again").unwrap();
        let mut second = reader(pty.path());
        pty.write_all(b"fresh").unwrap();
        let mut buffer = [0; 64];
        let deadline = Instant::now() + READ_TIMEOUT;
        let length = loop {
            match second.read(&mut buffer) {
                Ok(length) => break length,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
        };
        assert_eq!(&buffer[..length], b"fresh");
    }

    #[test]
    fn a_reader_that_does_not_read_does_not_block_the_meter() {
        let mut pty = Pty::open(None, Duration::ZERO).unwrap();
        let _reader = reader(pty.path());
        for _ in 0..1_000 {
            pty.write_all(&[b'x'; 1_000]).unwrap();
        }
    }

    #[test]
    fn the_link_is_replaced_and_removed_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("meter");
        let first = Pty::open(Some(&link), Duration::ZERO).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), first.path());
        let second = Pty::open(Some(&link), Duration::ZERO).unwrap();
        drop(first);
        assert_eq!(fs::read_link(&link).unwrap(), second.path());
        drop(second);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        fs::write(&link, "precious").unwrap();
        assert!(Pty::open(Some(&link), Duration::ZERO).is_err());
        assert_eq!(fs::read_to_string(&link).unwrap(), "precious");
    }
}
