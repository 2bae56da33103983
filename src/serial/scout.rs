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
            decoder.push(&[STX], &mut |_| ());
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
            .find_map(|decoder| listen(decoder, bytes, &mut |_| ()).then(|| decoder.mode()))
    }

    /// All that was heard, in order.
    #[must_use]
    pub fn into_heard(self) -> Vec<u8> {
        self.heard
    }
}

/// Pushes `bytes` through `decoder`, the frames that end into `sink`; whether a correct group was among them.
pub fn listen(decoder: &mut Decoder, bytes: &[u8], sink: &mut dyn FnMut(Frame)) -> bool {
    let open = decoder.open_groups();
    let mut correct = false;
    decoder.push(bytes, &mut |frame: Frame| {
        correct |= frame.groups().next().is_some();
        sink(frame);
    });
    correct || decoder.open_groups() > open
}
