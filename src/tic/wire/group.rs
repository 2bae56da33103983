//! A group: the characters between LF and CR, checked in full.
//!
//! ```text
//! label HT data HT sum              standard
//! label HT horodate HT data HT sum  standard, dated
//! label SP data SP sum              historique; the data and the sum may be SP
//! ```
//!
//! - The sum is the last character, the separator the one before (02E).
//! - A horodate has thirteen characters, and is a date of the calendar.
//! - A listed label fixes the rest: horodate or none, the length of the data and what it is made of;
//!   see [`Label`].
//! - A label that is not listed has one to ten letters, digits, `+` and `-`, a letter first. Its data
//!   may be any.
//!
//! A group is accepted whole or not at all, and a rejected one has a single reason, the first in the
//! order separators, sum, label, horodate, data. Source: 54E 5.3.6.
//!
//! Invariant: `body` holds only characters 0x20 to 0x7E, and HT in standard mode; so does an
//! accepted group.

use super::HT;
use super::encode::checksum;
use super::frame::Group;
use crate::tic::data::horodate::Horodate;
use crate::tic::{Label, Mode};

/// The most characters of a label. The longest that is specified has nine.
const LABEL_MAX: usize = 10;

/// The characters of a horodate.
const HORODATE_LEN: usize = 13;

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

/// Parses the characters of a group, LF and CR left out.
pub(super) fn parse_group(mode: Mode, body: &str) -> Result<Group<'_>, Reject> {
    let (counted, sum) = split_sum(mode, body).ok_or(Reject::Format)?;
    let (name, horodate_text, data) = split_fields(mode, counted).ok_or(Reject::Format)?;
    if checksum(mode, counted.as_bytes()) != sum {
        return Err(Reject::Checksum);
    }
    let label = Label::find(mode, name);
    let horodate = parse_horodate(horodate_text)?;
    let number = parse_fields(label, name, horodate, data).ok_or(Reject::Format)?;
    Ok(Group::new(
        label,
        name,
        horodate,
        horodate_text,
        data,
        number,
    ))
}

/// Splits the last separator and the sum off.
fn split_sum(mode: Mode, body: &str) -> Option<(&str, u8)> {
    let (fields, [separator, sum]) = body.as_bytes().split_last_chunk()?;
    let counted = body.get(..fields.len())?;
    (*separator == mode.separator() && *sum >= b' ').then_some((counted, *sum))
}

/// Label, horodate (empty if there is none) and data.
fn split_fields(mode: Mode, fields: &str) -> Option<(&str, &str, &str)> {
    let separator = mode.separator();
    let (name, rest) = split_at(separator, fields)?;
    let (horodate, data) = match mode {
        Mode::Standard => split_at(separator, rest).unwrap_or(("", rest)),
        Mode::Historique => ("", rest),
    };
    let dated = rest.len() != data.len();
    let well_formed = !name.is_empty()
        && !data.bytes().any(|c| c == HT)
        && (!dated || horodate.len() == HORODATE_LEN);
    well_formed.then_some((name, horodate, data))
}

/// What precedes the first separator, and what follows it. On a few characters faster than `str::split_once`.
fn split_at(separator: u8, fields: &str) -> Option<(&str, &str)> {
    let place = fields.bytes().position(|c| c == separator)?;
    Some((fields.get(..place)?, fields.get(place + 1..)?))
}

/// The horodate, if there is one.
fn parse_horodate(text: &str) -> Result<Option<Horodate>, Reject> {
    if text.is_empty() {
        return Ok(None);
    }
    let horodate = Horodate::parse(text.as_bytes()).ok_or(Reject::Format)?;
    Ok(Some(horodate))
}

/// The number that the data holds, 0 if it is none; `None` if label, horodate and data do not go
/// together.
fn parse_fields(
    label: Option<Label>,
    name: &str,
    horodate: Option<Horodate>,
    data: &str,
) -> Option<u32> {
    match label {
        Some(label) => {
            let grammar = label.grammar();
            let dated = match horodate {
                Some(horodate) => grammar.admits_season(horodate.season),
                None => !grammar.is_dated(),
            };
            dated.then(|| grammar.parse_data(data.as_bytes()))?
        }
        None => is_label(name).then_some(0),
    }
}

/// True for a name that could be a label of a later revision.
fn is_label(name: &str) -> bool {
    let allowed = |c: u8| matches!(c, b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-');
    name.len() <= LABEL_MAX
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_number() {
        let group = parse_group(Mode::Standard, "EAST\t021849106\t.").unwrap();
        assert_eq!(
            group,
            Group::new(Some(Label::EAST), "EAST", None, "", "021849106", 21_849_106)
        );
    }

    #[test]
    fn a_date_with_empty_data() {
        let group = parse_group(Mode::Standard, "DATE\tH081225223518\t\tH").unwrap();
        assert_eq!(
            group,
            Group::new(
                Some(Label::DATE),
                "DATE",
                Horodate::parse(b"H081225223518"),
                "H081225223518",
                "",
                0
            )
        );
    }

    #[test]
    fn the_sum_may_be_a_space() {
        assert!(parse_group(Mode::Standard, "SMAXSN-1\tH200213085118\t09562\t ").is_ok());
        assert!(parse_group(Mode::Historique, "PTEC HP..  ").is_ok());
        assert_eq!(
            parse_group(Mode::Historique, "PTEC HP.. "),
            Err(Reject::Format),
            "trimmed"
        );
    }

    #[test]
    fn data_may_hold_the_separator_in_historique() {
        let group = parse_group(Mode::Historique, "DATE 16/11/23 10:11:12 $").unwrap();
        assert_eq!(
            group,
            Group::new(None, "DATE", None, "", "16/11/23 10:11:12", 0)
        );
    }

    #[test]
    fn the_reason_is_the_sum_only_if_the_form_is_right() {
        assert_eq!(
            parse_group(Mode::Standard, "EAST\t021849106\t/"),
            Err(Reject::Checksum)
        );
        assert_eq!(
            parse_group(Mode::Standard, "EAST\t021849106 ."),
            Err(Reject::Format)
        );
        assert_eq!(
            parse_group(Mode::Standard, "EASD01\t00000005<\t1"),
            Err(Reject::Format)
        );
        assert_eq!(
            parse_group(Mode::Historique, "ADPS032 ="),
            Err(Reject::Format)
        );
        for short in ["", "\t", "\t ", "\t\t ", " ", "  "] {
            assert_eq!(
                parse_group(Mode::Standard, short),
                Err(Reject::Format),
                "{short:?}"
            );
            if !short.contains('\t') {
                assert_eq!(
                    parse_group(Mode::Historique, short),
                    Err(Reject::Format),
                    "{short:?}"
                );
            }
        }
    }

    #[test]
    fn unknown_labels_are_kept_if_they_are_written_like_labels() {
        let with_sum = |body: &str| {
            let sum = char::from(checksum(Mode::Standard, body.as_bytes()));
            format!("{body}\t{sum}")
        };
        let label_of = |name: &str| {
            let body = with_sum(&format!("{name}\t1"));
            parse_group(Mode::Standard, &body).map(|group| group.label())
        };
        for name in ["XYZ1", "A", "ABCDEFGHIJ", "Q+1-2"] {
            assert_eq!(label_of(name), Ok(None), "{name}");
        }
        for name in ["ABCDEFGHIJK", "1A", "xyz", "A_B", "", "A B"] {
            assert_eq!(label_of(name), Err(Reject::Format), "{name}");
        }
        let dated = |horodate: &str| {
            let body = with_sum(&format!("XYZ\t{horodate}\t1"));
            parse_group(Mode::Standard, &body).map(|group| group.horodate().is_some())
        };
        assert_eq!(dated("H200214230804"), Ok(true));
        assert_eq!(dated("H200230230804"), Err(Reject::Format), "30 February");
        assert_eq!(dated("H20021423080"), Err(Reject::Format));
        assert_eq!(dated(""), Err(Reject::Format));
    }
}
