//! Bytes of the port to characters of the line: even parity in software over 8N1.
//!
//! A character on the line is a start bit, seven bits, an even parity bit and a stop bit: the ten
//! bits of 8N1, whose bit 7 is then the parity. Checking it here costs nothing, works on every
//! port, and tells which group a bad character was in. A character of bad parity becomes
//! [`DAMAGED`], a value above seven bits: no field may contain it, and no genuine character is
//! taken for it. So further on there is one stream and one kind of damage.
//!
//! Some ports and recorders strip bit 7. `Auto` finds out: characters are accepted until one has
//! bit 7 set, which means that the parity is there (most characters of a frame need it), or until
//! 64 have come without, which means that it was stripped. The finding then holds for good; a byte
//! with bit 7 set in a stripped stream is damage. Source: Enedis-NOI-CPT_54E, 5.3.4.

/// What to do about parity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Parity {
    /// Find out whether it is there, then check it or do not.
    #[default]
    Auto,
    /// Check it.
    Check,
    /// Clear bit 7 unseen.
    Ignore,
}

impl Parity {
    /// Every choice.
    pub const ALL: [Parity; 3] = [Parity::Auto, Parity::Check, Parity::Ignore];

    /// The public word: `auto`, `check` or `ignore`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Parity::Auto => "auto",
            Parity::Check => "check",
            Parity::Ignore => "ignore",
        }
    }
}

/// What is known about parity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ParityFound {
    /// Fewer than 64 characters have come, none with bit 7 set.
    Undecided,
    /// It is there and checked.
    Checked,
    /// It was stripped before it came here: nothing is there to check.
    Stripped,
    /// It was not to be looked at.
    Ignored,
}

impl ParityFound {
    /// The public word: `undecided`, `checked`, `stripped` or `ignored`.
    pub const fn as_str(self) -> &'static str {
        match self {
            ParityFound::Undecided => "undecided",
            ParityFound::Checked => "checked",
            ParityFound::Stripped => "stripped",
            ParityFound::Ignored => "ignored",
        }
    }
}

/// Stands for a character of bad parity. All others are below.
pub(super) const DAMAGED: u8 = 0x80;

/// How many characters without bit 7 mean that it was stripped.
const ENOUGH: u8 = 64;

/// The state of a line.
pub(super) struct Line {
    found: ParityFound,
    /// Characters seen while undecided.
    seen: u8,
}

impl Line {
    pub(super) const fn new(parity: Parity) -> Line {
        let found = match parity {
            Parity::Auto => ParityFound::Undecided,
            Parity::Check => ParityFound::Checked,
            Parity::Ignore => ParityFound::Ignored,
        };
        Line { found, seen: 0 }
    }

    pub(super) const fn found(&self) -> ParityFound {
        self.found
    }

    /// Turns bytes into as many characters; `out` is as long as `bytes`.
    #[inline]
    pub(super) fn read(&mut self, bytes: &[u8], out: &mut [u8]) {
        let pairs = out.iter_mut().zip(bytes);
        match self.found {
            ParityFound::Checked => pairs.for_each(|(out, &byte)| *out = checked(byte)),
            ParityFound::Stripped => pairs.for_each(|(out, &byte)| *out = stripped(byte)),
            ParityFound::Ignored => pairs.for_each(|(out, &byte)| *out = byte & 0x7F),
            ParityFound::Undecided => pairs.for_each(|(out, &byte)| *out = self.decide(byte)),
        }
    }

    #[cold]
    fn decide(&mut self, byte: u8) -> u8 {
        match self.found {
            ParityFound::Undecided if byte < 0x80 => {
                self.seen += 1;
                if self.seen == ENOUGH {
                    self.found = ParityFound::Stripped;
                }
                byte
            }
            ParityFound::Stripped => stripped(byte),
            _ => {
                self.found = ParityFound::Checked;
                checked(byte)
            }
        }
    }
}

/// The seven bits if the eight hold an even number of ones. Branch-free, so that the compiler does
/// many at once.
#[inline]
const fn checked(byte: u8) -> u8 {
    let halves = byte ^ byte >> 4;
    let quarters = halves ^ halves >> 2;
    let odd = (quarters ^ quarters >> 1) & 1;
    let sound = odd.wrapping_sub(1);
    byte & 0x7F & sound | DAMAGED & !sound
}

/// The byte if it is a seven-bit character.
#[inline]
fn stripped(byte: u8) -> u8 {
    byte.min(DAMAGED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::with_parity;

    fn read(line: &mut Line, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![0; bytes.len()];
        line.read(bytes, &mut out);
        out
    }

    fn sent(text: &[u8]) -> Vec<u8> {
        text.iter().map(|&c| with_parity(c)).collect()
    }

    #[test]
    fn a_single_wrong_bit_is_always_seen() {
        let mut line = Line::new(Parity::Check);
        for character in 0..0x80 {
            assert_eq!(read(&mut line, &[with_parity(character)]), [character]);
            for bit in 0..8 {
                assert_eq!(
                    read(&mut line, &[with_parity(character) ^ 1 << bit]),
                    [DAMAGED]
                );
            }
        }
    }

    #[test]
    fn auto_checks_from_the_first_parity_bit_on() {
        let mut line = Line::new(Parity::Auto);
        let sent = sent(b"EAST\t021849106");
        assert_eq!(read(&mut line, &sent), b"EAST\t021849106");
        assert_eq!(line.found(), ParityFound::Checked);
        assert_eq!(read(&mut line, b"E"), [DAMAGED]);
    }

    #[test]
    fn auto_takes_64_characters_without_parity_as_stripped() {
        let mut line = Line::new(Parity::Auto);
        read(&mut line, &[b'E'; 63]);
        assert_eq!(line.found(), ParityFound::Undecided);
        assert_eq!(read(&mut line, b"EE"), b"EE");
        assert_eq!(line.found(), ParityFound::Stripped);
        assert_eq!(read(&mut line, b"\xC5E"), [DAMAGED, b'E']);
        assert_eq!(line.found(), ParityFound::Stripped, "sticky");
    }

    #[test]
    fn the_64th_character_may_fall_anywhere_in_a_chunk() {
        let bytes: Vec<u8> = [b"E".repeat(64), b"\xC5E\xC5".to_vec()].concat();
        for cut in 0..bytes.len() {
            let mut line = Line::new(Parity::Auto);
            let (a, b) = bytes.split_at(cut);
            let out = [read(&mut line, a), read(&mut line, b)].concat();
            assert_eq!(out[64..], [DAMAGED, b'E', DAMAGED], "cut at {cut}");
        }
    }

    #[test]
    fn ignore_only_clears_the_bit() {
        let mut line = Line::new(Parity::Ignore);
        assert_eq!(read(&mut line, b"E\xC5\x80"), b"EE\0");
        assert_eq!(line.found(), ParityFound::Ignored);
    }
}
