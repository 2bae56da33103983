//! Why bytes hold no group: what they look like, and what to do.
//!
//! Input: the first bytes of the file, and how often STX, LF and CR came in all of it. Output: one line for people.

use super::text::{self, TextForm};
use crate::meter::{CharacterCounts, LineFault};
use crate::words::Words;

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

/// What characters alone point to.
const LINE_FAULTS: [LineFault; 4] = [
    LineFault::ShortPulses,
    LineFault::SlowLine,
    LineFault::OneLevel,
    LineFault::Inverted,
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
    pub fn explain_compressed(&self, words: Words, name: &str) -> Option<String> {
        let (_, form, program) = COMPRESSED
            .iter()
            .find(|(magic, ..)| self.head.starts_with(magic))?;
        Some(words.decode_compressed(form, program, name))
    }

    /// What the characters point to, if they are those of a faulty line; `None` otherwise. Random bytes and texts are not.
    pub fn explain_line(&self, words: Words) -> Option<String> {
        let fault = LineFault::of_characters(&self.characters, &self.characters)?;
        LINE_FAULTS
            .contains(&fault)
            .then(|| words.decode_if_port(&words.translated(fault.as_str())))
    }

    /// What a text looks like, and what to do; `None` if it looks like nothing that is known.
    pub fn explain_text(&self, words: Words, name: &str) -> Option<String> {
        let found = text::read(&self.head);
        let seen = if found.form == TextForm::Hex {
            words.decode_is_hex()
        } else if text::from_utf16(&self.head).is_some() {
            words.decode_is_utf16()
        } else if self.stx > 2 && self.cr == 0 {
            words.decode_no_cr(self.stx)
        } else if self.stx > 2 && self.lf == 0 {
            words.decode_no_lf(self.stx)
        } else if found.groups == 0 {
            return None;
        } else if found.form == TextForm::Written {
            words.decode_is_written()
        } else if found.spaced * 2 > found.groups {
            words.decode_is_spaced()
        } else if found.inside * 2 > found.groups {
            words.decode_is_inside()
        } else if found.markers == 0 {
            words.decode_has_no_frame()
        } else {
            words.decode_is_other()
        };
        Some(if found.groups > 0 || found.form == TextForm::Hex {
            words.decode_as_text(&seen, name)
        } else {
            words.decode_perhaps_as_text(&seen, name)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Language;

    #[test]
    fn what_a_faulty_line_points_to_has_its_french() {
        let words = Words::new(Language::French, false);
        for fault in LINE_FAULTS {
            assert_ne!(words.translated(fault.as_str()), fault.as_str());
        }
    }
}
