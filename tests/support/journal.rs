//! A journal to listen to: what a daemon that systemd started sends to journald, with the fields of each line.
#![allow(dead_code, reason = "each test uses its own part")]

use std::collections::BTreeMap;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use super::daemon::Home;

/// The fields of a line.
pub type Fields = BTreeMap<String, String>;

/// The socket of journald, in a directory that the daemon finds at its place.
pub struct Journal {
    socket: UnixDatagram,
    lines: Vec<Fields>,
}

impl Journal {
    /// Listens in this directory.
    pub fn at(directory: &Path) -> Self {
        let socket = UnixDatagram::bind(directory.join("socket")).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self {
            socket,
            lines: Vec::new(),
        }
    }

    /// All lines so far.
    pub fn lines(&mut self) -> &[Fields] {
        let mut datagram = [0; 65_536];
        while let Ok(length) = self.socket.recv(&mut datagram) {
            self.lines.push(parse(&datagram[..length]));
        }
        &self.lines
    }
}

/// The home of a daemon that takes this directory for journald's, and its standard error for a stream to it. It has a name
/// space of its own: what is mounted goes with it.
pub fn with_journal(home: Home, directory: &Path) -> Home {
    let script = format!(
        "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && \
         mount --bind '{}' /run/systemd/journal && \
         JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) && export JOURNAL_STREAM && exec \"$@\"",
        directory.display()
    );
    home.through(&[
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        &script,
        "sh",
    ])
}

/// `NAME=value` LF, or `NAME` LF, the length of the value in eight bytes, the value and LF.
fn parse(mut datagram: &[u8]) -> Fields {
    let mut fields = Fields::new();
    while let Some(end) = datagram.iter().position(|byte| *byte == b'\n') {
        let (line, rest) = (&datagram[..end], &datagram[end + 1..]);
        let (name, value, rest) = match line.iter().position(|byte| *byte == b'=') {
            Some(at) => (&line[..at], &line[at + 1..], rest),
            None => {
                let (length, rest) = rest.split_at(8);
                let length = u64::from_le_bytes(length.try_into().unwrap());
                let (value, rest) = rest.split_at(usize::try_from(length).unwrap());
                (line, value, &rest[1..])
            }
        };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        fields.insert(text(name), text(value));
        datagram = rest;
    }
    fields
}
