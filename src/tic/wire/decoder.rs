//! Bytes to frames: what the port receives in, frames out.
//!
//! Bytes come in chunks of any size: the same bytes give the same frames however they are cut. The
//! stream may be damaged anywhere; `framing` has the rules by which the decoder finds its way back.
//! Memory is bounded by one group and one frame, whatever comes.

use alloc::vec::Vec;

use super::Frame;
use super::framing::Framing;
use super::parity::{Parity, ParityDecoder, ParityFound};
use crate::tic::Mode;

/// Bytes to frames.
///
/// ```
/// use linky_sensor::tic::{Decoder, FrameEnd, Label, Mode, Parity};
///
/// let mut decoder = Decoder::new(Mode::Historique, Parity::Auto);
/// assert!(decoder.push(b"\x02\nISOUSC 30 9\r\nPAPP 00").is_empty());
/// let frames = decoder.push(b"740 ,\r\x03");
/// assert_eq!(frames.len(), 1);
/// assert_eq!(frames[0].end(), FrameEnd::Etx);
/// assert_eq!(frames[0].get(Label::PAPP).unwrap().number(), 740); // VA
/// ```
pub struct Decoder {
    parity: ParityDecoder,
    framing: Framing,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new(mode: Mode, parity: Parity) -> Decoder {
        Decoder {
            parity: ParityDecoder::new(parity),
            framing: Framing::new(mode),
        }
    }

    /// Reads bytes as they came. Returns the frames that ended in them, in order: in most calls
    /// none, and then nothing is allocated.
    ///
    /// All bytes are read before this returns: a frame that the caller drops is lost, the next ones
    /// are not.
    #[must_use = "a frame is returned once"]
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut left = bytes;
        while let Some((byte, others)) = left.split_first() {
            let (text, rest) = left.split_at(self.text_len(left));
            if text.is_empty() {
                let character = self.parity.push(*byte);
                self.note_parity(&[*byte]);
                self.framing.feed(character, &mut frames);
                left = others;
            } else {
                self.parity.observe(text);
                self.note_parity(text);
                self.framing.feed_text(text);
                left = rest;
            }
        }
        frames
    }

    /// How many of these bytes only go on with the open group: most do, and are taken together.
    fn text_len(&self, bytes: &[u8]) -> usize {
        let most = self.parity.settled_len().min(self.framing.room());
        let bytes = bytes.get(..most).unwrap_or(bytes);
        let goes_on =
            |byte: u8| self.parity.is_good(byte) && self.framing.may_be_in_group(byte & 0x7F);
        let end = bytes.iter().position(|byte| !goes_on(*byte));
        end.unwrap_or(bytes.len())
    }

    fn note_parity(&mut self, bytes: &[u8]) {
        let is_checked = self.parity.found() == ParityFound::Checked;
        self.framing.note_parity(is_checked, bytes);
    }

    /// The same, and whether a group was accepted in these bytes: they are of this mode then.
    #[must_use = "a frame is returned once"]
    pub fn push_observed(&mut self, bytes: &[u8]) -> (Vec<Frame>, bool) {
        let before = self.framing.accepted();
        let frames = self.push(bytes);
        (frames, self.framing.accepted() != before)
    }

    /// Ends the open frame, if there is one: no byte came for a while, or the stream has ended. An
    /// unfinished group is rejected. Returns the frame, or two if it had reached its greatest length.
    #[must_use = "a frame is returned once"]
    pub fn silence(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        self.framing.silence(&mut frames);
        frames
    }

    /// What is known about parity.
    pub fn parity(&self) -> ParityFound {
        self.parity.found()
    }

    /// The mode that it decodes.
    pub fn mode(&self) -> Mode {
        self.framing.mode()
    }

    /// Bytes of the open frame so far, STX included; 0 between frames.
    pub fn open_len(&self) -> usize {
        self.framing.open_len()
    }

    /// Groups of the open frame that were accepted so far; 0 between frames.
    pub fn open_groups(&self) -> usize {
        self.framing.open_groups()
    }
}

#[cfg(test)]
mod tests;
