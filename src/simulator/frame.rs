//! Groups and frames: from values to the bytes of the wire.
//!
//! A value is padded to the size that the one table of labels gives, so no group can have a wrong length. Every byte
//! carries its even parity in bit 7, as an 8N1 port would see it.

use std::time::Duration;

use crate::tic::{Label, Mode, push_group, with_parity};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const EOT: u8 = 0x04;

/// One group as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentGroup {
    /// Which value.
    pub label: Label,
    /// The thirteen characters before the data, if the label has them.
    pub horodate: Option<String>,
    /// The data, padded.
    pub data: String,
}

/// A frame as the meter sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFrame {
    /// The meter's clock at the first byte, Unix time.
    pub time: i64,
    /// When the first byte was sent: simulated time since the first frame of this meter.
    pub at: Duration,
    /// Silence after the last byte: 16.7 ms to 33.4 ms.
    pub pause: Duration,
    /// All bytes, STX to ETX (or EOT), bit 7 being the even parity.
    pub bytes: Vec<u8>,
    /// The mode, which sets the speed of the line.
    pub mode: Mode,
    /// The groups that are in the bytes, in order; those before the damage if the scenario makes the line noisy.
    pub groups: Vec<SentGroup>,
    /// Its kind.
    pub kind: FrameKind,
    /// The active power that flowed in the second of the frame, W, negative when injected: what no group shows.
    pub true_power: i32,
}

/// Kinds of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// All groups of the meter.
    Long,
    /// Historique three-phase, during an overrun and for one minute after it: currents only.
    Short,
    /// A long one that the meter interrupted with EOT because an overrun began.
    Cut,
}

impl SentFrame {
    /// The group of this label.
    #[must_use]
    pub fn get(&self, label: Label) -> Option<&SentGroup> {
        self.groups.iter().find(|group| group.label == label)
    }
}

/// The groups of a frame being made, in order of emission.
#[derive(Debug, Default)]
pub(super) struct Groups(Vec<SentGroup>);

impl Groups {
    /// A number, with leading zeros. One that is too large loses its first digits, as the counter of a meter does.
    pub fn number(&mut self, label: Label, value: u32) {
        self.0.push(SentGroup {
            label,
            horodate: None,
            data: digits(label, value),
        });
    }

    /// A text, with spaces at its end.
    pub fn text(&mut self, label: Label, text: &str) {
        let width = label.data_len();
        self.0.push(SentGroup {
            label,
            horodate: None,
            data: format!("{text:<width$.width$}"),
        });
    }

    /// A number with its horodate; no digits if the label has no data.
    pub fn dated(&mut self, label: Label, horodate: String, value: u32) {
        let data = if label.data_len() == 0 {
            String::new()
        } else {
            digits(label, value)
        };
        self.0.push(SentGroup {
            label,
            horodate: Some(horodate),
            data,
        });
    }

    pub fn into_vec(self) -> Vec<SentGroup> {
        self.0
    }
}

fn digits(label: Label, value: u32) -> String {
    let width = label.data_len();
    let digits = format!("{value:0width$}");
    digits
        .get(digits.len() - width..)
        .unwrap_or(&digits)
        .to_owned()
}

/// The bytes of a whole frame, STX to ETX, with parity.
pub(super) fn encode(mode: Mode, groups: &[SentGroup]) -> Vec<u8> {
    let mut bytes = vec![STX];
    for group in groups {
        push_group(
            mode,
            group.label.name(),
            group.horodate.as_deref(),
            &group.data,
            &mut bytes,
        );
    }
    bytes.push(ETX);
    bytes.iter_mut().for_each(|byte| *byte = with_parity(*byte));
    bytes
}

/// The bytes of a frame that the meter interrupts after `sent` bytes: the group in progress is finished, then comes EOT.
/// Also how many groups it holds.
pub(super) fn encode_cut(mode: Mode, groups: &[SentGroup], sent: usize) -> (Vec<u8>, usize) {
    let mut kept = 0;
    let mut bytes = vec![];
    while bytes.len() <= sent && kept < groups.len() {
        kept += 1;
        bytes = encode(mode, groups.get(..kept).unwrap_or(groups));
        bytes.pop();
    }
    bytes.push(with_parity(EOT));
    (bytes, kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_padded_summed_and_even() {
        let mut groups = Groups::default();
        groups.number(Label::EAST, 21_849_106);
        groups.dated(Label::DATE, "H081225223518".to_owned(), 0);
        groups.text(Label::LTARF, "BASE");
        groups.number(Label::NTARF, 101);
        let groups = groups.into_vec();
        assert_eq!(groups[2].data, "BASE            ");
        assert_eq!(groups[3].data, "01");
        let bytes = encode(Mode::Standard, &groups[..2]);
        assert!(bytes.iter().all(|byte| byte.count_ones() % 2 == 0));
        let text: String = bytes.iter().map(|byte| char::from(byte & 0x7F)).collect();
        assert_eq!(
            text,
            "\x02\nEAST\t021849106\t.\r\nDATE\tH081225223518\t\tH\r\x03"
        );
    }

    #[test]
    fn a_cut_frame_ends_after_the_group_in_progress() {
        let mut groups = Groups::default();
        groups.text(Label::PTEC, "HP..");
        groups.number(Label::ISOUSC, 30);
        let groups = groups.into_vec();
        for (sent, kept) in [(0, 1), (5, 1), (13, 1), (14, 2), (20, 2), (90, 2)] {
            let (bytes, groups) = encode_cut(Mode::Historique, &groups, sent);
            assert_eq!(groups, kept, "after {sent} bytes");
            let [.., cr, eot] = bytes[..] else {
                panic!("too short")
            };
            assert_eq!((cr & 0x7F, eot & 0x7F), (b'\r', EOT));
        }
    }
}
