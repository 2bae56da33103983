//! From the options of the app and the broker of the Supervisor to the daemon's configuration.
//!
//! Output: TOML as people write it, and the password, which goes into a file of its own. Whether a value is right is for the
//! daemon to check, as for everybody's file.

use std::path::Path;

use super::options::AppOptions;
use super::supervisor::OfferedBroker;
use crate::commands::console::CommandError;
use crate::commands::migrate::Draft;
use crate::names::exit;

/// What the daemon is started with.
pub struct AppConfiguration {
    /// The file.
    pub toml: String,
    /// The content of the password file.
    pub password: Option<String>,
}

/// Makes the configuration. `password_file` is where the password will be.
///
/// # Errors
/// The password is none that a file can hold on one line.
pub fn configuration(
    options: &AppOptions,
    device: &str,
    offered: Option<OfferedBroker>,
    password_file: &Path,
) -> Result<AppConfiguration, CommandError> {
    let mut draft =
        Draft::new("Made from the options of the app at each start; changes here are lost.");
    draft.set_text("[[meter]]", "id", "main");
    draft.set_text("[[meter]]", "device", device);
    if let Some(mode) = &options.mode {
        draft.set_text("[[meter]]", "mode", mode);
    }
    draft.set_flag("[dbus]", "enabled", false);
    draft.begin("[mqtt]");
    let own = options.mqtt_url.as_ref().map(|url| OfferedBroker {
        url: url.clone(),
        login: options
            .mqtt_username
            .clone()
            .map(|user| (user, options.mqtt_password.clone())),
    });
    let mut password = None;
    if let Some(broker) = own.or(offered) {
        draft.set_text("[mqtt]", "url", &broker.url);
        if let Some((user, secret)) = broker.login {
            draft.set_text("[mqtt]", "username", &user);
            password = secret;
        }
    }
    if let Some(secret) = &password {
        if secret.contains(['\n', '\0']) {
            let why = "the broker's password has several lines, which MQTT allows and linky-sensor does not; change it";
            return Err(CommandError::new(exit::CONFIG, why));
        }
        draft.set_text("[mqtt]", "password-file", &password_file.to_string_lossy());
    }
    if let Some(interval) = &options.interval {
        draft.set_text("[mqtt]", "interval", interval);
    }
    if let Some(raw) = options.raw {
        draft.set_flag("[mqtt]", "raw", raw);
    }
    if let Some(language) = &options.language {
        draft.set_text("[mqtt.home-assistant]", "language", language);
    }
    if let Some(publish) = options.publish_identifiers {
        draft.set_flag("[privacy]", "publish-identifiers", publish);
    }
    Ok(AppConfiguration {
        toml: draft.to_toml(),
        password,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Device, Interval, Language, ModeChoice};

    fn made(options: &str, offered: Option<OfferedBroker>) -> AppConfiguration {
        let options: AppOptions = serde_json::from_str(options).unwrap();
        let device = options.device.clone().unwrap_or("/dev/ttyUSB0".to_owned());
        configuration(&options, &device, offered, Path::new("/run/x/password"))
            .map_err(|error| format!("{error:?}"))
            .unwrap()
    }

    fn offered(password: &str) -> Option<OfferedBroker> {
        Some(OfferedBroker {
            url: "mqtt://core-mosquitto:1883".to_owned(),
            login: Some(("addons".to_owned(), Some(password.to_owned()))),
        })
    }

    #[test]
    fn every_option_arrives_in_the_settings() {
        let options = r#"{"device": "/dev/serial/by-id/a \"b\" \\c", "mode": "historique", "interval": "frame",
            "language": "en", "raw": true, "publish_identifiers": true}"#;
        let made = made(options, offered("p\"q\\r"));
        let settings = config::parse("made", &made.toml).unwrap();
        let meter = settings.meters.first().unwrap();
        let device = Device::Path("/dev/serial/by-id/a \"b\" \\c".into());
        assert_eq!((&meter.device, meter.mode), (&device, ModeChoice::ALL[2]));
        assert_eq!(meter.mode.as_str(), "historique");
        assert!(!settings.dbus.enabled && settings.mqtt.raw);
        assert_eq!(settings.mqtt.interval, Interval::Frame);
        assert_eq!(settings.mqtt.username.as_deref(), Some("addons"));
        assert_eq!(settings.mqtt.home_assistant.language, Language::English);
        assert!(settings.privacy.publish_identifiers);
        assert_eq!(made.password.as_deref(), Some("p\"q\\r"));
        assert!(!made.toml.contains("p\\\"q"), "{}", made.toml);
    }

    #[test]
    fn the_form_as_it_comes_is_a_configuration() {
        let options = r#"{"mode": "auto", "interval": "10s", "language": "fr"}"#;
        let made = made(options, offered("x"));
        let settings = config::parse("made", &made.toml).unwrap();
        assert_eq!(settings.mqtt.url.to_string(), "mqtt://core-mosquitto:1883");
        assert!(!settings.mqtt.raw && !settings.privacy.publish_identifiers);
    }

    #[test]
    fn another_broker_replaces_the_one_of_home_assistant_and_its_login() {
        let options =
            r#"{"mqtt_url": "mqtts://broker.example", "mqtt_password": "without a user"}"#;
        let made = made(options, offered("x"));
        let settings = config::parse("made", &made.toml).unwrap();
        assert_eq!(settings.mqtt.url.to_string(), "mqtts://broker.example:8883");
        assert_eq!((settings.mqtt.username, made.password), (None, None));
    }

    #[test]
    fn a_password_of_several_lines_is_refused() {
        let options = AppOptions::default();
        assert!(configuration(&options, "/dev/x", offered("a\nb"), Path::new("/p")).is_err());
    }
}
