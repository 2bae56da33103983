//! What a capture held, counted.

use super::capture::TimedFrame;
use crate::tic::{Mode, ParityFound};
use crate::words::Words;

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
        self.groups += frame.groups().len() as u64;
        self.unknown += (frame.groups().len() - frame.numbers().count()) as u64;
        let rejected = frame.rejected();
        for (total, more) in
            self.rejected
                .iter_mut()
                .zip([rejected.parity, rejected.checksum, rejected.format])
        {
            *total += u64::from(more);
        }
    }

    /// Four lines, the last without a line feed.
    pub fn text(&self, words: Words) -> String {
        let modes: Vec<&str> = self.modes.iter().map(|mode| mode.as_str()).collect();
        let mode = if modes.is_empty() {
            words.totals_no_mode()
        } else {
            modes.join(&words.totals_then())
        };
        let parity = self.parity.map(ParityFound::as_str);
        let parity = parity.map_or_else(
            || words.totals_parity_not_seen(),
            |found| words.totals_parity(found).to_owned(),
        );
        let [by_parity, by_checksum, by_format] = self.rejected;
        let all = by_parity + by_checksum + by_format;
        [
            words.totals_mode(&mode, &parity),
            words.totals_frames(self.frames, self.damaged),
            words.totals_groups(self.groups, self.unknown),
            words.totals_rejected(all, by_parity, by_checksum, by_format),
        ]
        .join("\n")
    }
}
