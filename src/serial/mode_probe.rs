//! Finds the mode in the bytes: both decoders read them at once, and the first correct group decides.
//!
//! A decoder waits for STX, which at 1200 baud may be three seconds away. The probe's decoders are given one at the start,
//! so that a group in the middle of a frame decides within half a second. Their frames are dropped, but the bytes are
//! kept: the decoder of the mode found starts from the first of them, and no frame is lost to the search.

use crate::tic::{Decoder, Mode, Parity};

/// How many bytes are kept, the newest: more than two of the longest frames (1727 bytes, 54E).
const RECEIVED_MAX: usize = 8192;

const STX: u8 = 0x02;

/// Decodes both modes.
pub struct ModeProbe {
    received: Vec<u8>,
    decoders: [Decoder; 2],
}

impl ModeProbe {
    /// Without a byte yet.
    #[must_use]
    pub fn new(parity: Parity) -> Self {
        let decoders = [Mode::Standard, Mode::Historique].map(|mode| {
            let mut decoder = Decoder::new(mode, parity);
            drop(decoder.push(&[STX]));
            decoder
        });
        Self {
            received: Vec::new(),
            decoders,
        }
    }

    /// Takes bytes in; returns the mode once they hold a correct group of it.
    pub fn push(&mut self, bytes: &[u8]) -> Option<Mode> {
        self.received.extend_from_slice(bytes);
        let excess = self.received.len().saturating_sub(RECEIVED_MAX);
        self.received.drain(..excess);
        self.decoders
            .iter_mut()
            .find_map(|decoder| decoder.push_observed(bytes).1.then(|| decoder.mode()))
    }

    /// The bytes that were kept, in order.
    #[must_use]
    pub fn into_received(self) -> Vec<u8> {
        self.received
    }
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
            let mut probe = ModeProbe::new(Parity::Auto);
            assert_eq!(probe.push(&group[9..]), None, "the end of a group");
            assert_eq!(probe.push(&group[..5]), None, "the beginning of a group");
            assert_eq!(probe.push(&group[5..]), Some(mode));
            assert_eq!(probe.into_received(), [&group[9..], &group].concat());
        }
    }

    #[test]
    fn noise_decides_nothing_and_is_kept_up_to_a_bound() {
        let mut probe = ModeProbe::new(Parity::Auto);
        let mut noise: u32 = 1;
        for _ in 0..100 {
            let bytes: Vec<u8> = (0..960)
                .map(|_| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    noise.to_be_bytes()[0]
                })
                .collect();
            assert_eq!(probe.push(&bytes), None);
        }
        assert_eq!(probe.into_received().len(), RECEIVED_MAX);
    }
}
