//! The INI file of the Python linky-sensor.
//!
//! ```text
//! [mqtt_broker]
//! hostname = localhost       ; or `hostname: localhost`; all keys have a default
//! port = 1883
//! client_name = linky-sensor
//! data_queue = house/sensors/energy
//! status_queue = house/probes/linky-sensor/status
//! ```
//!
//! Comments begin with `#` or `;` at the start of a line; names of keys have no case (configparser of Python).

use super::draft::Draft;
use crate::names::topic;
use crate::words::Words;

const SECTION: &str = "mqtt_broker";

/// Our configuration, if the text is such a file.
pub fn migrate(text: &str, words: Words) -> Option<Draft> {
    let keys = section(text, SECTION)?;
    let get = |key: &str| {
        let mut found = keys.iter().rev().filter(|(name, _)| name == key);
        found.next().map(|(_, value)| value.as_str())
    };
    let mut draft = Draft::new(&words.migrate_from_python());
    let host = get("hostname").unwrap_or("localhost");
    let port = get("port").unwrap_or("1883");
    draft.set_text("[mqtt]", "url", &url(host, port));
    draft.set_text("[mqtt]", "interval", "frame");
    let table = "[mqtt.python-compatible]";
    for (key, old, default) in [
        ("data-topic", "data_queue", topic::PYTHON_DATA),
        ("status-topic", "status_queue", topic::PYTHON_STATUS),
    ] {
        draft.set_text(table, key, get(old).unwrap_or(default));
    }
    draft.set_flag("[privacy]", "publish-identifiers", true);
    draft.note(words.migrate_python_topics());
    draft.note(words.migrate_python_port());
    if let Some(name) = get("client_name") {
        draft.note(words.migrate_client_name(name));
    }
    for (key, _) in &keys {
        if ![
            "hostname",
            "port",
            "client_name",
            "data_queue",
            "status_queue",
        ]
        .contains(&&**key)
        {
            draft.note(words.migrate_unknown_key(key));
        }
    }
    Some(draft)
}

/// The keys of a section, in lower case, with their values.
fn section(text: &str, name: &str) -> Option<Vec<(String, String)>> {
    let mut keys = None;
    let mut is_inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            is_inside = header.0 == name;
            if is_inside {
                keys.get_or_insert_with(Vec::new);
            }
        } else if let Some(keys) = keys.as_mut().filter(|_| is_inside)
            && !line.starts_with(['#', ';'])
            && let Some((key, value)) = line.split_once(['=', ':'])
        {
            keys.push((key.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    keys
}

fn url(host: &str, port: &str) -> String {
    if host.contains(':') {
        format!("mqtt://[{host}]:{port}")
    } else {
        format!("mqtt://{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Language;

    fn migrate(text: &str) -> Option<Draft> {
        super::migrate(text, Words::new(Language::English, false))
    }

    #[test]
    fn a_file_without_keys_gives_the_defaults() {
        let toml = migrate("# nothing\n[mqtt_broker]\n").unwrap().to_toml();
        for line in [
            r#"url = "mqtt://localhost:1883""#,
            r#"data-topic = "house/sensors/energy""#,
            r#"status-topic = "house/probes/linky-sensor/status""#,
        ] {
            assert!(toml.contains(line), "{toml}");
        }
    }

    #[test]
    fn keys_of_the_section_are_read_as_python_does() {
        let text = "[other]\nhostname=wrong\n[mqtt_broker]\n; a comment\nHostname : fd00::1\nport= 2883 \n\
                    data_queue = a/b\ndata_queue = house/energy\n[again]\nport = 1\n";
        let toml = migrate(text).unwrap().to_toml();
        assert!(toml.contains(r#"url = "mqtt://[fd00::1]:2883""#), "{toml}");
        assert!(toml.contains(r#"data-topic = "house/energy""#), "{toml}");
    }

    #[test]
    fn another_file_is_not_taken_for_it() {
        assert!(migrate("hostname = localhost\n").is_none());
        assert!(migrate("[mqtt]\nurl = \"mqtt://x\"\n").is_none());
    }
}
