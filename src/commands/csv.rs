//! Comma-separated values: fields are quoted as RFC 4180 has it, and a record ends with a line feed, as each line that a
//! command prints.

use std::io::{self, Write};

/// Writes one record.
pub fn write_record<F: AsRef<str>>(
    out: &mut impl Write,
    fields: impl IntoIterator<Item = F>,
) -> io::Result<()> {
    for (number, text) in fields.into_iter().enumerate() {
        let separator = if number == 0 { "" } else { "," };
        write!(out, "{separator}{}", field(text.as_ref()))?;
    }
    writeln!(out)
}

/// A field: in quotation marks where it holds what separates fields or lines, or a quotation mark.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_with_a_comma_a_quote_or_a_line_end_is_quoted() {
        for (text, written) in [
            ("a", "a"),
            ("a, b", "\"a, b\""),
            ("a \"b\"", "\"a \"\"b\"\"\""),
            ("a\r\n", "\"a\r\n\""),
        ] {
            assert_eq!(field(text), written);
        }
        let mut out = Vec::new();
        write_record(&mut out, ["a", "", "b,c"]).unwrap();
        assert_eq!(out, b"a,,\"b,c\"\n");
    }
}
