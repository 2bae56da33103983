//! The meter's side: the sum of a group, a whole group, the parity bit. For simulators and tests;
//! the decoder shares only the definition of the sum.
//!
//! ```text
//! counted = label SEP [ horodate SEP ] data         ; historique
//! counted = label SEP [ horodate SEP ] data SEP     ; standard
//! sum     = ( the codes of counted, added up, and %x3F ) + %x20
//! ```
//!
//! Source: 54E 5.3.6.

use alloc::vec::Vec;

use super::{CR, LF};
use crate::tic::Mode;

/// The character that ends a group, 0x20 to 0x5F. `body` runs from the first character of the label
/// to the last of the data.
///
/// ```
/// use linky_sensor::tic::{Mode, checksum};
///
/// assert_eq!(checksum(Mode::Standard, b"NTARF\t01"), b'N');
/// ```
pub fn checksum(mode: Mode, body: &[u8]) -> u8 {
    let separator = match mode {
        Mode::Standard => mode.separator(),
        Mode::Historique => 0,
    };
    let sum = body.iter().fold(separator, |sum, c| sum.wrapping_add(*c));
    (sum & 0x3F) + 0x20
}

/// Appends a whole group, LF to CR, with its sum and without parity. The fields are not checked.
///
/// ```
/// use linky_sensor::tic::{Mode, push_group};
///
/// let mut bytes = Vec::new();
/// push_group(Mode::Historique, "ISOUSC", None, "30", &mut bytes);
/// assert_eq!(bytes, b"\nISOUSC 30 9\r");
/// ```
pub fn push_group(mode: Mode, label: &str, horodate: Option<&str>, data: &str, out: &mut Vec<u8>) {
    let separator = mode.separator();
    let mut body = Vec::with_capacity(label.len() + data.len() + 15);
    body.extend_from_slice(label.as_bytes());
    body.push(separator);
    if let Some(horodate) = horodate {
        body.extend_from_slice(horodate.as_bytes());
        body.push(separator);
    }
    body.extend_from_slice(data.as_bytes());
    out.push(LF);
    out.extend_from_slice(&body);
    out.extend_from_slice(&[separator, checksum(mode, &body), CR]);
}

/// The byte that an 8N1 port receives for a seven-bit character: bit 7 makes the number of ones even.
pub const fn with_parity(character: u8) -> u8 {
    let character = character & 0x7F;
    if character.count_ones() % 2 == 1 {
        character | 0x80
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_worked_by_hand() {
        assert_eq!(checksum(Mode::Historique, b"ISOUSC 30"), b'9');
        assert_eq!(checksum(Mode::Historique, b"PTEC HP.."), b' ');
        assert_eq!(checksum(Mode::Standard, b"NTARF\t01"), b'N');
        assert_eq!(checksum(Mode::Standard, b"EAST\t021849106"), b'.');
        assert_eq!(checksum(Mode::Standard, b"DATE\tH081225223518\t"), b'H');
        assert_eq!(
            checksum(Mode::Standard, b"SMAXSN-1\tH200213085118\t09562"),
            b' '
        );
    }

    #[test]
    fn groups_are_as_a_meter_sends_them() {
        let mut out = Vec::new();
        push_group(Mode::Standard, "DATE", Some("H081225223518"), "", &mut out);
        push_group(Mode::Historique, "ISOUSC", None, "30", &mut out);
        assert_eq!(out, b"\nDATE\tH081225223518\t\tH\r\nISOUSC 30 9\r");
    }

    #[test]
    fn parity_is_even() {
        for character in 0..0x80 {
            assert_eq!(with_parity(character).count_ones() % 2, 0);
            assert_eq!(with_parity(character) & 0x7F, character);
        }
    }
}
