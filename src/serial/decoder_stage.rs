//! What received bytes go through: both decoders while the mode is unknown, then the one of the mode.

use super::mode_probe::ModeProbe;
use crate::tic::{Decoder, Frame, Mode, Parity};

/// The decoder of a line, or the probe that finds out which to take.
pub enum DecoderStage {
    /// The mode is unknown.
    Probe(Box<ModeProbe>),
    /// The mode is known.
    Decoder(Decoder),
}

impl DecoderStage {
    /// The first stage of a new line; `mode` as configured.
    #[must_use]
    pub fn new(mode: Option<Mode>, parity: Parity) -> Self {
        match mode {
            Some(mode) => Self::Decoder(Decoder::new(mode, parity)),
            None => Self::Probe(Box::new(ModeProbe::new(parity))),
        }
    }

    /// Takes bytes in. Returns the frames that end in them, and the mode if they hold a correct group.
    pub fn push(&mut self, bytes: &[u8]) -> (Vec<Frame>, Option<Mode>) {
        match self {
            Self::Probe(probe) => (Vec::new(), probe.push(bytes)),
            Self::Decoder(decoder) => {
                let (frames, correct) = decoder.push_observed(bytes);
                (frames, correct.then(|| decoder.mode()))
            }
        }
    }

    /// The mode is found: decodes it from now on with a new decoder. Returns the frames in what the probe has kept.
    pub fn start_decoder(&mut self, mode: Mode, parity: Parity) -> Vec<Frame> {
        let decoder = Self::Decoder(Decoder::new(mode, parity));
        match std::mem::replace(self, decoder) {
            Self::Probe(probe) => self.push(&probe.into_received()).0,
            Self::Decoder(_) => Vec::new(),
        }
    }

    /// The line has fallen silent: an open frame ends. Returns what came of it.
    pub fn push_silence(&mut self) -> Vec<Frame> {
        match self {
            Self::Probe(_) => Vec::new(),
            Self::Decoder(decoder) => decoder.silence(),
        }
    }

    /// Bytes of the open frame so far, STX included; 0 between frames and while the mode is unknown.
    #[must_use]
    pub fn open_len(&self) -> usize {
        match self {
            Self::Probe(_) => 0,
            Self::Decoder(decoder) => decoder.open_len(),
        }
    }
}
