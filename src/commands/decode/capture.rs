//! Bytes of a capture to frames, each with its time on the wire: ten bits a character, at the speed of the mode, or the time
//! of the capture where it has one.
//!
//! A capture may hold both modes. The decoder of the mode that was found last gets every piece first; the other one gets
//! what the first accepts no group in, for no bytes hold a correct group of both. Once the other accepts one, they change
//! places, and what the first made of those bytes is no frame.
//!
//! Invariant: the same bytes give the same frames and times however they are cut.

use std::mem;
use std::time::Duration;

use crate::tic::{Decoder, Frame, Mode, Parity, ParityFound};

/// The most characters of a piece: more than a group may have, so that no group is cut.
const PIECE_MAX: usize = 256;

/// A frame, and what was found out by its end.
pub struct TimedFrame {
    /// The frame.
    pub frame: Frame,
    /// The end of its last character, counted from the first of the capture.
    pub at: Duration,
    /// What was known of its parity.
    pub parity: ParityFound,
}

/// The decoders and the clock of one capture.
pub struct CaptureDecoder {
    /// Of the mode that is given, or was found last.
    first: Decoder,
    /// Of the other mode, unless the mode is given.
    other: Option<Decoder>,
    /// The other one may have a frame open.
    other_is_fed: bool,
    /// The mode is given, or a group was found.
    is_found: bool,
    /// The beginning of a piece.
    rest: Vec<u8>,
    time: Duration,
}

impl CaptureDecoder {
    /// Before the first byte; `mode` if it is given.
    pub fn new(mode: Option<Mode>, parity: Parity) -> Self {
        Self {
            first: Decoder::new(mode.unwrap_or(Mode::Standard), parity),
            other: mode
                .is_none()
                .then(|| Decoder::new(Mode::Historique, parity)),
            other_is_fed: false,
            is_found: mode.is_some(),
            rest: Vec::with_capacity(PIECE_MAX),
            time: Duration::ZERO,
        }
    }

    /// Lets time pass, for a capture with times: the last of the next `count` bytes ended at `at`. Time does not go back, nor
    /// faster than the line.
    pub fn wait_until(&mut self, at: Duration, count: usize) {
        let held = self.rest.len();
        let begin = at.saturating_sub(self.duration_of(count.saturating_add(held)));
        self.time = self.time.max(begin);
    }

    /// How long so many characters take.
    fn duration_of(&self, characters: usize) -> Duration {
        let characters = u32::try_from(characters).unwrap_or(u32::MAX);
        Duration::from_secs(10) * characters / self.first.mode().baud()
    }

    /// Takes bytes in. Returns the frames that end in them, in order.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<TimedFrame> {
        let mut out = Vec::new();
        let mut left = bytes;
        while !left.is_empty() {
            let room = PIECE_MAX - self.rest.len();
            let near = left.get(..room).unwrap_or(left);
            let end = near.iter().position(|byte| ends_piece(*byte));
            let (part, others) = left.split_at(end.map_or(room, |end| end + 1).min(left.len()));
            left = others;
            let is_whole = end.is_some() || part.len() == room;
            match (is_whole, self.rest.is_empty()) {
                (true, true) => self.push_piece(part, &mut out),
                (true, false) => {
                    self.rest.extend_from_slice(part);
                    self.push_rest(&mut out);
                }
                (false, _) => self.rest.extend_from_slice(part),
            }
        }
        out
    }

    /// Nothing more comes. Returns what is left.
    pub fn end(&mut self) -> Vec<TimedFrame> {
        let mut out = Vec::new();
        self.push_rest(&mut out);
        let frames = self.first.silence();
        self.give(frames, &mut out);
        out
    }

    fn push_rest(&mut self, out: &mut Vec<TimedFrame>) {
        let mut piece = mem::take(&mut self.rest);
        self.push_piece(&piece, out);
        piece.clear();
        self.rest = piece;
    }

    fn push_piece(&mut self, piece: &[u8], out: &mut Vec<TimedFrame>) {
        let (mut frames, is_accepted) = self.first.push_observed(piece);
        if let Some(other) = &mut self.other {
            if is_accepted {
                if mem::take(&mut self.other_is_fed) {
                    drop(other.silence());
                }
            } else {
                let (others, is_theirs) = other.push_observed(piece);
                self.other_is_fed = true;
                if is_theirs {
                    frames.extend(self.first.silence());
                    frames.extend(others);
                    frames.retain(|frame| frame.groups().len() > 0);
                    mem::swap(&mut self.first, other);
                    self.other_is_fed = false;
                    self.is_found = true;
                }
            }
        }
        self.is_found |= is_accepted;
        self.time += self.duration_of(piece.len());
        self.give(frames, out);
    }

    /// Adds frames that ended by now. Before a group was found, they are noise.
    fn give(&self, frames: Vec<Frame>, out: &mut Vec<TimedFrame>) {
        if self.is_found {
            out.extend(frames.into_iter().map(|frame| TimedFrame {
                frame,
                at: self.time,
                parity: self.first.parity(),
            }));
        }
    }
}

/// The end of a group or of a frame.
fn ends_piece(byte: u8) -> bool {
    matches!(byte & 0x7F, b'\r' | 0x03 | 0x04)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::push_group;

    fn frame(mode: Mode) -> Vec<u8> {
        let mut frame = vec![0x02];
        let groups: &[(&str, &str)] = match mode {
            Mode::Standard => &[
                ("ADSC", "991876000001"),
                ("EAST", "021849106"),
                ("NTARF", "01"),
            ],
            Mode::Historique => &[
                ("ADCO", "021861000042"),
                ("BASE", "010151175"),
                ("PAPP", "00740"),
            ],
        };
        for (label, data) in groups {
            push_group(mode, label, None, data, &mut frame);
        }
        frame.push(0x03);
        frame
    }

    fn capture() -> Vec<u8> {
        use Mode::{Historique, Standard};
        [Standard, Historique, Historique, Standard, Standard]
            .map(frame)
            .concat()
    }

    /// Mode, damage and time of each frame, however the bytes are cut.
    fn frames(bytes: &[u8], cut: usize) -> Vec<(Mode, bool, Duration)> {
        let mut decoder = CaptureDecoder::new(None, Parity::Auto);
        let mut frames: Vec<TimedFrame> = bytes
            .chunks(cut)
            .flat_map(|chunk| decoder.push(chunk))
            .collect();
        frames.extend(decoder.end());
        frames
            .iter()
            .map(|timed| (timed.frame.mode(), timed.frame.is_damaged(), timed.at))
            .collect()
    }

    #[test]
    fn both_modes_in_one_capture_have_their_frames_and_times() {
        let mut time = Duration::ZERO;
        let mut expected = Vec::new();
        for bytes in capture().split_inclusive(|byte| *byte == 0x03) {
            let mode = if bytes.windows(4).any(|window| window == b"ADSC") {
                Mode::Standard
            } else {
                Mode::Historique
            };
            let characters = u32::try_from(bytes.len()).unwrap();
            time += Duration::from_secs(10) * characters / mode.baud();
            expected.push((mode, false, time));
        }
        let found = frames(&capture(), 4096);
        for ((mode, damaged, at), (expected_mode, expected_damage, expected_at)) in
            found.iter().zip(&expected)
        {
            assert_eq!((mode, damaged), (expected_mode, expected_damage));
            // Rounding, a division at a time.
            assert!(
                at.abs_diff(*expected_at) < Duration::from_micros(1),
                "{at:?}, {expected_at:?}"
            );
        }
        assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn the_cuts_do_not_matter_and_nothing_is_lost_at_a_torn_end() {
        let mut torn = capture();
        torn.truncate(torn.len() - 5);
        for bytes in [capture(), torn] {
            let whole = frames(&bytes, usize::MAX);
            for cut in [1, 2, 7, 64, 300] {
                assert_eq!(frames(&bytes, cut), whole);
            }
            assert_eq!(whole.len(), 5);
        }
    }

    #[test]
    fn noise_is_no_frame_before_a_group_and_a_damaged_one_after() {
        let noise = b"\x02\nNOISE\r\x03";
        assert_eq!(frames(noise, 64), []);
        let found = frames(&[&frame(Mode::Historique)[..], noise].concat(), 64);
        assert_eq!(found.len(), 2);
        assert!(found[1].1);
    }
}
