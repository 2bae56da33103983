//! A frame: the groups between STX and ETX that were accepted, and how it ended.
//!
//! It owns one text and, for each group, where its fields lie in it; a group is borrowed from its
//! frame. A rejected group is not in it, but counted, by the reason.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::tic::{Horodate, Label, Mode};

/// The accepted groups between STX and ETX, and how the frame ended.
///
/// ```
/// use linky_sensor::tic::{Decoder, Mode, Parity, push_group};
///
/// let mut bytes = vec![0x02];
/// push_group(Mode::Standard, "EAST", None, "021849106", &mut bytes);
/// push_group(Mode::Standard, "UMOY1", Some("H240201230000"), "237", &mut bytes);
/// bytes.push(0x03);
/// let frame = Decoder::new(Mode::Standard, Parity::Ignore).push(&bytes).remove(0);
/// assert!(!frame.is_damaged());
/// let names: Vec<&str> = frame.groups().map(|group| group.name()).collect();
/// assert_eq!(names, ["EAST", "UMOY1"]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    pub(super) mode: Mode,
    pub(super) text: String,
    pub(super) spans: Vec<Span>,
    pub(super) rejected: Rejected,
    pub(super) damaged: bool,
    pub(super) parity_checked: bool,
    pub(super) wire_len: usize,
    pub(super) end: FrameEnd,
}

/// Where the fields of an accepted group lie in the text of its frame, one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) label: Option<Label>,
    /// Place of the first character of the name.
    pub(super) start: usize,
    /// Place after the name, where the horodate begins.
    pub(super) name_end: usize,
    /// Place after the horodate, where the data begins.
    pub(super) horodate_end: usize,
    /// Place after the data.
    pub(super) data_end: usize,
    pub(super) horodate: Option<Horodate>,
    pub(super) number: u32,
}

/// How a frame ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FrameEnd {
    /// By its ETX.
    Etx,
    /// The next frame had begun: a label came a second time.
    Boundary,
    /// Nothing more came.
    Silence,
    /// The meter interrupted it (EOT, then STX or silence). It carries no groups.
    Aborted,
    /// It had grown past 4096 bytes.
    Overflow,
}

/// How many groups were rejected, by the reason.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Rejected {
    /// A character of bad parity was in it.
    pub parity: u32,
    /// Its sum is wrong.
    pub checksum: u32,
    /// Anything else: characters, separators, length, the grammar of its label.
    pub format: u32,
}

impl Rejected {
    /// The sum of the three.
    pub const fn total(self) -> u32 {
        self.parity
            .saturating_add(self.checksum)
            .saturating_add(self.format)
    }
}

impl Frame {
    /// The mode in which it was read.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The accepted groups, in the order of arrival.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = Group<'_>> {
        self.spans.iter().map(|span| self.group(span))
    }

    /// The labels of the accepted groups that are listed, each with its [number](Group::number).
    pub fn numbers(&self) -> impl Iterator<Item = (Label, u32)> {
        let number = |span: &Span| Some((span.label?, span.number));
        self.spans.iter().filter_map(number)
    }

    /// The group of a label. No label is twice in a frame.
    pub fn get(&self, label: Label) -> Option<Group<'_>> {
        self.spans
            .iter()
            .find(|span| span.label == Some(label))
            .map(|span| self.group(span))
    }

    /// How many groups were rejected, by the reason.
    pub fn rejected(&self) -> Rejected {
        self.rejected
    }

    /// True if a group was rejected, a marker lost or out of place, or the end was not an ETX. Its
    /// groups are good all the same.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// True if the parity of its characters was checked: all that may be left are errors of two bits
    /// in one character.
    pub fn is_parity_checked(&self) -> bool {
        self.parity_checked
    }

    /// True for the short frames that a three-phase meter in historique mode sends during an
    /// overrun: they have no OPTARIF.
    pub fn is_short(&self) -> bool {
        self.mode == Mode::Historique && self.get(Label::OPTARIF).is_none()
    }

    /// Bytes on the wire, from STX to ETX, both included.
    pub fn wire_len(&self) -> usize {
        self.wire_len
    }

    /// How it ended.
    pub fn end(&self) -> FrameEnd {
        self.end
    }

    fn group(&self, span: &Span) -> Group<'_> {
        let field = |from, to| self.text.get(from..to).unwrap_or_default();
        Group {
            label: span.label,
            name: field(span.start, span.name_end),
            horodate: span.horodate,
            horodate_text: field(span.name_end, span.horodate_end),
            data: field(span.horodate_end, span.data_end),
            number: span.number,
        }
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("mode", &self.mode)
            .field("end", &self.end)
            .field("damaged", &self.damaged)
            .field("wire_len", &self.wire_len)
            .field("rejected", &self.rejected)
            .field("groups", &self.groups().collect::<Vec<_>>())
            .finish()
    }
}

/// An accepted group of a [`Frame`]: label, horodate and data as they came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Group<'a> {
    label: Option<Label>,
    name: &'a str,
    horodate: Option<Horodate>,
    horodate_text: &'a str,
    data: &'a str,
    number: u32,
}

impl<'a> Group<'a> {
    pub(super) const fn new(
        label: Option<Label>,
        name: &'a str,
        horodate: Option<Horodate>,
        horodate_text: &'a str,
        data: &'a str,
        number: u32,
    ) -> Group<'a> {
        Group {
            label,
            name,
            horodate,
            horodate_text,
            data,
            number,
        }
    }

    /// Its label; `None` if it is not listed: then only the form and the sum were checked.
    pub fn label(&self) -> Option<Label> {
        self.label
    }

    /// The label as it came.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The date before the data, if there is one.
    pub fn horodate(&self) -> Option<Horodate> {
        self.horodate
    }

    /// The thirteen characters of the date as they came; empty if there is none.
    pub fn horodate_text(&self) -> &'a str {
        self.horodate_text
    }

    /// The data as it came, never trimmed.
    pub fn data(&self) -> &'a str {
        self.data
    }

    /// The value of decimal or hexadecimal digits ([`DataKind::Number`](crate::tic::DataKind::Number) and `Hex`), in the
    /// unit of the label; 0 for all else.
    pub fn number(&self) -> u32 {
        self.number
    }
}

/// Shows the fields; the data of an identifier is left out, so that no log holds one by
/// accident.
impl fmt::Debug for Group<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = if self.label.is_some_and(Label::is_identifier) {
            "…"
        } else {
            self.data
        };
        if self.horodate_text.is_empty() {
            write!(f, "{}={data:?}", self.name)
        } else {
            write!(f, "{}@{}={data:?}", self.name, self.horodate_text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::{Decoder, Parity, push_group};

    fn frame(groups: &[(&str, Option<&str>, &str)]) -> Frame {
        let mut bytes = vec![0x02];
        for (label, horodate, data) in groups {
            push_group(Mode::Standard, label, *horodate, data, &mut bytes);
        }
        bytes.push(0x03);
        Decoder::new(Mode::Standard, Parity::Ignore)
            .push(&bytes)
            .remove(0)
    }

    #[test]
    fn fields_come_back_as_they_were_sent() {
        let frame = frame(&[
            ("NGTF", None, "     TEMPO      "),
            ("DATE", Some("H240107175810"), ""),
            ("DPM1", Some(" 240108060000"), "00"),
            ("STGE", None, "003A4401"),
            ("XYZ1", None, "7"),
        ]);
        let fields: Vec<_> = frame
            .groups()
            .map(|g| (g.name(), g.horodate_text(), g.data(), g.number()))
            .collect();
        let expected = [
            ("NGTF", "", "     TEMPO      ", 0),
            ("DATE", "H240107175810", "", 0),
            ("DPM1", " 240108060000", "00", 0),
            ("STGE", "", "003A4401", 0x003A_4401),
            ("XYZ1", "", "7", 0),
        ];
        assert_eq!(fields, expected);
        assert_eq!(frame.get(Label::DATE).unwrap().horodate().unwrap().hour, 17);
        assert_eq!(frame.groups().last().unwrap().label(), None);
    }

    #[test]
    fn debug_output_never_holds_an_identifier() {
        let frame = frame(&[
            ("ADSC", None, "041776000123"),
            ("PRM", None, "12345678901234"),
            ("EAST", None, "021849106"),
        ]);
        let shown = format!("{frame:?}");
        assert!(
            !shown.contains("041776000123") && !shown.contains("12345678901234"),
            "{shown}"
        );
        assert!(shown.contains("EAST=\"021849106\""), "{shown}");
    }
}
