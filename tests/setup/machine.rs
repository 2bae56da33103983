//! `setup` on its machine, and what it leaves there.

use std::path::Path;

use super::support::conversation::Conversation;

/// What it writes.
pub const DROP_IN: &str = "/etc/linky-sensor/linky-sensor.d/setup.toml";
pub const CREDENTIAL: &str = "/etc/credstore/linky-sensor.mqtt-password";

const NO_BUS: &str = "unix:path=/nonexistent";

/// Begins it with these arguments, in English, without a bus.
pub fn begin(arguments: &[&str]) -> Conversation {
    begin_in("en", arguments, NO_BUS)
}

/// Begins it in this language, on a machine with this system bus.
pub fn begin_in(lang: &str, arguments: &[&str], bus: &str) -> Conversation {
    start(lang, arguments, &[("DBUS_SYSTEM_BUS_ADDRESS", bus)])
}

/// Begins it in a container.
pub fn begin_in_container(arguments: &[&str]) -> Conversation {
    let bus = ("DBUS_SYSTEM_BUS_ADDRESS", NO_BUS);
    start("en", arguments, &[bus, ("container", "oci")])
}

fn start(lang: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Conversation {
    let arguments = [&["setup"], arguments].concat();
    Conversation::begin(lang, &arguments, variables)
}

/// Whether nothing is written.
pub fn is_untouched() -> bool {
    !Path::new(DROP_IN).exists() && !Path::new(CREDENTIAL).exists()
}
