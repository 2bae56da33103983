//! Which characters of a segment show an identifier.
//!
//! | segment | what is replaced |
//! |---|---|
//! | accepted, identifying label | its data |
//! | accepted, text or a label that is not listed | digits that resemble an identifier; of a label that is not listed also all, if it resembles an identifying one, and ten in a row that are no horodate |
//! | accepted, a figure | only eight digits of an identifier in a row |
//! | all else | what resembles an identifier; what follows a label that resembles an identifying one; ten digits in a row that are no horodate; the digits that a torn group begins with |

use super::identifiers::Identifiers;
use super::near::{LabelGuess, guess_label, identifying, mark_digits, mark_near, mark_runs};
use super::segment::{AcceptedGroup, label_place, sum_place};
use crate::tic::{DataKind, Label};

/// Digits in a row of an identifier that are no accident: in damaged groups, in text, in a figure.
const RUN_IN_DAMAGE: usize = 5;
const RUN_IN_TEXT: usize = 6;
const RUN_IN_FIGURES: usize = 8;

/// A field of so many characters, most of them digits, can only be a horodate or an identifier.
const LONG_FIELD: usize = 10;

/// The same in a damaged group whose label is not known: it may be a part of an identifier, or an index that nobody misses.
const LONG_FIELD_IN_DAMAGE: usize = 8;

/// So many digits at the beginning of a torn group may be the end of an identifier.
const TORN_DIGITS: usize = 4;

/// Why characters are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The data of an accepted group of this label.
    Accepted(Label),
    /// A damaged group of this label, most likely.
    Damaged(Label),
    /// Digits of an identifier, or what may be some, anywhere else.
    Elsewhere,
}

/// What the rules found in a segment: a mark for each character to replace, and the cause of the first.
pub struct Masking {
    /// As many as the segment has characters.
    pub marks: Vec<bool>,
    /// Why.
    pub cause: Cause,
}

/// Judges an accepted group. The data of an identifying label is the caller's.
pub fn judge_accepted(text: &[u8], group: &AcceptedGroup, known: &Identifiers) -> Option<Masking> {
    let mut marks = vec![false; text.len()];
    let is_figure = group
        .label
        .is_some_and(|label| label.kind() != DataKind::Text);
    let mut found = false;
    if is_figure {
        // What a damaged group showed may have been a figure itself.
        for digits in known.accepted() {
            found |= mark_runs(text, digits, RUN_IN_FIGURES, &mut marks);
        }
    } else {
        for digits in known.all() {
            found |= mark_runs(text, digits, RUN_IN_TEXT, &mut marks);
            found |= mark_near(text, digits, &mut marks);
        }
        let word = word_at(text, label_place(text));
        if group.label.is_none() {
            let guess = guess_label(word);
            if matches!(guess, LabelGuess::Identifying(..)) {
                mark_digits(text, group.data_start, group.data_end, &mut marks);
                found = true;
            }
            found |= mark_long_fields(text, guess, LONG_FIELD, &mut marks);
        }
    }
    // A horodate was checked to be a date, and a label is no number.
    for (place, mark) in marks.iter_mut().enumerate() {
        *mark &= (group.data_start..group.data_end).contains(&place);
    }
    (found && marks.contains(&true)).then_some(Masking {
        marks,
        cause: Cause::Elsewhere,
    })
}

/// Judges anything else.
pub fn judge_damaged(text: &[u8], known: &Identifiers) -> Option<Masking> {
    let mut marks = vec![false; text.len()];
    let start = label_place(text);
    let word = word_at(text, start);
    let guess = guess_label(word);
    let mut cause = None;
    if let LabelGuess::Identifying(label, _) = guess {
        mark_data(text, start + word.len(), label, &mut marks);
        cause = Some(Cause::Damaged(label));
    }
    for label in identifying() {
        let name = label.name().as_bytes();
        let places = text
            .windows(name.len())
            .enumerate()
            .filter(|(_, w)| *w == name);
        for (place, _) in places {
            mark_data(text, place + name.len(), label, &mut marks);
            cause = cause.or(Some(Cause::Damaged(label)));
        }
    }
    for digits in known.all() {
        let runs = mark_runs(text, digits, RUN_IN_DAMAGE, &mut marks)
            | mark_runs(text, digits, RUN_IN_DAMAGE + 1, &mut marks);
        let near = mark_near(text, digits, &mut marks);
        if runs || near {
            cause = cause.or(Some(Cause::Elsewhere));
        }
    }
    let long = match guess {
        LabelGuess::Unknown => LONG_FIELD_IN_DAMAGE,
        LabelGuess::Identifying(..) | LabelGuess::Other(_) => LONG_FIELD,
    };
    if mark_long_fields(text, guess, long, &mut marks) {
        cause = cause.or(Some(Cause::Elsewhere));
    }
    // No label begins with digits: something was lost before them.
    let digits = word.iter().filter(|c| c.is_ascii_digit()).count();
    if digits >= TORN_DIGITS && digits * 2 > word.len() {
        mark_digits(text, start, start + word.len(), &mut marks);
        cause = cause.or(Some(Cause::Elsewhere));
    }
    protect(text, &mut marks);
    let cause = cause.filter(|_| marks.contains(&true))?;
    Some(Masking { marks, cause })
}

/// What a damaged group shows of an identifier: the data behind a label that resembles an identifying one, about as long as
/// that label's and mostly digits.
pub fn shown_by_damaged(text: &[u8]) -> Option<&[u8]> {
    let start = label_place(text);
    let word = word_at(text, start);
    let LabelGuess::Identifying(label, _) = guess_label(word) else {
        return None;
    };
    let data = word_at(text, start + word.len() + 1);
    let digits = data.iter().filter(|c| c.is_ascii_digit()).count();
    let is_like = data.len().abs_diff(label.data_len()) <= 2 && digits * 2 > label.data_len();
    (is_like && !is_horodate(data)).then_some(data)
}

/// What stands at a place, up to a separator or a control character.
fn word_at(text: &[u8], place: usize) -> &[u8] {
    let rest = text.get(place..).unwrap_or_default();
    let end = rest.iter().position(|c| !is_in_word(*c));
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

fn is_in_word(character: u8) -> bool {
    matches!(character, b'!'..=b'~')
}

/// Marks what follows a label: as many characters as its data has, and two more for what may have been doubled.
fn mark_data(text: &[u8], label_end: usize, label: Label, marks: &mut [bool]) {
    let length = label.data_len() + 3;
    let places = text.iter().zip(marks.iter_mut()).skip(label_end);
    for (character, mark) in places.take(length) {
        if matches!(character, b'\n' | b'\r') {
            break;
        }
        *mark = true;
    }
}

/// Marks the fields of at least `long` characters, which are too long for a figure. Returns whether there is one.
fn mark_long_fields(text: &[u8], guess: LabelGuess, long: usize, marks: &mut [bool]) -> bool {
    if matches!(guess, LabelGuess::Other(label) if label.kind() == DataKind::Profile) {
        return false;
    }
    let (mut place, mut found) = (0, false);
    for field in text.split(|character| is_separator(*character)) {
        let digits = field.iter().filter(|c| c.is_ascii_digit()).count();
        if field.len() >= long && digits + 2 >= long && !is_horodate(field) {
            mark_digits(text, place, place + field.len(), marks);
            found = true;
        }
        place += field.len() + 1;
    }
    found
}

/// What stands between fields. Another control character is a damaged digit.
fn is_separator(character: u8) -> bool {
    matches!(character, b'\t' | b' ' | b'\n' | b'\r' | 0x02 | 0x03)
}

/// A season letter and twelve digits that may be a date.
fn is_horodate(word: &[u8]) -> bool {
    let [b'H' | b'E' | b'h' | b'e', digits @ ..] = word else {
        return false;
    };
    let pair = |at: usize| {
        let pair = digits.get(at..at + 2)?;
        std::str::from_utf8(pair).ok()?.parse::<u8>().ok()
    };
    let is_below = |at, limit: u8| pair(at).is_some_and(|number| number < limit);
    digits.len() == 12
        && is_below(2, 13)
        && is_below(4, 32)
        && is_below(6, 24)
        && is_below(8, 60)
        && is_below(10, 60)
}

/// The sum and what ends a group are never replaced: the sum moves by itself.
fn protect(text: &[u8], marks: &mut [bool]) {
    if let Some(mark) = sum_place(text).and_then(|place| marks.get_mut(place)) {
        *mark = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &[u8], known: &[&[u8]]) -> (String, Option<Cause>) {
        let mut identifiers = Identifiers::default();
        for digits in known {
            identifiers.learn(digits);
        }
        let masking = judge_damaged(text, &identifiers);
        let shown = text.iter().enumerate().map(|(place, c)| {
            let is_marked = masking.as_ref().is_some_and(|f| f.marks[place]);
            if is_marked { '#' } else { char::from(*c) }
        });
        (
            shown.collect(),
            masking.as_ref().map(|masking| masking.cause),
        )
    }

    #[test]
    fn a_garbled_label_or_a_wrong_sum_hides_nothing() {
        for text in [
            &b"\nADSC\t041776199277\t?\r"[..],
            b"\nADQC\t041776199277\t?\r",
            b"\nADSC\t0417761q9277\t?\r",
            b"\nDSC\t04176199277\t?\r",
        ] {
            let (shown, cause) = judged(text, &[]);
            assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
            assert!(
                shown.ends_with("\t?\r") || shown.ends_with("#?\r"),
                "{shown:?}"
            );
            assert_eq!(cause, Some(Cause::Damaged(Label::ADSC)), "{shown}");
        }
    }

    #[test]
    fn without_a_label_the_length_or_the_digits_are_enough() {
        assert_eq!(
            judged(b"\n\x01SC\t12345678901234\t:\r", &[]).0,
            "\n\x01SC\t##############\t:\r"
        );
        assert_eq!(judged(b"199277\tX\r", &[]).0, "######\tX\r");
        assert_eq!(
            judged(b"\nE?ST\t061992775\t.\r", &[b"041776199277"]).0,
            "\nE?ST\t#########\t.\r"
        );
        assert_eq!(judged(b"\nADSC\t0417", &[]).0, "\nADSC#####");
    }

    #[test]
    fn figures_and_horodates_of_damaged_groups_stay() {
        for text in [
            &b"\nEAST\t021849106\t?\r"[..],
            b"\nSMAXSN\tH260115183000\t01234\t?\r",
            b"\nPJOURF+1\t00004003 06004004 22004003 NONUTILE\t?\r",
            b"\nIRMS1\t005\t?\r",
            b"\nIRMs1\t005\t?\r",
            b"\nBASE 010151175 ?\r",
        ] {
            let (shown, cause) = judged(text, &[b"041776199277"]);
            assert_eq!((shown.as_bytes(), cause), (text, None));
        }
    }
}
