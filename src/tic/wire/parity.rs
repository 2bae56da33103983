//! Bytes of the port to characters of the line: even parity in software over 8N1.
//!
//! A character on the line is a start bit, seven bits, an even parity bit and a stop bit: the ten
//! bits of 8N1, whose bit 7 is then the parity. Checking it here works on every port, and shows
//! which group a bad character was in. A character of bad parity is `None`: no field may contain
//! it.
//!
//! Some ports and recorders strip bit 7. With [`Parity::Auto`] the characters that need it are counted
//! (half of those of a frame do), and those of them that carry it: after 64 characters the majority
//! decides. So neither a byte order mark nor a greeting of telnet nor noise decides. Until then every
//! character is accepted that has good parity, or none. The count goes on: a finding that three
//! quarters of the characters contradict is replaced. A byte with bit 7 set in a stripped stream is
//! damage. Source: 54E 5.3.4.

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
    /// Fewer than 64 characters have come, or too few that need the parity bit.
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

/// So many characters decide.
const CHARACTERS_MIN: u16 = 64;
/// So many of them must need the parity bit.
const NEEDING_MIN: u16 = 16;

/// Whether the parity of each byte is even. Not every processor counts bits in one step.
#[expect(
    clippy::indexing_slicing,
    reason = "a constant: checked when it is compiled"
)]
static EVEN: [bool; 256] = {
    let (mut even, mut byte) = ([false; 256], 0);
    while byte < even.len() {
        even[byte] = byte.count_ones().is_multiple_of(2);
        byte += 1;
    }
    even
};

/// True for a byte of even parity, bit 7 included.
pub(super) fn is_even(byte: u8) -> bool {
    EVEN.get(usize::from(byte)).is_some_and(|even| *even)
}

/// Bytes to characters.
pub(super) struct ParityDecoder {
    /// Whether it is to be found out.
    is_sought: bool,
    found: ParityFound,
    evidence: Evidence,
}

/// Characters since the last judgement.
#[derive(Default)]
struct Evidence {
    characters: u16,
    /// Those whose seven bits have an odd sum: with parity they carry bit 7.
    needing: u16,
    /// Those of them that do.
    carrying: u16,
}

impl ParityDecoder {
    pub(super) const fn new(parity: Parity) -> ParityDecoder {
        let found = match parity {
            Parity::Auto => ParityFound::Undecided,
            Parity::Check => ParityFound::Checked,
            Parity::Ignore => ParityFound::Ignored,
        };
        ParityDecoder {
            is_sought: matches!(parity, Parity::Auto),
            found,
            evidence: Evidence {
                characters: 0,
                needing: 0,
                carrying: 0,
            },
        }
    }

    pub(super) const fn found(&self) -> ParityFound {
        self.found
    }

    /// The seven-bit character of a byte; `None` if its parity is bad.
    pub(super) fn push(&mut self, byte: u8) -> Option<u8> {
        self.observe(&[byte]);
        self.is_good(byte).then_some(byte & 0x7F)
    }

    /// Whether the parity of a byte is good by what is found.
    pub(super) fn is_good(&self, byte: u8) -> bool {
        match self.found {
            ParityFound::Checked => is_even(byte),
            ParityFound::Undecided => is_even(byte) || byte.is_ascii(),
            ParityFound::Stripped => byte.is_ascii(),
            ParityFound::Ignored => true,
        }
    }

    /// So many of the next bytes change nothing of what is found, whatever they are.
    pub(super) fn settled_len(&self) -> usize {
        if self.is_sought {
            usize::from((CHARACTERS_MIN - 1).saturating_sub(self.evidence.characters))
        } else {
            usize::MAX
        }
    }

    /// Counts bytes: one, or no more than are [settled](Self::settled_len). What is found may be another then.
    pub(super) fn observe(&mut self, bytes: &[u8]) {
        if self.is_sought {
            self.evidence.count(bytes);
            if self.evidence.is_enough() {
                self.found = self.evidence.judge(self.found);
                self.evidence = Evidence::default();
            }
        }
    }
}

impl Evidence {
    fn count(&mut self, bytes: &[u8]) {
        let characters = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.characters = self.characters.saturating_add(characters);
        for byte in bytes {
            let needs_parity = !is_even(byte & 0x7F);
            self.needing += u16::from(needs_parity);
            self.carrying += u16::from(needs_parity & !byte.is_ascii());
        }
    }

    fn is_enough(&self) -> bool {
        self.characters >= CHARACTERS_MIN && self.needing >= NEEDING_MIN
    }

    /// What follows: at first the majority counts, later a finding stands until a clear one contradicts it.
    fn judge(&self, found: ParityFound) -> ParityFound {
        let quarters = |count: u16| self.needing * count;
        let carrying = self.carrying * 4;
        match found {
            ParityFound::Undecided if carrying > quarters(2) => ParityFound::Checked,
            ParityFound::Undecided => ParityFound::Stripped,
            ParityFound::Checked if carrying < quarters(1) => ParityFound::Stripped,
            ParityFound::Stripped if carrying > quarters(3) => ParityFound::Checked,
            stands => stands,
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

    const TEXT: &[u8] = b"\x02\nADSC\t991876000001\tA\r\nEAST\t021849106\t.\r\nSINSTS\t00450\tN\r";

    #[test]
    fn auto_accepts_until_64_characters_decide() {
        let mut parity = ParityDecoder::new(Parity::Auto);
        let sent = sent(&TEXT.repeat(2));
        assert_eq!(read(&mut parity, &sent[..63]), TEXT.repeat(2)[..63]);
        assert_eq!(parity.found(), ParityFound::Undecided);
        assert_eq!(read(&mut parity, &sent[63..]), TEXT.repeat(2)[63..]);
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
        assert_eq!(
            parity.found(),
            ParityFound::Stripped,
            "one byte decides nothing"
        );
    }

    #[test]
    fn stray_bytes_decide_nothing() {
        let strays: [&[u8]; 4] = [
            b"\xEF\xBB\xBF",
            b"\xFF\xFB\x01\xFF\xFB\x03",
            b"\xFF\xFE\x81\xC3\x90\x88\xFF\x00\x00\xAA",
            b"ser2net port 3000 device /dev/ttyUSB0 9600\r\n",
        ];
        for stray in strays {
            for (stream, expected) in [
                (TEXT.to_vec(), ParityFound::Stripped),
                (sent(TEXT), ParityFound::Checked),
            ] {
                let mut parity = ParityDecoder::new(Parity::Auto);
                read(&mut parity, stray);
                read(&mut parity, &stream.repeat(3));
                assert_eq!(parity.found(), expected, "{stray:?}");
                assert_eq!(read(&mut parity, &stream), TEXT);
            }
        }
    }

    #[test]
    fn what_most_characters_contradict_is_judged_again() {
        let mut parity = ParityDecoder::new(Parity::Auto);
        for _ in 0..3 {
            for (stream, expected) in [
                (TEXT.to_vec(), ParityFound::Stripped),
                (sent(TEXT), ParityFound::Checked),
            ] {
                read(&mut parity, &stream.repeat(3));
                assert_eq!(parity.found(), expected);
                assert_eq!(read(&mut parity, &stream), TEXT);
            }
        }
        // A break of the line needs no parity, and a line that loses each third one still has it.
        read(&mut parity, &[0; 10_000]);
        assert_eq!(parity.found(), ParityFound::Checked);
        let lose = |(place, byte): (usize, u8)| if place % 3 == 0 { byte & 0x7F } else { byte };
        let lossy: Vec<u8> = sent(&TEXT.repeat(20))
            .into_iter()
            .enumerate()
            .map(lose)
            .collect();
        read(&mut parity, &lossy);
        assert_eq!(parity.found(), ParityFound::Checked);
    }

    #[test]
    fn the_same_is_found_of_bytes_that_are_counted_together() {
        let stripped = TEXT.repeat(7);
        let sent = sent(&TEXT.repeat(5));
        let stream = [&sent[..], &[0; 200], &stripped, &[0xFF; 90], &sent].concat();
        for most in [1, 2, 17, usize::MAX] {
            let mut one_by_one = ParityDecoder::new(Parity::Auto);
            let mut together = ParityDecoder::new(Parity::Auto);
            let mut left = &stream[..];
            while !left.is_empty() {
                let len = together.settled_len().clamp(1, most).min(left.len());
                let (taken, rest) = left.split_at(len);
                read(&mut one_by_one, taken);
                together.observe(taken);
                assert_eq!(together.found(), one_by_one.found(), "{} left", left.len());
                left = rest;
            }
        }
    }

    #[test]
    fn what_is_asked_for_is_never_judged() {
        for (asked, found) in [
            (Parity::Check, ParityFound::Checked),
            (Parity::Ignore, ParityFound::Ignored),
        ] {
            let mut parity = ParityDecoder::new(asked);
            read(&mut parity, &TEXT.repeat(9));
            assert_eq!(parity.found(), found);
        }
    }

    #[test]
    fn ignore_only_clears_the_bit() {
        let mut parity = ParityDecoder::new(Parity::Ignore);
        assert_eq!(read(&mut parity, b"E\xC5\x80"), b"EE\0");
        assert_eq!(parity.found(), ParityFound::Ignored);
    }
}
