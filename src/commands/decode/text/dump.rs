//! Dumps: bytes that a program printed as hexadecimal digits, and text that a program stored as UTF-16.
//!
//! Input: the whole text. Output: the bytes that the digits stand for, or the characters as UTF-8; nothing if it is no such
//! text. A text with a line that does not fit is no dump.

/// The characters of UTF-16, as UTF-8; `None` if it is not.
pub fn from_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let head = bytes.get(..64.min(bytes.len()))?;
    let nuls = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let half = head.len() / 2;
    // A program or a picture has nuls in both halves.
    let is_text = |high: usize, low: usize| half > 4 && nuls(high) * 4 > half * 3 && nuls(low) == 0;
    let little = bytes.starts_with(&[0xFF, 0xFE]) || is_text(1, 0);
    let big = bytes.starts_with(&[0xFE, 0xFF]) || is_text(0, 1);
    if !(little || big) {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| match *pair {
        [a, b] if little => u16::from_le_bytes([a, b]),
        [a, b] => u16::from_be_bytes([a, b]),
        _ => 0,
    });
    let text: String = char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Some(text.trim_start_matches('\u{FEFF}').as_bytes().to_vec())
}

/// The bytes of a dump (`xxd`, `hexdump`, `hexdump -C`, `od -tx1`, pairs of digits); `None` if it is not one.
pub fn from_hex(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut out = Vec::new();
    let mut has_offsets = false;
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && *line != "*") {
        // The last line of a dump is the length.
        let is_length = has_offsets && is_hex(line) && line.len() <= 8;
        if !is_length {
            has_offsets |= push_hex_line(line, &mut out)?;
        }
    }
    (out.len() >= 8).then_some(out)
}

fn is_hex(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Adds the bytes of a line of a dump. Returns whether it begins with their place; `None` if it is none.
fn push_hex_line(line: &str, out: &mut Vec<u8>) -> Option<bool> {
    let line = line.split('|').next()?;
    let (offset, rest) = match line.split_once(':') {
        Some((offset, rest)) => (Some(offset), rest),
        None => match line.trim_start().split_once([' ', '\t']) {
            Some((offset, rest)) if offset.len() >= 6 && is_hex(offset) => (Some(offset), rest),
            _ => (None, line),
        },
    };
    if !offset.is_none_or(|offset| offset.len() >= 4 && is_hex(offset)) {
        return None;
    }
    // xxd has a colon, and its words are in order; those of hexdump are numbers of the machine.
    let is_swapped = offset.is_some() && !line.contains(':');
    // The characters follow after two spaces.
    let digits = match rest.trim_start().split_once("  ") {
        Some((digits, tail))
            if !tail
                .split_whitespace()
                .all(|word| is_hex(word) && word.len() == 2) =>
        {
            digits
        }
        _ => rest,
    };
    for word in digits
        .split([' ', ',', '\t', '-', ';'])
        .filter(|word| !word.is_empty())
    {
        let word = word
            .strip_prefix("0x")
            .or_else(|| word.strip_prefix("\\x"))
            .unwrap_or(word);
        if !is_hex(word) || word.len() % 2 == 1 {
            return None;
        }
        let mut pairs = Vec::new();
        for pair in word.as_bytes().chunks_exact(2) {
            pairs.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
        }
        if is_swapped && pairs.len() == 2 {
            pairs.reverse();
        }
        out.extend(pairs);
    }
    Some(offset.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HISTORIQUE: &str =
        "ADCO 021861000042 /\nOPTARIF BASE 0\nBASE 010151175  \nPAPP 00740 ,\n";

    #[test]
    fn utf_16_is_read_in_either_order() {
        let text = HISTORIQUE;
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xFEFF]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        for bytes in [little, big] {
            assert_eq!(from_utf16(&bytes).unwrap(), text.as_bytes());
        }
        assert_eq!(from_utf16(text.as_bytes()), None);
        let program = [
            0x7F, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0x3E, 0, 1, 0,
        ];
        assert_eq!(from_utf16(&[&program[..], &[0; 42]].concat()), None);
    }

    #[test]
    fn dumps_are_read() {
        let bytes = b"\x02\nADCO 021861000042 @\r";
        for dump in [
            "00000000: 020a 4144 434f 2030 3231 3836 3130 3030  ..ADCO 021861000\n00000010: 3034 3220 400d                           042 @.\n",
            "00000000  02 0a 41 44 43 4f 20 30  32 31 38 36 31 30 30 30  |..ADCO 021861000|\n00000010  30 34 32 20 40 0d                                 |042 @.|\n00000016\n",
            "0000000 0a02 4441 4f43 3020 3132 3638 3031 3030\n0000020 3430 2032 0d40\n0000026\n",
        ] {
            assert_eq!(
                from_hex(dump.as_bytes()).as_deref(),
                Some(&bytes[..]),
                "{dump}"
            );
        }
        assert_eq!(from_hex(HISTORIQUE.as_bytes()), None);
    }
}
