//! A second decoder, to compare with: the same rules written the slow and plain way, over a whole
//! stream in memory, without the first one's code for scanning, sums, fields, dates or profiles.
//! Parity is checked or ignored, not sought.

use linky_sensor::tic::{DataKind, Label, Mode};

/// A frame as text, so that two decoders can be compared: how it ended, what was accepted, how many
/// were rejected and why.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shown {
    pub end: String,
    pub wire_len: usize,
    pub damaged: bool,
    pub groups: Vec<String>,
    /// For parity, sum, form.
    pub rejected: [u32; 3],
}

/// A group as a line of text.
pub fn show(name: &str, horodate: &str, data: &str) -> String {
    if horodate.is_empty() {
        format!("{name} {data:?}")
    } else {
        format!("{name} {horodate:?} {data:?}")
    }
}

/// A character; `None` if its parity is bad.
type Character = Option<u8>;

#[derive(Default)]
struct Open {
    shown: Shown,
    names: Vec<String>,
    /// Length at the STX that came after the last group.
    stx: Option<usize>,
    /// An STX came since a group was accepted.
    after_stx: bool,
}

/// What lies between two groups or markers: a group from its LF on, or characters that belong to
/// none.
struct Piece {
    characters: Vec<Character>,
    intact: bool,
}

pub fn decode(mode: Mode, check_parity: bool, bytes: &[u8]) -> Vec<Shown> {
    let mut frames = Vec::new();
    let mut open: Option<Open> = None;
    let mut piece: Option<Piece> = None;
    let mut after_eot = false;
    let characters = bytes
        .iter()
        .map(|&byte| (!check_parity || byte.count_ones() % 2 == 0).then_some(byte & 0x7F));
    for character in characters.skip_while(|&c| c != Some(2)) {
        let previous_eot = std::mem::replace(&mut after_eot, false);

        // Frames hold 4096 bytes.
        if open
            .as_ref()
            .is_some_and(|open| open.shown.wire_len == 4096)
            && !piece.as_ref().is_some_and(|p| p.intact)
        {
            reject_open_piece(&mut piece, &mut open);
            close(&mut frames, open.take(), "Overflow");
        }
        let Some(frame) = open.as_mut() else {
            match character {
                Some(2) => open = Some(begin(1, false)),
                Some(10) => {
                    open = Some(begin(1, true));
                    piece = Some(Piece {
                        characters: vec![],
                        intact: true,
                    });
                }
                _ => {}
            }
            continue;
        };

        // Inside a group with no damage so far.
        if let Some(Piece {
            characters,
            intact: intact @ true,
        }) = piece.as_mut()
        {
            let fits = characters.len() < 160;
            let plain = character
                .is_some_and(|c| (0x20..0x7F).contains(&c) || c == 9 && mode == Mode::Standard);
            if plain && fits {
                characters.push(character);
                continue;
            }
            let ended = character == Some(13);
            let body = characters.iter().flatten().copied().collect::<Vec<u8>>();
            let counts = ended || !body.is_empty() && matches!(character, Some(2 | 3));
            let used = body.len() + usize::from(counts);
            if frame.shown.wire_len + used > 4096 {
                frame.shown.wire_len -= 1;
                close(&mut frames, open.take(), "Overflow");
                open = Some(begin(1, true));
            }
            let frame = open.as_mut().unwrap();
            frame.shown.wire_len += used;
            let stx = frame.stx.take();
            if !ended && body.is_empty() {
                // An LF too many.
                piece = None;
            } else if !ended {
                *intact = false;
                characters.clear();
                if counts {
                    continue;
                }
                // Any other character is looked at again, below.
            } else {
                piece = None;
                match parse_group(mode, &body) {
                    Err(reason) => {
                        frame.shown.rejected[reason] += 1;
                        frame.shown.damaged = true;
                    }
                    Ok((name, line)) => {
                        let known = Label::all(mode).any(|label| label.name() == name);
                        let place =
                            |name: &str| Label::all(mode).position(|label| label.name() == name);
                        let last = frame.names.iter().rev().find_map(|name| place(name));
                        let earlier = frame.after_stx && place(&name) < last;
                        if known && (earlier || frame.names.contains(&name)) {
                            let total = frame.shown.wire_len;
                            let end = stx.unwrap_or(total - used - 1);
                            frame.shown.wire_len = end;
                            close(&mut frames, open.take(), "Boundary");
                            open = Some(begin(total - end, stx.is_none()));
                        }
                        let frame = open.as_mut().unwrap();
                        frame.names.push(name);
                        frame.after_stx = false;
                        frame.shown.groups.push(line);
                    }
                }
                continue;
            }
        }

        // Between groups, or in a broken one.
        let frame = open.as_mut().unwrap();
        let before = frame.shown.wire_len;
        frame.shown.wire_len += 1;
        match character {
            Some(10) => {
                reject_open_piece(&mut piece, &mut open);
                piece = Some(Piece {
                    characters: vec![],
                    intact: true,
                });
            }
            Some(13) => reject_open_piece(&mut piece, &mut open),
            Some(3) => {
                reject_open_piece(&mut piece, &mut open);
                close(&mut frames, open.take(), "Etx");
            }
            Some(2) => {
                reject_open_piece(&mut piece, &mut open);
                let frame = open.as_mut().unwrap();
                if previous_eot {
                    frame.shown.wire_len = before;
                    close(&mut frames, open.take(), "Aborted");
                    open = Some(begin(1, false));
                } else if frame.shown.groups.is_empty() && frame.shown.rejected == [0; 3] {
                    open = Some(begin(1, false));
                } else {
                    frame.shown.damaged = true;
                    frame.stx = Some(before);
                    frame.after_stx = true;
                }
            }
            Some(4) => {
                frame.shown.damaged = true;
                after_eot = true;
            }
            other => piece
                .get_or_insert(Piece {
                    characters: vec![],
                    intact: false,
                })
                .characters
                .push(other),
        }
    }

    // The end of the stream is a silence.
    if let (
        Some(Piece {
            characters,
            intact: true,
        }),
        Some(frame),
    ) = (&piece, open.as_mut())
    {
        if frame.shown.wire_len + characters.len() > 4096 {
            frame.shown.wire_len -= 1;
            close(&mut frames, open.take(), "Overflow");
            open = Some(begin(1, true));
        }
        open.as_mut().unwrap().shown.wire_len += characters.len();
    }
    // Nothing came of a group but its LF.
    piece = piece.filter(|piece| !piece.intact || !piece.characters.is_empty());
    reject_open_piece(&mut piece, &mut open);
    close(
        &mut frames,
        open,
        if after_eot { "Aborted" } else { "Silence" },
    );
    frames
}

fn begin(wire_len: usize, damaged: bool) -> Open {
    Open {
        shown: Shown {
            wire_len,
            damaged,
            ..Shown::default()
        },
        ..Open::default()
    }
}

/// Counts a group that was not accepted.
fn reject_open_piece(piece: &mut Option<Piece>, open: &mut Option<Open>) {
    if let (Some(piece), Some(open)) = (piece.take(), open.as_mut()) {
        let reason = if piece.characters.contains(&None) {
            0
        } else {
            2
        };
        open.shown.rejected[reason] += 1;
        open.shown.damaged = true;
        open.stx = None;
    }
}

fn close(frames: &mut Vec<Shown>, open: Option<Open>, end: &str) {
    let Some(Open { mut shown, .. }) = open else {
        return;
    };
    if shown.groups.is_empty() && shown.rejected == [0; 3] {
        return;
    }
    shown.end = end.to_owned();
    shown.damaged |= end != "Etx";
    if end == "Aborted" {
        shown.groups.clear();
    }
    frames.push(shown);
}

const SUM: usize = 1;
const FORM: usize = 2;

/// The name and the line of a group, or why it is rejected.
fn parse_group(mode: Mode, body: &[u8]) -> Result<(String, String), usize> {
    let body = String::from_utf8(body.to_vec()).map_err(|_| FORM)?;
    let separator = if mode == Mode::Standard { '\t' } else { ' ' };
    let mut characters = body.chars();
    let (Some(sum), Some(last)) = (characters.next_back(), characters.next_back()) else {
        return Err(FORM);
    };
    if last != separator || sum == '\t' {
        return Err(FORM);
    }
    let counted = if mode == Mode::Standard {
        &body[..body.len() - 1]
    } else {
        &body[..body.len() - 2]
    };
    let (name, rest) = body[..body.len() - 2].split_once(separator).ok_or(FORM)?;
    let (horodate, data) = match (mode, rest.split('\t').collect::<Vec<_>>().as_slice()) {
        (Mode::Historique, _) => ("", rest),
        (_, &[data]) => ("", data),
        (_, &[horodate, data]) if horodate.len() == 13 => (horodate, data),
        _ => return Err(FORM),
    };
    if name.is_empty() {
        return Err(FORM);
    }
    if counted.bytes().map(usize::from).sum::<usize>() % 64 + 32 != usize::from(sum as u8) {
        return Err(SUM);
    }
    if !horodate.is_empty() && !is_date(horodate) {
        return Err(FORM);
    }
    let accepted = match Label::all(mode).find(|label| label.name() == name) {
        Some(label) => {
            let blank =
                horodate.starts_with(' ') && !(name.starts_with("DPM") || name.starts_with("FPM"));
            data.len() == label.data_len()
                && horodate.is_empty() != label.has_horodate()
                && !blank
                && fits(label, data)
        }
        None => {
            let written = name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "+-".contains(c));
            written && name.len() <= 10 && name.starts_with(|c: char| c.is_ascii_uppercase())
        }
    };
    if accepted {
        Ok((name.to_owned(), show(name, horodate, data)))
    } else {
        Err(FORM)
    }
}

fn fits(label: Label, data: &str) -> bool {
    let number = || {
        data.parse::<u32>()
            .ok()
            .filter(|_| data.chars().all(|c| c.is_ascii_digit()))
    };
    match label.kind() {
        DataKind::Empty | DataKind::Text => true,
        DataKind::Digits => data.chars().all(|c| c.is_ascii_digit()),
        DataKind::Number => number().is_some_and(|number| match label.name() {
            "RELAIS" => number < 256,
            "NTARF" => (1..=10).contains(&number),
            "NJOURF" | "NJOURF+1" => number < 10,
            _ => true,
        }),
        DataKind::Hex => data.chars().all(is_hex),
        DataKind::Profile => {
            let mut blocks: Vec<&str> = data.split(' ').collect();
            let whole = blocks.len() == 11;
            while blocks.last() == Some(&"NONUTILE") {
                blocks.pop();
            }
            whole && blocks.iter().all(|block| is_block(block))
        }
        DataKind::TariffOption => {
            ["BASE", "HC..", "EJP."].contains(&data)
                || data
                    .strip_prefix("BBR")
                    .is_some_and(|x| x.chars().all(|c| ('\x28'..='\x3F').contains(&c)))
        }
        DataKind::Period => [
            "TH..", "HC..", "HP..", "HN..", "PM..", "HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR",
        ]
        .contains(&data),
        DataKind::Tomorrow => ["----", "BLEU", "BLAN", "ROUG"].contains(&data),
        DataKind::Schedule => "ACDEY".contains(data),
    }
}

fn is_hex(c: char) -> bool {
    c.is_ascii_digit() || ('A'..='F').contains(&c)
}

fn is_block(block: &str) -> bool {
    if block.len() != 8 || !block.chars().all(is_hex) {
        return false;
    }
    let time = |radix| {
        Some((
            u32::from_str_radix(&block[..2], radix).ok()?,
            u32::from_str_radix(&block[2..4], radix).ok()?,
        ))
    };
    [10, 16]
        .into_iter()
        .filter_map(time)
        .any(|(hour, minute)| hour < 24 && minute < 60)
}

fn is_date(text: &str) -> bool {
    let digits = &text[1..];
    if !text.starts_with(['H', 'E', 'h', 'e', ' ']) || !digits.chars().all(|c| c.is_ascii_digit()) {
        return false;
    }
    let pair = |at: usize| digits[at..at + 2].parse::<u32>().unwrap();
    let (year, month, day) = (pair(0), pair(2), pair(4));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 => 29,
        2 => 28,
        _ => 0,
    };
    (1..=last).contains(&day) && pair(6) < 24 && pair(8) < 60 && pair(10) < 60
}
