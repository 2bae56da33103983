//! Ports that must not be opened, or cannot be.

use std::fs::File;
use std::os::unix::net::UnixListener;
use std::process::Stdio;

use super::stage::{Lang, Line, NO_BUS, compare, ended, on_port, replaced, run};

fn found(port: &str) -> String {
    let printed = run(super::stage::command(&[port, "--json"], NO_BUS));
    assert_eq!(printed.code, 1, "{}", printed.text);
    printed.json()["checks"][0]["finding"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn what_is_no_port_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert_eq!(found("/dev/null"), "not_a_port");
    assert_eq!(found(file.path().to_str().unwrap()), "not_a_port");
    assert_eq!(found("/nowhere/tty"), "missing");
}

#[test]
fn a_name_that_is_half_of_a_port_is_a_wrong_argument() {
    for (port, advice) in [
        ("tcp://meter.example.org", "tcp://meter.example.org:3333"),
        ("http://meter.example.org:80", "only tcp:// is"),
    ] {
        let mut command = super::stage::command(&[port], NO_BUS);
        let output = command.stderr(Stdio::piped()).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(64), "{errors}");
        assert!(errors.contains(advice), "{errors}");
    }
}

#[test]
fn a_port_that_another_has_open_is_named_with_its_holder() {
    let line = Line::open();
    let device = line.device().to_str().unwrap().to_owned();
    let _reader = File::options()
        .read(true)
        .write(true)
        .open(line.pty.path())
        .unwrap();
    let own = std::process::id().to_string();
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    for lang in Lang::BOTH {
        let printed = ended(on_port(&device, lang, NO_BUS));
        assert_eq!(printed.code, 1);
        let names = [
            (device.as_str(), "PORT"),
            (own.as_str(), "N"),
            (name.trim(), "reader"),
        ];
        compare("held", lang, &replaced(&printed.text, &names));
    }
}

#[test]
fn a_port_is_not_opened_while_systemd_does_not_answer() {
    let directory = tempfile::tempdir().unwrap();
    let bus = directory.path().join("bus");
    let _silent = UnixListener::bind(&bus).unwrap();
    let line = Line::open();
    let device = line.device().to_str().unwrap().to_owned();
    let target = line.pty.path().to_str().unwrap();
    for lang in Lang::BOTH {
        let bus = format!("unix:path={}", bus.display());
        let printed = ended(on_port(&device, lang, &bus));
        assert_eq!(printed.code, 1);
        compare(
            "busy-systemd",
            lang,
            &replaced(&printed.text, &[(target, "PORT")]),
        );
    }
}

#[test]
fn a_port_that_this_user_may_not_open_is_named_with_its_group() {
    let line = Line::open();
    let device = line.device();
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(line.pty.path(), permissions).unwrap();
    std::fs::set_permissions(
        device.parent().unwrap(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let mut command = super::stage::command(&[device.to_str().unwrap(), "--json"], NO_BUS);
    if nix::unistd::Uid::current().is_root() {
        // Root may open anything: nobody may not.
        let mut nobody = std::process::Command::new("setpriv");
        nobody
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(command.get_program())
            .args(command.get_args())
            .env_remove("container")
            .env("DBUS_SYSTEM_BUS_ADDRESS", NO_BUS)
            .stdout(Stdio::piped());
        command = nobody;
    } else {
        let nothing = std::os::unix::fs::PermissionsExt::from_mode(0o000);
        std::fs::set_permissions(line.pty.path(), nothing).unwrap();
    }
    let report = run(command).json();
    let port = &report["checks"][0];
    assert_eq!(port["finding"], "permission", "{report}");
    assert!(
        port["text"].as_str().unwrap().contains("may not open it"),
        "{report}"
    );
}
