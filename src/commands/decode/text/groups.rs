//! Groups among other text.
//!
//! Input: a text with its control characters, as far as it has kept them. Output: the groups whose sums are right, as the
//! meter sends them, in frames.
//!
//! A group is looked for by the name of a label. The grammar of the label gives the lengths of its fields, so that runs of
//! spaces may stand for separators, and anything may come before and after; the sum proves the guess. Frames are divided
//! where the text has STX or ETX; without any, where a label comes again or has its place before the last one.

use std::ops::{Range, RangeInclusive};

use super::TextGroups;
use crate::tic::{Label, Mode, checksum, push_group};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// The most spaces that stand for one separator: a tab is that wide on a terminal.
const GAP_MAX: usize = 8;

/// Characters of a horodate.
const HORODATE_LEN: usize = 13;

/// The groups of a text.
pub fn find_groups(text: &[u8]) -> TextGroups {
    let mut found = TextGroups {
        markers: text
            .iter()
            .filter(|byte| matches!(**byte, STX | ETX))
            .count(),
        ..TextGroups::default()
    };
    let mut frames = FrameWriter {
        is_marked: found.markers > 0,
        bytes: Vec::with_capacity(text.len()),
        labels: Vec::new(),
    };
    let mut at = 0;
    let mut begins_line = true;
    let mut begins_word = true;
    while let Some(byte) = text.get(at).copied() {
        if matches!(byte, STX | ETX) && frames.is_marked {
            frames.divide();
        }
        let group = (begins_word && byte.is_ascii_uppercase())
            .then(|| text.get(at..).and_then(group_at))
            .flatten();
        if let Some(group) = group {
            found.groups += 1;
            found.spaced += usize::from(group.is_spaced);
            found.inside += usize::from(!begins_line);
            frames.push(&group);
            at += group.len;
            (begins_line, begins_word) = (false, true);
        } else {
            at += 1;
            let is_control = byte.is_ascii_control();
            begins_line = is_control || begins_line && byte == b' ';
            begins_word = !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-'));
        }
    }
    frames.divide();
    found.bytes = frames.bytes;
    found
}

/// A group in a text.
struct TextGroup<'a> {
    label: Label,
    horodate: Option<&'a str>,
    data: &'a str,
    is_spaced: bool,
    len: usize,
}

/// The group that begins here, if its sum is right.
fn group_at(text: &[u8]) -> Option<TextGroup<'_>> {
    let is_name = |byte: &&u8| matches!(**byte, b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-');
    let len = text.iter().take_while(is_name).count();
    let name = std::str::from_utf8(text.get(..len)?).ok()?;
    Mode::ALL
        .iter()
        .find_map(|mode| fields_at(*mode, Label::find(*mode, name)?, text, len))
}

/// The fields behind a name of this length. All gaps of one width are tried first: a data of spaces and letters has a right
/// sum wherever it is cut.
fn fields_at(mode: Mode, label: Label, text: &[u8], name: usize) -> Option<TextGroup<'_>> {
    let cuts = cuts(label, text, name);
    let mut all = cuts.clone().filter(|cut| cut.is_even).chain(cuts);
    all.find_map(|cut| {
        let field = |place: Range<usize>| std::str::from_utf8(text.get(place)?).ok();
        let horodate = match cut.horodate {
            Some(place) => Some(field(place)?),
            None => None,
        };
        let data = field(cut.data)?;
        let sum = *text.get(cut.sum)?;
        is_proven(mode, label, horodate, data, sum).then(|| TextGroup {
            label,
            horodate,
            data,
            is_spaced: mode == Mode::Standard && text.get(name) != Some(&b'\t'),
            len: cut.sum + 1,
        })
    })
}

/// Where the fields of a group may stand.
struct Cut {
    horodate: Option<Range<usize>>,
    data: Range<usize>,
    sum: usize,
    /// All its gaps have one width.
    is_even: bool,
}

/// The cuts behind a name of this length, narrow gaps first.
fn cuts(label: Label, text: &[u8], name: usize) -> impl Iterator<Item = Cut> + Clone {
    let is_dated = label.has_horodate();
    gaps(text, name).flat_map(move |first| {
        let date_from = name + first;
        let date_end = date_from + if is_dated { HORODATE_LEN } else { 0 };
        let seconds = if is_dated {
            gaps(text, date_end)
        } else {
            0..=0
        };
        seconds.flat_map(move |second| {
            let data_from = date_end + second;
            let data_end = data_from + label.data_len();
            gaps(text, data_end).map(move |third| Cut {
                horodate: is_dated.then_some(date_from..date_end),
                data: data_from..data_end,
                sum: data_end + third,
                is_even: third == first && (!is_dated || second == first),
            })
        })
    })
}

/// How many separators may stand here.
fn gaps(text: &[u8], at: usize) -> RangeInclusive<usize> {
    let run = text.get(at..).unwrap_or_default().iter();
    let run = run
        .take(GAP_MAX)
        .take_while(|byte| matches!(**byte, b' ' | b'\t'));
    1..=run.count()
}

fn is_proven(mode: Mode, label: Label, horodate: Option<&str>, data: &str, sum: u8) -> bool {
    if data.bytes().any(|byte| byte.is_ascii_control()) {
        return false;
    }
    let separator = char::from(mode.separator());
    let counted = match horodate {
        Some(horodate) => format!("{}{separator}{horodate}{separator}{data}", label.name()),
        None => format!("{}{separator}{data}", label.name()),
    };
    checksum(mode, counted.as_bytes()) == sum
}

/// Writes groups as frames.
struct FrameWriter {
    /// The text itself divides the frames.
    is_marked: bool,
    bytes: Vec<u8>,
    /// Of the open frame.
    labels: Vec<Label>,
}

impl FrameWriter {
    fn push(&mut self, group: &TextGroup<'_>) {
        let begins_next = self.labels.contains(&group.label)
            || self.labels.last().is_some_and(|last| {
                last.mode() != group.label.mode()
                    || !self.is_marked && group.label.index() < last.index()
            });
        if begins_next {
            self.divide();
        }
        if self.labels.is_empty() {
            self.bytes.push(STX);
        }
        self.labels.push(group.label);
        push_group(
            group.label.mode(),
            group.label.name(),
            group.horodate,
            group.data,
            &mut self.bytes,
        );
    }

    /// Ends the open frame.
    fn divide(&mut self) {
        if !self.labels.is_empty() {
            self.labels.clear();
            self.bytes.push(ETX);
        }
    }
}
