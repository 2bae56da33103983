//! Bytes of the port to characters of the line: even parity in software over 8N1.
//!
//! A character on the line is a start bit, seven bits, an even parity bit and a stop bit: the ten
//! bits of 8N1, whose bit 7 is then the parity. Checking it here works on every port, and shows
//! which group a bad character was in. A character of bad parity is `None`: no field may contain
//! it.
//!
//! Some ports and recorders strip bit 7. With [`Parity::Auto`] characters are accepted until one has
//! bit 7 set, which means that the parity is there (most characters of a frame need it), or until
//! 64 came without, which means that it was stripped. The finding then holds for the life of the
//! decoder; a byte with bit 7 set in a stripped stream is damage. Source: 54E 5.3.4.

/// How to treat parity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Parity {
    /// Find out whether it is there, and check it if so.
    #[default]
    Auto,
    /// Check it.
    Check,
    /// Clear bit 7 without checking it.
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
    /// It was stripped on the way: there is nothing to check.
    Stripped,
    /// It is not checked, as asked for.
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

/// How many characters without bit 7 mean that it was stripped.
const STRIPPED_AFTER: u8 = 64;

/// Bytes to characters.
pub(super) struct ParityDecoder {
    found: ParityFound,
    /// Characters read while undecided.
    undecided: u8,
}

impl ParityDecoder {
    pub(super) const fn new(parity: Parity) -> ParityDecoder {
        let found = match parity {
            Parity::Auto => ParityFound::Undecided,
            Parity::Check => ParityFound::Checked,
            Parity::Ignore => ParityFound::Ignored,
        };
        ParityDecoder {
            found,
            undecided: 0,
        }
    }

    pub(super) const fn found(&self) -> ParityFound {
        self.found
    }

    /// The seven-bit character of a byte; `None` if its parity is bad.
    pub(super) fn push(&mut self, byte: u8) -> Option<u8> {
        if self.found == ParityFound::Undecided {
            self.decide(byte);
        }
        match self.found {
            ParityFound::Checked => byte.count_ones().is_multiple_of(2).then_some(byte & 0x7F),
            ParityFound::Undecided | ParityFound::Stripped => byte.is_ascii().then_some(byte),
            ParityFound::Ignored => Some(byte & 0x7F),
        }
    }

    fn decide(&mut self, byte: u8) {
        self.undecided += 1;
        if !byte.is_ascii() {
            self.found = ParityFound::Checked;
        } else if self.undecided == STRIPPED_AFTER {
            self.found = ParityFound::Stripped;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::with_parity;

    const DAMAGED: u8 = 0x80;

    /// The characters, with `DAMAGED` for those of bad parity.
    fn read(parity: &mut ParityDecoder, bytes: &[u8]) -> Vec<u8> {
        let character = |byte: &u8| parity.push(*byte).unwrap_or(DAMAGED);
        bytes.iter().map(character).collect()
    }

    fn sent(text: &[u8]) -> Vec<u8> {
        text.iter().map(|&c| with_parity(c)).collect()
    }

    #[test]
    fn a_single_wrong_bit_is_always_found() {
        let mut parity = ParityDecoder::new(Parity::Check);
        for character in 0..0x80 {
            assert_eq!(read(&mut parity, &[with_parity(character)]), [character]);
            for bit in 0..8 {
                assert_eq!(
                    read(&mut parity, &[with_parity(character) ^ 1 << bit]),
                    [DAMAGED]
                );
            }
        }
    }

    #[test]
    fn auto_checks_from_the_first_parity_bit_on() {
        let mut parity = ParityDecoder::new(Parity::Auto);
        let sent = sent(b"EAST\t021849106");
        assert_eq!(read(&mut parity, &sent), b"EAST\t021849106");
        assert_eq!(parity.found(), ParityFound::Checked);
        assert_eq!(read(&mut parity, b"E"), [DAMAGED]);
    }

    #[test]
    fn auto_takes_64_characters_without_parity_as_stripped() {
        let mut parity = ParityDecoder::new(Parity::Auto);
        read(&mut parity, &[b'E'; 63]);
        assert_eq!(parity.found(), ParityFound::Undecided);
        assert_eq!(read(&mut parity, b"EE"), b"EE");
        assert_eq!(parity.found(), ParityFound::Stripped);
        assert_eq!(read(&mut parity, b"\xC5E"), [DAMAGED, b'E']);
        assert_eq!(parity.found(), ParityFound::Stripped, "sticky");
    }

    #[test]
    fn the_64th_character_may_fall_anywhere_in_a_chunk() {
        let bytes: Vec<u8> = [b"E".repeat(64), b"\xC5E\xC5".to_vec()].concat();
        for cut in 0..bytes.len() {
            let mut parity = ParityDecoder::new(Parity::Auto);
            let (a, b) = bytes.split_at(cut);
            let out = [read(&mut parity, a), read(&mut parity, b)].concat();
            assert_eq!(out[64..], [DAMAGED, b'E', DAMAGED], "cut at {cut}");
        }
    }

    #[test]
    fn ignore_only_clears_the_bit() {
        let mut parity = ParityDecoder::new(Parity::Ignore);
        assert_eq!(read(&mut parity, b"E\xC5\x80"), b"EE\0");
        assert_eq!(parity.found(), ParityFound::Ignored);
    }
}
