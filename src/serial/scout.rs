//! Finds the mode by ear: both modes are decoded at once, and the first correct group decides.
//!
//! A decoder waits for STX, which at 1200 baud may be three seconds away. A scout is told that a frame is already open, so
//! that the groups in the middle of one count as evidence within half a second. What it decodes is thrown away; what it
//! heard is kept, so that the decoder of the mode found starts from the first byte and no frame is lost to the search.

use crate::tic::{Decoder, Frame, Mode, Parity};

/// What is kept of what was heard: more than two of the longest frames (1727 bytes). In a search that lasts, the oldest go.
const KEPT: usize = 8192;

const STX: u8 = 0x02;

/// Listens for both modes.
pub struct Scout {
    heard: Vec<u8>,
    decoders: [Decoder; 2],
}

impl Scout {
    /// A scout that has heard nothing.
    #[must_use]
    pub fn new(parity: Parity) -> Self {
        let decoders = [Mode::Standard, Mode::Historique].map(|mode| {
            let mut decoder = Decoder::new(mode, parity);
            drop(decoder.push(&[STX]));
            decoder
        });
        Self {
            heard: Vec::new(),
            decoders,
        }
    }

    /// Takes bytes as they come; the mode, once they hold a correct group of it.
    pub fn push(&mut self, bytes: &[u8]) -> Option<Mode> {
        self.heard.extend_from_slice(bytes);
        let excess = self.heard.len().saturating_sub(KEPT);
        self.heard.drain(..excess);
        self.decoders
            .iter_mut()
            .find_map(|decoder| listen(decoder, bytes).0.then(|| decoder.mode()))
    }

    /// All that was heard, in order.
    #[must_use]
    pub fn into_heard(self) -> Vec<u8> {
        self.heard
    }
}

/// Pushes `bytes` through `decoder`. Returns whether a group was accepted, and the frames that ended.
pub fn listen(decoder: &mut Decoder, bytes: &[u8]) -> (bool, Vec<Frame>) {
    let open = decoder.open_groups();
    let frames = decoder.push(bytes);
    let correct =
        decoder.open_groups() > open || frames.iter().any(|frame| frame.groups().next().is_some());
    (correct, frames)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::push_group;

    fn group(mode: Mode, label: &str, data: &str) -> Vec<u8> {
        let mut out = Vec::new();
        push_group(mode, label, None, data, &mut out);
        out
    }

    #[test]
    fn the_first_whole_group_in_the_middle_of_a_frame_decides() {
        for (mode, label, data) in [
            (Mode::Standard, "EAST", "021849106"),
            (Mode::Historique, "PAPP", "00450"),
        ] {
            let group = group(mode, label, data);
            let mut scout = Scout::new(Parity::Auto);
            assert_eq!(scout.push(&group[9..]), None, "the end of a group");
            assert_eq!(scout.push(&group[..5]), None, "the beginning of a group");
            assert_eq!(scout.push(&group[5..]), Some(mode));
            assert_eq!(scout.into_heard(), [&group[9..], &group].concat());
        }
    }

    #[test]
    fn noise_decides_nothing_and_fills_nothing() {
        let mut scout = Scout::new(Parity::Auto);
        let mut noise: u32 = 1;
        for _ in 0..100 {
            let bytes: Vec<u8> = (0..960)
                .map(|_| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    noise.to_be_bytes()[0]
                })
                .collect();
            assert_eq!(scout.push(&bytes), None);
        }
        assert_eq!(scout.into_heard().len(), KEPT);
    }
}
