//! Groups in text: what was copied from a terminal, a log or a forum, where the control characters are lost or written out.
//!
//! A group is looked for by the name of a label. The grammar of the label gives the lengths of its fields, so that runs of
//! spaces may stand for separators, and anything may come before and after; the sum proves the guess. What is found is
//! written as the meter sends it. Frames are divided where the text has STX or ETX; without any, where a label comes again
//! or has its place before the last one.
//!
//! Control characters that are written out are replaced if more groups are found then: `^B`, `<STX>`, `[2]`, `\x02`, `␂`.
//! A dump of hexadecimal digits gives the bytes themselves, and UTF-16 its characters.
//!
//! Input and output: the whole text in memory; the caller bounds it.

use crate::tic::{Label, Mode, checksum, push_group};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// The most spaces that stand for one separator: a tab is that wide on a terminal.
const GAP_MAX: usize = 8;

/// How control characters are written out, and what stands for each.
const WRITTEN: [(&str, &[&str]); 8] = [
    (
        "\x02",
        &[
            "^B", "<STX>", "[STX]", "[2]", "[02]", "<02>", "<0x02>", "\\x02", "\\u0002", "\u{2402}",
        ],
    ),
    (
        "\x03",
        &[
            "^C", "<ETX>", "[ETX]", "[3]", "[03]", "<03>", "<0x03>", "\\x03", "\\u0003", "\u{2403}",
        ],
    ),
    (
        "\t",
        &[
            "^I", "<HT>", "<TAB>", "[HT]", "[TAB]", "[9]", "[09]", "<09>", "<0x09>", "\\x09",
            "\\t", "\\u0009", "\u{2409}",
        ],
    ),
    (
        "\n",
        &[
            "^J", "<LF>", "[LF]", "[10]", "[0A]", "<0A>", "<0x0A>", "\\x0a", "\\n", "\\u000a",
            "\u{240A}",
        ],
    ),
    (
        "\r",
        &[
            "^M", "<CR>", "[CR]", "[13]", "[0D]", "<0D>", "<0x0D>", "\\x0d", "\\r", "\\u000d",
            "\u{240D}",
        ],
    ),
    ("\\", &["\\\\"]),
    ("'", &["\\'"]),
    ("\"", &["\\\""]),
];

/// How a text was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextForm {
    /// As it stands.
    #[default]
    Plain,
    /// With control characters that are written out.
    Written,
    /// As hexadecimal digits.
    Hex,
}

/// What a text holds.
#[derive(Debug, Default)]
pub struct TextGroups {
    /// How it was read.
    pub form: TextForm,
    /// The groups as a meter sends them, in frames. Of a dump the bytes themselves.
    pub bytes: Vec<u8>,
    /// Groups whose sum is right.
    pub groups: usize,
    /// Groups of them in which spaces stand for tabs.
    pub spaced: usize,
    /// Groups of them that do not begin their line.
    pub inside: usize,
    /// STX or ETX in it.
    pub markers: usize,
}

/// Reads a text in the way that gives the most groups.
pub fn read(bytes: &[u8]) -> TextGroups {
    if let Some(dumped) = from_hex(bytes) {
        return TextGroups {
            form: TextForm::Hex,
            bytes: dumped,
            ..TextGroups::default()
        };
    }
    let text = from_utf16(bytes).unwrap_or_else(|| bytes.to_vec());
    let plain = find_groups(&text);
    let replaced = replace_written(&text);
    if replaced == text {
        return plain;
    }
    let written = find_groups(&replaced);
    if (written.groups, written.markers) > (plain.groups, plain.markers) && written.groups > 0 {
        TextGroups {
            form: TextForm::Written,
            ..written
        }
    } else {
        plain
    }
}

/// The characters of UTF-16, as UTF-8; `None` if it is not.
pub fn from_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let head = bytes.get(..64.min(bytes.len()))?;
    let nuls = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let half = head.len() / 2;
    let little = bytes.starts_with(&[0xFF, 0xFE]) || half > 4 && nuls(1) * 4 > half * 3;
    let big = bytes.starts_with(&[0xFE, 0xFF]) || half > 4 && nuls(0) * 4 > half * 3;
    if !(little || big) {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| match *pair {
        [a, b] if little => u16::from_le_bytes([a, b]),
        [a, b] => u16::from_be_bytes([a, b]),
        _ => 0,
    });
    let text: String = char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Some(text.trim_start_matches('\u{FEFF}').as_bytes().to_vec())
}

/// The bytes of a dump (`xxd`, `hexdump`, `hexdump -C`, `od -tx1`, pairs of digits); `None` if it is not one.
pub fn from_hex(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut out = Vec::new();
    let mut has_offsets = false;
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && *line != "*") {
        // The last line of a dump is the length.
        let is_length = has_offsets && is_hex(line) && line.len() <= 8;
        if !is_length {
            has_offsets |= push_hex_line(line, &mut out)?;
        }
    }
    (out.len() >= 8).then_some(out)
}

fn is_hex(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Adds the bytes of a line of a dump. Returns whether it begins with their place; `None` if it is none.
fn push_hex_line(line: &str, out: &mut Vec<u8>) -> Option<bool> {
    let line = line.split('|').next()?;
    let (offset, rest) = match line.split_once(':') {
        Some((offset, rest)) => (Some(offset), rest),
        None => match line.trim_start().split_once([' ', '\t']) {
            Some((offset, rest)) if offset.len() >= 6 && is_hex(offset) => (Some(offset), rest),
            _ => (None, line),
        },
    };
    if !offset.is_none_or(|offset| offset.len() >= 4 && is_hex(offset)) {
        return None;
    }
    // xxd has a colon, and its words are in order; those of hexdump are numbers of the machine.
    let is_swapped = offset.is_some() && !line.contains(':');
    // The characters follow after two spaces.
    let digits = match rest.trim_start().split_once("  ") {
        Some((digits, tail))
            if !tail
                .split_whitespace()
                .all(|word| is_hex(word) && word.len() == 2) =>
        {
            digits
        }
        _ => rest,
    };
    for word in digits
        .split([' ', ',', '\t', '-', ';'])
        .filter(|word| !word.is_empty())
    {
        let word = word
            .strip_prefix("0x")
            .or_else(|| word.strip_prefix("\\x"))
            .unwrap_or(word);
        if !is_hex(word) || word.len() % 2 == 1 {
            return None;
        }
        let mut pairs = Vec::new();
        for pair in word.as_bytes().chunks_exact(2) {
            pairs.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
        }
        if is_swapped && pairs.len() == 2 {
            pairs.reverse();
        }
        out.extend(pairs);
    }
    Some(offset.is_some())
}

fn replace_written(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, others)) = rest.split_first() {
        let written = matches!(first, b'^' | b'<' | b'[' | b'\\' | 0xE2)
            .then(|| written_at(rest))
            .flatten();
        match written {
            Some((character, len)) => {
                out.extend_from_slice(character.as_bytes());
                rest = rest.get(len..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = others;
            }
        }
    }
    out
}

/// The control character that is written out here, and the length of its name.
fn written_at(text: &[u8]) -> Option<(&'static str, usize)> {
    WRITTEN.iter().find_map(|(character, names)| {
        names
            .iter()
            .find(|name| {
                text.get(..name.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            })
            .map(|name| (*character, name.len()))
    })
}

fn find_groups(text: &[u8]) -> TextGroups {
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
    let dated = if label.has_horodate() { 13 } else { 0 };
    for is_even in [true, false] {
        for first in gaps(text, name) {
            let date_end = name + first + dated;
            let seconds = if dated == 0 {
                0..=0
            } else {
                gaps(text, date_end)
            };
            for second in seconds {
                let data_end = date_end + second + label.data_len();
                for third in gaps(text, data_end) {
                    let varies = third != first || dated > 0 && second != first;
                    if is_even && varies {
                        continue;
                    }
                    let field = |from, to| std::str::from_utf8(text.get(from..to)?).ok();
                    let horodate = field(name + first, date_end)?;
                    let horodate = (dated > 0).then_some(horodate);
                    let data = field(date_end + second, data_end)?;
                    let sum = *text.get(data_end + third)?;
                    if is_proven(mode, label, horodate, data, sum) {
                        return Some(TextGroup {
                            label,
                            horodate,
                            data,
                            is_spaced: mode == Mode::Standard && text.get(name) != Some(&b'\t'),
                            len: data_end + third + 1,
                        });
                    }
                }
            }
        }
    }
    None
}

/// How many separators may stand here.
fn gaps(text: &[u8], at: usize) -> std::ops::RangeInclusive<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::{Decoder, Parity};

    const HISTORIQUE: &str =
        "ADCO 021861000042 /\nOPTARIF BASE 0\nBASE 010151175  \nPAPP 00740 ,\n";

    /// Two frames as a meter sends them.
    fn sent(mode: Mode) -> Vec<u8> {
        let mut frame = vec![STX];
        let groups: &[(&str, Option<&str>, &str)] = match mode {
            Mode::Standard => &[
                ("ADSC", None, "991876000001"),
                ("DATE", Some("H240107175810"), ""),
                ("NGTF", None, "     TEMPO      "),
                ("EAST", None, "021849106"),
                ("UMOY1", Some("H240107175000"), "231"),
            ],
            Mode::Historique => &[
                ("ADCO", None, "021861000042"),
                ("BASE", None, "010151175"),
                ("PTEC", None, "TH.."),
            ],
        };
        for (label, horodate, data) in groups {
            push_group(mode, label, *horodate, data, &mut frame);
        }
        frame.push(ETX);
        frame.repeat(2)
    }

    /// The frames, as pairs of groups accepted and damage.
    fn frames(mode: Mode, bytes: &[u8]) -> Vec<(usize, bool)> {
        let frames = Decoder::new(mode, Parity::Auto).push(bytes);
        frames
            .iter()
            .map(|frame| (frame.groups().len(), frame.is_damaged()))
            .collect()
    }

    #[test]
    fn whatever_became_of_the_control_characters_the_groups_are_found() {
        for mode in Mode::ALL {
            let sent = sent(mode);
            let text = String::from_utf8(sent.clone()).unwrap();
            let pairs: Vec<String> = sent.iter().map(|byte| format!("{byte:02x}")).collect();
            let lines = |prefix: &str| text.replace('\n', &format!("\n{prefix}"));
            for (what, text) in [
                ("a cooked tty", text.replace('\r', "\n")),
                ("no line feeds", text.replace('\n', "")),
                ("without markers", text.replace(['\x02', '\x03', '\r'], "")),
                ("spaces for tabs", text.replace('\t', " ").replace('\r', "")),
                ("wide tabs", text.replace('\t', "    ")),
                (
                    "carets",
                    text.replace('\x02', "^B")
                        .replace('\x03', "^C")
                        .replace('\t', "^I")
                        .replace('\r', "^M"),
                ),
                (
                    "numbers",
                    text.replace('\x02', "[2]")
                        .replace('\x03', "[3]")
                        .replace('\t', "[9]")
                        .replace('\r', "[13]"),
                ),
                (
                    "escapes",
                    format!(
                        "b'{}'",
                        text.escape_debug()
                            .to_string()
                            .replace("\\u{2}", "\\x02")
                            .replace("\\u{3}", "\\x03")
                    ),
                ),
                (
                    "a log",
                    lines("2024-01-07 17:58:10,123 INFO [reader] group: "),
                ),
                ("a quote", lines("> ")),
                ("hexadecimal digits", pairs.join(" ")),
                ("digits without spaces", pairs.concat()),
            ] {
                let read = read(text.as_bytes());
                let found = frames(mode, &read.bytes);
                assert!(
                    found.len() == 2
                        && found
                            .iter()
                            .all(|(groups, damaged)| *groups == found[0].0 && !damaged),
                    "{mode}, {what}: {found:?}"
                );
                assert_eq!(
                    found[0].0,
                    if mode == Mode::Standard { 5 } else { 3 },
                    "{mode}, {what}"
                );
            }
        }
    }

    #[test]
    fn utf_16_is_read_in_either_order() {
        let text = HISTORIQUE;
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xFEFF]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        for bytes in [little, big] {
            assert_eq!(from_utf16(&bytes).unwrap(), text.as_bytes());
        }
        assert_eq!(from_utf16(text.as_bytes()), None);
    }

    #[test]
    fn dumps_are_read() {
        let bytes = b"\x02\nADCO 021861000042 @\r";
        for dump in [
            "00000000: 020a 4144 434f 2030 3231 3836 3130 3030  ..ADCO 021861000\n00000010: 3034 3220 400d                           042 @.\n",
            "00000000  02 0a 41 44 43 4f 20 30  32 31 38 36 31 30 30 30  |..ADCO 021861000|\n00000010  30 34 32 20 40 0d                                 |042 @.|\n00000016\n",
            "0000000 0a02 4441 4f43 3020 3132 3638 3031 3030\n0000020 3430 2032 0d40\n0000026\n",
        ] {
            assert_eq!(
                from_hex(dump.as_bytes()).as_deref(),
                Some(&bytes[..]),
                "{dump}"
            );
        }
        assert_eq!(from_hex(HISTORIQUE.as_bytes()), None);
    }

    #[test]
    fn a_wrong_sum_proves_nothing() {
        for text in [
            "PAPP 00741 ,",
            "PAPP 00740",
            "PAPP: 00740 ,",
            "XPAPP 00740 ,",
            "EAST = 021849106",
        ] {
            assert_eq!(read(text.as_bytes()).groups, 0, "{text}");
        }
        assert_eq!(read(b"PAPP 00740 ,").groups, 1);
    }
}
