//! `linky-sensor decode`: raw bytes of a meter in, one JSON object per frame out.
//!
//! The clock is the time on the wire: ten bits a character at the speed of the mode. Two decoders, one for each mode, get
//! the same bytes: no bytes hold a correct group of both.
//!
//! A file without a group of a meter is no capture: exit code `DATA`. A note explains states without a figure: a state
//! needs three frames of a label.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::choice::one_of;
use super::console::{CommandError, Console};
use crate::config::ModeChoice;
use crate::meter::json::{Python, StateJson, Tic};
use crate::meter::{Identity, Input, Interface, Memory, Meter, Moment, Snapshot, Timestamp};
use crate::names::exit;
use crate::tic::{Decoder, Frame, Label, Mode, Parity, ParityFound};

/// Bytes that both decoders get at once: less than the shortest frame, so that the frames come in order.
const PIECE: usize = 64;

/// What to decode, and how to show it.
#[derive(Clone, Debug, clap::Args)]
pub struct Decode {
    /// The file of raw bytes; `-` for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The mode of the meter
    #[arg(long, value_parser = one_of(&ModeChoice::ALL, ModeChoice::as_str), default_value = "auto")]
    mode: ModeChoice,
    /// Bit 7 of each byte: even parity (check), of no meaning (ignore), or found out from the first characters (auto)
    #[arg(long, value_parser = one_of(&Parity::ALL, Parity::as_str), default_value = "auto")]
    parity: Parity,
    /// What to print of each frame
    #[arg(long, value_enum, default_value_t)]
    format: FrameFormat,
    /// Print totals to standard error at the end
    #[arg(long)]
    stats: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FrameFormat {
    /// What the daemon would have published.
    #[default]
    State,
    /// The groups that passed the wire checks.
    Tic,
    /// The groups as the Python linky-sensor published them.
    Python,
}

impl Decode {
    /// Decodes, and explains on standard error why there is nothing to see, if so.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let unreadable =
            |name: &str, error| CommandError::new(exit::NO_INPUT, format_args!("{name}: {error}"));
        let (name, totals) = if self.file.as_os_str() == "-" {
            let name = "standard input".to_owned();
            (name, self.decode(io::stdin().lock(), console))
        } else {
            let name = self.file.display().to_string();
            let file = File::open(&self.file).map_err(|error| unreadable(&name, error))?;
            (name, self.decode(file, console))
        };
        let totals = totals.map_err(|error| match error {
            StreamError::Input(error) => unreadable(&name, error),
            StreamError::Output(error) => CommandError::Output(error),
        })?;
        if self.stats {
            console.note(&totals);
        }
        Ok(self.conclude(&name, &totals, console))
    }

    /// Explains why there is nothing to see, if so. Returns the exit code.
    fn conclude(&self, name: &str, totals: &DecodeTotals, console: &mut Console) -> u8 {
        if totals.groups == 0 {
            console.note(format_args!(
                "linky-sensor: {name}: found no group of a meter (bytes read: {}), expected what its serial port sends, byte by byte\n    {}",
                totals.bytes,
                self.advice(totals)
            ));
            return exit::DATA;
        }
        if self.format == FrameFormat::State && !totals.has_figures {
            console.note(format_args!(
                "linky-sensor: {name}: no figure is known yet: a state shows one once its label came in 3 frames. \
                 Frames found: {} ({} damaged)\n    \
                 Record some seconds more, or see what each frame holds: --format tic",
                totals.frames, totals.damaged
            ));
        }
        exit::OK
    }

    /// What to do about bytes that hold no group.
    fn advice(&self, totals: &DecodeTotals) -> &'static str {
        if totals.bytes > 0 && self.mode != ModeChoice::Auto {
            "Leave --mode out: the mode is found out."
        } else if totals.bytes > 0 && self.parity == Parity::Check {
            "Leave --parity out: whether there is parity is found out."
        } else {
            "Record them: stty -F PORT raw cs8 -parenb 9600 (historique: 1200), then timeout 20 cat PORT > FILE"
        }
    }

    fn decode(
        &self,
        mut from: impl Read,
        out: &mut impl Write,
    ) -> Result<DecodeTotals, StreamError> {
        let mut decoders: Vec<Decoder> = Mode::ALL
            .iter()
            .filter(|mode| self.mode.mode().is_none_or(|fixed| fixed == **mode))
            .map(|mode| Decoder::new(*mode, self.parity))
            .collect();
        let mut meter = Meter::new(identity(), &Memory::default());
        let mut totals = DecodeTotals::default();
        let mut clock = WireClock::default();
        let mut chunk = [0; 16 * 1024];
        loop {
            let read = match from.read(&mut chunk) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(StreamError::Input(error)),
            };
            totals.bytes += read as u64;
            // The empty piece at the end stands for silence.
            let bytes = chunk.get(..read).unwrap_or_default();
            for piece in bytes.chunks(PIECE).chain((read == 0).then_some(bytes)) {
                clock.advance(piece.len());
                for decoder in &mut decoders {
                    for frame in frames(decoder, piece) {
                        let mode = frame.mode();
                        // The decoder of the other mode gives frames without a group.
                        let is_received =
                            frame.groups().next().is_some() || totals.modes.contains(&mode);
                        if self.mode == ModeChoice::Auto && !is_received {
                            continue;
                        }
                        clock.mode = mode;
                        totals.count(&frame, decoder.parity());
                        let now = Moment {
                            wall: wall(&frame),
                            mono: clock.time,
                        };
                        if let Some(update) = meter.push(Input::Frame(frame), now) {
                            totals.has_figures |= has_figures(&update.snapshot);
                            print(self.format, &update.snapshot, out)?;
                        }
                    }
                }
            }
            if read == 0 {
                break;
            }
        }
        out.flush()?;
        Ok(totals)
    }
}

/// Which of the two streams failed.
enum StreamError {
    Input(io::Error),
    Output(io::Error),
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

/// The time on the wire: ten bits a character, at the speed of the mode of the last frame.
struct WireClock {
    time: Duration,
    mode: Mode,
}

impl Default for WireClock {
    fn default() -> Self {
        Self {
            time: Duration::ZERO,
            mode: Mode::Standard,
        }
    }
}

impl WireClock {
    /// Advances by the time of these characters.
    fn advance(&mut self, characters: usize) {
        let bits = u32::try_from(characters)
            .unwrap_or(u32::MAX)
            .saturating_mul(10);
        self.time += Duration::from_secs(1) * bits / self.mode.baud();
    }
}

/// The frames that end in these bytes; no byte means that nothing more comes.
fn frames(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Frame> {
    if bytes.is_empty() {
        decoder.silence()
    } else {
        decoder.push(bytes)
    }
}

/// Whether a state holds anything but the identity of the meter and its link.
fn has_figures(snapshot: &Snapshot) -> bool {
    let is_figure =
        |on: Interface| !matches!(on, Interface::Json | Interface::Meter | Interface::Private);
    let mut entries = snapshot.entries();
    entries.any(|(key, value)| value.is_some() && is_figure(key.row().interface))
}

fn print(format: FrameFormat, snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    match format {
        FrameFormat::State => line(&StateJson(snapshot), out),
        FrameFormat::Tic => line(&Tic(snapshot), out),
        FrameFormat::Python => line(&Python(snapshot), out),
    }
}

fn line(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Totals of the file.
#[derive(Default)]
struct DecodeTotals {
    bytes: u64,
    has_figures: bool,
    modes: Vec<Mode>,
    parity: Option<ParityFound>,
    frames: u64,
    damaged: u64,
    groups: u64,
    unknown: u64,
    rejected: [u64; 3],
}

impl DecodeTotals {
    fn count(&mut self, frame: &Frame, parity: ParityFound) {
        if !self.modes.contains(&frame.mode()) {
            self.modes.push(frame.mode());
        }
        self.parity = Some(parity);
        self.frames += 1;
        self.damaged += u64::from(frame.is_damaged());
        for group in frame.groups() {
            self.groups += 1;
            self.unknown += u64::from(group.label().is_none());
        }
        let rejected = frame.rejected();
        for (total, more) in
            self.rejected
                .iter_mut()
                .zip([rejected.parity, rejected.checksum, rejected.format])
        {
            *total += u64::from(more);
        }
    }
}

/// Four lines, the last without a line feed.
impl fmt::Display for DecodeTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modes: Vec<&str> = self.modes.iter().map(|mode| mode.as_str()).collect();
        let mode = if modes.is_empty() {
            "none found".to_owned()
        } else {
            modes.join(", then ")
        };
        let parity = self.parity.map_or("not seen", ParityFound::as_str);
        let [by_parity, by_checksum, by_format] = self.rejected;
        writeln!(f, "mode      {mode} (parity {parity})")?;
        writeln!(f, "frames    {} ({} damaged)", self.frames, self.damaged)?;
        writeln!(
            f,
            "groups    {} accepted ({} of unknown labels)",
            self.groups, self.unknown
        )?;
        write!(
            f,
            "rejected  {} (parity {by_parity}, checksum {by_checksum}, format {by_format})",
            by_parity + by_checksum + by_format
        )
    }
}
