//! Figures written in characters: decimal and upper-case hexadecimal. Eight at a time where there
//! are eight.

const ONES: u64 = 0x0101_0101_0101_0101;

/// The value of one to nine decimal digits; `None` if a character is not a digit. An empty slice is
/// 0.
#[inline]
pub(super) fn parse_decimal(digits: &[u8]) -> Option<u32> {
    let (mut value, rest) = match digits.split_first_chunk::<8>() {
        Some((eight, rest)) => (parse_eight(*eight)?, rest),
        None => (0, digits),
    };
    let mut wrong = false;
    for &digit in rest {
        let figure = digit.wrapping_sub(b'0');
        wrong |= figure > 9;
        value = value.wrapping_mul(10).wrapping_add(u32::from(figure));
    }
    (!wrong).then_some(value)
}

/// The value of eight decimal digits.
#[inline]
pub(super) fn parse_eight(digits: [u8; 8]) -> Option<u32> {
    let word = u64::from_le_bytes(digits);
    // A digit has 3 as its upper half, and still has it when 6 is added; damaged characters carry
    // into a neighbour, already wrong.
    let upper = (word | word.wrapping_add(ONES * 6)) & (ONES * 0xF0);
    if upper != ONES * 0x30 || word & (ONES * 0xF0) != ONES * 0x30 {
        return None;
    }
    let ones = word & (ONES * 0x0F);
    let tens = (ones.wrapping_mul(10) + (ones >> 8)) & 0x00FF_00FF_00FF_00FF;
    let hundreds = (tens.wrapping_mul(100) + (tens >> 16)) & 0x0000_FFFF_0000_FFFF;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "eight digits are below 2^32"
    )]
    Some((hundreds.wrapping_mul(10_000) + (hundreds >> 32)) as u32)
}

/// The value of one to eight upper-case hexadecimal digits.
#[inline]
pub(super) fn parse_hex(digits: &[u8]) -> Option<u32> {
    let mut value = 0;
    for &digit in digits {
        value = value << 4 | u32::from(hex_figure(digit)?);
    }
    Some(value)
}

/// The value of one upper-case hexadecimal digit.
#[inline]
const fn hex_figure(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_of_every_length() {
        for text in [
            "0",
            "7",
            "042",
            "00310",
            "12345678",
            "99999999",
            "000000000",
            "021849106",
            "999999999",
        ] {
            assert_eq!(parse_decimal(text.as_bytes()), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn any_other_character_at_any_place_is_refused() {
        for len in 1..=9 {
            for at in 0..len {
                for wrong in (0..=u8::MAX).filter(|c| !c.is_ascii_digit()) {
                    let mut text = vec![b'5'; len];
                    text[at] = wrong;
                    assert_eq!(parse_decimal(&text), None, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn hexadecimal_is_upper_case() {
        assert_eq!(parse_hex(b"003A4401"), Some(0x003A_4401));
        assert_eq!(parse_hex(b"FFFFFFFF"), Some(u32::MAX));
        assert_eq!(parse_hex(b"003a4401"), None);
        assert_eq!(parse_hex(b"0G"), None);
    }
}
