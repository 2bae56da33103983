//! A group: the characters between LF and CR, checked in full.
//!
//! ```text
//! label HT data HT sum              standard
//! label HT horodate HT data HT sum  standard, dated
//! label SP data SP sum              historique; the data may hold SP
//! ```
//!
//! [`check`] judges what [`scan`](super::scan) delimited, in this order: separators, sum, label,
//! horodate, data. A group is accepted whole or not at all, and a rejected one has a single reason.
//! A label that is not listed is accepted if it is written like one, and its horodate, if any, is a
//! date. Source: Enedis-NOI-CPT_54E, 5.3.6; Enedis-NOI-CPT_02E for the rule that the sum is the
//! last character and the separator the one before.
//!
//! Invariants: an accepted group holds only characters 0x20 to 0x7E and its separators; nothing
//! here allocates or keeps a state.

use super::encode::fold;
use super::frame::HORODATE_LEN;
use super::scan::{Shape, first_space};
use super::{HT, Horodate, Label, Mode, SP};

/// The most characters of a label. The longest that is specified has nine.
const LABEL_MAX: usize = 10;

/// Why a group was rejected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reject {
    /// A character of bad parity.
    Parity,
    /// The sum is wrong.
    Checksum,
    /// All else.
    Format,
}

/// A group that passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Accepted {
    pub(super) label: Option<Label>,
    pub(super) name_len: u8,
    pub(super) dated: bool,
    /// From the label to the last character of the data.
    pub(super) len: u8,
    pub(super) number: u32,
}

/// The fields of a group by their places.
struct Fields<'a> {
    name: &'a [u8],
    horodate: Option<&'a [u8]>,
    data: &'a [u8],
    /// The sum of what the sum counts.
    counted: u32,
    sum: u8,
}

/// Judges a group that [`scan`] found at the beginning of `window`.
#[inline(always)]
pub(super) fn check<const STANDARD: bool>(window: &[u8], shape: Shape) -> Result<Accepted, Reject> {
    let group = window.get(..shape.len).unwrap_or_default();
    let fields = if STANDARD {
        split_standard(group, shape)
    } else {
        split_historique(group, shape)
    };
    let fields = fields
        .filter(|fields| !fields.name.is_empty())
        .ok_or(Reject::Format)?;
    if fold(fields.counted) != fields.sum {
        return Err(Reject::Checksum);
    }
    let mode = if STANDARD {
        Mode::Standard
    } else {
        Mode::Historique
    };
    let first_word = window
        .first_chunk::<8>()
        .map_or(0, |word| u64::from_le_bytes(*word));
    let label = Label::find_word(mode, first_word, fields.name);
    let number = match label {
        Some(label) => {
            let grammar = label.grammar();
            let dated = match fields.horodate {
                None => !grammar.is_dated(),
                Some(horodate) => {
                    Horodate::parse(horodate).is_some_and(|at| grammar.admits_season(at.season))
                }
            };
            if dated {
                grammar.parse_data(fields.data)
            } else {
                None
            }
        }
        None => {
            let dated = fields
                .horodate
                .is_none_or(|horodate| Horodate::parse(horodate).is_some());
            (is_label(fields.name) && dated).then_some(0)
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "all are below GROUP_MAX")]
    Ok(Accepted {
        label,
        name_len: fields.name.len() as u8,
        dated: fields.horodate.is_some(),
        len: (shape.len - 2) as u8,
        number: number.ok_or(Reject::Format)?,
    })
}

#[inline(always)]
fn split_standard(group: &[u8], shape: Shape) -> Option<Fields<'_>> {
    let (fields, [HT, sum]) = group.split_last_chunk::<2>()? else {
        return None;
    };
    let first = match shape.tab_count {
        2 => shape.tabs >> 8,
        3 => shape.tabs >> 16,
        _ => return None,
    };
    let (name, rest) = fields.split_at_checked((first & 0xFF) as usize)?;
    let (_, rest) = rest.split_first()?;
    let (horodate, data) = if shape.tab_count == 2 {
        (None, rest)
    } else {
        let (horodate, data) = rest.split_at_checked(HORODATE_LEN)?;
        let (&HT, data) = data.split_first()? else {
            return None;
        };
        (Some(horodate), data)
    };
    Some(Fields {
        name,
        horodate,
        data,
        counted: shape.sum - u32::from(*sum),
        sum: *sum,
    })
}

#[inline(always)]
fn split_historique(group: &[u8], shape: Shape) -> Option<Fields<'_>> {
    let (fields, [SP, sum]) = group.split_last_chunk::<2>()? else {
        return None;
    };
    let (name, rest) = fields.split_at_checked(first_space(fields)?)?;
    let (_, data) = rest.split_first()?;
    Some(Fields {
        name,
        horodate: None,
        data,
        counted: shape.sum - u32::from(SP) - u32::from(*sum),
        sum: *sum,
    })
}

/// True for a name that could be a label of a later revision.
fn is_label(name: &[u8]) -> bool {
    let written = |c: &u8| matches!(c, b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-');
    name.len() <= LABEL_MAX
        && name.first().is_some_and(u8::is_ascii_uppercase)
        && name.iter().all(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::scan::{PADDING, Scan, scan};

    fn judge(mode: Mode, group: &str) -> Result<Accepted, Reject> {
        let window = [group.as_bytes(), b"\r", &PADDING].concat();
        let scan = match mode {
            Mode::Standard => scan::<true>(&window),
            Mode::Historique => scan::<false>(&window),
        };
        match (scan, mode) {
            (Scan::Ended(shape), Mode::Standard) => check::<true>(&window, shape),
            (Scan::Ended(shape), Mode::Historique) => check::<false>(&window, shape),
            _ => panic!("no end was found"),
        }
    }

    #[test]
    fn a_number() {
        let group = judge(Mode::Standard, "EAST\t021849106\t.").unwrap();
        assert_eq!(
            group,
            Accepted {
                label: Some(Label::EAST),
                name_len: 4,
                dated: false,
                len: 14,
                number: 21_849_106
            }
        );
    }

    #[test]
    fn a_date_with_empty_data() {
        let group = judge(Mode::Standard, "DATE\tH081225223518\t\tH").unwrap();
        assert_eq!(
            group,
            Accepted {
                label: Some(Label::DATE),
                name_len: 4,
                dated: true,
                len: 19,
                number: 0
            }
        );
    }

    #[test]
    fn the_sum_may_be_a_space() {
        assert!(judge(Mode::Standard, "SMAXSN-1\tH200213085118\t09562\t ").is_ok());
        assert!(judge(Mode::Historique, "PTEC HP..  ").is_ok());
        assert_eq!(
            judge(Mode::Historique, "PTEC HP.. "),
            Err(Reject::Format),
            "trimmed"
        );
    }

    #[test]
    fn data_may_hold_the_separator_in_historique() {
        let group = judge(Mode::Historique, "DATE 16/11/23 10:11:12 $").unwrap();
        assert_eq!((group.label, group.name_len, group.len), (None, 4, 22));
    }

    #[test]
    fn the_reason_is_the_sum_only_if_the_form_is_right() {
        assert_eq!(
            judge(Mode::Standard, "EAST\t021849106\t/"),
            Err(Reject::Checksum)
        );
        assert_eq!(
            judge(Mode::Standard, "EAST\t021849106 ."),
            Err(Reject::Format)
        );
        assert_eq!(
            judge(Mode::Standard, "EASD01\t00000005<\t1"),
            Err(Reject::Format)
        );
        assert_eq!(judge(Mode::Historique, "ADPS032 ="), Err(Reject::Format));
        for short in ["", "\t", "\t ", "\t\t ", " ", "  "] {
            assert_eq!(
                judge(Mode::Standard, short),
                Err(Reject::Format),
                "{short:?}"
            );
            if !short.contains('\t') {
                assert_eq!(
                    judge(Mode::Historique, short),
                    Err(Reject::Format),
                    "{short:?}"
                );
            }
        }
    }

    #[test]
    fn unknown_labels_are_kept_if_they_are_written_like_labels() {
        let sum = |body: &str| char::from(crate::tic::checksum(Mode::Standard, body.as_bytes()));
        let known = |name: &str| {
            let body = format!("{name}\t1");
            judge(Mode::Standard, &format!("{body}\t{}", sum(&body)))
        };
        for name in ["XYZ1", "A", "ABCDEFGHIJ", "Q+1-2"] {
            assert_eq!(known(name).unwrap().label, None, "{name}");
        }
        for name in ["ABCDEFGHIJK", "1A", "xyz", "A_B", "", "A B"] {
            assert_eq!(known(name), Err(Reject::Format), "{name}");
        }
        let dated = |horodate: &str| {
            let body = format!("XYZ\t{horodate}\t1");
            judge(Mode::Standard, &format!("{body}\t{}", sum(&body))).map(|group| group.dated)
        };
        assert_eq!(dated("H200214230804"), Ok(true));
        assert_eq!(dated("H200230230804"), Err(Reject::Format), "30 February");
        assert_eq!(dated("H20021423080"), Err(Reject::Format));
    }
}
