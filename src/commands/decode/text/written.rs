//! Control characters that are written out: `^B`, `<STX>`, `[2]`, `\x02`, `␂`.
//!
//! Input: a text. Output: the text with the characters themselves in their place. Upper and lower case are one.

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

/// The text with the control characters that are written out in it.
pub fn replace_written(text: &[u8]) -> Vec<u8> {
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
