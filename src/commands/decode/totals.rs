//! What a capture held, counted.

use std::fmt;

use super::capture::TimedFrame;
use crate::tic::{Mode, ParityFound};

/// Totals of the file.
#[derive(Default)]
pub struct DecodeTotals {
    /// Bytes read.
    pub bytes: u64,
    /// The modes in which groups were found, in order.
    modes: Vec<Mode>,
    parity: Option<ParityFound>,
    /// Frames, damaged ones included.
    pub frames: u64,
    /// Frames with a correct group.
    pub filled: u64,
    /// Frames with an error.
    pub damaged: u64,
    /// Groups that were accepted.
    pub groups: u64,
    unknown: u64,
    rejected: [u64; 3],
}

impl DecodeTotals {
    /// Counts a frame.
    pub fn count(&mut self, TimedFrame { frame, parity, .. }: &TimedFrame) {
        if !self.modes.contains(&frame.mode()) {
            self.modes.push(frame.mode());
        }
        self.parity = Some(*parity);
        self.frames += 1;
        self.filled += u64::from(frame.groups().len() > 0);
        self.damaged += u64::from(frame.is_damaged());
        for group in frame.groups() {
            self.groups += 1;
            self.unknown += u64::from(group.label().is_none());
        }
        let rejected = frame.rejected();
        for (total, more) in
            self.rejected
                .iter_mut()
                .zip([rejected.parity, rejected.checksum, rejected.format])
        {
            *total += u64::from(more);
        }
    }
}

/// Four lines, the last without a line feed.
impl fmt::Display for DecodeTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modes: Vec<&str> = self.modes.iter().map(|mode| mode.as_str()).collect();
        let mode = if modes.is_empty() {
            "none found".to_owned()
        } else {
            modes.join(", then ")
        };
        let parity = self.parity.map_or("not seen", ParityFound::as_str);
        let [by_parity, by_checksum, by_format] = self.rejected;
        writeln!(f, "mode      {mode} (parity {parity})")?;
        writeln!(f, "frames    {} ({} damaged)", self.frames, self.damaged)?;
        writeln!(
            f,
            "groups    {} accepted ({} of unknown labels)",
            self.groups, self.unknown
        )?;
        write!(
            f,
            "rejected  {} (parity {by_parity}, checksum {by_checksum}, format {by_format})",
            by_parity + by_checksum + by_format
        )
    }
}
