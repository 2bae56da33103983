//! What comes in plain text where a meter was expected: a server that refuses a client, a login prompt.
//!
//! Input: bytes that hold no correct group. Output: the first words, for people: printable, short, without a number that could
//! be one of a meter. A frame of a meter is no plain text, whatever is wrong with it.
//!
//! Pure; the memory is bounded.

/// The most characters that are quoted.
const QUOTE_MAX: usize = 60;
/// Fewer letters are no text.
const LETTERS_MIN: usize = 6;
/// A longer run of digits may be a number of a meter.
const DIGITS_MAX: usize = 4;
/// The share of bytes that are text, in percent.
const TEXT_SHARE: u32 = 90;

/// The command of telnet that two more bytes follow.
/// What a prompt ends with, in small letters.
const PROMPTS: [&[u8]; 2] = [b"login:", b"password:"];
/// The length of the longest.
const PROMPT_LEN: usize = 9;

const TELNET: u8 = 0xFF;
const ESCAPE: u8 = 0x1B;

/// Bytes, looked at as text.
#[derive(Clone, Debug, Default)]
pub struct PlainText {
    total: u32,
    printable: u32,
    /// Markers of frames.
    markers: u32,
    /// Bytes of a command of telnet still to come.
    command: u8,
    /// Inside an escape sequence of a terminal.
    is_escape: bool,
    start: String,
    /// The last characters, in small letters.
    end: [u8; PROMPT_LEN],
    /// A prompt came.
    is_login: bool,
}

impl PlainText {
    /// Takes bytes in.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push_byte(*byte);
        }
    }

    fn push_byte(&mut self, byte: u8) {
        if self.command > 0 {
            self.command -= 1;
            return;
        }
        if self.is_escape {
            self.is_escape = !byte.is_ascii_alphabetic();
            return;
        }
        match byte {
            TELNET => self.command = 2,
            ESCAPE => self.is_escape = true,
            _ => {
                self.total = self.total.saturating_add(1);
                self.markers += u32::from(matches!(byte, 2 | 3) && self.markers < u32::MAX);
                if byte.is_ascii_graphic() || byte.is_ascii_whitespace() {
                    self.printable = self.printable.saturating_add(1);
                    self.append(byte);
                    self.look_for_prompt(byte);
                }
            }
        }
    }

    fn append(&mut self, byte: u8) {
        let is_blank = self.start.is_empty() || self.start.ends_with(' ');
        match char::from(byte) {
            _ if self.start.len() >= QUOTE_MAX => {}
            character if character.is_ascii_graphic() => self.start.push(character),
            _ if is_blank => {}
            _ => self.start.push(' '),
        }
    }

    fn look_for_prompt(&mut self, byte: u8) {
        self.end.rotate_left(1);
        if let Some(last) = self.end.last_mut() {
            *last = byte.to_ascii_lowercase();
        }
        self.is_login |= PROMPTS.iter().any(|prompt| self.end.ends_with(prompt));
    }

    /// Whether it asks for a name or a password.
    pub fn is_login(&self) -> bool {
        self.is_login
    }

    /// The first words; `None` if it is no plain text.
    pub fn quote(&self) -> Option<String> {
        let letters = self.start.bytes().filter(u8::is_ascii_alphabetic).count();
        let share = u64::from(self.printable) * 100;
        let is_text = share >= u64::from(self.total) * u64::from(TEXT_SHARE)
            && letters >= LETTERS_MIN
            && letters * 3 >= self.start.len()
            && self.markers == 0;
        is_text.then(|| without_numbers(self.start.trim_end()))
    }
}

/// The text with each long run of digits left out, and no quotation mark in it.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for character in text.chars().chain([' ']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        out.push_str(if digits.len() > DIGITS_MAX {
            "…"
        } else {
            &digits
        });
        digits.clear();
        out.push(if character == '"' { '\'' } else { character });
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(bytes: &[u8]) -> Option<String> {
        let mut text = PlainText::default();
        text.push(bytes);
        text.quote()
    }

    #[test]
    fn what_servers_and_prompts_write_is_quoted() {
        for (bytes, expected) in [
            (&b"Port already in use\r\n"[..], "Port already in use"),
            (
                b"\xFF\xFB\x01\xFF\xFB\x03\r\nser2net port 3000\r\n",
                "ser2net port 3000",
            ),
            (
                b"\r\n\x1B[2J\x1B[HDebian GNU/Linux 13\r\n\r\npi login: ",
                "Debian GNU/Linux 13 pi login:",
            ),
            (b"HTTP/1.1 400 Bad Request\r\n", "HTTP/1.1 400 Bad Request"),
            (b"meter 041776000123 is \"taken\"", "meter … is 'taken'"),
        ] {
            assert_eq!(quote(bytes).as_deref(), Some(expected));
        }
        let long = quote(&b"connection refused by the server ".repeat(9)).unwrap();
        assert!(long.len() <= QUOTE_MAX, "{long}");
    }

    #[test]
    fn a_prompt_is_recognised_wherever_it_ends() {
        let mut text = PlainText::default();
        text.push(b"connection refused, login later");
        assert!(!text.is_login());
        text.push(b"\r\npi Log");
        text.push(b"in: ");
        assert!(text.is_login());
    }

    #[test]
    fn a_meter_and_noise_are_no_text() {
        for bytes in [
            &b"\x02\nADCO 041776000123 A\r\nBASE 010151175  \r\x03"[..],
            b"\x81\x90text\xFE\x80in\xAA\x95noise\x99\x88",
            b"0123456789 0123456789 abcdef",
            b"",
            b"\r\n\r\n",
        ] {
            assert_eq!(quote(bytes), None, "{bytes:?}");
        }
    }
}
