//! A copy of what a reader receives, for `capture`: it is written to a socket while the reader reads on.
//!
//! A [`Tapper`] hands sockets over, a [`Taps`] belongs to the reader. What is written is the timed form of a capture
//! (`docs/CAPTURE.md`).
//!
//! Invariants: the reader never waits. Bytes that the socket does not take at once are counted, and the capture has a gap in
//! their place; no line is cut. At most [`TAPS_MAX`] sockets; one whose other end was closed is dropped at the next event.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::port_reader::PortEvent;
use crate::capture::{CaptureEvent, CaptureWriter, LINE_BYTES_MAX};
use crate::tic::Mode;

/// Captures of one line at once.
const TAPS_MAX: usize = 4;

/// Sockets that the reader has not taken yet.
const WAITING_MAX: usize = 2;

/// Hands sockets over to one reader. A clone is another handle of the same.
#[derive(Clone, Debug)]
pub struct Tapper(SyncSender<UnixStream>);

/// The sockets of one reader.
#[derive(Debug)]
pub struct Taps {
    new: Receiver<UnixStream>,
    taps: Vec<Tap>,
}

/// The two ends.
#[must_use]
pub fn tap_pair() -> (Tapper, Taps) {
    let (sender, new) = sync_channel(WAITING_MAX);
    let taps = Vec::new();
    (Tapper(sender), Taps { new, taps })
}

impl Tapper {
    /// Writes what is received from now on to this socket, until its other end goes away.
    ///
    /// # Errors
    /// The reader has enough of them, or has ended.
    pub fn open(&self, socket: UnixStream) -> io::Result<()> {
        socket.set_nonblocking(true)?;
        self.0.try_send(socket).map_err(|error| match error {
            TrySendError::Full(_) => io::ErrorKind::WouldBlock.into(),
            TrySendError::Disconnected(_) => io::ErrorKind::BrokenPipe.into(),
        })
    }
}

impl Taps {
    /// Takes what happened to the port, which was set to the speed of this mode.
    pub fn observe(&mut self, at: Instant, event: &PortEvent<'_>, speed: Mode) {
        while let Ok(socket) = self.new.try_recv() {
            // One too many is closed, which its other end reads as the end of the capture.
            if self.taps.len() < TAPS_MAX {
                self.taps.push(Tap::new(socket, at));
            }
        }
        self.taps.retain_mut(|tap| tap.observe(at, event, speed));
    }
}

/// One capture.
#[derive(Debug)]
struct Tap {
    socket: UnixStream,
    writer: CaptureWriter,
    begun: Instant,
    /// The speed that the capture shows; `None` before the header.
    speed: Option<Mode>,
    /// The last of `opened` and `closed` in the capture is `closed`.
    is_closed: bool,
    /// Bytes that were not written since the last line that was.
    dropped: u64,
    /// The rest of a line that the socket took in part.
    rest: Vec<u8>,
}

impl Tap {
    fn new(socket: UnixStream, begun: Instant) -> Self {
        Self {
            socket,
            writer: CaptureWriter::default(),
            begun,
            speed: None,
            is_closed: false,
            dropped: 0,
            rest: Vec::new(),
        }
    }

    /// Writes what happened. Returns whether the other end is still there.
    fn observe(&mut self, at: Instant, event: &PortEvent<'_>, speed: Mode) -> bool {
        if has_gone(&self.socket) {
            return false;
        }
        if self.speed != Some(speed) && !self.announce(at, speed) {
            if let PortEvent::Bytes(bytes) = event {
                self.dropped += bytes.len() as u64;
            }
            return true;
        }
        match event {
            PortEvent::Bytes(bytes) => {
                for piece in bytes.chunks(LINE_BYTES_MAX) {
                    if !self.write(at, &CaptureEvent::Bytes(piece.to_vec())) {
                        self.dropped += piece.len() as u64;
                    }
                }
            }
            PortEvent::Opened | PortEvent::Reconnected => {
                self.is_closed &= !self.write(at, &CaptureEvent::Opened);
            }
            PortEvent::Unavailable(_) if !self.is_closed => {
                self.is_closed = self.write(at, &CaptureEvent::Closed);
            }
            PortEvent::Unavailable(_) | PortEvent::NoData | PortEvent::Timer => {}
        }
        true
    }

    /// Writes the header, or the new speed.
    fn announce(&mut self, at: Instant, speed: Mode) -> bool {
        let event = match self.speed {
            Some(_) => CaptureEvent::Speed(speed),
            None => CaptureEvent::Start {
                start: Some(wall_clock()),
                speed: Some(speed),
            },
        };
        let is_written = self.write(at, &event);
        if is_written {
            self.speed = Some(speed);
        }
        is_written
    }

    /// Writes an event, after the gap before it. Returns whether the socket took it; what it took in part is completed before
    /// the next event.
    fn write(&mut self, at: Instant, event: &CaptureEvent) -> bool {
        let offset = at.saturating_duration_since(self.begun);
        let mut lines = Vec::new();
        if self.dropped > 0 {
            self.writer
                .push(offset, &CaptureEvent::Gap(self.dropped), &mut lines);
        }
        self.writer.push(offset, event, &mut lines);
        if !self.flush_rest() {
            return false;
        }
        // An error is a full socket, or one that is gone: `observe` finds out which.
        let taken = self.socket.write(&lines).unwrap_or(0);
        if taken == 0 {
            return false;
        }
        self.rest.extend(lines.iter().skip(taken));
        self.dropped = 0;
        true
    }

    /// Writes the rest of the last line. Returns whether nothing is left of it.
    fn flush_rest(&mut self) -> bool {
        if !self.rest.is_empty() {
            let taken = self.socket.write(&self.rest).unwrap_or(0);
            self.rest.drain(..taken.min(self.rest.len()));
        }
        self.rest.is_empty()
    }
}

/// Whether the other end was closed.
fn has_gone(socket: &UnixStream) -> bool {
    let mut files = [PollFd::new(socket.as_fd(), PollFlags::empty())];
    let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
    poll(&mut files, PollTimeout::ZERO).is_ok()
        && files
            .iter()
            .any(|file| file.revents().is_some_and(|events| events.intersects(gone)))
}

/// The host's clock, in microseconds since 1970.
fn wall_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;

    use super::*;
    use crate::capture::{CaptureItem, CaptureReader};
    use crate::serial::Refusal;

    fn tapped() -> (Taps, UnixStream) {
        let (tapper, taps) = tap_pair();
        let (near, far) = UnixStream::pair().unwrap();
        tapper.open(near).unwrap();
        far.set_nonblocking(true).unwrap();
        (taps, far)
    }

    /// What the far end can read now.
    fn received(far: &mut UnixStream, reader: &mut CaptureReader) -> Vec<CaptureItem> {
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(length @ 1..) = far.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..length]);
        }
        reader.push(&bytes).unwrap()
    }

    fn events(items: Vec<CaptureItem>) -> Vec<CaptureEvent> {
        items.into_iter().map(|item| item.event).collect()
    }

    #[test]
    fn what_happens_is_written_with_its_speed() {
        let (mut taps, mut far) = tapped();
        let now = Instant::now();
        let standard = Mode::Standard;
        taps.observe(now, &PortEvent::Bytes(b"\x02\n"), standard);
        taps.observe(now, &PortEvent::NoData, standard);
        taps.observe(
            now + Duration::from_secs(2),
            &PortEvent::Bytes(b"A"),
            Mode::Historique,
        );
        let items = received(&mut far, &mut CaptureReader::new());
        assert_eq!(items.last().unwrap().at, Some(Duration::from_secs(2)));
        let events = events(items);
        assert!(
            matches!(
                events[0],
                CaptureEvent::Start {
                    start: Some(_),
                    speed: Some(Mode::Standard)
                }
            ),
            "{events:?}"
        );
        assert_eq!(
            events[1..],
            [
                CaptureEvent::Bytes(b"\x02\n".to_vec()),
                CaptureEvent::Speed(Mode::Historique),
                CaptureEvent::Bytes(b"A".to_vec()),
            ]
        );
    }

    #[test]
    fn a_reader_that_does_not_read_costs_a_gap_and_no_time() {
        let (mut taps, mut far) = tapped();
        let sent = 2000 * 500;
        for number in 0..500_u64 {
            let at = Instant::now() + Duration::from_millis(number);
            taps.observe(at, &PortEvent::Bytes(&[b'x'; 2000]), Mode::Standard);
        }
        let mut reader = CaptureReader::new();
        let mut all = events(received(&mut far, &mut reader));
        for _ in 0..3 {
            taps.observe(
                Instant::now() + Duration::from_secs(9),
                &PortEvent::Bytes(b"END"),
                Mode::Standard,
            );
            all.extend(events(received(&mut far, &mut reader)));
        }
        let (mut bytes, mut gap) = (0, 0);
        for event in &all {
            match event {
                CaptureEvent::Bytes(more) => bytes += more.len() as u64,
                CaptureEvent::Gap(count) => gap += count,
                _ => {}
            }
        }
        assert_eq!(reader.damaged(), 0);
        assert!(gap > 0 && bytes > 0);
        assert_eq!(bytes + gap, sent + 9);
        assert_eq!(all.last(), Some(&CaptureEvent::Bytes(b"END".to_vec())));
    }

    #[test]
    fn a_port_that_goes_away_is_closed_though_its_opening_was_not_written() {
        let (mut taps, mut far) = tapped();
        let mut reader = CaptureReader::new();
        let mut observe = |event: &PortEvent<'_>| {
            taps.observe(Instant::now(), event, Mode::Standard);
        };
        for _ in 0..500 {
            observe(&PortEvent::Bytes(&[b'x'; 2000]));
        }
        observe(&PortEvent::Reconnected);
        received(&mut far, &mut reader);
        observe(&PortEvent::Unavailable(Refusal::Gone("/dev/x".into())));
        let events = events(received(&mut far, &mut reader));
        assert_eq!(events.last(), Some(&CaptureEvent::Closed));
    }

    #[test]
    fn what_is_gone_is_dropped_and_no_more_than_four_are_served() {
        let (tapper, mut taps) = tap_pair();
        let mut far_ends = Vec::new();
        for _ in 0..6 {
            let (near, far) = UnixStream::pair().unwrap();
            tapper.open(near).unwrap();
            far_ends.push(far);
            taps.observe(Instant::now(), &PortEvent::Timer, Mode::Standard);
        }
        assert_eq!(taps.taps.len(), TAPS_MAX);
        far_ends.clear();
        taps.observe(Instant::now(), &PortEvent::Timer, Mode::Standard);
        assert_eq!(taps.taps.len(), 0);
        for full in [false, false, true] {
            let opened = tapper.open(UnixStream::pair().unwrap().0);
            assert_eq!(opened.is_err(), full);
        }
    }
}
