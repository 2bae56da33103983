//! Whether the terminal's background is light: asked of the terminal itself.
//!
//! OSC 11 asks for the colour; many terminals leave it unanswered, so DA1 follows, which all of them answer: its answer
//! ends the wait. Input: raw mode, before anything else reads the keyboard.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::read;

/// xterm's ctlseqs: OSC 11 with `?`, then Primary Device Attributes.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// How long a terminal may take to answer, over a slow line too.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);
/// Longer answers are none.
const ANSWER_MAX: usize = 256;
/// From this mean of red, green and blue on a background is light, of 255.
const LIGHT_FROM: u32 = 140;

/// Asks. `None` if the terminal does not answer.
pub fn is_light() -> Option<bool> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return None;
    }
    let mut stdout = io::stdout();
    stdout.write_all(QUESTION).ok()?;
    stdout.flush().ok()?;
    let end = Instant::now() + ANSWER_TIMEOUT;
    let mut answer = Vec::new();
    while !is_complete(&answer) && answer.len() < ANSWER_MAX {
        let left = end.saturating_duration_since(Instant::now());
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        let mut polled = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        if poll(&mut polled, timeout).ok()? == 0 {
            return None;
        }
        let mut buffer = [0; 64];
        let count = read(stdin.as_fd(), &mut buffer).ok()?;
        if count == 0 {
            return None;
        }
        answer.extend(buffer.iter().take(count));
    }
    parse_background(&answer)
}

/// The answer to DA1: `CSI ? … c`.
fn is_complete(answer: &[u8]) -> bool {
    let start = answer.windows(3).position(|bytes| bytes == b"\x1b[?");
    start.is_some_and(|start| answer.iter().skip(start).any(|byte| *byte == b'c'))
}

/// `OSC 11 ; rgb:RRRR/GGGG/BBBB`: one to four hexadecimal digits each.
fn parse_background(answer: &[u8]) -> Option<bool> {
    let text = String::from_utf8_lossy(answer);
    let (_, colors) = text.split_once("rgb:")?;
    let end = colors.find(|c: char| c != '/' && !c.is_ascii_hexdigit());
    let colors = colors.get(..end.unwrap_or(colors.len()))?;
    let parts: Vec<u32> = colors
        .split('/')
        .map(|digits| {
            let value = u32::from_str_radix(digits, 16).ok()?;
            let scale = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)? - 1;
            (scale <= 0xffff).then_some(value * 255 / scale)
        })
        .collect::<Option<_>>()?;
    (parts.len() == 3).then(|| parts.iter().sum::<u32>() / 3 >= LIGHT_FROM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_a_terminal_is_parsed() {
        for (answer, expected) in [
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;4c", Some(true)),
            ("\x1b]11;rgb:1e/1e/1e\x07\x1b[?1;2c", Some(false)),
            ("\x1b]11;rgb:f/f/e\x07", Some(true)),
            ("\x1b[?62;4c", None),
            ("\x1b]11;rgb:fffff/0/0\x07", None),
            ("\x1b]11;rgb://\x07", None),
            ("\x1b]11;rgb:ff/ff\x07", None),
            ("", None),
        ] {
            assert_eq!(parse_background(answer.as_bytes()), expected, "{answer:?}");
        }
        assert!(is_complete(b"\x1b]11;rgb:c/c/c\x1b\\\x1b[?62c"));
        assert!(!is_complete(b"\x1b]11;rgb:c/c/c\x1b\\"));
    }
}
