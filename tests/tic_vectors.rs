//! Single groups, good and damaged, and whether a strict decoder accepts them:
//! `tests/vectors/groups.csv`.
//!
//! `raw_hex` runs from LF to CR, or what the damage left of that; a row with a valid sum may still
//! have to be rejected. Each row is put between STX and ETX and decoded. Parity is stripped in the
//! vectors, but for two rows that show what an 8N1 port reads: these are to be rejected where
//! parity is not expected, and are good where it is checked.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use linky_sensor::tic::{Decoder, Frame, FrameEnd, Label, Mode, Parity, ParityFound, with_parity};

const VECTORS: &str = include_str!("vectors/groups.csv");

struct Row {
    line: usize,
    mode: Mode,
    raw: Vec<u8>,
    label: String,
    horodate: String,
    value: String,
    sum_holds: bool,
    expected: String,
}

fn rows() -> Vec<Row> {
    let rows: Vec<Row> = (2..)
        .zip(VECTORS.lines().skip(1))
        .map(|(line, text)| row(line, text))
        .collect();
    assert_eq!(rows.len(), 271);
    rows
}

fn row(line: usize, text: &str) -> Row {
    let cells = cells(text);
    let [mode, raw, label, horodate, value, sum_holds, expected, ..] = cells.as_slice() else {
        panic!("line {line} has {} cells", cells.len())
    };
    let mode = Mode::ALL
        .into_iter()
        .find(|known| known.as_str() == mode)
        .unwrap();
    let raw = (0..raw.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&raw[at..at + 2], 16).unwrap())
        .collect();
    let (label, horodate, value) = (label.clone(), horodate.clone(), value.clone());
    Row {
        line,
        mode,
        raw,
        label,
        horodate,
        value,
        sum_holds: sum_holds == "true",
        expected: expected.clone(),
    }
}

/// The cells of a line of CSV whose quotes, if any, enclose a whole cell.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// The frame that a row gives between `stx` and ETX, whatever its damage did to that ETX.
fn decode(row: &Row, stx: u8, decoder: &mut Decoder) -> Frame {
    let mut frames = decoder.push(&[&[stx], row.raw.as_slice(), &[0x03]].concat());
    frames.extend(decoder.silence());
    assert_eq!(frames.len(), 1, "line {}", row.line);
    frames.remove(0)
}

fn has_parity(row: &Row) -> bool {
    row.raw.iter().any(|byte| *byte >= 0x80)
}

#[test]
fn every_group_is_accepted_or_rejected_as_expected() {
    for row in rows().iter().filter(|row| !has_parity(row)) {
        let frame = decode(row, 0x02, &mut Decoder::new(row.mode, Parity::Ignore));
        let accepted: Vec<_> = frame.groups().collect();
        if row.expected == "reject" {
            assert!(accepted.is_empty(), "line {}: {frame:?}", row.line);
            assert_eq!(
                frame.rejected().total(),
                1,
                "line {}: rejected once: {frame:?}",
                row.line
            );
            assert!(frame.is_damaged());
            continue;
        }
        assert_eq!(accepted.len(), 1, "line {}: {frame:?}", row.line);
        let group = accepted[0];
        assert_eq!(
            (group.name(), group.horodate_text(), group.data()),
            (&*row.label, &*row.horodate, &*row.value)
        );
        let expected = if row.expected == "accept_unknown_label" {
            None
        } else {
            Some(&*row.label)
        };
        assert_eq!(
            group.label().map(Label::name),
            expected,
            "line {}",
            row.line
        );
        assert_eq!(group.horodate().is_some(), !row.horodate.is_empty());
        assert!(!frame.is_damaged() && frame.end() == FrameEnd::Etx);
        assert_eq!(frame.wire_len(), row.raw.len() + 2);
    }
}

/// A printable group is rejected for its form if its sum is right, and for its sum if that is all
/// that is wrong.
#[test]
fn the_reason_of_a_rejection_is_the_sum_or_the_form() {
    for row in rows()
        .iter()
        .filter(|row| row.expected == "reject" && !row.label.is_empty())
    {
        if row
            .raw
            .iter()
            .all(|c| matches!(c, b'\t' | b'\n' | b'\r' | 0x20..0x7F))
        {
            let rejected =
                decode(row, 0x02, &mut Decoder::new(row.mode, Parity::Ignore)).rejected();
            let expected = if row.sum_holds { (0, 1) } else { (1, 0) };
            assert_eq!(
                (rejected.checksum, rejected.format),
                expected,
                "line {}",
                row.line
            );
        }
    }
}

#[test]
fn what_an_8n1_port_receives_is_accepted_where_parity_is_checked_and_damage_where_it_was_stripped()
{
    let rows: Vec<Row> = rows().into_iter().filter(has_parity).collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let frame = decode(
            &row,
            with_parity(0x02),
            &mut Decoder::new(row.mode, Parity::Check),
        );
        assert_eq!(
            (frame.groups().len(), frame.rejected().total()),
            (1, 0),
            "line {}: {frame:?}",
            row.line
        );

        let mut stripped = Decoder::new(row.mode, Parity::Auto);
        assert_eq!(stripped.push(&[b'1'; 64]), [], "no frame has begun");
        assert_eq!(stripped.parity(), ParityFound::Stripped);
        let frame = decode(&row, 0x02, &mut stripped);
        assert_eq!(
            (frame.groups().len(), frame.rejected().parity),
            (0, 1),
            "line {}: {frame:?}",
            row.line
        );
    }
}
