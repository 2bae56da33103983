//! Why bytes hold no group: what they look like, and what to do.
//!
//! Input: the first bytes of the file, and how often STX, LF and CR came in all of it. Output: one line for people.

use super::text::{self, TextForm};
use crate::meter::{CharacterCounts, LineFault};

/// How many of the first bytes are kept.
pub const HEAD_MAX: usize = 256 * 1024;

/// What is kept of a file while it is decoded.
#[derive(Default)]
pub struct FileTraits {
    head: Vec<u8>,
    stx: u64,
    cr: u64,
    lf: u64,
    characters: CharacterCounts,
}

/// The first bytes of compressed files, and what reads them.
const COMPRESSED: [(&[u8], &str, &str); 5] = [
    (b"\x1F\x8B", "gzip", "zcat"),
    (b"\xFD7zXZ\0", "xz", "xzcat"),
    (b"BZh", "bzip2", "bzcat"),
    (b"\x28\xB5\x2F\xFD", "zstd", "zstdcat"),
    (b"PK\x03\x04", "zip", "unzip -p"),
];

impl FileTraits {
    /// Takes bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        let room = HEAD_MAX - self.head.len();
        self.head.extend(bytes.iter().take(room));
        self.characters.push(bytes);
        for byte in bytes {
            match byte & 0x7F {
                0x02 => self.stx += 1,
                b'\r' => self.cr += 1,
                b'\n' => self.lf += 1,
                _ => {}
            }
        }
    }

    /// What a compressed file is, and what to do; `None` for another. `name` is how the file is named on the command line.
    pub fn explain_compressed(&self, name: &str) -> Option<String> {
        let (_, form, program) = COMPRESSED
            .iter()
            .find(|(magic, ..)| self.head.starts_with(magic))?;
        Some(format!(
            "It is compressed ({form}): {program} {name} | linky-sensor decode -"
        ))
    }

    /// What the characters point to, if they are those of a faulty line; `None` otherwise. Random bytes and texts are not.
    pub fn explain_line(&self) -> Option<String> {
        let fault = LineFault::of_characters(&self.characters, &self.characters)?;
        let is_line = matches!(
            fault,
            LineFault::ShortPulses
                | LineFault::SlowLine
                | LineFault::OneLevel
                | LineFault::Inverted
        );
        is_line.then(|| format!("If a port gave them: {}", fault.as_str()))
    }

    /// What a text looks like, and what to do; `None` if it looks like nothing that is known.
    pub fn explain_text(&self, name: &str) -> Option<String> {
        let found = text::read(&self.head);
        let seen = if found.form == TextForm::Hex {
            "It is a dump in hexadecimal digits".to_owned()
        } else if text::from_utf16(&self.head).is_some() {
            "It is UTF-16, as PowerShell and some editors write".to_owned()
        } else if self.stx > 2 && self.cr == 0 {
            format!(
                "{} frames begin (STX), but no group ends (no CR): a terminal that was not raw, or an editor, has changed \
                 the line ends",
                self.stx
            )
        } else if self.stx > 2 && self.lf == 0 {
            format!(
                "{} frames begin (STX), but no group does (no LF): a terminal that was not raw, or an editor, has changed \
                 the line ends",
                self.stx
            )
        } else if found.groups == 0 {
            return None;
        } else if found.form == TextForm::Written {
            "Its control characters are written out, as ^B or [9]".to_owned()
        } else if found.spaced * 2 > found.groups {
            "Spaces stand for its tabs, as in what is copied from a screen".to_owned()
        } else if found.inside * 2 > found.groups {
            "Its groups are inside lines of other text, as in a log".to_owned()
        } else if found.markers == 0 {
            "Its groups are sound, but no frame begins (no STX), as in what is copied as text"
                .to_owned()
        } else {
            "Its groups are not as a meter sends them, but their sums are right".to_owned()
        };
        let cure = if found.groups > 0 || found.form == TextForm::Hex {
            "What it holds can be read"
        } else {
            "Some of it may be read"
        };
        Some(format!("{seen}. {cure}: linky-sensor decode --text {name}"))
    }
}
