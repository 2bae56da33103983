//! Groups and characters of a line, counted by what is wrong with them.

use crate::tic::Rejected;

/// Groups by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Accepted.
    pub good: u32,
    /// Rejected, by the reason.
    pub rejected: Rejected,
}

impl GroupCounts {
    /// Adds groups.
    pub fn add(&mut self, good: u32, rejected: Rejected) {
        self.good = self.good.saturating_add(good);
        let sum = &mut self.rejected;
        sum.parity = sum.parity.saturating_add(rejected.parity);
        sum.checksum = sum.checksum.saturating_add(rejected.checksum);
        sum.format = sum.format.saturating_add(rejected.format);
    }

    /// All groups.
    pub fn total(&self) -> u64 {
        u64::from(self.good) + u64::from(self.rejected.total())
    }

    /// The share of good groups in percent, rounded down: 100 is a line without an error. `None` without a group.
    pub fn quality(&self) -> Option<u8> {
        let percent = (u64::from(self.good) * 100).checked_div(self.total())?;
        u8::try_from(percent).ok()
    }
}

/// Characters as bytes, bit 7 being the parity bit, by what is wrong with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CharacterCounts {
    /// All.
    pub total: u32,
    /// Those of odd parity.
    pub odd: u32,
    /// Those with bit 7 set.
    pub high: u32,
    /// Those whose bits change once at most: pulses much longer than a bit.
    pub steady: u32,
    /// Those that may be in a frame, bit 7 left out.
    pub text: u32,
    /// Bits that are set.
    pub ones: u64,
}

impl CharacterCounts {
    /// Counts bytes. It stops, far beyond what a cause needs.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.total == u32::MAX {
                return;
            }
            self.total += 1;
            self.odd += byte.count_ones() % 2;
            self.high += u32::from(byte >> 7);
            let changes = (byte ^ byte >> 1) & 0x7F;
            self.steady += u32::from(changes.count_ones() <= 1);
            let is_text = matches!(byte & 0x7F, 0x20..0x7F | 2 | 3 | b'\t' | b'\n' | b'\r');
            self.text += u32::from(is_text);
            self.ones += u64::from(byte.count_ones());
        }
    }
}
