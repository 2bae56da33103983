//! skeleton
use super::{Frame, Mode, Parity, ParityFound};

/// Bytes to frames.
pub struct Decoder {
    mode: Mode,
}

impl Decoder {
    /// A decoder.
    pub fn new(mode: Mode, _parity: Parity) -> Decoder {
        Decoder { mode }
    }
    /// Feeds bytes.
    pub fn push(&mut self, _bytes: &[u8], _sink: &mut impl FnMut(Frame)) {}
    /// Nothing more comes for now.
    pub fn silence(&mut self, _sink: &mut impl FnMut(Frame)) {}
    /// Parity found.
    pub fn parity(&self) -> ParityFound {
        ParityFound::Undecided
    }
    /// Mode.
    pub fn mode(&self) -> Mode {
        self.mode
    }
    /// Bytes since the STX of the open frame.
    pub fn open_len(&self) -> usize {
        0
    }
    /// Accepted groups in the open frame.
    pub fn open_groups(&self) -> usize {
        0
    }
}
