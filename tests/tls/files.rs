//! The messages of `check-config` about the files of TLS.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use linky_sensor::names::exit;

use super::mqtt;
use super::support::certificates::{Authority, Pair, THIS_MACHINE};
use super::support::program;

const OK: i32 = exit::OK as i32;
const CONFIG: i32 = exit::CONFIG as i32;

const URL: &str = "mqtts://localhost:1";

/// `check-config` on this configuration: exit code, and errors without its directory.
fn check(config: &str) -> (i32, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("linky-sensor.toml");
    fs::write(&path, config).unwrap();
    let (code, errors) = check_at(&path, &mut program::command());
    let directory = format!("{}/", directory.path().display());
    (code, errors.replace(&directory, ""))
}

fn check_at(path: &Path, command: &mut Command) -> (i32, String) {
    let output = command
        .args(["check-config", "--config"])
        .arg(path)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), errors)
}

/// A file with this content.
fn file(authority: &Authority, name: &str, content: &[u8]) -> PathBuf {
    let path = authority.path(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn good_files_are_good() {
    let authority = Authority::new();
    let pair = authority.sign("client", "DNS:client");
    // As other programs write it: words before the key.
    let key = fs::read_to_string(&pair.key).unwrap();
    let key = file(
        &authority,
        "with-words.key",
        format!("Bag Attributes\n{key}").as_bytes(),
    );
    let with_words = Pair {
        key,
        ..pair.clone()
    };
    for client in [&pair, &with_words] {
        let config = mqtt(URL, Some(&authority.certificate()), Some(client));
        assert_eq!(check(&config), (OK, String::new()));
    }
}

/// Writes `client.key` as `traditional.key`, in the format from before PKCS #8.
fn write_traditional_key(authority: &Authority) {
    authority.openssl(&[
        "pkey",
        "-in",
        "client.key",
        "-traditional",
        "-out",
        "traditional.key",
    ]);
}

#[test]
fn each_mistake_is_named_with_what_to_do() {
    let authority = Authority::new();
    let server = authority.sign("server", THIS_MACHINE);
    let Pair { certificate, key } = authority.sign("client", "DNS:client");
    authority.openssl(&[
        "x509",
        "-in",
        "client.pem",
        "-outform",
        "DER",
        "-out",
        "der.pem",
    ]);
    write_traditional_key(&authority);
    let cipher = ["-aes256", "-passout", "pass:secret"];
    authority.openssl(
        &[
            &["pkey", "-in", "client.key", "-out", "encrypted.key"],
            &cipher[..],
        ]
        .concat(),
    );
    let garbage = file(&authority, "garbage", b"hello\n");
    let at = |name| authority.path(name);
    let missing = at("missing.pem");

    for (ca, wanted) in [
        (
            &missing,
            "no such file. Put it there, or correct ca-file in [mqtt]",
        ),
        (&garbage, "it holds no certificate, expected one in PEM"),
        (
            &at("der.pem"),
            "it is in DER, expected PEM. Convert it: openssl x509 -inform DER",
        ),
        (&key, "it holds no certificate"),
        (
            &PathBuf::from("/dev/zero"),
            "it is larger than any certificate",
        ),
    ] {
        let (code, errors) = check(&mqtt(URL, Some(ca), None));
        let line = format!("linky-sensor.toml:4:11: ca-file {}: {wanted}", ca.display());
        assert!(
            code == CONFIG && errors.starts_with(&line),
            "{code} {errors}"
        );
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    for (key, wanted) in [
        (
            &missing,
            "no such file. Put it there, or correct client-key in [mqtt]",
        ),
        (
            &garbage,
            "it holds no key, expected one that begins with -----BEGIN PRIVATE KEY-----",
        ),
        (
            &at("traditional.key"),
            "its key is in another format, expected PKCS#8",
        ),
        (
            &at("encrypted.key"),
            "its key is encrypted with a passphrase, expected PKCS#8",
        ),
        (&server.key, "it is not the key of the certificate"),
    ] {
        let client = Pair {
            certificate: certificate.clone(),
            key: key.clone(),
        };
        let (code, errors) = check(&mqtt(URL, None, Some(&client)));
        let line = format!(
            "linky-sensor.toml:5:14: client-key {}: {wanted}",
            key.display()
        );
        assert!(
            code == CONFIG && errors.starts_with(&line),
            "{code} {errors}"
        );
    }
    let client = Pair {
        certificate: garbage,
        key,
    };
    let (_, errors) = check(&mqtt(URL, Some(&missing), Some(&client)));
    let keys: Vec<&str> = errors
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(
        keys,
        ["ca-file", "client-certificate"],
        "both are reported: {errors}"
    );
}

#[test]
fn the_advice_on_a_key_of_another_format_is_right() {
    let authority = Authority::new();
    let Pair { certificate, .. } = authority.sign("client", "DNS:client");
    write_traditional_key(&authority);
    let key = authority.path("traditional.key");
    let client = Pair { certificate, key };
    let (_, errors) = check(&mqtt(URL, None, Some(&client)));
    let (_, advice) = errors.trim().split_once("Convert it: openssl ").unwrap();
    authority.openssl(&advice.split(' ').collect::<Vec<_>>());
    let key = authority.path("traditional.key.pem");
    let config = mqtt(URL, None, Some(&Pair { key, ..client }));
    assert_eq!(check(&config), (OK, String::new()));
}

#[test]
fn what_may_not_be_read_is_a_warning() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name| directory.path().join(name);
    // Root may read everything, so it asks as somebody else, who must be able to reach all the rest.
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    // By another process: what a test beside this one starts at that moment would inherit the copy, open for writing, and the
    // copy could not be started.
    let mut copy = Command::new("cp");
    let copied = copy
        .args([Path::new(program::PATH), &at("linky-sensor")])
        .status();
    assert!(copied.unwrap().success());
    let mut config = mqtt(URL, Some(&at("secret")), None);
    config += &format!(
        "username = \"linky\"\npassword-file = \"{}\"\n",
        at("secret").display()
    );
    fs::write(at("linky-sensor.toml"), config).unwrap();
    fs::write(at("secret"), "secret\n").unwrap();
    fs::set_permissions(at("secret"), fs::Permissions::from_mode(0o000)).unwrap();

    let mut command = Command::new(at("linky-sensor"));
    command.args(program::ENGLISH);
    if nix::unistd::geteuid().is_root() {
        command.uid(65_534);
    }
    let (code, errors) = check_at(&at("linky-sensor.toml"), &mut command);
    assert_eq!(code, OK, "{errors}");
    for key in ["ca-file", "password-file"] {
        let line = format!(": {key} {0}: not checked", at("secret").display());
        assert!(errors.contains(&line), "{errors}");
    }
}

#[test]
fn a_password_file_is_checked() {
    let missing = "username = \"linky\"\npassword-file = \"/nonexistent\"\n";
    let (code, errors) = check(&(mqtt("mqtt://localhost", None, None) + missing));
    assert_eq!(code, CONFIG);
    assert!(
        errors.starts_with(
            "linky-sensor.toml:5:17: password-file /nonexistent: the broker's password cannot be read"
        ),
        "{errors}"
    );
}
