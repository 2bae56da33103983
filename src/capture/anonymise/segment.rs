//! A stream of characters, cut where a group or a frame may begin or end.
//!
//! Input: characters, bit 7 cleared. Output: [`StreamSegment`]s, one after the other, that together are the stream. A segment is a
//! group (LF to CR), a group that has lost one of these, or what lies between. None is longer than [`SEGMENT_MAX`] and the
//! digits that follow it.

use crate::tic::{Decoder, Label, Mode, Parity};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const EOT: u8 = 0x04;
const LF: u8 = 0x0A;
const CR: u8 = 0x0D;

/// Longer than any group, which has 162 characters at most.
const SEGMENT_MAX: usize = 1024;

/// The most characters between LF and CR of an accepted group.
const BODY_MAX: usize = 160;

/// A part of the stream: places of its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamSegment {
    /// The first.
    pub start: usize,
    /// Behind the last.
    pub end: usize,
    /// Something ends it; else the stream does.
    pub is_ended: bool,
}

impl StreamSegment {
    /// The segment that begins at `start`, at a character of the stream; `limit` is a place that no segment crosses.
    pub fn at(chars: &[u8], start: usize, limit: Option<usize>) -> Self {
        let end_at = limit.map_or(chars.len(), |limit| limit.min(chars.len()));
        let is_cut = end_at < chars.len() || limit == Some(chars.len());
        let first = chars.get(start).copied();
        if matches!(first, Some(STX | ETX | EOT | CR)) {
            return Self {
                start,
                end: start + 1,
                is_ended: true,
            };
        }
        let mut previous = first.unwrap_or_default();
        let rest = chars.get(start + 1..end_at).unwrap_or_default();
        for (place, character) in (start + 1..).zip(rest.iter().copied()) {
            let is_long = place - start >= SEGMENT_MAX && !previous.is_ascii_digit();
            match character {
                CR => {
                    return Self {
                        start,
                        end: place + 1,
                        is_ended: true,
                    };
                }
                STX | ETX | EOT | LF => {
                    return Self {
                        start,
                        end: place,
                        is_ended: true,
                    };
                }
                _ if is_long || place - start >= 2 * SEGMENT_MAX => {
                    return Self {
                        start,
                        end: place,
                        is_ended: true,
                    };
                }
                _ => previous = character,
            }
        }
        Self {
            start,
            end: end_at.max(start + 1).min(chars.len()),
            is_ended: is_cut,
        }
    }

    /// Its characters.
    pub fn of<'c>(&self, chars: &'c [u8]) -> &'c [u8] {
        chars.get(self.start..self.end).unwrap_or_default()
    }
}

/// The place of the sum in a segment: the last character before CR, behind a separator.
pub fn sum_place(text: &[u8]) -> Option<usize> {
    let end = text.len() - usize::from(text.last() == Some(&CR));
    let place = end.checked_sub(1)?;
    let separator = *text.get(place.checked_sub(1)?)?;
    matches!(separator, b'\t' | b' ').then_some(place)
}

/// The place of the first character of the label: behind the LF, if there is one.
pub fn label_place(text: &[u8]) -> usize {
    usize::from(text.first() == Some(&LF))
}

/// An accepted group: its label if it is listed, and the place of its data in the segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedGroup {
    /// The label, if it is listed.
    pub label: Option<Label>,
    /// The place of the first character of the data.
    pub data_start: usize,
    /// Behind the last.
    pub data_end: usize,
}

/// Checks groups as a decoder does that ignores parity.
pub struct GroupCheck {
    standard: Decoder,
    historique: Decoder,
    frame: Vec<u8>,
}

impl GroupCheck {
    /// With decoders of its own.
    pub fn new() -> Self {
        Self {
            standard: Decoder::new(Mode::Standard, Parity::Ignore),
            historique: Decoder::new(Mode::Historique, Parity::Ignore),
            frame: Vec::with_capacity(BODY_MAX + 4),
        }
    }

    /// The group that a segment is, if a decoder accepts it.
    pub fn accept(&mut self, text: &[u8]) -> Option<AcceptedGroup> {
        let [LF, body @ .., CR] = text else {
            return None;
        };
        let may_be_in_group = |c: &u8| matches!(c, b' '..=b'~' | b'\t');
        if body.len() > BODY_MAX || !body.iter().all(may_be_in_group) {
            return None;
        }
        let decoder = if body.contains(&b'\t') {
            &mut self.standard
        } else {
            &mut self.historique
        };
        self.frame.clear();
        self.frame.push(STX);
        self.frame.extend_from_slice(text);
        self.frame.push(ETX);
        let frames = decoder.push(&self.frame);
        let group = frames.first()?.groups().next()?;
        let data_end = text.len().checked_sub(3)?;
        Some(AcceptedGroup {
            label: group.label(),
            data_start: data_end.checked_sub(group.data().len())?,
            data_end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chars: &[u8]) -> Vec<&[u8]> {
        let (mut place, mut segments) = (0, Vec::new());
        while place < chars.len() {
            let segment = StreamSegment::at(chars, place, None);
            segments.push(segment.of(chars));
            place = segment.end;
        }
        segments
    }

    #[test]
    fn segments_are_groups_and_what_lies_between() {
        assert_eq!(
            cut(b"77 X\r\x02\nADCO 1 X\r\nPAPP\nBASE 1\x04\r??\x03"),
            [
                &b"77 X\r"[..],
                b"\x02",
                b"\nADCO 1 X\r",
                b"\nPAPP",
                b"\nBASE 1",
                b"\x04",
                b"\r",
                b"??",
                b"\x03"
            ]
        );
    }

    #[test]
    fn a_long_one_is_cut_and_never_within_digits() {
        let mut noise = vec![b'x'; 1020];
        noise.extend([b'7'; 12]);
        noise.extend([b'x'; 2000]);
        let segments = cut(&noise);
        assert_eq!(segments.concat(), noise);
        assert_eq!(segments[0].len(), 1033);
        assert!(
            cut(&[b'7'; 10_000])
                .iter()
                .all(|segment| segment.len() <= 2048)
        );
    }

    #[test]
    fn what_a_decoder_accepts_is_found_with_its_data() {
        let mut check = GroupCheck::new();
        let group = check.accept(b"\nISOUSC 30 9\r").unwrap();
        assert_eq!(
            (group.label, group.data_start, group.data_end),
            (Some(Label::ISOUSC), 8, 10)
        );
        let group = check.accept(b"\nDATE\tH081225223518\t\tH\r").unwrap();
        assert_eq!((group.data_start, group.data_end), (20, 20));
        assert_eq!(check.accept(b"\nISOUSC 30 8\r"), None);
        assert_eq!(check.accept(b"\nISOUSC 30 9"), None);
        assert!(check.accept(b"\nNTARF\t01\tN\r").is_some());
    }

    #[test]
    fn the_sum_is_behind_the_last_separator() {
        assert_eq!(sum_place(b"\nISOUSC 30 9\r"), Some(11));
        assert_eq!(sum_place(b"\nISOUSC 30 9"), Some(11));
        assert_eq!(sum_place(b"\nISOUSC 30"), None);
        assert_eq!(sum_place(b""), None);
    }
}
