//! `linky-sensor decode`: raw bytes of a meter in, one JSON object per frame out.
//!
//! The clock is the time on the wire: ten bits a character at the speed of the mode. Both modes are tried at
//! once: no bytes hold a correct group of both.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::meter::json::{Python, State, Tic};
use crate::meter::{Identity, Input, Memory, Meter, Moment, Snapshot, Timestamp};
use crate::names::exit;
use crate::tic::{Decoder, Frame, Label, Mode, Parity, ParityFound};

/// So many bytes are heard at once: less than the shortest frame, so that frames come in their order.
const PIECE: usize = 64;

/// What to decode, and how to show it.
#[derive(Clone, Debug, clap::Args)]
pub struct Decode {
    /// The file of raw bytes; `-` for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The mode of the meter
    #[arg(long, value_enum, default_value_t)]
    mode: ModeArgument,
    /// What bit 7 of each byte is
    #[arg(long, value_enum, default_value_t)]
    parity: ParityArgument,
    /// What to print of each frame
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Print totals to standard error at the end
    #[arg(long)]
    stats: bool,
}

/// The TIC mode, as asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum ModeArgument {
    /// Found out.
    #[default]
    Auto,
    Standard,
    Historique,
}

/// The parity, as asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum ParityArgument {
    /// Found out from the first characters.
    #[default]
    Auto,
    /// Even parity in bit 7: a character that breaks it is damaged.
    Check,
    /// Bit 7 means nothing.
    Ignore,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// What the daemon would have published.
    #[default]
    State,
    /// The groups that passed the wire checks.
    Tic,
    /// The groups as the Python linky-sensor published them.
    Python,
}

/// Runs the command. Returns its exit code.
pub fn run(arguments: &Decode, out: &mut impl Write, err: &mut impl Write) -> u8 {
    let from = if arguments.file.as_os_str() == "-" {
        decode(arguments, io::stdin().lock(), out, err)
    } else {
        match File::open(&arguments.file) {
            Ok(file) => decode(arguments, file, out, err),
            Err(error) => {
                let _ = writeln!(err, "linky-sensor: {}: {error}", arguments.file.display());
                return exit::NO_INPUT;
            }
        }
    };
    match from {
        Ok(()) => exit::OK,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::OK,
        Err(error) => {
            let _ = writeln!(err, "linky-sensor: {}: {error}", arguments.file.display());
            exit::IO
        }
    }
}

fn decode(
    arguments: &Decode,
    mut from: impl Read,
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<()> {
    let mut wires: Vec<Decoder> = modes(arguments.mode)
        .iter()
        .map(|mode| Decoder::new(*mode, parity(arguments.parity)))
        .collect();
    let mut meter = Meter::new(identity(), &Memory::default());
    let mut totals = Totals::default();
    let mut clock = Clock::default();
    let mut chunk = [0; 16 * 1024];
    loop {
        let read = match from.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        // Both decoders hear the same at the same time: at the end, that nothing more comes.
        let heard = chunk.get(..read).unwrap_or_default();
        for piece in heard.chunks(PIECE).chain((read == 0).then_some(heard)) {
            clock.pass(piece.len());
            for wire in &mut wires {
                for frame in hear(wire, piece) {
                    let mode = frame.mode();
                    // The decoder of the other mode makes nothing but noise of it.
                    let is_heard = frame.groups().next().is_some() || totals.modes.contains(&mode);
                    if arguments.mode == ModeArgument::Auto && !is_heard {
                        continue;
                    }
                    clock.mode = mode;
                    totals.count(&frame, wire.parity());
                    let now = Moment {
                        wall: wall(&frame),
                        mono: clock.time,
                    };
                    if let Some(update) = meter.push(Input::Frame(frame), now) {
                        print(arguments.format, &update.snapshot, out)?;
                    }
                }
            }
        }
        if read == 0 {
            break;
        }
    }
    out.flush()?;
    if arguments.stats {
        totals.print(err)
    } else {
        Ok(())
    }
}

fn modes(mode: ModeArgument) -> &'static [Mode] {
    match mode {
        ModeArgument::Auto => &Mode::ALL,
        ModeArgument::Standard => &[Mode::Standard],
        ModeArgument::Historique => &[Mode::Historique],
    }
}

fn parity(parity: ParityArgument) -> Parity {
    match parity {
        ParityArgument::Auto => Parity::Auto,
        ParityArgument::Check => Parity::Check,
        ParityArgument::Ignore => Parity::Ignore,
    }
}

/// A file is the user's: it may show whose it is.
fn identity() -> Identity {
    Identity {
        id: "decode".into(),
        boot: "decode".into(),
        shows_identifiers: true,
    }
}

/// The meter's own clock, if the frame tells it.
fn wall(frame: &Frame) -> Option<Timestamp> {
    Some(Timestamp(
        frame
            .get(Label::DATE)?
            .horodate()?
            .unix()
            .saturating_mul(1_000_000),
    ))
}

/// The time on the wire: ten bits a character, at the speed of the mode that was last heard.
struct Clock {
    time: Duration,
    mode: Mode,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            time: Duration::ZERO,
            mode: Mode::Standard,
        }
    }
}

impl Clock {
    /// So many characters pass.
    fn pass(&mut self, characters: usize) {
        let bits = u32::try_from(characters)
            .unwrap_or(u32::MAX)
            .saturating_mul(10);
        self.time += Duration::from_secs(1) * bits / self.mode.baud();
    }
}

/// The frames that end in these bytes; no byte means that nothing more comes.
fn hear(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    if bytes.is_empty() {
        decoder.silence(&mut |frame| frames.push(frame));
    } else {
        decoder.push(bytes, &mut |frame| frames.push(frame));
    }
    frames
}

fn print(format: Format, snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::State => line(&State(snapshot), out),
        Format::Tic => line(&Tic(snapshot), out),
        Format::Python => line(&Python(snapshot), out),
    }
}

fn line(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// What was seen in all.
#[derive(Default)]
struct Totals {
    modes: Vec<Mode>,
    parity: Option<ParityFound>,
    frames: u64,
    damaged: u64,
    groups: u64,
    unknown: u64,
    rejected: [u64; 3],
}

impl Totals {
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

    fn print(&self, err: &mut impl Write) -> io::Result<()> {
        let modes: Vec<&str> = self.modes.iter().map(|mode| mode.as_str()).collect();
        let mode = if modes.is_empty() {
            "none found".to_owned()
        } else {
            modes.join(", then ")
        };
        let parity = self.parity.map_or("not seen", ParityFound::as_str);
        let [by_parity, by_checksum, by_format] = self.rejected;
        writeln!(err, "mode      {mode} (parity {parity})")?;
        writeln!(err, "frames    {} ({} damaged)", self.frames, self.damaged)?;
        writeln!(
            err,
            "groups    {} accepted ({} of unknown labels)",
            self.groups, self.unknown
        )?;
        writeln!(
            err,
            "rejected  {} (parity {by_parity}, checksum {by_checksum}, format {by_format})",
            by_parity + by_checksum + by_format
        )
    }
}
