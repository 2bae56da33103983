//! When the bytes of a capture came, each: for whoever plays it again.
//!
//! Input: the events of a capture. Output: pieces of bytes that follow each other without a pause at the speed of a mode, and
//! when each begins.
//!
//! - The timed form has the time at which the last byte of a piece was read. The others came before it, each no sooner than
//!   the line allows.
//! - The raw form has no times: its frames follow each other at the speed of their mode, which HT between the fields shows.
//!
//! Invariant: no piece begins before the last one ends.

use std::time::Duration;

use super::line::{CaptureEvent, CaptureItem};
use crate::tic::Mode;

/// A frame is not longer than this.
const FRAME_MAX: usize = 4096;

/// Bytes that follow each other without a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedBytes {
    /// When the first of them begins.
    pub begin: Duration,
    /// The speed.
    pub mode: Mode,
    /// As they came.
    pub bytes: Vec<u8>,
}

/// Times of the bytes of one capture, or of one that is played several times.
#[derive(Debug)]
pub struct Timeline {
    /// That of the port, if the capture has it; else that of the last frame.
    mode: Mode,
    is_given: bool,
    /// Offset zero of the capture.
    origin: Duration,
    /// The first piece has set the origin.
    is_begun: bool,
    end: Duration,
    /// The beginning of a frame of the raw form.
    rest: Vec<u8>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            mode: Mode::Standard,
            is_given: false,
            origin: Duration::ZERO,
            is_begun: false,
            end: Duration::ZERO,
            rest: Vec::new(),
        }
    }
}

impl Timeline {
    /// Before the first event.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// When the last piece ends.
    #[must_use]
    pub fn end(&self) -> Duration {
        self.end
    }

    /// Takes an event in. Returns the pieces that are whole.
    pub fn push(&mut self, item: CaptureItem) -> Vec<TimedBytes> {
        let mut out = Vec::new();
        match (item.event, item.at) {
            (CaptureEvent::Bytes(bytes), Some(at)) => out.push(self.place(bytes, at)),
            (CaptureEvent::Bytes(bytes), None) => {
                for byte in bytes {
                    self.rest.push(byte);
                    if matches!(byte & 0x7F, 0x03 | 0x04) || self.rest.len() >= FRAME_MAX {
                        out.extend(self.frame());
                    }
                }
            }
            (
                CaptureEvent::Start {
                    speed: Some(mode), ..
                }
                | CaptureEvent::Speed(mode),
                _,
            ) => {
                (self.mode, self.is_given) = (mode, true);
            }
            _ => {}
        }
        out
    }

    /// The capture has ended; another may follow. Returns what is left of it.
    pub fn finish(&mut self) -> Option<TimedBytes> {
        let last = self.frame();
        self.origin = self.end;
        self.is_begun = false;
        self.is_given = false;
        last
    }

    /// A piece of the timed form.
    fn place(&mut self, bytes: Vec<u8>, at: Duration) -> TimedBytes {
        self.observe(&bytes);
        let length = self.length(bytes.len());
        if !self.is_begun {
            // The capture begins with its first byte, or with the silence before it.
            self.is_begun = true;
            self.origin += length.saturating_sub(at);
        }
        let begin = (self.origin + at).saturating_sub(length).max(self.end);
        self.end = begin + length;
        TimedBytes {
            begin,
            mode: self.mode,
            bytes,
        }
    }

    /// A piece of the raw form.
    fn frame(&mut self) -> Option<TimedBytes> {
        let bytes = std::mem::take(&mut self.rest);
        if bytes.is_empty() {
            return None;
        }
        self.observe(&bytes);
        let begin = self.end;
        self.end = begin + self.length(bytes.len());
        Some(TimedBytes {
            begin,
            mode: self.mode,
            bytes,
        })
    }

    /// Finds the mode out, unless the capture has it.
    fn observe(&mut self, bytes: &[u8]) {
        let has = |character| bytes.iter().any(|byte| byte & 0x7F == character);
        if self.is_given {
        } else if has(b'\t') {
            self.mode = Mode::Standard;
        } else if has(b'\n') && has(b' ') {
            self.mode = Mode::Historique;
        }
    }

    fn length(&self, characters: usize) -> Duration {
        let characters = u32::try_from(characters).unwrap_or(u32::MAX);
        Duration::from_secs(10) * characters / self.mode.baud()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(at: Option<u64>, bytes: &[u8]) -> CaptureItem {
        CaptureItem {
            at: at.map(Duration::from_millis),
            event: CaptureEvent::Bytes(bytes.to_vec()),
        }
    }

    fn begins(pieces: &[TimedBytes]) -> Vec<u128> {
        pieces.iter().map(|piece| piece.begin.as_millis()).collect()
    }

    #[test]
    fn a_piece_ends_when_it_was_read_and_none_is_faster_than_the_line() {
        let mut timeline = Timeline::new();
        let header = CaptureEvent::Start {
            start: None,
            speed: Some(Mode::Standard),
        };
        timeline.push(CaptureItem {
            at: Some(Duration::ZERO),
            event: header,
        });
        // 96 characters take 100 ms.
        let pieces: Vec<_> = [(500, 96), (510, 96), (2000, 96)]
            .into_iter()
            .flat_map(|(at, length)| timeline.push(bytes(Some(at), &vec![b' '; length])))
            .collect();
        assert_eq!(begins(&pieces), [400, 500, 1900]);
        assert_eq!(timeline.finish(), None);
        let again = timeline.push(bytes(Some(50), &[b'\t'; 96]));
        assert_eq!(
            begins(&again),
            [2000],
            "what was read before it could come begins at once"
        );
    }

    #[test]
    fn frames_of_the_raw_form_follow_each_other_at_the_speed_of_their_mode() {
        let mut timeline = Timeline::new();
        let standard = [&[0x02, b'\n', b'\t'][..], &[b'0'; 92], &[0x83]].concat();
        let historique = [&[0x02, b'\n', b' '][..], &[b'0'; 8], &[0x03]].concat();
        let stream = [&standard[..], &historique, &historique, &standard[..10]].concat();
        let mut pieces = Vec::new();
        for chunk in stream.chunks(7) {
            pieces.extend(timeline.push(bytes(None, chunk)));
        }
        pieces.extend(timeline.finish());
        assert_eq!(begins(&pieces), [0, 100, 200, 300]);
        assert_eq!(pieces[1].mode, Mode::Historique);
        let played: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.bytes).collect();
        assert_eq!(played, stream);
        assert!(
            timeline.push(bytes(None, &[b'x'; 10_000])).len() == 2,
            "bounded"
        );
    }
}
