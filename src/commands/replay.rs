//! `linky-sensor replay`: a capture on a pseudo-terminal or on standard output, as it came.
//!
//! On a pseudo-terminal the first line of standard output is its path; the replay begins when a program opens it, so that
//! none of it is lost, and ends when the last byte was taken. On standard output come the raw bytes and nothing else.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum};
use nix::poll::{PollFd, PollFlags, poll};

use super::console::{CommandError, Console};
use super::line_noise::{LineNoise, parse_speed};
use super::stop_signals::stop_on_signals;
use crate::capture::{CaptureReader, TimedBytes, Timeline, UnknownVersion};
use crate::names::exit;
use crate::simulator::{Channel, Pace, Pty, Speed};

/// Bytes of one read: few enough that a stop is soon noticed.
const READ_MAX: usize = 4096;
/// How long a write waits for a reader that is slower before the bytes are dropped: at the speed of the line as with a serial
/// port, as fast as possible long enough for any reader.
const WRITE_TIMEOUT: Duration = Duration::ZERO;
const FAST_WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// The longest wait inside a read, in milliseconds.
const READ_TIMEOUT: u8 = 100;
/// At the end, how long the reader has to take the last bytes.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// What to play, and how.
#[derive(Debug, Args)]
pub struct Replay {
    /// The capture, raw bytes or with times; `-` for standard input
    file: PathBuf,
    /// Symbolic link to the pseudo-terminal, removed at the end
    #[arg(long, value_name = "LINK", conflicts_with = "output")]
    pty: Option<PathBuf>,
    /// Where the bytes go
    #[arg(long, value_enum, default_value = "pty")]
    output: ReplayOutput,
    /// Speed of time, as a multiple of that of the capture
    #[arg(long, allow_negative_numbers = true, value_name = "N", value_parser = parse_speed, default_value = "1")]
    speed_factor: f64,
    /// Send as fast as the bytes are taken
    #[arg(long, conflicts_with = "speed_factor")]
    as_fast_as_possible: bool,
    /// Begin anew at the end, until Ctrl-C
    #[arg(long = "loop")]
    is_endless: bool,
    #[command(flatten)]
    damage: LineNoise,
    /// Another noise
    #[arg(long, allow_negative_numbers = true, default_value = "0")]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReplayOutput {
    Pty,
    Stdout,
}

/// What failed.
enum ReplayError {
    Input(io::Error),
    Version(UnknownVersion),
    Output(io::Error),
    /// No byte to play.
    Empty,
}

impl Replay {
    /// Plays the capture.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        let is_standard_input = self.file == Path::new("-");
        if is_standard_input && self.is_endless {
            return Err(CommandError::new(exit::USAGE, words.loop_needs_a_file()));
        }
        let name = if is_standard_input {
            words.standard_input()
        } else {
            self.file.display().to_string()
        };
        // Before anything is promised: a file that is not there has no port.
        let first = self
            .open()
            .map_err(|error| CommandError::of(exit::NO_INPUT, words, &name, error))?;
        let is_pty = self.output == ReplayOutput::Pty;
        let played = if is_pty {
            self.play_to_pty(first, console)
        } else {
            // Ctrl-C ends the process by itself: nothing is to be put in order.
            self.play(first, console, &AtomicBool::new(false))
        };
        match played {
            Ok((bytes, time)) => {
                console.note(words.replayed(bytes, &words.thousandths(millis(time), 1)));
                Ok(exit::OK)
            }
            Err(ReplayError::Input(error)) => {
                Err(CommandError::of(exit::NO_INPUT, words, &name, error))
            }
            Err(ReplayError::Version(error)) => {
                Err(CommandError::of(exit::DATA, words, &name, error))
            }
            Err(ReplayError::Output(error)) if is_pty => {
                let link = self.pty.as_deref().map(|link| link.display().to_string());
                let port = link.unwrap_or_else(|| words.pseudo_terminal());
                Err(CommandError::of(exit::IO, words, &port, error))
            }
            Err(ReplayError::Output(error)) => Err(CommandError::Output(error)),
            Err(ReplayError::Empty) => Err(CommandError::new(
                exit::DATA,
                words.no_byte_of_a_line(&name),
            )),
        }
    }

    fn open(&self) -> io::Result<File> {
        if self.file == Path::new("-") {
            Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
        } else {
            File::open(&self.file)
        }
    }

    fn play_to_pty(
        &self,
        first: File,
        console: &mut Console,
    ) -> Result<(u64, Duration), ReplayError> {
        let stop = stop_on_signals();
        let write_timeout = if self.as_fast_as_possible {
            FAST_WRITE_TIMEOUT
        } else {
            WRITE_TIMEOUT
        };
        let mut pty = Pty::open(self.pty.as_deref(), write_timeout).map_err(ReplayError::Output)?;
        writeln!(console, "{}", pty.path().display()).map_err(ReplayError::Output)?;
        console.flush().map_err(ReplayError::Output)?;
        pty.wait_for_reader(&stop);
        let played = self.play(first, &mut pty, &stop)?;
        if !stop.load(Ordering::Relaxed) {
            pty.drain(DRAIN_TIMEOUT);
        }
        Ok(played)
    }

    /// Plays until the end or the stop. Returns how many bytes, and how long they took on the line.
    fn play(
        &self,
        first: File,
        out: &mut dyn Write,
        stop: &AtomicBool,
    ) -> Result<(u64, Duration), ReplayError> {
        let speed = if self.as_fast_as_possible {
            Speed::FlatOut
        } else {
            Speed::Times(self.speed_factor)
        };
        let (mut timeline, mut pace) = (Timeline::new(), Pace::new(speed));
        let mut channel = Channel::new(self.damage.rates(), self.seed);
        let mut played = 0;
        let mut from = first;
        loop {
            let before = played;
            let mut send = |piece: TimedBytes| {
                played += piece.bytes.len() as u64;
                let arrived = channel.pass(&piece.bytes);
                pace.send_bytes(piece.begin, piece.mode, &arrived, out, stop)
            };
            read_through(from, &mut timeline, stop, &mut send)?;
            out.flush().map_err(ReplayError::Output)?;
            if stop.load(Ordering::Relaxed) {
                return Ok((played, timeline.end()));
            }
            if played == before {
                return Err(ReplayError::Empty);
            }
            if !self.is_endless {
                return Ok((played, timeline.end()));
            }
            from = self.open().map_err(ReplayError::Input)?;
        }
    }
}

/// Reads a capture once, and sends its pieces.
fn read_through(
    mut from: File,
    timeline: &mut Timeline,
    stop: &AtomicBool,
    send: &mut dyn FnMut(TimedBytes) -> io::Result<()>,
) -> Result<(), ReplayError> {
    let mut reader = CaptureReader::new();
    let mut chunk = vec![0; READ_MAX];
    while !stop.load(Ordering::Relaxed) {
        // A pipe may be silent for long, and a stop is not to wait for it.
        if !is_readable(&from) {
            continue;
        }
        let read = match from.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ReplayError::Input(error)),
        };
        let items = match chunk.get(..read) {
            Some(bytes @ [_, ..]) => reader.push(bytes),
            _ => reader.end(),
        };
        for item in items.map_err(ReplayError::Version)? {
            for piece in timeline.push(item) {
                send(piece).map_err(ReplayError::Output)?;
            }
        }
        if read == 0 {
            break;
        }
    }
    if let Some(piece) = timeline.finish() {
        send(piece).map_err(ReplayError::Output)?;
    }
    Ok(())
}

/// Waits a little for something to read, or for the end.
fn is_readable(from: &File) -> bool {
    let mut files = [PollFd::new(from.as_fd(), PollFlags::POLLIN)];
    poll(&mut files, READ_TIMEOUT).is_ok_and(|ready| ready > 0)
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
