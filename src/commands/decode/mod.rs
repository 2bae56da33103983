//! `linky-sensor decode`: raw bytes of a meter in, one line per frame out.
//!
//! | file | |
//! |---|---|
//! | `capture` | bytes to frames, with their times on the wire |
//! | `gap_clock` | the clock of the meter, for recordings with gaps |
//! | `text/` | groups in text, for `--text` |
//! | `printer` | the forms of a line |
//! | `unconfirmed` | the states of a capture of one or two frames |
//! | `why` | why bytes hold no group |
//! | `totals` | what `--stats` prints |
//!
//! A file without a group of a meter is no capture: exit code `DATA`, and the cause. Each read is printed before the next
//! one, so that a live pipe shows each frame as it comes; the first two states wait for the third frame, the end or a pause.

mod capture;
mod gap_clock;
mod printer;
mod text;
mod totals;
mod unconfirmed;
mod why;

pub use self::capture::CaptureDecoder;
pub use unconfirmed::MARK;

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use self::capture::TimedFrame;
use self::gap_clock::GapClock;
use self::printer::{FrameFormat, FramePrinter};
use self::totals::DecodeTotals;
use self::unconfirmed::{CONFIRMED_FROM, Unconfirmed};
use self::why::FileTraits;
use super::choice::one_of;
use super::console::{CommandError, Console};
use crate::capture::{CaptureEvent, CaptureItem, CaptureReader, UnknownVersion};
use crate::config::ModeChoice;
use crate::meter::{Identity, Input, Memory, Meter, Moment, Snapshot, Timestamp};
use crate::names::exit;
use crate::tic::{Frame, Label, Parity};
use crate::words::Words;

/// Bytes of one read.
const READ_MAX: usize = 64 * 1024;

/// The most bytes of a text, which is read as a whole.
const TEXT_MAX: u64 = 64 * 1024 * 1024;

/// States that wait are printed after this pause, in milliseconds. A meter sends a frame every two seconds or so.
const PAUSE: u16 = 5000;

/// What to decode, and how to show it.
#[derive(Clone, Debug, clap::Args)]
pub struct Decode {
    /// The capture, raw bytes or with times; `-` for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The mode of the meter
    #[arg(long, value_parser = one_of(&ModeChoice::ALL, ModeChoice::as_str), default_value = "auto")]
    mode: ModeChoice,
    /// Bit 7 of each byte: even parity (check), of no meaning (ignore), or found out from the first characters (auto)
    #[arg(long, value_parser = one_of(&Parity::ALL, Parity::as_str), default_value = "auto")]
    parity: Parity,
    /// The file is text: what was copied from a terminal, a log or a dump. Groups whose sums are right are read
    #[arg(long)]
    text: bool,
    /// What to print of each frame
    #[arg(long, value_enum, default_value_t)]
    format: FrameFormat,
    /// The clock of what takes time: that of the line (wire), or that of the meter where a recording has gaps (meter)
    #[arg(long, value_enum, default_value_t)]
    clock: DecodeClock,
    /// Print totals to standard error at the end
    #[arg(long)]
    stats: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum DecodeClock {
    /// Ten bits a character.
    #[default]
    Wire,
    /// The dates of the meter, in standard mode.
    Meter,
}

impl Decode {
    /// Decodes, and explains on standard error why there is nothing to see, if so.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        let unreadable =
            |name: &str, error: io::Error| CommandError::of(exit::NO_INPUT, words, name, error);
        let mut run = DecodeRun::new(&self, console);
        let (name, decoded) = if self.file.as_os_str() == "-" {
            (words.standard_input(), run.decode(io::stdin()))
        } else {
            let name = self.file.display().to_string();
            let file = File::open(&self.file).map_err(|error| unreadable(&name, error))?;
            (name, run.decode(file))
        };
        decoded.map_err(|error| match error {
            StreamError::Input(error) => unreadable(&name, error),
            StreamError::Version(error) => CommandError::of(exit::DATA, words, &name, error),
            StreamError::Output(error) => CommandError::Output(error),
        })?;
        let (totals, traits) = (run.totals, run.traits);
        if self.stats {
            console.note(totals.text(words));
        }
        Ok(self.conclude(&name, &totals, &traits, console))
    }

    /// Explains why there is nothing to see, if so. Returns the exit code.
    fn conclude(
        &self,
        name: &str,
        totals: &DecodeTotals,
        traits: &FileTraits,
        console: &mut Console,
    ) -> u8 {
        let words = console.words();
        if totals.groups == 0 {
            let advice = self.advice(words, totals, traits);
            let what = words.decode_no_group(name, totals.bytes, &advice);
            console.note(format_args!("linky-sensor: {what}"));
            return exit::DATA;
        }
        if self.format.is_state() && totals.filled < CONFIRMED_FROM {
            let what = words.decode_too_short(name, totals.frames, totals.damaged, MARK);
            console.note(format_args!("linky-sensor: {what}"));
        }
        exit::OK
    }

    /// What to do about bytes that hold no group.
    fn advice(&self, words: Words, totals: &DecodeTotals, traits: &FileTraits) -> String {
        let name = self.file.display().to_string();
        let explain_text = || {
            (!self.text)
                .then(|| traits.explain_text(words, &name))
                .flatten()
        };
        if totals.bytes > 0 && self.mode != ModeChoice::Auto {
            words.decode_without_mode()
        } else if totals.bytes > 0 && self.parity == Parity::Check {
            words.decode_without_parity()
        } else {
            let cause = traits
                .explain_compressed(words, &name)
                .or_else(explain_text)
                .or_else(|| traits.explain_line(words));
            cause.unwrap_or_else(|| words.decode_record_them())
        }
    }
}

/// One run over a file.
struct DecodeRun<'a> {
    format: FrameFormat,
    is_text: bool,
    reader: CaptureReader,
    capture: CaptureDecoder,
    gaps: Option<GapClock>,
    meter: Meter,
    totals: DecodeTotals,
    traits: FileTraits,
    /// The states of the first frames, which wait for the third.
    waiting: Vec<Arc<Snapshot>>,
    printer: FramePrinter<'a>,
}

impl<'a> DecodeRun<'a> {
    fn new(options: &Decode, out: &'a mut Console) -> Self {
        Self {
            format: options.format,
            is_text: options.text,
            reader: CaptureReader::new(),
            capture: CaptureDecoder::new(options.mode.mode(), options.parity),
            gaps: (options.clock == DecodeClock::Meter).then(GapClock::default),
            meter: Meter::new(identity(), &Memory::default()),
            totals: DecodeTotals::default(),
            traits: FileTraits::default(),
            waiting: Vec::new(),
            printer: FramePrinter::new(options.format, out),
        }
    }

    fn decode(&mut self, from: impl Read + AsFd) -> Result<(), StreamError> {
        if self.is_text {
            self.decode_text(from)?;
        } else {
            self.decode_bytes(from)?;
        }
        let frames = self.capture.end();
        self.take(frames)?;
        self.print_waiting(true)?;
        Ok(self.printer.flush()?)
    }

    fn decode_text(&mut self, from: impl Read) -> Result<(), StreamError> {
        let text = read_whole(from, TEXT_MAX).map_err(StreamError::Input)?;
        self.totals.bytes = text.len() as u64;
        self.traits.push(&text);
        Ok(self.push(&text::read(&text).bytes)?)
    }

    fn decode_bytes(&mut self, mut from: impl Read + AsFd) -> Result<(), StreamError> {
        let mut chunk = vec![0; READ_MAX];
        loop {
            if !self.waiting.is_empty() && !is_readable(&from) {
                self.print_waiting(true)?;
                self.printer.flush()?;
            }
            let read = match from.read(&mut chunk) {
                Ok(0) => {
                    let items = self.reader.end()?;
                    return Ok(self.push_items(items)?);
                }
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(StreamError::Input(error)),
            };
            let items = self.reader.push(chunk.get(..read).unwrap_or_default())?;
            self.push_items(items)?;
        }
    }

    /// Takes what a capture of either form holds; with times, those are the clock.
    fn push_items(&mut self, items: Vec<CaptureItem>) -> io::Result<()> {
        for CaptureItem { at, event } in items {
            let CaptureEvent::Bytes(bytes) = event else {
                continue;
            };
            self.totals.bytes += bytes.len() as u64;
            if self.totals.groups == 0 {
                self.traits.push(&bytes);
            }
            if let Some(at) = at {
                self.capture.wait_until(at, bytes.len());
            }
            self.push(&bytes)?;
            self.printer.flush()?;
        }
        Ok(())
    }

    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let frames = self.capture.push(bytes);
        self.take(frames)
    }

    fn take(&mut self, frames: Vec<TimedFrame>) -> io::Result<()> {
        for timed in frames {
            self.totals.count(&timed);
            let Some(state) = self.state_after(timed) else {
                continue;
            };
            if self.format.is_state() && self.totals.filled < CONFIRMED_FROM {
                self.waiting.push(state);
            } else {
                self.print_waiting(false)?;
                self.printer.print(&state)?;
            }
        }
        Ok(())
    }

    /// The state after a frame, if the frame holds a group. The groups alone need no meter.
    fn state_after(&mut self, TimedFrame { frame, at, .. }: TimedFrame) -> Option<Arc<Snapshot>> {
        if self.format.is_state() {
            let wall = wall(&frame);
            let mono = self.gaps.as_mut().map_or(at, |gaps| gaps.time(at, wall));
            let now = Moment { wall, mono };
            let update = self.meter.push(Input::Frame(frame), now)?;
            return Some(update.snapshot.clone());
        }
        frame.groups().next()?;
        Some(Arc::new(Snapshot {
            frame: Some(Arc::new(frame)),
            ..self.meter.last().as_ref().clone()
        }))
    }

    /// Prints the first states: with what each frame shows by itself, if nothing confirms it.
    fn print_waiting(&mut self, is_unconfirmed: bool) -> io::Result<()> {
        for state in std::mem::take(&mut self.waiting) {
            if is_unconfirmed {
                let shown = Unconfirmed::of(&state, identity());
                self.printer.print_unconfirmed(&shown)?;
            } else {
                self.printer.print(&state)?;
            }
        }
        Ok(())
    }
}

/// Reads all bytes; an error if they are more than these.
fn read_whole(from: impl Read, size_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(size_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > size_max {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "larger than {} MiB: a text is read as a whole, decode it in parts",
                size_max >> 20
            ),
        ));
    }
    Ok(bytes)
}

/// Whether a read returns at once, or will soon. That of a file does.
fn is_readable(from: &impl AsFd) -> bool {
    let mut files = [PollFd::new(from.as_fd(), PollFlags::POLLIN)];
    poll(&mut files, PollTimeout::from(PAUSE)).is_ok_and(|ready| ready > 0)
}

/// What failed: one of the two streams, or the form of the input.
enum StreamError {
    Input(io::Error),
    Version(UnknownVersion),
    Output(io::Error),
}

impl From<UnknownVersion> for StreamError {
    fn from(error: UnknownVersion) -> Self {
        Self::Version(error)
    }
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// A file is the user's: it may show whose it is.
fn identity() -> Identity {
    Identity {
        number: 0,
        id: "decode".into(),
        boot: "decode".into(),
        shows_identifiers: true,
    }
}

/// The meter's own clock, if it is in the frame.
fn wall(frame: &Frame) -> Option<Timestamp> {
    Some(Timestamp(
        frame
            .get(Label::DATE)?
            .horodate()?
            .unix()
            .saturating_mul(1_000_000),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_large_is_refused_and_not_cut() {
        let text = vec![b' '; 1 << 20];
        assert_eq!(read_whole(&text[..], 1 << 20).unwrap(), text);
        let longer = text.chain(&b"\n"[..]);
        let error = read_whole(longer, 1 << 20).unwrap_err();
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    }
}
