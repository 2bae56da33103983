//! A table of mistakes and the whole message about each.

use linky_sensor::config;

use super::program;

/// Wrong files and their messages.
const WRONG: &[(&str, &str)] = &[
    // Keys that do not exist.
    (
        "[[meter]]\ndevise = \"/dev/linky\"\n",
        "f:2:1: meter[main].devise: found an unknown key, expected \"device\", the nearest valid key\n    \
         The keys of [[meter]] are id, name, device, mode, parity, led.",
    ),
    (
        "[mqtt.home-assistant]\nlangue = \"fr\"\n",
        "f:2:1: mqtt.home-assistant.langue: found an unknown key, expected \"language\", the nearest valid key\n    \
         The keys of [mqtt.home-assistant] are enabled, prefix, language, discovery.",
    ),
    (
        "[[meter]]\nled = \"/sys/class/leds/ACT\"\n",
        "f:2:7: meter[main].led: found \"/sys/class/leds/ACT\", expected the name of an LED, one of those that \
         `ls /sys/class/leds` shows",
    ),
    (
        "[privacy]\npublish_identifiers = true\n",
        "f:2:1: privacy.publish_identifiers: found an unknown key, expected \"publish-identifiers\", the nearest valid key\n    \
         The keys of [privacy] are publish-identifiers.",
    ),
    (
        "[mqt]\nqos = 1\n",
        "f:1:2: mqt: found an unknown key, expected \"mqtt\", the nearest valid key\n    \
         The keys of the top of the file are language, meter, dbus, mqtt, metrics, privacy.",
    ),
    (
        "[dbus]\nname = \"house\"\n",
        "f:2:1: dbus.name: found a key of [[meter]], expected a key of [dbus]\n    \
         Move it below [[meter]]. The keys of [dbus] are enabled.",
    ),
    (
        "[dbus]\nfrobnicate = true\n",
        "f:2:1: dbus.frobnicate: found an unknown key, expected a key of [dbus]\n    \
         The keys of [dbus] are enabled.",
    ),
    // Passwords.
    (
        "[mqtt]\npassword = \"hunter2\"\n",
        "f:2:1: mqtt.password: found a password, expected none in this file\n    \
         Store it with: sudo linky-sensor set-password (or name a file that holds it: password-file)",
    ),
    (
        "[privacy]\npasswd = \"hunter2\"\n",
        "f:2:1: privacy.passwd: found a password, expected none in this file\n    \
         Store it with: sudo linky-sensor set-password (or name a file that holds it: password-file)",
    ),
    (
        "[dbus]\npassword-file = \"/a\"\n",
        "f:2:1: dbus.password-file: found a key of [mqtt], expected a key of [dbus]\n    \
         Move it below [mqtt]. The keys of [dbus] are enabled.",
    ),
    (
        "[mqtt]\nurl = \"mqtt://me:hunter2@broker\"\n",
        "f:2:7: mqtt.url: found \"…@broker\", with a user or a password in it, \
         expected \"mqtt://host:port\", or \"mqtts://host:port\" for TLS\n    \
         Put the user in the key username, and store the password with: sudo linky-sensor set-password",
    ),
    (
        "[mqtt]\nusername = \"me\"\npassword-file = \"hunter2\"\n",
        "f:3:17: mqtt.password-file: found a text that is not a full path, expected the full path of a file, from /",
    ),
    (
        "[mqtt]\nusername = \"me\"\npassword-file = 42\n",
        "f:3:17: mqtt.password-file: found something that is not a text, expected the full path of a file, from /\n    \
         It is a text: put it between double quotes.",
    ),
    (
        "[mqtt]\npassword-file = \"/etc/linky-sensor/password\"\n",
        "f:2:17: mqtt.password-file: found this key without username, expected the name that the password belongs to\n    \
         Add username = \"…\": MQTT has no password without a user.",
    ),
    // Values.
    (
        "[metrics]\nlisten = \"localhost:9867\"\n",
        "f:2:10: metrics.listen: found \"localhost:9867\", \
         expected an address of this computer and a port, such as \"127.0.0.1:9867\" or \"[::1]:9867\"\n    \
         Write 127.0.0.1 instead of localhost: a name may have several addresses.",
    ),
    (
        "[metrics]\nlisten = \":9867\"\n",
        "f:2:10: metrics.listen: found \":9867\", \
         expected an address of this computer and a port, such as \"127.0.0.1:9867\" or \"[::1]:9867\"\n    \
         For every address of this computer, write \"[::]:9867\", or \"0.0.0.0:9867\" for IPv4 alone.",
    ),
    (
        "[metrics]\nlisten = \"http://127.0.0.1:9867/metrics\"\n",
        "f:2:10: metrics.listen: found \"http://127.0.0.1:9867/metrics\", \
         expected an address of this computer and a port, such as \"127.0.0.1:9867\" or \"[::1]:9867\"\n    \
         It is no URL: leave out what precedes the address and what follows the port.",
    ),
    (
        "[metrics]\nlisten = \"127.0.0.1:0\"\n",
        "f:2:10: metrics.listen: found \"127.0.0.1:0\", \
         expected an address of this computer and a port, such as \"127.0.0.1:9867\" or \"[::1]:9867\"\n    \
         The port is 1 to 65535: it has to stay the same.",
    ),
    (
        "[metrics]\nlisten = \"127.0.0.1\"\n",
        "f:2:10: metrics.listen: found \"127.0.0.1\", \
         expected an address of this computer and a port, such as \"127.0.0.1:9867\" or \"[::1]:9867\"",
    ),
    (
        "[mqtt]\nqos = 3\n",
        "f:2:7: mqtt.qos: found 3, expected 0, 1 or 2",
    ),
    (
        "[mqtt]\nqos = \"1\"\n",
        "f:2:7: mqtt.qos: found \"1\", expected 0, 1 or 2, without quotes",
    ),
    (
        "[mqtt]\nqos = 1.5\n",
        "f:2:7: mqtt.qos: found a number with a decimal point, expected 0, 1 or 2",
    ),
    (
        "[mqtt]\nretain = \"yes\"\n",
        "f:2:10: mqtt.retain: found \"yes\", expected true or false, without quotes",
    ),
    (
        "[mqtt]\ninterval = 10\n",
        "f:2:12: mqtt.interval: found 10, \
         expected \"frame\", or a duration from \"1s\" to \"1d\" such as \"10s\" or \"2min\"\n    \
         It is a text: put it between double quotes.",
    ),
    (
        "[mqtt]\ninterval = \"2d\"\n",
        "f:2:12: mqtt.interval: found \"2d\", \
         expected \"frame\", or a duration from \"1s\" to \"1d\" such as \"10s\" or \"2min\"",
    ),
    (
        "[mqtt.on-change]\naparent-power = 50\n",
        "f:2:1: mqtt.on-change.aparent-power: found an unknown quantity, \
         expected \"apparent_power\", the nearest one that is a number\n    \
         They are in the output of: linky-sensor list-fields",
    ),
    (
        "[mqtt]\non-change = { breaker = 1 }\n",
        "f:2:15: mqtt.on-change.breaker: found a quantity that is not a number, \
         expected a quantity that is a number, such as \"apparent_power\"\n    \
         They are in the output of: linky-sensor list-fields",
    ),
    (
        "[mqtt]\non-change = { power = 0.5, seq = 1 }\n",
        "f:2:23: mqtt.on-change.power: found a number with a decimal point, \
         expected a whole number (W) from 1, without quotes\n\
         f:2:28: mqtt.on-change.seq: found a quantity that is not a number, \
         expected a quantity that is a number, such as \"apparent_power\"\n    \
         They are in the output of: linky-sensor list-fields",
    ),
    (
        "[mqtt]\non-change = { tariff_index = 0 }\n",
        "f:2:30: mqtt.on-change.tariff_index: found 0, expected a whole number from 1, without quotes",
    ),
    (
        "[mqtt]\non-change = 50\n",
        "f:2:13: mqtt.on-change: found 50, expected a table: a line [mqtt.on-change] with its keys below",
    ),
    (
        "[mqtt]\ninterval = \"frame\"\non-change = { power = 50 }\n",
        "f:3:1: mqtt.on-change: found this key with interval = \"frame\", expected an interval such as \"1min\"\n    \
         Each frame is published anyway: choose another interval, or remove this key.",
    ),
    (
        "[mqtt]\nkeep-alive = \"5500ms\"\n",
        "f:2:14: mqtt.keep-alive: found \"5500ms\", \
         expected a duration in whole seconds, from \"5s\" to \"65535s\", such as \"30s\"",
    ),
    (
        "[mqtt]\nhistory = \"64M\"\n",
        "f:2:11: mqtt.history: found \"64M\", expected \"off\", or a size from \"64KiB\" to \"16GiB\" such as \"64MiB\"",
    ),
    (
        "[mqtt]\nbase-topic = \"linky/#\"\n",
        "f:2:14: mqtt.base-topic: found \"linky/#\", expected a topic such as \"linky\" or \"house/linky\"\n    \
         + and # are wildcards: they can be subscribed to, not published on.",
    ),
    (
        "[mqtt]\nclient-id = \"a/b\"\n",
        "f:2:13: mqtt.client-id: found \"a/b\", expected 1 to 64 letters, digits or any of - _ . :",
    ),
    (
        "[mqtt.home-assistant]\nlanguage = \"de\"\n",
        "f:2:12: mqtt.home-assistant.language: found \"de\", expected \"fr\" or \"en\"",
    ),
    (
        "[mqtt.home-assistant]\ndiscovery = \"entity\"\n",
        "f:2:13: mqtt.home-assistant.discovery: found \"entity\", expected \"device\" or \"entities\"",
    ),
    // Meters.
    (
        "[[meter]]\nmode = \"historic\"\n",
        "f:2:8: meter[main].mode: found \"historic\", expected \"auto\", \"standard\" or \"historique\"",
    ),
    (
        "[[meter]]\nid = \"Main\"\n",
        "f:2:6: meter[Main].id: found \"Main\", expected 1 to 32 of the characters a-z, 0-9 and _\n    \
         It names the MQTT topics and the D-Bus object; what people read is the key name.",
    ),
    (
        "[[meter]]\nid = \"bridge\"\n",
        "f:2:6: meter[bridge].id: found \"bridge\", expected another id\n    \
         \"bridge\" is taken by the topic of the daemon's availability.",
    ),
    (
        "[[meter]]\ndevice = \"ttyUSB0\"\n",
        "f:2:10: meter[main].device: found \"ttyUSB0\", \
         expected the full path of a serial port such as \"/dev/linky\", or \"tcp://host:port\"\n    \
         Did you mean \"/dev/ttyUSB0\"?",
    ),
    (
        "[[meter]]\ndevice = \"tcp://pi\"\n",
        "f:2:10: meter[main].device: found \"tcp://pi\", \
         expected the full path of a serial port such as \"/dev/linky\", or \"tcp://host:port\"\n    \
         A port number is needed after the host, as in \"tcp://pi:3333\".",
    ),
    (
        "[meter]\nid = \"main\"\n",
        "f:1:1: meter: found a table, expected [[meter]], in double brackets: there may be several",
    ),
    (
        "mqtt = true\n",
        "f:1:8: mqtt: found true, expected a table: a line [mqtt] with its keys below",
    ),
    (
        "[[meter]]\n\n[[meter]]\nname = \"Garage\"\n",
        "f:3:1: meter[main]: found a second meter of id \"main\" (the first is on line 1), \
         expected an id of its own for each meter of a file\n    \
         Give it a key such as id = \"garage\"; without one the id is \"main\".",
    ),
    (
        "[[meter]]\n[[meter]]\nid = \"garage\"\n",
        "f:2:1: meter[garage].device: found /dev/linky, which the meter \"main\" is already read from, \
         expected a device of its own for each meter\n    \
         Each adapter has a name that stays the same: ls /dev/serial/by-id/",
    ),
    (
        "[[meter]]\ndevice = \"tcp://Pi:1\"\n[[meter]]\nid = \"garage\"\ndevice = \"tcp://pi:1\"\n",
        "f:5:10: meter[garage].device: found tcp://pi:1, which the meter \"main\" is already read from, \
         expected a device of its own for each meter\n    \
         Each adapter has a name that stays the same: ls /dev/serial/by-id/",
    ),
    // The broker.
    (
        "[mqtt]\nurl = \"tcp://broker\"\n",
        "f:2:7: mqtt.url: found \"tcp://broker\", expected \"mqtt://host:port\", or \"mqtts://host:port\" for TLS\n    \
         Write mqtt:// instead of tcp://.",
    ),
    (
        "[mqtt]\nurl = \"mqtt://2001:db8::1\"\n",
        "f:2:7: mqtt.url: found \"mqtt://2001:db8::1\", expected \"mqtt://host:port\", or \"mqtts://host:port\" for TLS\n    \
         The host is a name, an IPv4 address or an IPv6 address in brackets, as in [2001:db8::1]; the port is 1 to 65535.",
    ),
    (
        "[mqtt]\nca-file = \"/etc/ca.pem\"\n",
        "f:2:11: mqtt.ca-file: found this key with mqtt://localhost:1883, which is not encrypted, \
         expected a url that begins with mqtts://\n    \
         Write mqtts:// (port 8883 unless given), or remove this key.",
    ),
    (
        "[mqtt]\nurl = \"mqtts://broker\"\nclient-key = \"/etc/key.pem\"\n",
        "f:3:14: mqtt.client-key: found this key without client-certificate, \
         expected both client-certificate and client-key, or neither\n    \
         They are two halves of one identity: add the other, or remove this one.",
    ),
    (
        "[mqtt.python-compatible]\n",
        "f:1:7: mqtt.python-compatible: found this table with publish-identifiers = false, \
         expected publish-identifiers = true in [privacy]\n    \
         The format of the Python linky-sensor holds the meter's serial number and PRM: allow it, or remove this table.",
    ),
    (
        "[mqtt.teleinfo2mqtt-compatible]\n",
        "f:1:7: mqtt.teleinfo2mqtt-compatible: found this table with publish-identifiers = false, \
         expected publish-identifiers = true in [privacy]\n    \
         The format of teleinfo2mqtt holds the meter's serial number and PRM: allow it, or remove this table.",
    ),
    (
        "[[meter]]\n[[meter]]\nid = \"b\"\ndevice = \"/dev/b\"\n[privacy]\npublish-identifiers = true\n[mqtt.python-compatible]\n",
        "f:7:7: mqtt.python-compatible: found this table with 2 meters, expected a single meter\n    \
         The Python linky-sensor reads one meter; with several, only the topics of each meter can be used.",
    ),
    // TOML.
    (
        "[mqtt]\nqos = 1\nqos = 2\n",
        "f:3:1: found a key or table that is already given above, expected each key and each table once in a file\n    \
         Remove one of the two, or put its keys together with the first.",
    ),
    // All at once, in order of place; é counts for one column.
    (
        "[mqtt]\nusername = \"é\" \nretain = 1 # é\nqos = 7\n[dbus]\nenable = false\n",
        "f:3:10: mqtt.retain: found 1, expected true or false\n\
         f:4:7: mqtt.qos: found 7, expected 0, 1 or 2\n\
         f:6:1: dbus.enable: found an unknown key, expected \"enabled\", the nearest valid key\n    \
         The keys of [dbus] are enabled.",
    ),
];

#[test]
fn each_mistake_is_explained() {
    for (text, expected) in WRONG {
        let error = config::parse("f", text).expect_err(text).to_string();
        assert_eq!(error, *expected, "about:\n{text}");
    }
}

/// The faults are English for the journal; a fault that has no row in src/words/translation stays English.
#[test]
fn each_mistake_is_explained_in_french() {
    const ENGLISH: [&str; 20] = [
        "the", "found", "expected", "an", "its", "is", "of", "this", "without", "with", "whole",
        "it", "such", "be", "not", "key", "keys", "them", "each", "write",
    ];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    for (text, english) in WRONG {
        std::fs::write(&path, text).unwrap();
        let output = std::process::Command::new(program::PATH)
            .args(["--lang", "fr", "check-config", "--config"])
            .arg(&path)
            .output()
            .unwrap();
        let shown = String::from_utf8(output.stderr).unwrap();
        assert_eq!(shown.lines().count(), english.lines().count(), "{shown}");
        let mut words = shown.split(|c: char| !c.is_alphanumeric() && !"-_\".".contains(c));
        let left = words.find(|word| ENGLISH.contains(word));
        assert_eq!(left, None, "add a row to src/words/translation:\n{shown}");
    }
}

#[test]
fn the_old_habit_of_underscores_is_understood() {
    let error =
        config::parse("f", "[mqtt]\npassword_file = \"/a\"\nBase_Topic = \"x\"\n").unwrap_err();
    let message: Vec<&str> = error
        .faults()
        .iter()
        .map(|fault| fault.expected.as_str())
        .collect();
    assert_eq!(
        message,
        [
            "\"password-file\", the nearest valid key",
            "\"base-topic\", the nearest valid key"
        ]
    );
}

#[test]
fn a_line_that_is_not_toml_is_placed_and_not_shown() {
    let error = config::parse("f", "[mqtt]\nusername = \"é\"\npassword = hunter2\n")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("f:3:12: found a line that is not TOML ("),
        "{error}"
    );
    assert!(
        error.contains("\n    Text goes between double quotes; true and false are in lower case"),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}

proptest::proptest! {
    /// Whatever the file holds: an answer, which begins with a place, and no panic.
    #[test]
    fn any_text_gets_an_answer(
        lines in proptest::collection::vec(proptest::sample::select(PIECES), 0..12),
        noise in "\\PC{0,20}",
    ) {
        let text = format!("{}{noise}", lines.concat());
        if let Err(error) = config::parse("f", &text) {
            assert!(error.faults().iter().all(|fault| fault.to_string().starts_with("f:")), "{error}");
        }
    }
}

/// Pieces of files, right and wrong, that a property test puts together.
const PIECES: &[&str] = &[
    "[[meter]]\n",
    "[meter]\n",
    "meter = [1, {}]\n",
    "id = \"b\"\n",
    "device = \"/dev/b\"\n",
    "device = \"tcp://[::1]:1\"\n",
    "[mqtt]\n",
    "mqtt.qos = 1\n",
    "url = \"mqtts://b\"\n",
    "ca-file = \"/a\"\n",
    "client-key = \"/a\"\n",
    "password-file = \"/a\"\n",
    "interval = \"99999999999999999999d\"\n",
    "on-change = { power = 50, é = -9223372036854775808 }\n",
    "history = \"18446744073709551615GiB\"\n",
    "[mqtt.python-compatible]\n",
    "[mqtt.teleinfo2mqtt-compatible]\n",
    "[privacy]\n",
    "publish-identifiers = true\n",
    "é = ",
    "\"",
    "= 1\r\n",
];
