//! What resembles an identifier, or its label.
//!
//! A damaged line changes, loses, doubles and swaps characters. An identifier is taken as seen if a run of its digits is
//! there unchanged, or if half of its characters are in their places.

use crate::tic::{Label, Mode};

/// A near copy has so many characters in their places that are no zeros, for zeros are in every register.
const TELLING_MIN: usize = 3;

/// The distance of two words: characters to change, insert, remove, or swap with the next. Words of more than ten characters
/// are not compared.
pub fn distance(a: &[u8], b: &[u8]) -> usize {
    const LEN_MAX: usize = 10;
    if a.len() > LEN_MAX || b.len() > LEN_MAX {
        return LEN_MAX + 1;
    }
    let first: Vec<usize> = (0..=b.len()).collect();
    let mut rows = [Vec::new(), first];
    let mut above = None;
    for (at, from) in (1..).zip(a) {
        let [older, old] = &rows;
        let mut row = vec![at];
        for (place, to) in b.iter().enumerate() {
            let cell = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(LEN_MAX);
            let mut least = (cell(old, place) + usize::from(from != to))
                .min(cell(old, place + 1) + 1)
                .min(cell(&row, place) + 1);
            if let Some(before) = place.checked_sub(1)
                && b.get(before) == Some(from)
                && above == Some(to)
            {
                least = least.min(cell(older, before) + 1);
            }
            row.push(least);
        }
        above = Some(from);
        let [_, old] = rows;
        rows = [old, row];
    }
    rows.last()
        .and_then(|row| row.last())
        .copied()
        .unwrap_or_default()
}

/// All labels that identify.
pub fn identifying() -> impl Iterator<Item = Label> {
    all().filter(|label| label.is_identifier())
}

fn all() -> impl Iterator<Item = Label> {
    Mode::ALL.into_iter().flat_map(Label::all)
}

/// What the label of a damaged group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelGuess {
    /// This identifying label; the flag: exactly.
    Identifying(Label, bool),
    /// Exactly a label that does not identify.
    Other(Label),
    /// None of them.
    Unknown,
}

/// Guesses the label from what stands in its place: the identifying one that is at most two characters off (PRM: one),
/// unless another label is nearer.
pub fn guess_label(word: &[u8]) -> LabelGuess {
    if let Some(label) = all().find(|label| label.name().as_bytes() == word) {
        return if label.is_identifier() {
            LabelGuess::Identifying(label, true)
        } else {
            LabelGuess::Other(label)
        };
    }
    let distance_to = |label: &Label| distance(word, label.name().as_bytes());
    let near = identifying()
        .map(|label| (distance_to(&label), label))
        .filter(|(distance, label)| *distance + 2 <= label.name().len())
        .min_by_key(|(distance, _)| *distance);
    match near {
        Some((nearest, label))
            if all()
                .filter(|other| !other.is_identifier())
                .all(|other| distance_to(&other) >= nearest) =>
        {
            LabelGuess::Identifying(label, false)
        }
        _ => LabelGuess::Unknown,
    }
}

/// Marks the places of `text` where a run of `run` digits of `digits` stands, and the other digits of the same copy.
/// Returns whether there is one.
pub fn mark_runs(text: &[u8], digits: &[u8], run: usize, marks: &mut [bool]) -> bool {
    let mut found = false;
    for (place, window) in text.windows(run).enumerate() {
        if !window.iter().all(u8::is_ascii_digit) {
            continue;
        }
        for (at, part) in digits.windows(run).enumerate() {
            if part == window && is_telling(part) {
                // A character lost or doubled shifts the rest by one.
                let from = place.saturating_sub(at + 2);
                let to = (place + digits.len() - at + 2).min(text.len());
                mark_digits(text, from, to, marks);
                found = true;
            }
        }
    }
    found
}

/// Marks the places where more than half of the characters of `digits` are in their places, from the first of these to the
/// last. Returns whether there is such a copy.
pub fn mark_near(text: &[u8], digits: &[u8], marks: &mut [bool]) -> bool {
    let mut found = false;
    for (place, window) in text.windows(digits.len()).enumerate() {
        let pairs = window.iter().zip(digits);
        let same: Vec<usize> = (place..)
            .zip(pairs)
            .filter(|(_, (a, b))| a == b)
            .map(|(at, _)| at)
            .collect();
        let telling = same
            .iter()
            .filter(|at| text.get(**at) != Some(&b'0'))
            .count();
        let (Some(first), Some(last)) = (same.first(), same.last()) else {
            continue;
        };
        if same.len() * 2 > digits.len() && telling >= TELLING_MIN {
            let copy = marks.iter_mut().take(last + 1).skip(*first);
            copy.for_each(|mark| *mark = true);
            found = true;
        }
    }
    found
}

/// Marks the digits from one place to another.
pub fn mark_digits(text: &[u8], from: usize, to: usize, marks: &mut [bool]) {
    let places = text.iter().zip(marks.iter_mut());
    for (character, mark) in places.skip(from).take(to.saturating_sub(from)) {
        *mark |= character.is_ascii_digit();
    }
}

/// Whether a run of digits is found by chance only seldom: one of zeros is in every register.
fn is_telling(run: &[u8]) -> bool {
    let first = run.first();
    let most = run.len().saturating_sub(if run.len() < 6 { 1 } else { 0 });
    (b'0'..=b'9').all(|digit| run.iter().filter(|c| **c == digit).count() < most.max(1))
        && run.iter().any(|digit| Some(digit) != first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIAL: &[u8] = b"041776199277";

    fn marked(text: &[u8], run: usize) -> String {
        let mut marks = vec![false; text.len()];
        mark_runs(text, SERIAL, run, &mut marks);
        mark_near(text, SERIAL, &mut marks);
        let shown = text.iter().zip(marks);
        shown
            .map(|(c, mark)| if mark { '#' } else { char::from(*c) })
            .collect()
    }

    #[test]
    fn words_are_as_far_apart_as_it_takes_to_change_them() {
        assert_eq!(distance(b"ADSC", b"ADSC"), 0);
        assert_eq!(distance(b"AESC", b"ADSC"), 1);
        assert_eq!(distance(b"DSC", b"ADSC"), 1);
        assert_eq!(distance(b"AADSC", b"ADSC"), 1);
        assert_eq!(distance(b"ADCO", b"ADSC"), 2);
        assert_eq!(distance(b"RPM", b"PRM"), 1);
        assert_eq!(distance(b"ASDC", b"ADSC"), 1);
        assert_eq!(distance(b"", b"PRM"), 3);
        assert_eq!(distance(&[b'x'; 11], b"PRM"), 11);
    }

    #[test]
    fn a_garbled_label_is_still_that_label() {
        for word in [&b"ADSC"[..], b"AEsC", b"DSC", b"AASC", b"ADSCC"] {
            assert!(
                matches!(guess_label(word), LabelGuess::Identifying(Label::ADSC, _)),
                "{word:?}: {:?}",
                guess_label(word)
            );
        }
        assert_eq!(
            guess_label(b"PSM"),
            LabelGuess::Identifying(Label::PRM, false)
        );
        assert_eq!(guess_label(b"ADPS"), LabelGuess::Other(Label::ADPS));
        assert_eq!(guess_label(b"IRMS1"), LabelGuess::Other(Label::IRMS1));
        for word in [&b""[..], b"IRMs1", b"PR", b"EASF", b"X"] {
            let guess = guess_label(word);
            assert!(
                !matches!(guess, LabelGuess::Identifying(Label::ADSC | Label::ADCO, _)),
                "{word:?}"
            );
        }
    }

    #[test]
    fn runs_and_near_copies_are_found() {
        assert_eq!(marked(b"MSG 041776199277 END", 6), "MSG ############ END");
        assert_eq!(marked(b"7619927 x", 6), "####### x");
        assert_eq!(marked(b"0417x6199277", 6), "############");
        assert_eq!(marked(b"04177619277", 6), "###########", "a digit is lost");
        assert_eq!(
            marked(b"0q17761992r7 ", 9),
            "############ ",
            "two are changed"
        );
        assert_eq!(marked(b"021849106 000000000", 5), "021849106 000000000");
    }

    #[test]
    fn zeros_are_in_every_register() {
        let mut marks = [false; 12];
        assert!(!mark_runs(
            b"000000000000",
            b"00000000000000",
            5,
            &mut marks
        ));
        assert!(!mark_near(b"000000000000", b"000000000042", &mut marks));
        assert!(!mark_runs(b"000001234567", b"041776000001", 5, &mut marks));
    }
}
