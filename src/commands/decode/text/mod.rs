//! Text that holds groups: what was copied from a terminal, a log or a forum, where the control characters are lost or
//! written out.
//!
//! Input: the whole text in memory; the caller bounds it. Output: its groups, written as the meter sends them, and how they
//! stand in the text. Of the ways to read it, the one that gives the most groups is taken.
//!
//! | file | |
//! |---|---|
//! | `dump` | hexadecimal digits, which give the bytes themselves, and UTF-16 |
//! | `written` | control characters that are written out |
//! | `groups` | groups among other text |

mod dump;
mod groups;
mod written;

pub use dump::from_utf16;

use dump::from_hex;
use groups::find_groups;
use written::replace_written;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::{Decoder, Mode, Parity, checksum, push_group};

    const STX: u8 = 0x02;
    const ETX: u8 = 0x03;

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

    /// A cut that is tried first reaches beyond the end.
    #[test]
    fn a_group_at_the_end_of_the_text_is_found_whose_sum_is_a_space() {
        let has_space =
            |data: &String| checksum(Mode::Historique, format!("IINST {data}").as_bytes()) == b' ';
        let data = (0..1000)
            .map(|amperes| format!("{amperes:03}"))
            .find(has_space);
        let text = format!("IINST  {}  ", data.unwrap());
        assert_eq!(read(text.as_bytes()).groups, 1, "{text:?}");
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
