//! The configuration as users see it: the shipped files, merged files, and the messages about mistakes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod mistakes;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use linky_sensor::config::{self, Device, Interval, Settings};
use linky_sensor::names::{exit, variable};
use linky_sensor::tic::Mode;

#[path = "../support/program.rs"]
mod program;

/// The path of a file of this package.
fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A directory with a main file and drop-ins.
struct Files {
    directory: tempfile::TempDir,
}

impl Files {
    fn new(main: &str, drop_ins: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("linky-sensor.toml"), main).unwrap();
        fs::create_dir(directory.path().join("linky-sensor.d")).unwrap();
        for (name, text) in drop_ins {
            fs::write(directory.path().join("linky-sensor.d").join(name), text).unwrap();
        }
        Self { directory }
    }

    fn main(&self) -> PathBuf {
        self.directory.path().join("linky-sensor.toml")
    }

    fn load(&self) -> Settings {
        config::load(&self.main()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The error, without the directory.
    fn error(&self) -> String {
        let directory = format!("{}/", self.directory.path().display());
        config::load(&self.main())
            .unwrap_err()
            .to_string()
            .replace(&directory, "")
    }
}

/// Runs `check-config`. Returns its exit code, output and errors.
fn run_check_config(path: &Path) -> (u8, String, String) {
    let output = program::command()
        .arg("check-config")
        .arg("--config")
        .arg(path)
        .env_remove(variable::CREDENTIALS_DIRECTORY)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    (
        u8::try_from(code).unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn an_empty_file_and_the_shipped_ones_mean_the_defaults() {
    assert_eq!(config::parse("empty", "").unwrap(), Settings::default());
    for path in [
        "debian/linky-sensor.toml",
        "docs/examples/linky-sensor.toml",
    ] {
        assert_eq!(
            config::load(&shipped(path)).unwrap(),
            Settings::default(),
            "{path}"
        );
    }
}

#[test]
fn the_complete_example_names_every_key() {
    // Each table is asked for a key that does not exist: the answer lists those that do.
    let complete = fs::read_to_string(shipped("docs/examples/linky-sensor.toml")).unwrap();
    let probes = "x = 1\n[[meter]]\nx = 1\n[dbus]\nx = 1\n[mqtt]\nx = 1\n[mqtt.home-assistant]\nx = 1\n\
                  [mqtt.python-compatible]\nx = 1\n[mqtt.teleinfo2mqtt-compatible]\nx = 1\n[metrics]\nx = 1\n[privacy]\nx = 1\n";
    let error = config::parse("probes", probes).unwrap_err();
    assert_eq!(error.faults().len(), 9);
    for fault in error.faults() {
        let advice = fault.advice.as_deref().unwrap();
        let (_, keys) = advice.trim_end_matches('.').rsplit_once(" are ").unwrap();
        for key in keys.split(", ") {
            let is_named = complete
                .lines()
                .map(|line| line.trim_start_matches('#'))
                .any(|line| {
                    line.starts_with(&format!("{key} = "))
                        || line
                            .trim_matches(['[', ']'])
                            .split('.')
                            .any(|name| name == key)
                });
            assert!(
                is_named,
                "{}: {key} is not in the complete example",
                fault.subject
            );
        }
    }
}

#[test]
fn the_complete_example_is_right_with_every_key_in_force() {
    let complete = fs::read_to_string(shipped("docs/examples/linky-sensor.toml")).unwrap();
    let uncommented: Vec<&str> = complete
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest)
                if rest.starts_with(|first: char| first.is_ascii_lowercase() || first == '[') =>
            {
                rest
            }
            _ => line,
        })
        .collect();
    // Two of the keys ask for another value of a third: a drop-in gives it.
    let allow = "mqtt.url = \"mqtts://localhost\"\nprivacy.publish-identifiers = true\n";
    let settings = Files::new(&uncommented.join("\n"), &[("allow.toml", allow)]).load();
    assert!(settings.mqtt.client_key.is_some() && settings.mqtt.client_id.is_some());
    assert_eq!(
        settings.mqtt.python_compatible,
        Some(config::PythonCompatible::default())
    );
    assert_eq!(
        settings.mqtt.teleinfo2mqtt_compatible,
        Some(config::Teleinfo2mqttCompatible::default())
    );
}

#[test]
fn every_drop_in_example_is_right_beside_the_shipped_file() {
    let main = fs::read_to_string(shipped("debian/linky-sensor.toml")).unwrap();
    let mut count = 0;
    for entry in fs::read_dir(shipped("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            Files::new(
                &main,
                &[("example.toml", &fs::read_to_string(&path).unwrap())],
            )
            .load();
            count += 1;
        }
    }
    assert!(count >= 4, "only {count} examples");
}

#[test]
fn the_shipped_file_stays_short_and_holds_no_secret() {
    let text = fs::read_to_string(shipped("debian/linky-sensor.toml")).unwrap();
    assert!(
        text.lines().count() <= 15,
        "a long conffile stops unattended upgrades"
    );
    assert!(!text.contains("password"));
}

#[test]
fn later_files_change_keys_and_meters_by_id() {
    let main = "[[meter]]\nid = \"main\"\nname = \"House\"\nmode = \"standard\"\n[mqtt]\nqos = 2\ninterval = \"1min\"\n";
    let files = Files::new(
        main,
        &[
            ("20-last.toml", "[mqtt]\ninterval = \"frame\"\n"),
            (
                "10-meters.toml",
                "[[meter]]\nid = \"barn\"\ndevice = \"tcp://[::1]:3333\"\n[[meter]]\nid = \"main\"\ndevice = \"/dev/ttyAMA0\"\n",
            ),
            (
                "15-middle.toml",
                "[mqtt]\ninterval = \"5s\"\nkeep-alive = \"1min\"\n",
            ),
        ],
    );
    let settings = files.load();
    assert_eq!(settings.mqtt.interval, Interval::Frame);
    assert_eq!(settings.mqtt.keep_alive, Duration::from_secs(60));
    assert_eq!(settings.mqtt.qos, config::Qos::ExactlyOnce);
    let [house, barn] = settings.meters.as_slice() else {
        panic!("{:?}", settings.meters)
    };
    assert_eq!(
        (house.id.as_str(), house.name.as_str(), house.mode),
        ("main", "House", config::ModeChoice::Fixed(Mode::Standard))
    );
    assert_eq!(house.device, Device::Path("/dev/ttyAMA0".into()));
    assert_eq!(
        (barn.id.as_str(), barn.name.as_str()),
        ("barn", "Linky barn")
    );
    assert_eq!(
        barn.device,
        Device::Tcp {
            host: "::1".to_owned(),
            port: 3333
        }
    );
}

#[test]
fn a_fault_in_a_drop_in_is_placed_there() {
    let files = Files::new(
        "[mqtt]\nqos = 9\n",
        &[("a.toml", "[mqtt]\nqos = 1\nraw = 1\n")],
    );
    assert_eq!(
        files.error(),
        "linky-sensor.d/a.toml:3:7: mqtt.raw: found 1, expected true or false"
    );
}

#[test]
fn a_missing_file_is_an_error_when_it_was_asked_for() {
    let (code, out, err) = run_check_config(Path::new("/nonexistent/linky-sensor.toml"));
    assert_eq!((code, out.as_str()), (exit::CONFIG, ""));
    assert_eq!(
        err,
        "/nonexistent/linky-sensor.toml: found no such file, expected a readable file\n    \
         Check the path given to --config; without it, /etc/linky-sensor/linky-sensor.toml is read.\n"
    );
}

#[test]
fn check_config_sums_up_what_is_in_force() {
    let files = Files::new(
        "",
        &[(
            "python.toml",
            include_str!("../../docs/examples/python-compatible.toml"),
        )],
    );
    let (code, out, err) = run_check_config(&files.main());
    assert_eq!((code, err.as_str()), (exit::OK, ""));
    let directory = files.main().parent().unwrap().display().to_string();
    assert_eq!(
        out.replace(&directory, ""),
        "Read: /linky-sensor.toml\n\
         Read: /linky-sensor.d/python.toml\n\
         The configuration is valid.\n\
         Meter main (Linky): /dev/linky, mode auto, parity auto\n\
         D-Bus: io.github.linky_sensor.Linky1\n\
         MQTT: mqtt://localhost:1883, without a user\n  \
           States: linky/<id>/state, every 10s, QoS 1\n  \
           History while the broker is away: kept up to 64MiB\n  \
           Home Assistant: found under homeassistant, language fr, discovery device\n  \
           Python linky-sensor: house/sensors/energy, house/probes/linky-sensor/status\n\
         Metrics: off\n\
         Serial number and PRM: published\n"
    );
}

#[test]
fn check_config_shows_who_can_read_the_metrics() {
    for (listen, who) in [
        ("127.0.0.1:9867", "for this computer"),
        ("[::1]:9867", "for this computer"),
        ("0.0.0.0:9867", "for whoever reaches that address"),
        ("[::]:9867", "for whoever reaches that address"),
    ] {
        let files = Files::new(&format!("[metrics]\nlisten = \"{listen}\"\n"), &[]);
        let (code, out, err) = run_check_config(&files.main());
        assert_eq!((code, err.as_str()), (exit::OK, ""));
        let line = format!("Metrics: http://{listen}/metrics, {who}\n");
        assert!(out.contains(&line), "{out}");
    }
}

#[test]
fn check_config_shows_which_moves_are_published_at_once() {
    let files = Files::new(
        "[mqtt]\ninterval = \"1min\"\non-change = { power = 50 }\n",
        &[("index.toml", "[mqtt.on-change]\ntariff_index = 1\n")],
    );
    let (code, out, err) = run_check_config(&files.main());
    assert_eq!((code, err.as_str()), (exit::OK, ""));
    let states = "  States: linky/<id>/state, every 1min, when power moves by 50 W, when tariff_index moves by 1, QoS 1\n";
    assert!(out.contains(states), "{out}");
}
