//! A record of the history: the id of the meter, LF, and the JSON as it was first made.
//!
//! The history may have been written while identifiers were allowed. If they are not any more, a record leaves without them.

use bytes::Bytes;

use crate::meter::{Key, json};

/// What is stored.
pub fn encode(meter: &str, json: &[u8]) -> Vec<u8> {
    [meter.as_bytes(), b"\n", json].concat()
}

/// The id of the meter, and the JSON; without the identifiers of the meter unless `shows_identifiers`. `None` if it is no record.
pub fn parse(record: &Bytes, shows_identifiers: bool) -> Option<(&str, Bytes)> {
    let end = record.iter().position(|byte| *byte == b'\n')?;
    let meter = str::from_utf8(record.get(..end)?).ok()?;
    let json = record.slice(end + 1..);
    if shows_identifiers || !identifies(&json) {
        return Some((meter, json));
    }
    Some((meter, json::without_identifiers(&json)?.into()))
}

/// Whether the text has the key of an identifier.
fn identifies(json: &[u8]) -> bool {
    let mut private = Key::all().filter(|key| key.row().is_private());
    private.any(|key| {
        let quoted = [b"\"", key.row().key.as_bytes(), b"\""].concat();
        json.windows(quoted.len()).any(|window| window == quoted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = r#"{"meter":"main","delivery_point":"12345678901234","energy":5,"serial_number":"041776199277","power":null}"#;

    fn parsed(json: &str, shows_identifiers: bool) -> Option<String> {
        let record = encode("main", json.as_bytes()).into();
        let (meter, json) = parse(&record, shows_identifiers)?;
        assert_eq!(meter, "main");
        Some(String::from_utf8(json.to_vec()).unwrap())
    }

    #[test]
    fn identifiers_that_are_not_allowed_any_more_do_not_leave() {
        assert_eq!(parsed(STATE, true).as_deref(), Some(STATE));
        let without: serde_json::Value =
            serde_json::from_str(&parsed(STATE, false).unwrap()).unwrap();
        assert_eq!(
            without,
            serde_json::json!({"meter": "main", "energy": 5, "power": null})
        );
        assert_eq!(
            parsed(r#"{"delivery_point":"12345678"#, false),
            None,
            "it cannot be read"
        );
    }

    #[test]
    fn what_identifies_nothing_leaves_as_it_was_made() {
        let state = r#"{"meter":"main","energy":5,"boot":"a"}"#;
        assert_eq!(parsed(state, false).as_deref(), Some(state));
        assert_eq!(parse(&Bytes::from_static(b"no line"), true), None);
    }
}
