//! Captures of real meters decode to known groups, and two decoders that were written apart agree,
//! on captures and on streams that are damaged at random.
//!
//! The known groups are in a `.txt` beside each capture. After a wanted change of what is accepted,
//! `BLESS=1 cargo test --test tic_captures` writes them anew: read the difference before you keep
//! it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod naive;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use linky_sensor::tic::{Decoder, Frame, Mode, Parity, with_parity};
use naive::Shown;

fn captures() -> Vec<(PathBuf, Mode, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tic"));
    paths.sort();
    assert_eq!(paths.len(), 8);
    let with_mode = paths.into_iter().map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let mode = if name.starts_with("standard") {
            Mode::Standard
        } else {
            Mode::Historique
        };
        let bytes = fs::read(&path).unwrap();
        (path, mode, bytes)
    });
    with_mode.collect()
}

fn decode(mode: Mode, parity: Parity, bytes: &[u8]) -> Vec<Shown> {
    let mut decoder = Decoder::new(mode, parity);
    let mut frames = decoder.push(bytes);
    frames.extend(decoder.silence());
    frames.iter().map(shown).collect()
}

fn shown(frame: &Frame) -> Shown {
    let rejected = frame.rejected();
    Shown {
        end: format!("{:?}", frame.end()),
        wire_len: frame.wire_len(),
        damaged: frame.is_damaged(),
        groups: frame
            .groups()
            .map(|group| naive::show(group.name(), group.horodate_text(), group.data()))
            .collect(),
        rejected: [rejected.parity, rejected.checksum, rejected.format],
    }
}

fn text(frames: &[Shown]) -> String {
    let mut out = String::new();
    for Shown {
        end,
        wire_len,
        damaged,
        groups,
        rejected: [parity, checksum, format],
    } in frames
    {
        let state = if *damaged { "damaged" } else { "sound" };
        writeln!(
            out,
            "frame: {state}, {wire_len} bytes, end {end}, \
             rejected parity {parity} checksum {checksum} format {format}"
        )
        .unwrap();
        for group in groups {
            writeln!(out, "  {group}").unwrap();
        }
    }
    out
}

#[test]
fn captures_decode_to_known_groups() {
    for (path, mode, bytes) in captures() {
        let known = path.with_extension("txt");
        let found = text(&decode(mode, Parity::Auto, &bytes));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&known, &found).unwrap();
        }
        let expected = fs::read_to_string(&known).unwrap();
        for (line, (found, expected)) in (1..).zip(found.lines().zip(expected.lines())) {
            assert_eq!(found, expected, "{}, line {line}", known.display());
        }
        assert_eq!(found.len(), expected.len(), "{}", known.display());
    }
}

#[test]
fn two_decoders_agree_on_captures() {
    for (path, mode, bytes) in captures() {
        assert_eq!(
            decode(mode, Parity::Ignore, &bytes),
            naive::decode(mode, false, &bytes),
            "{}",
            path.display()
        );
        let sent: Vec<u8> = bytes.iter().map(|&byte| with_parity(byte)).collect();
        assert_eq!(
            decode(mode, Parity::Check, &sent),
            naive::decode(mode, true, &sent),
            "{}",
            path.display()
        );
    }
}

#[test]
fn two_decoders_agree_on_damaged_streams() {
    let mut random = Random(0x5EED);
    let mut ends = std::collections::BTreeMap::<String, u32>::new();
    for round in 0..150 {
        for (path, mode, bytes) in &captures() {
            let check = random.below(2) == 0;
            let mut stream = piece(bytes, &mut random);
            if check {
                stream
                    .iter_mut()
                    .for_each(|byte| *byte = with_parity(*byte));
            }
            damage(&mut stream, check, &mut random);
            let found = decode(
                *mode,
                if check { Parity::Check } else { Parity::Ignore },
                &stream,
            );
            let naive = naive::decode(*mode, check, &stream);
            assert_eq!(
                found,
                naive,
                "{} in round {round}: {:?}",
                path.display(),
                stream.escape_ascii().to_string()
            );
            for frame in found {
                *ends.entry(frame.end).or_default() += 1;
            }
        }
    }
    // The damage must be enough to bring up every kind of end.
    assert_eq!(
        ends.keys().collect::<Vec<_>>(),
        ["Aborted", "Boundary", "Etx", "Overflow", "Silence"],
        "{ends:?}"
    );
}

/// Up to 4 kB of a capture, repeated if it is short.
fn piece(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let start = random.below(bytes.len());
    bytes
        .iter()
        .copied()
        .cycle()
        .skip(start)
        .take(200 + random.below(3_800))
        .collect()
}

/// Wrong bits, lost and doubled characters, markers out of place, long junk.
fn damage(stream: &mut Vec<u8>, parity: bool, random: &mut Random) {
    let markers = b"\x02\x03\x04\t\n\r \x7F\0";
    for _ in 0..random.below(30) {
        let at = random.below(stream.len());
        let marker = markers[random.below(markers.len())];
        let marker = if parity { with_parity(marker) } else { marker };
        match random.below(16) {
            0..4 => stream[at] ^= 1 << random.below(8),
            4..6 => stream[at] = marker,
            6..9 => stream.insert(at, marker),
            9..12 => drop(stream.remove(at)),
            12 => stream.insert(at, stream[at]),
            13 => {
                let eot_stx = [0x04, 0x02].map(|c| if parity { with_parity(c) } else { c });
                stream.splice(at..at, eot_stx);
            }
            14 if random.below(4) == 0 => {
                let len = random.below(5_000);
                stream.splice(
                    at..at,
                    std::iter::repeat_n(if parity { with_parity(b'Q') } else { b'Q' }, len),
                );
            }
            _ => {
                // Every ETX and STX from here on is lost: frames run into each other.
                let until = (at + random.below(3_000)).min(stream.len());
                let tail = stream.split_off(until);
                let kept: Vec<u8> = stream
                    .split_off(at)
                    .into_iter()
                    .filter(|&c| !matches!(c & 0x7F, 2 | 3))
                    .collect();
                stream.extend(kept);
                stream.extend(tail);
            }
        }
    }
}

/// A xorshift generator: the same streams every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}
