//! The variables of teleinfo2mqtt.
//!
//! They are found wherever they are written: `NAME=value`, `NAME: value`, `"NAME": "value"`, one or several in a line. A value is
//! in quotes, or ends with the line, a space, a comma or a backslash.

use super::draft::Draft;
use crate::names::topic;
use crate::words::Words;

/// The variables that decide that a file is one of teleinfo2mqtt.
const NAMES: [&str; 16] = [
    "SERIAL",
    "TIC_MODE",
    "EMIT_INTERVAL",
    "MQTT_URL",
    "MQTT_USER",
    "MQTT_PASSWORD",
    "MQTT_BASE_TOPIC",
    "MQTT_TLS_CLIENT_CERT",
    "MQTT_TLS_CLIENT_KEY",
    "MQTT_TLS_CA_CHAIN",
    "MQTT_TLS_REJECT_UNAUTHORIZED",
    "HASS_DISCOVERY",
    "HASS_DISCOVERY_PREFIX",
    "TEMPO_ENABLED",
    "TEMPO_INTERVAL_MINUTE",
    "LOG_LEVEL",
];

const MQTT: &str = "[mqtt]";
const HOME_ASSISTANT: &str = "[mqtt.home-assistant]";
const COMPATIBLE: &str = "[mqtt.teleinfo2mqtt-compatible]";

/// Our configuration, if the text sets a variable of teleinfo2mqtt.
pub fn migrate(text: &str, words: Words) -> Option<Draft> {
    let found: Vec<(&str, &str)> = NAMES
        .iter()
        .filter_map(|name| Some((*name, find(text, name)?)))
        .collect();
    let is_ours =
        |(name, _): &(&str, &str)| !["LOG_LEVEL", "MQTT_USER", "MQTT_PASSWORD"].contains(name);
    if !found.iter().any(is_ours) {
        return None;
    }
    let get = |name: &str| {
        let variable = found.iter().find(|(found, _)| *found == name);
        variable
            .map(|(_, value)| *value)
            .filter(|value| !value.is_empty())
    };
    let is =
        |name: &str, default| get(name).map_or(default, |flag| flag.eq_ignore_ascii_case("true"));
    let mut draft = Draft::new(&words.migrate_from_teleinfo2mqtt());
    draft.set_text(
        "[[meter]]",
        "device",
        get("SERIAL").unwrap_or("/dev/ttyUSB0"),
    );
    let address = OldUrl::parse(get("MQTT_URL").unwrap_or("mqtt://localhost:1883"));
    draft.set_text(MQTT, "url", &address.url);
    if let Some(user) = get("MQTT_USER").or(address.user.as_deref()) {
        draft.set_text(MQTT, "username", user);
    }
    draft.set_text(
        MQTT,
        "interval",
        &interval(get("EMIT_INTERVAL").unwrap_or("10")),
    );
    for (name, key) in [
        ("MQTT_TLS_CA_CHAIN", "ca-file"),
        ("MQTT_TLS_CLIENT_CERT", "client-certificate"),
        ("MQTT_TLS_CLIENT_KEY", "client-key"),
    ] {
        if let Some(file) = get(name) {
            draft.set_text(MQTT, key, file);
        }
    }
    if let Some(prefix) = get("HASS_DISCOVERY_PREFIX") {
        draft.set_text(HOME_ASSISTANT, "prefix", prefix);
    }
    let base = get("MQTT_BASE_TOPIC").unwrap_or(topic::TELEINFO2MQTT_BASE);
    draft.set_text(COMPATIBLE, "base-topic", base);
    draft.set_flag(COMPATIBLE, "discovery", is("HASS_DISCOVERY", true));
    draft.set_flag("[privacy]", "publish-identifiers", true);
    for (name, value) in found.iter().filter(|(name, _)| *name != "MQTT_PASSWORD") {
        if let Some(variable) = variable_in(value) {
            draft.note(words.migrate_variable(name, variable));
        }
    }
    if is_service(text, address.host()) {
        draft.note(words.migrate_service(address.host()));
    }
    if get("MQTT_PASSWORD").is_some() || address.has_password {
        draft.note(words.migrate_password());
    }
    draft.note(words.migrate_teleinfo_topics());
    draft.note(words.migrate_stop_first());
    if get("TIC_MODE").is_some() {
        draft.note(words.migrate_mode());
    }
    if !is("MQTT_TLS_REJECT_UNAUTHORIZED", true) {
        draft.note(words.migrate_certificates());
    }
    if is("TEMPO_ENABLED", false) {
        draft.note(words.migrate_tempo());
    }
    Some(draft)
}

/// The first variable of docker-compose in a value, `${NAME}`; what is beside it may be a password.
fn variable_in(value: &str) -> Option<&str> {
    let begins = value.get(value.find("${")?..)?;
    begins.get(..=begins.find('}')?)
}

/// Whether a name is that of a container: docker-compose has it as a key, or as a name of one. Only other containers can
/// look it up.
fn is_service(text: &str, name: &str) -> bool {
    let is_name = |line: &str| {
        let line = line.split('#').next().unwrap_or_default().trim();
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim().trim_matches(['"', '\'']);
        let is_named = ["container_name", "hostname"].contains(&key) && value == name;
        is_named || value.is_empty() && line.ends_with(':') && key.trim_matches(['"', '\'']) == name
    };
    !name.is_empty() && text.lines().any(is_name)
}

/// The value of a variable: the first place where it is set.
fn find<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let is_part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).find_map(|(place, _)| {
        let before = text.get(..place)?.chars().next_back();
        let after = text.get(place + name.len()..)?;
        if before.is_some_and(is_part_of_name) {
            return None;
        }
        let line = text.get(..place)?.rsplit('\n').next()?;
        if line.trim_start().starts_with('#') {
            return None;
        }
        let after = after.strip_prefix(['"', '\'']).unwrap_or(after);
        let value = after.trim_start_matches(' ').strip_prefix(['=', ':'])?;
        Some(first_value(value.trim_start_matches(' ')))
    })
}

fn first_value(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((value, _)) = text
            .strip_prefix(quote)
            .and_then(|text| text.split_once(quote))
        {
            return value;
        }
    }
    let end = text.find(|c: char| c.is_whitespace() || c == ',' || c == '\\');
    // `-e "NAME=value"`, quoted as a whole.
    text.get(..end.unwrap_or(text.len()))
        .unwrap_or_default()
        .trim_end_matches(['"', '\''])
}

/// An interval of teleinfo2mqtt: seconds, 0 for each frame.
fn interval(seconds: &str) -> String {
    match seconds {
        "0" => "frame".to_owned(),
        seconds => format!("{seconds}s"),
    }
}

/// The parts of `scheme://user:password@host:port/path`.
struct OldUrl {
    url: String,
    user: Option<String>,
    has_password: bool,
}

impl OldUrl {
    /// Other names of the two schemes are known to the library of teleinfo2mqtt.
    fn parse(text: &str) -> Self {
        let (scheme, rest) = text.split_once("://").unwrap_or(("mqtt", text));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "tcp" => "mqtt".to_owned(),
            "ssl" | "tls" => "mqtts".to_owned(),
            other => other.to_owned(),
        };
        let rest = rest.trim_end_matches('/');
        let (login, host) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        Self {
            url: format!("{scheme}://{host}"),
            user: (!user.is_empty()).then(|| user.to_owned()),
            has_password: !password.is_empty(),
        }
    }

    /// The name or the address of the host.
    fn host(&self) -> &str {
        let (_, rest) = self.url.split_once("://").unwrap_or_default();
        let end = rest.find(['/', ':']).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
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
    fn each_way_of_writing_a_variable_is_read() {
        for text in [
            "MQTT_URL=mqtt://broker:1884\n",
            "export MQTT_URL=\"mqtt://broker:1884\"\n",
            "    environment:\n      - MQTT_URL=mqtt://broker:1884\n",
            "    environment:\n      MQTT_URL: 'mqtt://broker:1884'  # a comment\n",
            "docker run -e MQTT_URL=\"mqtt://broker:1884\" \\\n",
            "docker run -e \"MQTT_URL=mqtt://broker:1884\" x\n",
            "{\"MQTT_URL\": \"mqtt://broker:1884\", \"LOG_LEVEL\": \"info\"}",
            "# MQTT_URL=mqtt://old\nMQTT_URL = mqtt://broker:1884",
        ] {
            assert_eq!(find(text, "MQTT_URL"), Some("mqtt://broker:1884"), "{text}");
        }
        assert_eq!(find("X_SERIAL=1\nSERIALS=2\n", "SERIAL"), None);
        assert_eq!(find("HASS_DISCOVERY_PREFIX=ha\n", "HASS_DISCOVERY"), None);
    }

    #[test]
    fn a_url_with_a_login_gives_the_user_and_no_password() {
        let draft = migrate("MQTT_URL=tcp://me:s3cret@broker/\n").unwrap();
        let toml = draft.to_toml();
        assert!(toml.contains(r#"url = "mqtt://broker""#), "{toml}");
        assert!(toml.contains(r#"username = "me""#), "{toml}");
        assert!(!toml.contains("s3cret"), "{toml}");
        assert!(
            draft
                .notes()
                .iter()
                .any(|note| note.contains("set-password"))
        );
    }

    #[test]
    fn a_host_that_only_containers_can_reach_is_named() {
        let notes = |text: &str| migrate(text).unwrap().notes().join("\n");
        for text in [
            "services:\n  broker:\n    image: x\n  t:\n    - MQTT_URL=mqtt://broker:1883\n",
            "services:\n  b:\n    container_name: \"broker\"\n  t:\n    - MQTT_URL=mqtt://broker\n",
        ] {
            assert!(notes(text).contains("broker is a container"), "{text}");
        }
        for text in [
            "services:\n  t:\n    environment:\n      MQTT_URL: mqtt://broker.lan:1883\n  broker.lan2:\n",
            "MQTT_URL=mqtt://broker:1883\n",
            "services:\n  localhost2:\n  t:\n    - MQTT_URL=mqtt://localhost\n",
        ] {
            assert!(!notes(text).contains("is a container"), "{text}");
        }
    }

    #[test]
    fn a_variable_of_compose_is_named() {
        let draft =
            migrate("    - MQTT_URL=mqtt://${MQTT_HOST}:1883\n    - SERIAL=/dev/ttyS0\n").unwrap();
        let notes = draft.notes().join("\n");
        assert!(
            notes.contains("MQTT_URL") && notes.contains("${MQTT_HOST}"),
            "{notes}"
        );
        assert!(!notes.contains("SERIAL"), "{notes}");
    }

    #[test]
    fn an_interval_of_zero_is_each_frame() {
        let toml = |text: &str| migrate(text).unwrap().to_toml();
        assert!(toml("EMIT_INTERVAL=0\n").contains(r#"interval = "frame""#));
        assert!(toml("EMIT_INTERVAL: 5\n").contains(r#"interval = "5s""#));
        assert!(toml("SERIAL=/dev/ttyS0\n").contains(r#"interval = "10s""#));
    }
}
