//! How good the line is: what came, what was rejected, what was held back. Counts since the start of the daemon, whatever
//! the mode and the meter.

use super::quantity::Key;
use super::reading::Reading;
use super::value::Value;
use crate::tic::Frame;

/// The counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Statistics {
    frames: u64,
    damaged: u64,
    held: u64,
    parity: u64,
    checksum: u64,
    format: u64,
}

impl Statistics {
    /// Counts a frame as it came, accepted or not.
    pub fn count(&mut self, frame: &Frame) {
        let rejected = frame.rejected();
        self.frames += 1;
        self.damaged += u64::from(frame.is_damaged());
        self.parity += u64::from(rejected.parity);
        self.checksum += u64::from(rejected.checksum);
        self.format += u64::from(rejected.format);
    }

    /// Counts values that were held back.
    pub fn count_held(&mut self, values: usize) {
        self.held += values as u64;
    }

    /// Fills its quantities, which are known before any frame came.
    pub fn fill(&self, reading: &mut Reading) {
        for (key, count) in [
            (Key::FRAMES_RECEIVED, self.frames),
            (Key::FRAMES_DAMAGED, self.damaged),
            (
                Key::GROUPS_REJECTED,
                self.parity + self.checksum + self.format,
            ),
            (Key::VALUES_HELD, self.held),
            (Key::PARITY_ERRORS, self.parity),
            (Key::CHECKSUM_ERRORS, self.checksum),
            (Key::FORMAT_ERRORS, self.format),
        ] {
            reading.set(key, Some(Value::Int(count)));
        }
    }
}
