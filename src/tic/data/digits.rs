//! Numbers written in characters, padded with zeros: decimal and upper-case hexadecimal.

/// The value of decimal digits, which must be below 2^32; `None` if a character is no digit. An
/// empty slice is 0.
pub(in crate::tic) fn parse_decimal(digits: &[u8]) -> Option<u32> {
    parse::<10>(digits)
}

/// The value of upper-case hexadecimal digits, at most eight.
pub(in crate::tic) fn parse_hex(digits: &[u8]) -> Option<u32> {
    parse::<16>(digits)
}

fn parse<const RADIX: u32>(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |value, digit| {
        let figure = char::from(*digit).to_digit(RADIX)?;
        if digit.is_ascii_lowercase() {
            return None;
        }
        value.checked_mul(RADIX)?.checked_add(figure)
    })
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
