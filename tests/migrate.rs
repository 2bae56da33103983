//! `linky-sensor migrate` on files of the other programs: what it prints, and what it leaves to the user.
//!
//! `UPDATE_GOLDEN=1 cargo test --test migrate` writes the expected files anew, for a person to read the difference.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use linky_sensor::config;
use linky_sensor::names::exit;

#[path = "support/program.rs"]
mod program;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/migrate")
        .join(name)
}

fn migrate(file: &Path) -> Output {
    program::command()
        .arg("migrate")
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs it with a standard output that is full.
fn migrate_to_full(file: &Path) -> Output {
    program::command()
        .arg("migrate")
        .arg(file)
        .stdout(fs::File::options().write(true).open("/dev/full").unwrap())
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

fn migrate_text(text: &str) -> Output {
    let mut child = program::command()
        .args(["migrate", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn each_file_gives_a_configuration_that_is_right() {
    for name in ["python.conf", "docker-compose.yml", "options.json"] {
        let output = migrate(&golden(name));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(i32::from(exit::OK)), "{errors}");
        let printed = format!(
            "{}# Notes:\n{errors}",
            String::from_utf8(output.stdout).unwrap()
        );
        config::parse(name, printed.split("# Notes").next().unwrap()).unwrap();
        for secret in ["correct-horse", "secret@", "secret\""] {
            assert!(!printed.contains(secret), "{printed}");
        }
        let expected = golden(name).with_extension("expected");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &printed).unwrap();
        }
        assert_eq!(printed, fs::read_to_string(&expected).unwrap(), "{name}");
    }
}

#[test]
fn a_file_of_neither_is_refused_with_what_is_expected() {
    for (text, code, why) in [
        (
            "[mqtt]\nurl = \"mqtt://x\"\n",
            exit::DATA,
            "neither an INI file",
        ),
        ("", exit::DATA, "neither an INI file"),
        ("MQTT_URL=ws://broker\n", exit::DATA, "mqtt.url"),
        ("[mqtt_broker]\nport = many\n", exit::DATA, "mqtt.url"),
    ] {
        let output = migrate_text(text);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            output.status.code(),
            Some(i32::from(code)),
            "{text}: {errors}"
        );
        assert!(errors.contains(why), "{text}: {errors}");
        assert_eq!(output.stdout, b"", "nothing half right is printed");
    }
    let (binary, device) = (tempfile::NamedTempFile::new().unwrap(), "/dev/zero");
    fs::write(binary.path(), [0xFF, 0xFE, 0x00, 0x80]).unwrap();
    for (file, why) in [
        (binary.path(), "no text in UTF-8"),
        (Path::new(device), "larger than 1 MiB"),
    ] {
        let output = migrate(file);
        assert_eq!(output.status.code(), Some(i32::from(exit::DATA)));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(why), "{errors}");
    }
    let output = migrate(Path::new("/nowhere/x.conf"));
    assert_eq!(output.status.code(), Some(i32::from(exit::NO_INPUT)));
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let output = migrate_to_full(&golden("python.conf"));
    assert_eq!(output.status.code(), Some(i32::from(exit::IO)));
}
